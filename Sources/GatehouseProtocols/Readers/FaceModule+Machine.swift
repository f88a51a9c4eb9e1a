package import GatehouseCore

extension FaceModule: SerialMachine {
    package mutating func take(_ event: SerialEvent, at now: MonotonicTime) -> [SerialEffect] {
        switch event {
        case .opened: return handle(.portOpened, at: now).map(\.ofPort)
        case .lost: return handle(.portLost, at: now).map(\.ofPort)
        case .received(let octets): return handle(.received(octets), at: now).map(\.ofPort)
        case .time: return handle(.time, at: now).map(\.ofPort)
        case .wish(.task(let task, let token)): return handle(.task(task, token: token), at: now).map(\.ofPort)
        case .wish(let wish): return wish.refusal
        }
    }

    package func findings(of reader: ReaderID, babbles: Int) -> [LineDoctor.Finding] { [] }
    package func counts(of reader: ReaderID) -> [String: Int64]? { nil }
}

extension FaceModule.Effect {
    fileprivate var ofPort: SerialEffect {
        switch self {
        case .send(let octets): .send(octets)
        case .signal(let signal): .signal(nil, signal)
        case .answer(let token, let answer): .faceAnswer(token: token, answer)
        case .progress(let token, let progress): .faceProgress(token: token, progress)
        }
    }
}
