package import GatehouseCore

/// The latest that a wire brought, as it came: a recording that a test plays to the decoder again. Bounded, in memory, and
/// never written anywhere by itself: card numbers are in it.
///
///     trace 1
///     0 edge 1              nanoseconds since the first event, and the data line
///     2000000 edge 0
///     9000000 lost
///     12000000 octets 0233…
package struct ReaderTrace: Hashable, Sendable {
    package enum Event: Hashable, Sendable {
        case edge(WiegandDecoder.Line)
        case lost
        case octets([UInt8])
    }

    package struct Entry: Hashable, Sendable {
        package var at: MonotonicTime
        package var event: Event
    }

    /// Edges, or pieces of octets, that are kept; the oldest go first.
    package static let capacity = 1024
    /// Octets of one piece that are kept.
    package static let pieceLimit = 256

    package private(set) var entries: [Entry] = []
    /// Entries of the frame that is not finished, at the end.
    private var open = 0
    /// The reader has a keypad: what is not finished may be a key, and is not shown.
    private let hidesOpen: Bool

    package init(hidesOpen: Bool = false) { self.hidesOpen = hidesOpen }

    package mutating func add(_ event: Event, at now: MonotonicTime) {
        var event = event
        if case .octets(let octets) = event { event = .octets(Array(octets.prefix(Self.pieceLimit))) }
        // Many at a time, so that a full recording costs little.
        if entries.count >= Self.capacity * 2 { entries.removeFirst(Self.capacity) }
        entries.append(Entry(at: now, event: event))
        open += 1
    }

    /// The frame is finished. Keys of a keypad are forgotten: a recording shows no PIN.
    package mutating func endFrame(isSecret: Bool) {
        if isSecret { entries.removeLast(min(open, entries.count)) }
        open = 0
    }

    package var openCount: Int { open }

    package var text: String {
        let shown = entries.dropLast(hidesOpen ? min(open, entries.count) : 0).suffix(Self.capacity)
        guard let start = shown.first?.at else { return "trace 1\n" }
        return shown.reduce("trace 1\n") { text, entry in
            let word: String =
                switch entry.event {
                case .edge(let line): "edge \(line == .data0 ? 0 : 1)"
                case .lost: "lost"
                case .octets(let octets):
                    "octets " + octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
                }
            return text + "\((entry.at - start).wholeNanoseconds) \(word)\n"
        }
    }

    /// Reads what `text` wrote; nil for anything else.
    package init?(text: String) {
        self.init()
        var lines = text.split(separator: "\n")[...]
        guard lines.popFirst() == "trace 1" else { return nil }
        for line in lines {
            let words = line.split(separator: " ")
            guard words.count >= 2, let at = Int64(words[0]) else { return nil }
            let event: Event
            switch (words[1], words.count) {
            case ("edge", 3) where words[2] == "0" || words[2] == "1": event = .edge(words[2] == "0" ? .data0 : .data1)
            case ("lost", 2): event = .lost
            case ("octets", 3):
                let digits = words[2].compactMap(\.hexDigitValue)
                guard digits.count == words[2].count, digits.count % 2 == 0 else { return nil }
                event = .octets(
                    stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) })
            default: return nil
            }
            entries.append(Entry(at: MonotonicTime(nanoseconds: at), event: event))
        }
    }
}
