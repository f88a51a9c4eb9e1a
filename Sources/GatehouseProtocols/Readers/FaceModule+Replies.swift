internal import GatehouseCore

/// What the answers of a module mean. A reply counts for the question that is out, once and in its time.
extension FaceModule {
    /// The result of a command in clear to a module that has to be encrypted.
    static let wantsEncryption: UInt8 = 21
    static let refusedPause: Duration = .seconds(10)

    mutating func reply(_ command: UInt8, _ result: UInt8, _ data: [UInt8], at now: MonotonicTime) -> [Effect] {
        guard case .asking(let question, let until) = state, id(of: question) == command, now < until else {
            let isVerify = command == FaceCommand.verify(seconds: 0).id
            if isVerify, hasAbandoned {
                hasAbandoned = false
                return []
            }
            counters.unsolicited += 1
            let claimsMatch = isVerify && result == 0
            return claimsMatch ? [.signal(.unreadable(.unsolicited))] : []
        }
        misses = 0
        switch question {
        case .encrypt: return encrypted(result, at: now)
        case .demoOff where result == Self.wantsEncryption, .reset where result == Self.wantsEncryption:
            return refused(.encryptionWanted, for: Self.refusedPause, at: now)
        // A module without demo mode refuses the command; its match with anybody is refused anyway.
        case .demoOff: return ask(.status, at: now)
        case .reset: return ask(.status, at: now)
        case .status: return status(result, data, at: now)
        case .verify: return verified(result, data, at: now)
        case .forget: return forgotten(at: now)
        case .version, .serial, .users: return inquiryAnswered(question, result == 0 ? data : [], at: now)
        case .task: return taskAnswered(result, data, at: now)
        }
    }

    func id(of question: Question) -> UInt8 {
        switch question {
        case .encrypt: FaceCommand.beginEncryption(seed: [], mode: 0).id
        case .demoOff: FaceCommand.demoMode(false).id
        case .status: FaceCommand.status.id
        case .reset: FaceCommand.reset.id
        case .verify: FaceCommand.verify(seconds: 0).id
        case .forget: FaceCommand.forgetDirections.id
        case .version: FaceCommand.version.id
        case .serial: FaceCommand.serialNumber.id
        case .users: FaceCommand.allUsers.id
        case .task: task?.task.command(directions.first).id ?? FaceCommand.reset.id
        }
    }

    /// Busy means that a question of somebody before us still runs: it is stopped, so that its reply is not ours.
    private mutating func status(_ result: UInt8, _ data: [UInt8], at now: MonotonicTime) -> [Effect] {
        switch (result, data.first) {
        case (0, 0):
            return report(.online) + proceed(at: now)
        case (0, 1):
            return ask(.reset, at: now)
        case (Self.wantsEncryption, _): return refused(.encryptionWanted, for: Self.refusedPause, at: now)
        default: return refused(.refused, for: Self.answerTime, at: now)
        }
    }

    /// The module has taken the seed, or says why it does not speak under it.
    private mutating func encrypted(_ result: UInt8, at now: MonotonicTime) -> [Effect] {
        switch result {
        case 0: return ask(.demoOff, at: now)
        case 1: return refused(.encryptionUnset, for: Self.refusedPause, at: now)
        case 6: return refused(.encryptionMismatch, for: Self.refusedPause, at: now)
        case Self.wantsEncryption: return refused(.encryptionWanted, for: Self.refusedPause, at: now)
        default: return refused(.refused, for: Self.refusedPause, at: now)
        }
    }

    /// The module answers and cannot work: error, not initialised, updating, encryption wanted.
    private mutating func refused(_ reason: OfflineReason, for pause: Duration, at now: MonotonicTime) -> [Effect] {
        counters.moduleErrors += 1
        state = .resting(until: now + pause, then: .begin)
        return end(.lost) + report(.offline(reason))
    }

    private mutating func verified(_ result: UInt8, _ data: [UInt8], at now: MonotonicTime) -> [Effect] {
        rest(at: now)
        if ![2, 13].contains(result) { lastFace = now }
        switch result {
        case 0: return matched(data, at: now)
        // Most firmware says 8 for a stranger, some 1.
        case 1, 8: return present(.stranger, as: .faceRefused(.unknown), at: now)
        case 12:
            counters.liveness += 1
            return [.signal(.faceRefused(.liveness))]
        // Aborted, or nobody came.
        case 2, 13: return []
        case Self.wantsEncryption: return refused(.encryptionWanted, for: Self.refusedPause, at: now)
        default:
            counters.moduleErrors += 1
            state = .resting(until: now + .seconds(1), then: .begin)
            return []
        }
    }

    private mutating func matched(_ data: [UInt8], at now: MonotonicTime) -> [Effect] {
        guard let match = FaceMatch(data: data) else { return [.signal(.unreadable(.malformed))] }
        guard match.isUserNumber else {
            // Demo mode matches any face: switch it off again before the next question.
            counters.demoMatches += 1
            return [.signal(.unreadable(.reserved))] + begin(at: now)
        }
        switch match.status {
        case FaceMatch.unlocked:
            return present(.user(match.user), as: .face(userNumber: match.user), at: now)
        case FaceMatch.eyesClosed:
            return present(.eyesClosed(match.user), as: .faceRefused(.eyesClosed), at: now)
        default: return [.signal(.unreadable(.malformed))]
        }
    }

    private mutating func present(_ presentation: Presentation, as signal: ReaderSignal, at now: MonotonicTime)
        -> [Effect]
    {
        let reading = repeats.hear(presentation, at: now)
        guard reading == .new else {
            counters.repeats += 1
            guard reading == .stays, case .face(let user) = signal else { return [] }
            return [.signal(.stays(.face(userNumber: user), window: repeats.window))]
        }
        if case .face = signal { counters.matches += 1 }
        return [.signal(signal)]
    }
}
