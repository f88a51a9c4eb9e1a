package import GatehouseCore

/// A face module of the EF AA family on its UART (face-uart.md sections 2 to 5). The module recognises, the gate decides.
///
/// A match counts only as the reply to a VERIFY of ours: one is out at a time, its reply is taken once and until its
/// timeout and five more seconds. Everything else that claims a match is `unreadable(.unsolicited)`. There is no key on
/// this wire; it belongs on the secure side.
package struct FaceModule: Sendable {
    package struct Settings: Hashable, Sendable {
        /// How long the module looks for a face in one VERIFY, in seconds; 0 stands for the module's own 10.
        package var verifySeconds: UInt8 = 10
        /// From one VERIFY to the next; the lamp heats up.
        package var pause: Duration = .milliseconds(200)
        /// Looks for a face only after `presence`, for `presenceHold`; otherwise always.
        package var verifiesOnPresence = false
        package var presenceHold: Duration = .seconds(10)
        /// Silence after which the module is asked for its status.
        package var probePeriod: Duration = .seconds(20)
        /// The same face, or another stranger, within this time is one presentation.
        package var repeatWindow: Duration = .seconds(4)

        package init() {}
    }

    package enum Input: Hashable, Sendable {
        /// The port is open: begin. The same as `portOpened`.
        case start
        case received([UInt8])
        case portLost
        case portOpened
        /// `nextDeadline` has come.
        case time
        /// Somebody stands in front of the module (radar, loop, button).
        case presence
        /// The answer comes once, whatever becomes of the module.
        case task(FaceTask, token: UInt64)
    }

    package enum Effect: Hashable, Sendable {
        case send([UInt8])
        case signal(ReaderSignal)
        case answer(token: UInt64, FaceAnswer)
    }

    private enum Question: Hashable, Sendable {
        case demoOff, status, reset, verify, task
    }

    private enum Next: Hashable, Sendable {
        case begin, verify, probe
    }

    private enum State: Sendable {
        case closed
        /// A command is out.
        case asking(Question, until: MonotonicTime)
        case resting(until: MonotonicTime, then: Next)
    }

    private enum Reported: Hashable, Sendable {
        case nothing
        case online
        case offline(OfflineReason)
    }

    private enum Presentation: Hashable, Sendable {
        case user(UInt16)
        case eyesClosed(UInt16)
        case stranger
    }

    static let answerTime: Duration = .seconds(2)
    static let verifyGrace: Duration = .seconds(5)
    static let halfFrame: Duration = .milliseconds(100)
    static let missesToOffline = 3

    package let settings: Settings
    package private(set) var counters = FaceCounters()
    private var state = State.closed
    private var reported = Reported.nothing
    private var scanner = FaceFrameScanner()
    private var lastOctet = MonotonicTime.zero
    private var misses = 0
    private var wantedUntil: MonotonicTime?
    /// What an administrator wants; it is begun as soon as nothing else is out.
    private var task: (task: FaceTask, token: UInt64)?
    /// A search was stopped for a task: its reply may still come and is nobody's.
    private var hasAbandoned = false
    private var repeats: RepeatFilter<Presentation>

    package init(_ settings: Settings = Settings()) {
        self.settings = settings
        repeats = RepeatFilter(window: settings.repeatWindow)
    }

    package var nextDeadline: Deadline? {
        let end: Deadline
        switch state {
        case .closed: return nil
        case .asking(let question, let until): end = Deadline(at: until, waiter: "face module reply to \(question)")
        case .resting(let until, let next): end = Deadline(at: until, waiter: "face module \(next)")
        }
        guard scanner.isInFrame else { return end }
        return .earliest(end, Deadline(at: lastOctet + Self.halfFrame, waiter: "face module rest of a frame"))
    }

    package mutating func handle(_ input: Input, at now: MonotonicTime) -> [Effect] {
        switch input {
        case .start, .portOpened:
            guard case .closed = state else { return [] }
            scanner.reset()
            misses = 0
            return begin(at: now)
        case .portLost:
            guard case .closed = state else {
                state = .closed
                wantedUntil = nil
                return end(.lost) + report(.offline(.portLost))
            }
            return []
        case .received(let octets):
            guard case .closed = state else {
                let given = giveUpHalfFrame(at: now)
                lastOctet = now
                return given + take(scanner.receive(octets), at: now)
            }
            return []
        case .time:
            return giveUpHalfFrame(at: now) + deadline(at: now)
        case .presence:
            guard settings.verifiesOnPresence else { return [] }
            wantedUntil = now + settings.presenceHold
            guard case .resting(_, then: .probe) = state else { return [] }
            return ask(.verify, at: now)
        case .task(let wanted, let token): return take(wanted, token, at: now)
        }
    }

    // MARK: tasks

    private mutating func take(_ wanted: FaceTask, _ token: UInt64, at now: MonotonicTime) -> [Effect] {
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

    private mutating func end(_ answer: FaceAnswer) -> [Effect] {
        guard let ended = task else { return [] }
        task = nil
        return [.answer(token: ended.token, answer)]
    }

    // MARK: forward

    /// Demo mode off, status, then VERIFY again and again.
    private mutating func begin(at now: MonotonicTime) -> [Effect] { ask(.demoOff, at: now) }

    private mutating func ask(_ question: Question, at now: MonotonicTime) -> [Effect] {
        let command: FaceCommand
        var time = Self.answerTime
        switch question {
        case .demoOff: command = .demoMode(false)
        case .status: command = .status
        case .reset: command = .reset
        case .verify:
            command = .verify(seconds: settings.verifySeconds)
            time = .seconds(settings.verifySeconds == 0 ? 10 : Int(settings.verifySeconds)) + Self.verifyGrace
            counters.questions += 1
            hasAbandoned = false
        case .task:
            guard let task else { preconditionFailure("a task was begun and there is none") }
            command = task.task.command
            time = task.task.patience
        }
        state = .asking(question, until: now + time)
        return [.send(command.frame.octets)]
    }

    private mutating func rest(at now: MonotonicTime) {
        let isWanted = !settings.verifiesOnPresence || wantedUntil.map { now < $0 } ?? false
        state =
            isWanted
            ? .resting(until: now + settings.pause, then: .verify)
            : .resting(until: now + settings.probePeriod, then: .probe)
    }

    private mutating func deadline(at now: MonotonicTime) -> [Effect] {
        switch state {
        case .closed: return []
        case .resting(let until, let next):
            guard now >= until else { return [] }
            switch next {
            case .begin: return begin(at: now)
            case .verify: return ask(.verify, at: now)
            case .probe: return ask(.status, at: now)
            }
        case .asking(_, let until):
            guard now >= until else { return [] }
            counters.timeouts += 1
            misses += 1
            if task != nil { return end(.lost) + begin(at: now) }
            guard misses >= Self.missesToOffline else { return begin(at: now) }
            state = .resting(until: now + Self.answerTime, then: .begin)
            return report(.offline(.silent))
        }
    }

    private mutating func report(_ link: Reported) -> [Effect] {
        guard reported != link else { return [] }
        reported = link
        switch link {
        case .nothing: return []
        case .online: return [.signal(.link(.online(.none)))]
        case .offline(let reason): return [.signal(.link(.offline(reason)))]
        }
    }

    // MARK: messages

    private mutating func giveUpHalfFrame(at now: MonotonicTime) -> [Effect] {
        var effects: [Effect] = []
        while scanner.isInFrame, now >= lastOctet + Self.halfFrame {
            counters.halfFrames += 1
            effects += take(scanner.giveUp(), at: now)
        }
        return effects
    }

    private mutating func take(_ frames: [FaceFrame], at now: MonotonicTime) -> [Effect] {
        counters.parity += scanner.takeBadFrames()
        return frames.flatMap { frame in
            counters.frames += 1
            switch FaceMessage(frame) {
            case .ready: return ready(at: now)
            case .reply(let command, let result, let data): return reply(command, result, data, at: now)
            case .faceState, .note, .other: return []
            }
        }
    }

    /// The module restarted: whatever was asked is lost.
    private mutating func ready(at now: MonotonicTime) -> [Effect] {
        counters.restarts += 1
        misses = 0
        return end(.lost) + (reported == .online ? report(.offline(.restarted)) : []) + begin(at: now)
    }

    private mutating func reply(_ command: UInt8, _ result: UInt8, _ data: [UInt8], at now: MonotonicTime) -> [Effect] {
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
        // A module without demo mode refuses the command; its match with anybody is refused anyway.
        case .demoOff: return ask(.status, at: now)
        case .reset: return ask(.status, at: now)
        case .status: return status(result, data, at: now)
        case .verify: return verified(result, data, at: now)
        case .task:
            let answer = task.map { FaceAnswer($0.task, result: result, data: data) }
            rest(at: now)
            return end(answer ?? .malformed)
        }
    }

    private func id(of question: Question) -> UInt8 {
        switch question {
        case .demoOff: FaceCommand.demoMode(false).id
        case .status: FaceCommand.status.id
        case .reset: FaceCommand.reset.id
        case .verify: FaceCommand.verify(seconds: 0).id
        case .task: task?.task.command.id ?? FaceCommand.reset.id
        }
    }

    /// Busy means that a question of somebody before us still runs: it is stopped, so that its reply is not ours.
    private mutating func status(_ result: UInt8, _ data: [UInt8], at now: MonotonicTime) -> [Effect] {
        switch (result, data.first) {
        case (0, 0):
            rest(at: now)
            let online = report(.online)
            return task == nil ? online : online + ask(.task, at: now)
        case (0, 1):
            return ask(.reset, at: now)
        default: return refused(for: Self.answerTime, at: now)
        }
    }

    /// The module answers and cannot work: error, not initialised, updating, encryption wanted.
    private mutating func refused(for pause: Duration, at now: MonotonicTime) -> [Effect] {
        counters.moduleErrors += 1
        state = .resting(until: now + pause, then: .begin)
        return end(.lost) + report(.offline(.refused))
    }

    private mutating func verified(_ result: UInt8, _ data: [UInt8], at now: MonotonicTime) -> [Effect] {
        rest(at: now)
        switch result {
        case 0: return matched(data, at: now)
        // Most firmware says 8 for a stranger, some 1.
        case 1, 8: return present(.stranger, as: .faceRefused(.unknown), at: now)
        case 12:
            counters.liveness += 1
            return [.signal(.faceRefused(.liveness))]
        // Aborted, or nobody came.
        case 2, 13: return []
        case 21: return refused(for: .seconds(10), at: now)
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
        guard repeats.isNew(presentation, at: now) else {
            counters.repeats += 1
            return []
        }
        if case .face = signal { counters.matches += 1 }
        return [.signal(signal)]
    }
}

/// What happened with one face module since the start.
package struct FaceCounters: Hashable, Sendable {
    /// VERIFY commands.
    package var questions = 0
    /// Valid frames.
    package var frames = 0
    package var parity = 0
    package var halfFrames = 0
    package var matches = 0
    /// Replies about a face that was already presented.
    package var repeats = 0
    package var liveness = 0
    /// Matches with no user number: demo mode was on.
    package var demoMatches = 0
    /// Replies that nobody waited for.
    package var unsolicited = 0
    package var timeouts = 0
    /// READY notes.
    package var restarts = 0
    package var moduleErrors = 0

    package init() {}
}
