package import GatehouseCore

/// Falling edges of two data lines to cards and keys (wiegand.md sections 2 and 3).
///
/// Pure: edges carry the kernel's time stamps, the caller turns the clock. The caller gives the edges of both lines in
/// the order of their stamps and empties the kernel's queue before it passes a deadline on; an edge that is older than
/// the one before it makes the frame unreadable (`timing`).
package struct WiegandDecoder: Sendable {
    package enum Line: String, Hashable, Sendable, CaseIterable {
        /// A pulse is a 0.
        case data0
        /// A pulse is a 1.
        case data1
    }

    package enum Input: Hashable, Sendable {
        case edge(line: Line, at: MonotonicTime)
        /// The kernel dropped edges: the frame of this moment is bad.
        case lostEvents
        /// `nextDeadline` has come.
        case time
    }

    package struct Settings: Hashable, Sendable {
        package var formats: [CardFormat]
        package var keypad: WiegandKeypad
        /// Key codes 12 to 15 are F1 to F4.
        package var hasFunctionKeys: Bool
        /// Silence that ends a frame: three times the longest gap in it, held between these two.
        package var shortestSilence: Duration
        package var longestSilence: Duration
        /// Delivers a card when its length is there and the next bit is overdue by half its time, without waiting for the
        /// silence. Takes effect only when all formats have one length and the reader has no keypad, and of a frame whose pulses
        /// come at one pace: what has a spike in it waits for the silence. A bit that follows within the silence shows that the
        /// length was not the whole truth: `frameOverrun` is reported once, and from then on every frame waits for its silence.
        package var endsAtLength: Bool
        /// Quiet time on both lines before the first frame after the start and after a lost event or a storm.
        package var settle: Duration

        package init(
            formats: [CardFormat], keypad: WiegandKeypad = .none, hasFunctionKeys: Bool = false,
            shortestSilence: Duration = .milliseconds(25), longestSilence: Duration = .milliseconds(100),
            endsAtLength: Bool = false, settle: Duration = .milliseconds(100)
        ) {
            self.formats = formats
            self.keypad = keypad
            self.hasFunctionKeys = hasFunctionKeys
            self.shortestSilence = shortestSilence
            self.longestSilence = longestSilence
            self.endsAtLength = endsAtLength
            self.settle = settle
        }
    }

    /// A second edge of the same line within this time is ringing and is dropped.
    static let ringing: Int64 = 100_000
    /// An edge of the other line within this time means both lines at once: the frame is bad.
    static let overlap: UInt64 = 20_000
    /// No reader sends bits so close (wiegand.md section 2: 200 µs at least). They count as bits, and against the wire.
    static let crowded: UInt64 = 150_000

    package let settings: Settings
    package private(set) var counters = WiegandCounters()
    package private(set) var timing = WiegandTiming()
    /// The latest frame that was not a key, readable or not, and when it ended; for the installer's question what it is.
    package private(set) var lastFrame: (bits: BitString, at: MonotonicTime)?
    private let decoder: CardDecoder
    private var earlyLength: Int?
    private var state: State

    private enum State: Sendable {
        /// Edges are ignored until both lines were quiet up to this moment.
        case settling(until: MonotonicTime)
        case idle
        case collecting(Frame)
    }

    private struct Frame: Sendable {
        var bits = BitString()
        var lastEdge: MonotonicTime
        /// Last accepted edge of DATA0 and of DATA1.
        var lastOfLine: [MonotonicTime?] = [nil, nil]
        var longestGap: Int64 = 0
        var shortestGap = Int64.max
        var isBad = false
        /// More edges than a frame may have.
        var isStorm = false
        /// Delivered at its length; what follows belongs to no card.
        var isDelivered = false

        /// Pulses of a reader come at one pace, and at the least that is its: a pulse between two of them is not the reader's, and
        /// one that is missing leaves a gap.
        var isEven: Bool { shortestGap >= Int64(clamping: crowded) && longestGap - shortestGap <= shortestGap / 2 }
    }

    package init(_ settings: Settings, startedAt start: MonotonicTime) {
        self.settings = settings
        decoder = CardDecoder(formats: settings.formats)
        let lengths = Set(settings.formats.map(\.bitCount))
        earlyLength =
            settings.endsAtLength && lengths.count == 1 && settings.keypad == .none ? lengths.first : nil
        state = settings.settle > .zero ? .settling(until: start + settings.settle) : .idle
    }

    /// Whether a card is delivered with its last bit now.
    package var endsEarly: Bool { earlyLength != nil }

    /// The end of the frame that is being collected. Nothing waits between frames.
    package var nextDeadline: Deadline? {
        guard case .collecting(let frame) = state else { return nil }
        let end = end(of: frame)
        return Deadline(at: min(earlyEnd(of: frame) ?? end, end), waiter: "wiegand end of frame")
    }

    /// When a frame of the one length is whole, unless another pulse comes: a spike in the place of the last bit is followed by
    /// the bit itself.
    private func earlyEnd(of frame: Frame) -> MonotonicTime? {
        guard frame.bits.count == earlyLength, !frame.isDelivered, !frame.isBad, frame.isEven else { return nil }
        return frame.lastEdge + .nanoseconds(frame.longestGap + frame.longestGap / 2)
    }

    /// Delivers a frame whose early end has come.
    private mutating func deliverEarly(at now: MonotonicTime) -> [ReaderSignal] {
        guard case .collecting(var frame) = state, let early = earlyEnd(of: frame), early <= now else { return [] }
        frame.isDelivered = true
        state = .collecting(frame)
        return deliver(frame)
    }

    package mutating func handle(_ input: Input, at now: MonotonicTime) -> [ReaderSignal] {
        switch input {
        case .edge(let line, let moment): return deliverEarly(at: moment) + edge(line, at: moment)
        case .time:
            let early = deliverEarly(at: now)
            guard case .collecting(let frame) = state, now >= end(of: frame) else { return early }
            return early + finish(frame)
        case .lostEvents:
            counters.lostEvents += 1
            counters.timing += 1
            state = .settling(until: now + settings.settle)
            return [.unreadable(.timing)]
        }
    }

    private mutating func edge(_ line: Line, at moment: MonotonicTime) -> [ReaderSignal] {
        switch state {
        case .settling(let until):
            guard moment >= until else {
                counters.ignoredEdges += 1
                state = .settling(until: moment + settings.settle)
                return []
            }
            return begin(line, at: moment)
        case .idle:
            return begin(line, at: moment)
        case .collecting(let frame):
            if moment >= end(of: frame) {
                let finished = finish(frame)
                return finished + edge(line, at: moment)
            }
            return add(line, at: moment, to: frame)
        }
    }

    private mutating func begin(_ line: Line, at moment: MonotonicTime) -> [ReaderSignal] {
        add(line, at: moment, to: Frame(lastEdge: moment))
    }

    private mutating func add(_ line: Line, at moment: MonotonicTime, to unchanged: Frame) -> [ReaderSignal] {
        var frame = unchanged
        let own = line == .data0 ? 0 : 1
        if let last = frame.lastOfLine[own], moment >= last, (moment - last).wholeNanoseconds < Self.ringing {
            counters.glitches += 1
            return []
        }
        if let other = frame.lastOfLine[1 - own], (moment - other).wholeNanoseconds.magnitude < Self.overlap {
            counters.overlaps += 1
            frame.isBad = true
        }
        countCrowded(frame, own, at: moment)
        if moment < frame.lastEdge {
            frame.isBad = true
        } else {
            let gap = (moment - frame.lastEdge).wholeNanoseconds
            if frame.bits.count > 0, !frame.isStorm { timing.add(gap) }
            frame.longestGap = max(frame.longestGap, gap)
            if frame.bits.count > 0 { frame.shortestGap = min(frame.shortestGap, gap) }
            frame.lastEdge = moment
        }
        frame.lastOfLine[own] = moment
        if line == .data0 { counters.zeros += 1 } else { counters.ones += 1 }
        var signals: [ReaderSignal] = []
        if frame.isDelivered {
            // The first bit past a delivered card ends the early end for good; what follows it is part of the same frame.
            if earlyLength != nil {
                counters.overruns += 1
                signals = [.unreadable(.frameOverrun)]
            }
            earlyLength = nil
        } else if !frame.bits.append(line == .data1), !frame.isStorm {
            frame.isStorm = true
            counters.storms += 1
        }
        state = .collecting(frame)
        return signals
    }

    private mutating func countCrowded(_ frame: Frame, _ own: Int, at moment: MonotonicTime) {
        func isCrowded(_ line: Int) -> Bool {
            frame.lastOfLine[line].map { (moment - $0).wholeNanoseconds.magnitude < Self.crowded } ?? false
        }
        if isCrowded(own) { counters.rung += 1 }
        if isCrowded(1 - own) { counters.paired += 1 }
    }

    private func end(of frame: Frame) -> MonotonicTime {
        let shortest = settings.shortestSilence.wholeNanoseconds
        let longest = max(shortest, settings.longestSilence.wholeNanoseconds)
        let wanted = frame.longestGap >= longest / 3 ? longest : frame.longestGap * 3
        return frame.lastEdge + .nanoseconds(min(max(wanted, shortest), longest))
    }

    private mutating func finish(_ frame: Frame) -> [ReaderSignal] {
        state = .idle
        if frame.isDelivered { return [] }
        if frame.isBad || frame.isStorm {
            counters.frames += 1
            counters.timing += 1
            state = .settling(until: frame.lastEdge + settings.settle)
            return [.unreadable(.timing)]
        }
        return deliver(frame)
    }

    /// Keypads that send a PIN as one frame do it as six digits in 26 bits, or as the number of a card of facility 0. One that was
    /// heard to send its keys one by one does not.
    private func mayBePIN(_ bits: BitString, _ signals: [ReaderSignal]) -> Bool {
        switch settings.keypad {
        case .none, .sixDigits, .pin: return false
        case .fourBit, .eightBit, .fourOrEightBit: if counters.keys > 0 { return false }
        }
        if bits.count == 26, (0..<6).allSatisfy({ bits.number(start: 1 + $0 * 4, length: 4) <= 9 }) { return true }
        guard case .card(let card)? = signals.first, case .fields(let facility, let number) = card.number.value else {
            return false
        }
        return facility == 0 && number < 100_000_000
    }

    private mutating func deliver(_ frame: Frame) -> [ReaderSignal] {
        let bits = frame.bits
        counters.frames += 1
        if bits.count == 1 { counters.singleBits += 1 }
        let keys = settings.keypad.read(bits, hasFunctionKeys: settings.hasFunctionKeys)
        if keys == nil, settings.keypad == .none || bits.count > 8 { lastFrame = (bits, frame.lastEdge) }
        var signals = keys ?? [decoder.read(bits)]
        if keys == nil, mayBePIN(bits, signals), case .card(var card)? = signals.first {
            card.mayBePIN = true
            signals = [.card(card)]
        }
        for signal in signals { counters.count(signal) }
        if signals == [.unreadable(.parity)] {
            for suspicion in decoder.suspicions(of: bits) {
                switch suspicion {
                case .swappedLines: counters.swappedLines += 1
                case .reversedBits: counters.reversedBits += 1
                }
            }
        }
        return signals
    }
}

