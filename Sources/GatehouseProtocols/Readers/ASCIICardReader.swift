package import GatehouseCore

/// A reader that sends what it reads as characters: EM4100 modules, desk or wall readers and code scanners in line mode,
/// number-plate cameras, and frames that a site describes (serial-readers.md sections 1 to 3 and 5 to 7). The link has no
/// security of its own.
package struct ASCIICardReader: Sendable {
    package enum Framing: Hashable, Sendable {
        /// STX … ETX. With `usesVersion` the version octet is the facility of the card, otherwise that is 0.
        case em4100(usesVersion: Bool)
        /// A line ended by any run of CR, LF, ETX or 00. With `endsAtSilence` a pause ends it too.
        case line(CardLineContent, endsAtSilence: Bool)
        case framed(FramedLine, CardLineContent)
        /// `03`, the number of octets, and as many of them: code modules in their protocol mode.
        case counted(CardLineContent)

        /// `STX | YYYYMMDDhhmmss | camera (2) | plate | ETX`.
        package static func datedPlate(_ encoding: NumberPlate.Encoding) -> Framing {
            .framed(FramedLine(first: 16), .plate(encoding))
        }
    }

    package struct Settings: Hashable, Sendable {
        package var framing: Framing
        /// Reads of one tag that follow each other within this time are one presentation.
        package var repeatWindow: Duration
        /// Silence after which a half frame is given up, or a line without terminator ends.
        package var silence: Duration
        /// A camera corrects itself: the last reading of so long a burst counts. Zero takes each reading at once.
        package var burst: Duration
        /// So many readings of a plate in one passage have to agree; 1 takes the last one of a burst.
        package var agreement = 1
        /// What the site's scanner puts before each text, and behind it.
        package var prefix: [UInt8] = []
        package var suffix: [UInt8] = []
        /// The shape of each text, of which one part is the tag; nil takes it whole.
        package var pattern: LinePattern?
        /// Reports of one tag within half a second before it counts: noise whose check fits comes once.
        package var reportsNeeded = 1

        package init(
            framing: Framing = .em4100(usesVersion: false), repeatWindow: Duration = .seconds(2),
            silence: Duration? = nil, burst: Duration = .zero
        ) {
            self.framing = framing
            self.repeatWindow = repeatWindow
            self.burst = burst
            if let silence {
                self.silence = silence
            } else {
                switch framing {
                case .em4100, .framed, .counted: self.silence = .milliseconds(300)
                case .line: self.silence = .milliseconds(500)
                }
            }
        }
    }

    package enum Input: Hashable, Sendable {
        case received([UInt8])
        case portLost
        case portOpened
        /// `nextDeadline` has come.
        case time
    }

    private enum State: Sendable {
        case idle
        /// Octets of a frame or line so far.
        case collecting([UInt8], last: MonotonicTime)
        /// Over the bound: dropped up to the next terminator.
        case dropping(last: MonotonicTime)
    }

    package let settings: Settings
    package private(set) var counters = ASCIICardCounters()
    private var state = State.idle
    private var repeats: RepeatFilter<CardNumber>
    private var reports: ReportFilter<CardNumber>
    private var scanner: FramedLineScanner?
    private var lastOctet = MonotonicTime.zero
    /// The latest reading of a burst, and when the burst is over.
    private var pending: (number: CardNumber, until: MonotonicTime)?
    private var agreement: PlateAgreement?
    /// The beginning of a pass whose rest comes in lines of their own.
    private var half: (text: String, until: MonotonicTime)?

    /// EM4100 modules send a frame every 65 ms while the card is near.
    static let reportWindow: Duration = .milliseconds(500)
    /// The lines of one code follow each other at once.
    package static let patience: Duration = .milliseconds(300)

    package init(_ settings: Settings = Settings()) {
        self.settings = settings
        if settings.agreement > 1 { agreement = PlateAgreement(needed: settings.agreement) }
        repeats = RepeatFilter(window: settings.repeatWindow)
        reports = ReportFilter(needed: settings.reportsNeeded, window: Self.reportWindow)
        if case .framed(let line, _) = settings.framing { scanner = FramedLineScanner(line) }
    }

    /// When the silence in a half frame is long enough, or a burst over.
    package var nextDeadline: Deadline? {
        let all = [
            halfFrameSince.map { Deadline(at: $0 + settings.silence, waiter: "serial reader end of frame") },
            pending.map { Deadline(at: $0.until, waiter: "plate camera end of burst") },
            agreement?.endsAt.map { Deadline(at: $0, waiter: "plate camera end of passage") },
            half.map { Deadline(at: $0.until, waiter: "scanner rest of a pass") },
        ]
        return all.reduce(nil) { .earliest($0, $1) }
    }

    /// When the last octet of an unfinished frame came.
    private var halfFrameSince: MonotonicTime? {
        switch state {
        case .idle: scanner?.isInFrame == true ? lastOctet : nil
        case .collecting(_, let last), .dropping(let last): last
        }
    }

    package mutating func handle(_ input: Input, at now: MonotonicTime) -> [ReaderSignal] {
        switch input {
        case .portOpened:
            forget()
            return [.link(.online(.none))]
        case .portLost:
            forget()
            return [.link(.offline(.portLost))]
        case .time: return silence(at: now) + endOfBurst(at: now) + endOfHalf(at: now)
        case .received(let octets):
            let before = silence(at: now) + endOfBurst(at: now) + endOfHalf(at: now)
            lastOctet = now
            return before + octets.flatMap { take($0, at: now) }
        }
    }

    private mutating func forget() {
        state = .idle
        scanner?.reset()
        pending = nil
        half = nil
        if settings.agreement > 1 { agreement = PlateAgreement(needed: settings.agreement) }
    }

    private mutating func silence(at now: MonotonicTime) -> [ReaderSignal] {
        guard let since = halfFrameSince, now - since >= settings.silence else { return [] }
        if scanner != nil {
            scanner?.reset()
            counters.halfFrames += 1
            return []
        }
        let ended = state
        state = .idle
        guard case .collecting(let octets, _) = ended else { return [] }
        if case .line(let content, endsAtSilence: true) = settings.framing {
            return deliver(read(octets, content), at: now)
        }
        counters.halfFrames += 1
        return []
    }

    private mutating func take(_ octet: UInt8, at now: MonotonicTime) -> [ReaderSignal] {
        switch settings.framing {
        case .em4100(let usesVersion): takeEM4100(octet, usesVersion, at: now)
        case .line(let content, _): takeLine(octet, content, at: now)
        case .counted(let content): takeCounted(octet, content, at: now)
        case .framed(_, let content): takeFramed(octet, content, at: now)
        }
    }

    private mutating func takeFramed(_ octet: UInt8, _ content: CardLineContent, at now: MonotonicTime)
        -> [ReaderSignal]
    {
        switch scanner?.receive(octet) {
        case nil: return []
        case .failure(let fault): return deliver(.failure(fault), at: now)
        case .success(let field): return deliver(read(field, content), at: now)
        }
    }

    /// Two start octets without an end: the later one starts anew.
    private mutating func takeEM4100(_ octet: UInt8, _ usesVersion: Bool, at now: MonotonicTime) -> [ReaderSignal] {
        if octet == EM4100Frame.start {
            if case .collecting = state { counters.halfFrames += 1 }
            state = .collecting([], last: now)
            return []
        }
        guard case .collecting(let octets, _) = state else { return [] }
        if octet == EM4100Frame.end {
            state = .idle
            let card = EM4100Frame.decode(body: octets).flatMap { frame in
                frame.isReserved
                    ? .failure(ReadFault.reserved)
                    : .success(
                        CardNumber(
                            format: EM4100Frame.formatID, facility: usesVersion ? UInt32(frame.version) : 0,
                            number: UInt64(frame.number)))
            }
            return deliver(card, at: now)
        }
        guard octets.count < 14 else {
            state = .idle
            return deliver(.failure(.malformed), at: now)
        }
        state = .collecting(octets + [octet], last: now)
        return []
    }

    private static let countedStart: UInt8 = 0x03

    private mutating func takeCounted(
        _ octet: UInt8, _ content: CardLineContent, at now: MonotonicTime
    ) -> [ReaderSignal] {
        switch state {
        case .idle, .dropping:
            if octet == Self.countedStart { state = .collecting([], last: now) }
            return []
        case .collecting(let octets, _):
            let all = octets + [octet]
            // Nothing is no code: what came is the start of another frame, or noise.
            guard all[0] > 0 else {
                state = .idle
                return deliver(.failure(.malformed), at: now)
            }
            guard all.count == Int(all[0]) + 1 else {
                state = .collecting(all, last: now)
                return []
            }
            state = .idle
            return deliver(read(Array(all.dropFirst()), content), at: now)
        }
    }

    private mutating func takeLine(_ octet: UInt8, _ content: CardLineContent, at now: MonotonicTime)
        -> [ReaderSignal]
    {
        let isEnd = octet == 0x0D || octet == 0x0A || octet == 0x03 || octet == 0x00
        switch state {
        case .idle:
            // Empty lines, a leading STX and leading blanks.
            guard !isEnd, octet != 0x02, octet != 0x20 else { return [] }
            state = .collecting([octet], last: now)
            return []
        case .dropping:
            state = isEnd ? .idle : .dropping(last: now)
            return []
        case .collecting(var octets, _):
            if CardLineContent.isByteOrderMark(octets, octet) {
                state = .idle
                return []
            }
            let isWide = octet == 0 && octets.count == 1 || CardLineContent.isWide(octets)
            if isEnd, !isWide || octets.count.isMultiple(of: 2) {
                state = .idle
                return deliver(read(octets, content), at: now)
            }
            guard octets.count < (isWide ? 2 : 1) * CardLineContent.bound else {
                state = .dropping(last: now)
                counters.tooLong += 1
                return deliver(.failure(.malformed), at: now)
            }
            state = .idle
            octets.append(octet)
            state = .collecting(octets, last: now)
            return []
        }
    }

    private mutating func deliver(_ card: Result<CardNumber, ReadFault>, at now: MonotonicTime) -> [ReaderSignal] {
        counters.frames += 1
        switch card {
        case .failure(let fault):
            counters.unreadable += 1
            return [.unreadable(fault)]
        case .success(let number):
            if number.format == CardNumber.textFormat { return presentText(number, at: now) }
            if number.isPlate, agreement != nil {
                return agreement?.hear(number, at: now).map { present($0, at: now) } ?? []
            }
            if settings.burst > .zero {
                pending = (number, pending?.until ?? now + settings.burst)
                return []
            }
            return present(CardRead(number: number), at: now)
        }
    }

    /// Without what the scanner adds, and what stands around the tag.
    private mutating func read(_ octets: [UInt8], _ content: CardLineContent) -> Result<CardNumber, ReadFault> {
        var rest = CardLineContent.bare(CardLineContent.narrow(octets)[...])
        // What is around the whole is off already, of the site's own signs too.
        let (prefix, suffix) = (
            CardLineContent.bareStart(settings.prefix[...]), CardLineContent.bareEnd(settings.suffix[...])
        )
        if !prefix.isEmpty, rest.count > prefix.count, rest.starts(with: prefix) { rest = rest.dropFirst(prefix.count) }
        if !suffix.isEmpty, rest.count > suffix.count, rest.suffix(suffix.count) == suffix {
            rest = rest.dropLast(suffix.count)
        }
        guard let pattern = settings.pattern else { return content.read(Array(rest)) }
        guard let tag = pattern.tag(of: Array(rest)) else {
            counters.unmatched += 1
            return .failure(.malformed)
        }
        return content.read(tag)
    }

    // MARK: Passes in lines

    /// A pass of which something is missing waits for the lines behind it; everything else is what it is.
    private mutating func presentText(_ number: CardNumber, at now: MonotonicTime) -> [ReaderSignal] {
        guard case .text(let text) = number.value else { return [] }
        let found = PassText.found(in: text)
        var before: [ReaderSignal] = []
        if let begun = half {
            let joined = begun.text + text
            if found == nil, joined.utf8.count <= CardLineContent.bound {
                half = (joined, now + Self.patience)
                return PassText.isWhole(joined) ? endOfHalf(at: now + Self.patience) : []
            }
            before = endOfHalf(at: now + Self.patience)
        }
        if let found, !PassText.isWhole(found) {
            half = (found, now + Self.patience)
            return before
        }
        return before + present(CardRead(number: number), at: now)
    }

    private mutating func endOfHalf(at now: MonotonicTime) -> [ReaderSignal] {
        guard let (text, until) = half, now >= until else { return [] }
        half = nil
        return present(CardRead(number: CardNumber(format: CardNumber.textFormat, value: .text(text))), at: now)
    }

    private mutating func endOfBurst(at now: MonotonicTime) -> [ReaderSignal] {
        if let read = agreement?.end(at: now) { return present(read, at: now) }
        guard let (number, until) = pending, now >= until else { return [] }
        pending = nil
        return present(CardRead(number: number), at: now)
    }

    private mutating func present(_ read: CardRead, at now: MonotonicTime) -> [ReaderSignal] {
        guard reports.admits(read.number, at: now) else { return [] }
        let reading = repeats.hear(read.number, at: now)
        if reading == .new {
            counters.cards += 1
            return [.card(read)]
        }
        counters.repeats += 1
        return reading == .stays ? [.stays(.card(read), window: repeats.window)] : []
    }
}

/// What a serial reader sent since the start.
package struct ASCIICardCounters: Hashable, Sendable {
    package var frames = 0
    package var cards = 0
    /// Reads of a tag that was still there.
    package var repeats = 0
    package var unreadable = 0
    /// Frames without an end.
    package var halfFrames = 0
    /// Lines over 256 octets.
    package var tooLong = 0
    /// Texts of another shape than the pattern of the reader.
    package var unmatched = 0

    package init() {}
}
