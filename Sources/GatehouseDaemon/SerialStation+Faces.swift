internal import GatehouseCore
internal import GatehouseProtocols

/// A port with a face module: what it is to do, and what it says meanwhile.
extension SerialStation {
    func carryOut(_ effects: [FaceModule.Effect], of id: ReaderID, at now: MonotonicTime) -> [Input] {
        effects.flatMap { effect -> [Input] in
            switch effect {
            case .send(let octets): return send(octets, at: now)
            case .signal(let signal): return [.reader(id, signal)]
            case .answer(let token, let answer):
                faceAnswered(token, answer)
                return []
            case .progress(let token, let progress):
                faceProgressed(token, progress)
                return []
            }
        }
    }

    /// Nil when no face module is on this port.
    func run(_ task: FaceTask, token: UInt64, at now: MonotonicTime) -> [Input]? {
        guard case .face(let id, var module) = machine else { return nil }
        let effects = module.handle(.task(task, token: token), at: now)
        machine = .face(id, module)
        return carryOut(effects, of: id, at: now)
    }
}
