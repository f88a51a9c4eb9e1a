package import GatehouseCore

/// A long range reader of vehicle tags: asks for tags again and again, and makes one presentation of a tag that it
/// reports up to two hundred times a second (serial-readers.md sections 4 and 7).
package struct UHFReader: Sendable {
    package struct Settings: Hashable, Sendable {
        package var family: UHFFamily
        package var address: UInt8
        /// Reports of one tag within `reportWindow` before it counts, where a side lane is near.
        package var reportsNeeded: Int
        package var reportWindow: Duration
        package var repeatWindow: Duration
        /// The reader sends tags unasked ("active mode"), and is asked nothing.
        package var isActive = false

        package init(
            family: UHFFamily, address: UInt8 = UHFFamily.anyAddress, reportsNeeded: Int = 1,
            reportWindow: Duration = .milliseconds(500), repeatWindow: Duration = .seconds(15)
        ) {
            self.family = family
            self.address = address
            self.reportsNeeded = max(1, reportsNeeded)
            self.reportWindow = reportWindow
            self.repeatWindow = repeatWindow
        }
    }

    package enum Input: Hashable, Sendable {
        case received([UInt8])
        case portLost
        case portOpened
        /// `nextDeadline` has come.
        case time
    }

    package enum Effect: Hashable, Sendable {
        case send([UInt8])
        case signal(ReaderSignal)
    }

    /// Silence in a frame after which its first octet began none.
    static let silence: Duration = .milliseconds(100)
    /// From the end of a round to the next question.
    static let pause: Duration = .milliseconds(50)
    /// How long a question waits for an answer.
    static let patience: Duration = .seconds(3)
    /// Questions without an answer before the reader counts as gone.
    static let misses = 3

    private enum Link: Hashable { case closed, waiting, online, offline }

    package let settings: Settings
    package private(set) var counters = UHFCounters()
    private var scanner: UHFScanner
    private var link = Link.closed
    private var askAt: MonotonicTime?
    private var unanswered = 0
    private var lastOctet = MonotonicTime.zero
    private var repeats: RepeatFilter<[UInt8]>
    private var reports: ReportFilter<[UInt8]>

    package init(_ settings: Settings) {
        self.settings = settings
        scanner = UHFScanner(settings.family)
        repeats = RepeatFilter(window: settings.repeatWindow)
        reports = ReportFilter(needed: settings.reportsNeeded, window: settings.reportWindow)
    }

    package var nextDeadline: Deadline? {
        let silence = scanner.isInFrame ? Deadline(at: lastOctet + Self.silence, waiter: "uhf end of frame") : nil
        guard let askAt else { return silence }
        let ask = Deadline(at: askAt, waiter: "uhf next inventory")
        return silence.map { $0.at < ask.at ? $0 : ask } ?? ask
    }

    package mutating func handle(_ input: Input, at now: MonotonicTime) -> [Effect] {
        switch input {
        case .portOpened:
            scanner.reset()
            unanswered = 0
            // Nobody can say of one that is not asked whether it is there.
            link = settings.isActive ? .online : .waiting
            return settings.isActive ? [.signal(.link(.online(.none)))] : ask(at: now)
        case .portLost:
            scanner.reset()
            link = .closed
            askAt = nil
            return [.signal(.link(.offline(.portLost)))]
        case .received(let octets):
            let before = silence(at: now)
            lastOctet = now
            return before + take(scanner.receive(octets), at: now)
        case .time:
            let before = silence(at: now)
            guard let askAt, now >= askAt else { return before }
            return before + ask(at: now)
        }
    }

    private mutating func silence(at now: MonotonicTime) -> [Effect] {
        guard scanner.isInFrame, now - lastOctet >= Self.silence else { return [] }
        counters.halfFrames += 1
        return take(scanner.giveUp(), at: now)
    }

    private mutating func ask(at now: MonotonicTime) -> [Effect] {
        var effects: [Effect] = []
        if unanswered >= Self.misses, link != .offline {
            link = .offline
            effects.append(.signal(.link(.offline(.silent))))
        }
        unanswered = min(unanswered + 1, Self.misses)
        askAt = now + Self.patience
        counters.questions += 1
        return effects + [.send(settings.family.inventory(address: settings.address))]
    }

    private mutating func take(_ messages: [UHFMessage], at now: MonotonicTime) -> [Effect] {
        var effects: [Effect] = []
        let broken = scanner.takeBroken()
        counters.broken += broken
        if broken > 0 { effects.append(.signal(.unreadable(.checksum))) }
        guard link != .closed else { return effects }
        for message in messages {
            counters.frames += 1
            unanswered = 0
            if link != .online {
                link = .online
                effects.append(.signal(.link(.online(.none))))
            }
            if !settings.isActive { askAt = now + Self.patience }
            switch message {
            case .tags(let tags):
                for tag in tags { effects += take(tag, at: now) }
                guard !settings.isActive else { break }
                // One question is one answer here; the others say when their round is over.
                if settings.family == .lengthFirst { askAt = now + Self.pause }
            case .roundEnded:
                // Family BB tells each empty round of its own and goes on.
                if settings.family != .headBB, !settings.isActive { askAt = now + Self.pause }
            case .failed:
                counters.failures += 1
                if !settings.isActive { askAt = now + .seconds(1) }
            case .other: break
            }
        }
        return effects
    }

    private mutating func take(_ tag: UHFTag, at now: MonotonicTime) -> [Effect] {
        counters.reports += 1
        guard !tag.epc.allSatisfy({ $0 == 0 }), !tag.epc.allSatisfy({ $0 == 0xFF }) else {
            return [.signal(.unreadable(.reserved))]
        }
        guard reports.admits(tag.epc, at: now) else { return [] }
        let reading = repeats.hear(tag.epc, at: now)
        let text = tag.epc.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
        let card = CardRead(number: CardNumber(format: CardNumber.epcFormat, value: .text(text)))
        if reading == .new {
            counters.cards += 1
            return [.signal(.card(card))]
        }
        counters.repeats += 1
        return reading == .stays ? [.signal(.stays(.card(card), window: repeats.window))] : []
    }

}

/// What a UHF reader sent since the start.
package struct UHFCounters: Hashable, Sendable {
    package var questions = 0
    package var frames = 0
    package var reports = 0
    package var cards = 0
    /// Reports of a tag that was still there.
    package var repeats = 0
    /// Frames with a wrong check or content.
    package var broken = 0
    package var halfFrames = 0
    /// Answers that were an error: an antenna that is missing, for instance.
    package var failures = 0

    package init() {}
}