/// What a Wiegand reader sent since the start; health pages and the installer's walk test read it.
package struct WiegandCounters: Hashable, Sendable {
    package var frames = 0
    package var cards = 0
    package var keys = 0
    package var length = 0
    package var parity = 0
    package var reserved = 0
    package var ambiguous = 0
    /// Frames made bad by overlapping lines, edges out of order, a storm or lost events.
    package var timing = 0
    /// Edges dropped as ringing.
    package var glitches = 0
    package var overlaps = 0
    /// Pulses that came too soon after one of the same line, and after one of the other: neither is how readers send.
    package var rung = 0
    package var paired = 0
    /// Pulses of DATA0 and of DATA1.
    package var zeros = 0
    package var ones = 0
    /// Frames with more than 128 bits.
    package var storms = 0
    package var lostEvents = 0
    /// Bits that came after a frame had been delivered at its length.
    package var overruns = 0
    package var ignoredEdges = 0
    /// Frames of one bit. Many of them mean that the reader's gap is longer than `shortestSilence`: a setting fault.
    package var singleBits = 0
    /// Unreadable frames that would be a card with DATA0 and DATA1 exchanged.
    package var swappedLines = 0
    /// Unreadable frames that would be a card with the last bit first.
    package var reversedBits = 0

    package init() {}

    mutating func count(_ signal: ReaderSignal) {
        switch signal {
        case .card: cards += 1
        case .key: keys += 1
        case .unreadable(.length): length += 1
        case .unreadable(.parity): parity += 1
        case .unreadable(.reserved): reserved += 1
        case .unreadable(.ambiguous): ambiguous += 1
        default: break
        }
    }
}
