internal import GatehouseCore

/// What administrators have a module do, between two searches.
extension FaceModule {
    mutating func take(_ wanted: FaceTask, _ token: UInt64, at now: MonotonicTime) -> [Effect] {
        var effects: [Effect] = []
        if wanted == .reset, case .enrol = task?.task {
            // Whoever stops an enrolment does not wait for its end.
            if case .asking(.task, _) = state { owesForgetting = true }
            effects = end(.cancelled)
        }
        guard task == nil else { return [.answer(token: token, .busy)] }
        guard reported == .online else { return [.answer(token: token, .lost)] }
        task = (wanted, token)
        switch state {
        case .resting: return effects + proceed(at: now)
        // A search that runs is stopped; what it still answers is not ours any more.
        case .asking(.verify, _):
            hasAbandoned = true
            return effects + ask(.reset, at: now)
        case .asking(.task, _): return effects + ask(.task, at: now)
        case .asking, .closed: return effects
        }
    }

    /// What comes when nothing is out and the module is idle: a task, or looking for faces again.
    mutating func proceed(at now: MonotonicTime) -> [Effect] {
        if owesForgetting, task?.task != .reset { return ask(.forget, at: now) }
        guard let task else {
            if inquiry != nil || isInquiryDue(at: now) { return inquire(at: now) }
            rest(at: now)
            return []
        }
        guard case .enrol(_, _, .five) = task.task else { return ask(.task, at: now) }
        // Directions that somebody began with are not this person's.
        directions = FaceDirection.inOrder
        return ask(.forget, at: now)
    }

    mutating func end(_ answer: FaceAnswer) -> [Effect] {
        guard let ended = task else { return [] }
        task = nil
        directions = []
        hint = nil
        return [.answer(token: ended.token, answer)]
    }

    mutating func taskAnswered(_ result: UInt8, _ data: [UInt8], at now: MonotonicTime) -> [Effect] {
        guard let task else { return proceed(at: now) }
        if !directions.isEmpty { return directionAnswered(result, data, at: now) }
        let answer = FaceAnswer(task.task, result: result, data: data)
        var effects: [Effect] = []
        if case .users(let users) = answer { effects = [.signal(.faceUsers(users))] }
        tableMayChange(at: now)
        return end(answer) + effects + proceed(at: now)
    }

    /// The register hears of a new face a moment later than the module: until then they are not compared.
    private mutating func tableMayChange(at now: MonotonicTime) {
        switch task?.task {
        case .enrol, .delete: inquiryAt = min(inquiryAt, now + Self.inquiryAfterChange)
        case .users, .serialNumber, .reset, nil: break
        }
    }

    /// FACERESET is through, or nobody answered it: a module without it has nothing to forget.
    mutating func forgotten(at now: MonotonicTime) -> [Effect] {
        owesForgetting = false
        return directions.isEmpty ? proceed(at: now) : askDirection(at: now)
    }

    private mutating func askDirection(at now: MonotonicTime) -> [Effect] {
        guard let task, let next = directions.first else { return proceed(at: now) }
        hint = nil
        return [.progress(token: task.token, .direction(next))] + ask(.task, at: now)
    }

    /// Each direction is answered with nobody's number until the last one.
    private mutating func directionAnswered(_ result: UInt8, _ data: [UInt8], at now: MonotonicTime) -> [Effect] {
        guard result == 0 else { return cancel(.refused(result), at: now) }
        guard data.count >= 3 else { return cancel(.malformed, at: now) }
        let user = UInt16(data[0]) << 8 | UInt16(data[1])
        directions.removeFirst()
        if user == FaceMatch.anybody {
            return directions.isEmpty ? cancel(.malformed, at: now) : askDirection(at: now)
        }
        guard FaceMatch.isNumber(user), directions.isEmpty || data[2] == FaceDirection.all else {
            return cancel(.malformed, at: now)
        }
        tableMayChange(at: now)
        return end(.enrolled(user)) + proceed(at: now)
    }

    /// RESET, and when the module is idle FACERESET: half a face stays nobody's.
    private mutating func cancel(_ answer: FaceAnswer, at now: MonotonicTime) -> [Effect] {
        owesForgetting = true
        tableMayChange(at: now)
        return end(answer) + ask(.reset, at: now)
    }

    /// What the module sees while it takes a face; the same is not said twice.
    mutating func see(_ state: FaceState) -> [Effect] {
        guard case .asking(.task, _) = self.state, let task, case .enrol = task.task,
            let seen = FaceHint(rawValue: state.state), seen != hint
        else { return [] }
        hint = seen
        return [.progress(token: task.token, .hint(seen))]
    }
}
