internal import GatehouseCore

/// What administrators have a module do, between two searches.
extension FaceModule {
    mutating func take(_ wanted: FaceTask, _ token: UInt64, at now: MonotonicTime) -> [Effect] {
        guard task == nil else { return [.answer(token: token, .busy)] }
        guard reported == .online else { return [.answer(token: token, .lost)] }
        task = (wanted, token)
        switch state {
        case .resting: return ask(.task, at: now)
        // A search that runs is stopped; what it still answers is not ours any more.
        case .asking(.verify, _):
            hasAbandoned = true
            return ask(.reset, at: now)
        case .asking, .closed: return []
        }
    }

    mutating func end(_ answer: FaceAnswer) -> [Effect] {
        guard let ended = task else { return [] }
        task = nil
        return [.answer(token: ended.token, answer)]
    }
}
