/// What the inputs of a site have said since the daemon's start: their levels, and whether they were ever heard to change.
package struct WireBook: Hashable, Sendable {
    private var levels: [WalkPart: Bool] = [:]
    private var heard: Set<WalkPart> = []

    package init() {}

    package func level(_ wire: WalkPart) -> Bool? { levels[wire] }
    /// Whether an edge came since the start; a level alone is what a cut wire has as well.
    package func wasHeard(_ wire: WalkPart) -> Bool { heard.contains(wire) }

    /// The level that a line has when it is asked for.
    mutating func stands(_ wire: WalkPart, _ isActive: Bool) { levels[wire] = isActive }

    mutating func edge(_ wire: WalkPart, _ isActive: Bool) {
        levels[wire] = isActive
        heard.insert(wire)
    }
}

/// One input from the level at which it rested, away, and back: what its edges were by the kernel's stamps.
struct WireTrace: Hashable, Sendable {
    /// The level before the first edge.
    let rest: Bool
    private(set) var level: Bool
    private(set) var first: MonotonicTime
    private(set) var last: MonotonicTime
    private(set) var edges = 1
    private var burst: MonotonicTime
    /// From the first to the last edge of the longest burst.
    private(set) var bounce: Duration = .zero

    /// Edges closer than this are one movement of a contact.
    static let together: Duration = .milliseconds(20)
    /// At rest for so long it has come back.
    static let quiet: Duration = .milliseconds(300)
    /// Away for so long it was a door that somebody left, and no press.
    static let longestAway: Duration = .seconds(30)
    static let mostEdges = 40
    static let longestBounce: Duration = .milliseconds(500)

    init(from rest: Bool, to level: Bool, at moment: MonotonicTime) {
        self.rest = rest
        self.level = level
        first = moment
        last = moment
        burst = moment
    }

    mutating func hear(_ isActive: Bool, at moment: MonotonicTime) {
        if moment - last >= Self.together { burst = moment }
        bounce = max(bounce, moment - burst)
        level = isActive
        last = moment
        edges += 1
    }

    var chatters: Bool { edges > Self.mostEdges || bounce > Self.longestBounce }
    var isBack: Bool { level == rest }
    /// When it is back, or was away for too long, if nothing comes between.
    var settlesAt: MonotonicTime { isBack ? last + Self.quiet : first + Self.longestAway }

    var measured: [WalkMeasure: Int64] {
        [
            .edges: Int64(edges), .bounce: bounce.wholeNanoseconds / 1000,
            .active: (last - first).wholeNanoseconds / 1000,
        ]
    }
}

extension WalkPart {
    /// The level at which an input rests: a door is closed, a barrier stands at its lower limit.
    var restsActive: Bool { if case .sensor(_, .closedLimit) = self { true } else { false } }

    /// Whether the other one is what would be heard where wires were exchanged: of the same kind, or the other wire of a door.
    func competes(with other: WalkPart) -> Bool {
        switch (self, other) {
        case (.exit(let one), .contact(let two)), (.contact(let one), .exit(let two)): one == two
        case (.reader, .reader), (.exit, .exit), (.contact, .contact), (.sensor, .sensor):
            self != other && kind == other.kind
        default: false
        }
    }
}

/// What one reader brought while it was looked at.
struct ReaderTally: Hashable, Sendable {
    /// Its counts when that began.
    var base = ReaderMeasure()
    var latest = ReaderMeasure()
    var cards = 0
    var bits: Int?
    var errors: [ReadFault: Int] = [:]
    /// How often more frames said another thing than the first ones.
    var corrections = 0

    var errorCount: Int { errors.values.reduce(0, +) }

    /// What stands against its wire; nil when nothing does. One whole card is enough to say that lines and format are right.
    var fault: WalkFault? {
        cards == 0 ? faultWithoutCard : unsteady
    }

    private var faultWithoutCard: WalkFault? {
        if latest.overlaps > base.overlaps { return .dataShorted }
        if let zeros = change(\.data0), let ones = change(\.data1), zeros + ones >= 4 {
            if zeros == 0 { return .data0Silent }
            if ones == 0 { return .data1Silent }
        }
        if latest.glitches - base.glitches >= 3 { return .ringing }
        if latest.exchanged > base.exchanged { return .dataExchanged }
        if latest.reversed > base.reversed { return .bitsReversed }
        if errors[.length] != nil { return .foreignFormat }
        if errors[.parity] != nil { return .wrongParity }
        if errors[.checksum] != nil || errors[.malformed] != nil { return .wrongSpeed }
        return errors.isEmpty ? nil : .unreliable
    }

    /// Half of what it sends is lost, or each pulse rings.
    private var unsteady: WalkFault? {
        if errorCount >= 2, errorCount >= cards { return .unreliable }
        let rings = latest.glitches - base.glitches
        return rings >= 3 && rings > 2 * cards ? .ringing : nil
    }

    /// Octets came and no frame could be made of them.
    var hasNoise: Bool { latest.hasOctets && latest.frames == base.frames }

    private func change(_ count: KeyPath<ReaderMeasure, Int?>) -> Int? {
        latest[keyPath: count].map { $0 - (base[keyPath: count] ?? 0) }
    }

    var measured: [WalkMeasure: Int64] {
        var found: [WalkMeasure: Int64] = [.cards: Int64(cards), .errors: Int64(errorCount)]
        found[.bits] = bits.map(Int64.init)
        found[.bitHalf] = latest.bitHalf.map(Int64.init)
        found[.bitMost] = latest.bitMost.map(Int64.init)
        return found
    }
}
