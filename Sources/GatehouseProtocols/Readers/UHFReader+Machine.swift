package import GatehouseCore

extension UHFReader: SerialMachine {
    package mutating func take(_ event: SerialEvent, at now: MonotonicTime) -> [SerialEffect] {
        switch event {
        case .opened: return handle(.portOpened, at: now).map(\.ofPort)
        case .lost: return handle(.portLost, at: now).map(\.ofPort)
        case .received(let octets): return handle(.received(octets), at: now).map(\.ofPort)
        case .time: return handle(.time, at: now).map(\.ofPort)
        case .wish(let wish): return wish.refusal
        }
    }

    package func findings(of reader: ReaderID, babbles: Int) -> [LineDoctor.Finding] {
        LineDoctor.tags(counters, babbles: babbles)
    }

    package func counts(of reader: ReaderID) -> [String: Int64]? {
        [
            "frames": Int64(counters.frames), "cards": Int64(counters.cards), "repeats": Int64(counters.repeats),
            "reports": Int64(counters.reports), "broken": Int64(counters.broken),
            "halfFrames": Int64(counters.halfFrames), "failures": Int64(counters.failures),
        ]
    }
}

extension UHFReader.Effect {
    fileprivate var ofPort: SerialEffect {
        switch self {
        case .send(let octets): .send(octets)
        case .signal(let signal): .signal(nil, signal)
        }
    }
}
