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
        /// What the person at the module has to do for the task to go on.
        case progress(token: UInt64, FaceProgress)
    }

    enum Question: Hashable, Sendable {
        case encrypt, demoOff, status, reset, verify, forget, task, version, serial, users
    }

    enum Next: Hashable, Sendable {
        case begin, verify, probe
    }

    enum State: Sendable {
        case closed
        /// A command is out.
        case asking(Question, until: MonotonicTime)
        case resting(until: MonotonicTime, then: Next)
    }

    enum Reported: Hashable, Sendable {
        case nothing
        case online
        case offline(OfflineReason)
    }

    enum Presentation: Hashable, Sendable {
        case user(UInt16)
        case eyesClosed(UInt16)
        case stranger
    }

    static let answerTime: Duration = .seconds(2)
    static let verifyGrace: Duration = .seconds(5)
    static let halfFrame: Duration = .milliseconds(100)
    static let missesToOffline = 3

    package let settings: Settings
    package internal(set) var counters = FaceCounters()
    var state = State.closed
    var reported = Reported.nothing
    var scanner: FaceFrameScanner
    var lastOctet = MonotonicTime.zero
    var misses = 0
    var wantedUntil: MonotonicTime?
    /// What an administrator wants; it is begun as soon as nothing else is out.
    var task: (task: FaceTask, token: UInt64)?
    /// Directions of an enrolment that are still to be taken; the first is asked for.
    var directions: [FaceDirection] = []
    var hint: FaceHint?
    /// An enrolment was stopped: the module is to forget what it has of the face.
    var owesForgetting = false
    /// A round of questions that runs; a task goes before the rest of it.
    var inquiry: Inquiry?
    var inquiryAt = MonotonicTime.zero
    /// When a face or a stranger was last answered.
    var lastFace: MonotonicTime?
    /// A search was stopped for a task: its reply may still come and is nobody's.
    var hasAbandoned = false
    var repeats: RepeatFilter<Presentation>

    /// Nil for a line in clear.
    private let sealing: FaceSealing?
    /// Of the seed that the module was given; it is the module's when it has said so.
    private var session: FaceSession?

    /// With `sealing` nothing is believed in clear but READY and the answer to the seed.
    package init(_ settings: Settings = Settings(), sealing: FaceSealing? = nil) {
        self.settings = settings
        self.sealing = sealing
        scanner = FaceFrameScanner(takesSealed: sealing != nil)
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
            (inquiry, inquiryAt, lastFace) = (nil, now, nil)
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
                return given + take(scanner.hear(octets), at: now)
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

    // MARK: forward

    /// A new seed where the line is encrypted, demo mode off, status, then VERIFY again and again.
    mutating func begin(at now: MonotonicTime) -> [Effect] {
        session = nil
        return ask(sealing == nil ? .demoOff : .encrypt, at: now)
    }

    mutating func ask(_ question: Question, at now: MonotonicTime) -> [Effect] {
        let command: FaceCommand
        var time = Self.answerTime
        switch question {
        case .encrypt:
            guard let sealing else { return ask(.demoOff, at: now) }
            let seed = sealing.crypto.session.random(4)
            session = sealing.session(seed: seed)
            command = .beginEncryption(seed: seed, mode: sealing.encryption.mode.number)
        case .demoOff: command = .demoMode(false)
        case .status: command = .status
        case .reset: command = .reset
        case .forget: command = .forgetDirections
        case .version: command = .version
        case .serial: command = .serialNumber
        case .users: command = .allUsers
        case .verify:
            command = .verify(seconds: settings.verifySeconds)
            time = .seconds(settings.verifySeconds == 0 ? 10 : Int(settings.verifySeconds)) + Self.verifyGrace
            counters.questions += 1
            hasAbandoned = false
        case .task:
            guard let task else { preconditionFailure("a task was begun and there is none") }
            command = task.task.command(directions.first)
            time = task.task.patience
        }
        state = .asking(question, until: now + time)
        // The seed itself travels in clear.
        let session = question == .encrypt ? nil : session
        return [.send(session?.seal(command.frame) ?? command.frame.octets)]
    }

    mutating func rest(at now: MonotonicTime) {
        let isWanted = !settings.verifiesOnPresence || wantedUntil.map { now < $0 } ?? false
        state =
            isWanted
            ? .resting(until: now + settings.pause, then: .verify)
            : .resting(until: now + settings.probePeriod, then: .probe)
    }

    mutating func deadline(at now: MonotonicTime) -> [Effect] {
        switch state {
        case .closed: return []
        case .resting(let until, let next):
            guard now >= until else { return [] }
            switch next {
            case .begin: return begin(at: now)
            case .verify: return isInquiryDue(at: now) ? inquire(at: now) : ask(.verify, at: now)
            case .probe: return ask(.status, at: now)
            }
        case .asking(let question, let until):
            guard now >= until else { return [] }
            counters.timeouts += 1
            switch question {
            case .forget: return forgotten(at: now)
            case .version, .serial, .users: return inquiryAnswered(question, nil, at: now)
            default: break
            }
            misses += 1
            if task != nil {
                owesForgetting = owesForgetting || !directions.isEmpty
                return end(.lost) + begin(at: now)
            }
            guard misses >= Self.missesToOffline else { return begin(at: now) }
            state = .resting(until: now + Self.answerTime, then: .begin)
            return report(.offline(.silent))
        }
    }

    mutating func report(_ link: Reported) -> [Effect] {
        guard reported != link else { return [] }
        reported = link
        switch link {
        case .nothing: return []
        case .online: return [.signal(.link(.online(.none)))]
        case .offline(let reason): return [.signal(.link(.offline(reason)))]
        }
    }

    // MARK: messages

    mutating func giveUpHalfFrame(at now: MonotonicTime) -> [Effect] {
        var effects: [Effect] = []
        while scanner.isInFrame, now >= lastOctet + Self.halfFrame {
            counters.halfFrames += 1
            effects += take(scanner.giveUp(), at: now)
        }
        return effects
    }

    mutating func take(_ lines: [FaceLine], at now: MonotonicTime) -> [Effect] {
        counters.parity += scanner.takeBadFrames()
        return lines.flatMap { line -> [Effect] in
            counters.frames += 1
            switch line {
            case .clear(let frame):
                let message = FaceMessage(frame)
                guard sealing == nil || isForClear(message) else {
                    counters.exposed += 1
                    return [.signal(.unreadable(.insecure))]
                }
                return take(message, at: now)
            case .sealed(let hidden):
                guard let frame = session?.open(hidden) else {
                    counters.unopened += 1
                    return []
                }
                return take(FaceMessage(frame), at: now)
            }
        }
    }

    /// What an encrypted module may say before it has its key.
    private func isForClear(_ message: FaceMessage) -> Bool {
        switch message {
        case .ready: return true
        case .reply(let command, _, _):
            guard case .asking(.encrypt, _) = state else { return false }
            return command == id(of: .encrypt)
        case .faceState, .note, .other: return false
        }
    }

    private mutating func take(_ message: FaceMessage, at now: MonotonicTime) -> [Effect] {
        switch message {
        case .ready: ready(at: now)
        case .reply(let command, let result, let data): reply(command, result, data, at: now)
        case .faceState(let state): see(state)
        case .note, .other: []
        }
    }

    /// The module restarted: whatever was asked is lost.
    mutating func ready(at now: MonotonicTime) -> [Effect] {
        counters.restarts += 1
        misses = 0
        owesForgetting = false
        (inquiry, inquiryAt, lastFace) = (nil, now, nil)
        return end(.lost) + (reported == .online ? report(.offline(.restarted)) : []) + begin(at: now)
    }
}
