/// Texts by the identities of their rows, one behind the other in one array: a few octets a row, and walked in a few
/// milliseconds.
struct PackedTexts<Unit: FixedWidthInteger & Sendable>: Sendable {
    private struct Span {
        var start: UInt32 = 0
        var count: UInt32 = 0
    }
    private var units: [Unit] = []
    private var spans: [Span] = []
    /// Units that belong to nobody any more.
    private var unused = 0

    mutating func reserve(rows: Int, units count: Int) {
        spans.reserveCapacity(rows + 1)
        units.reserveCapacity(count)
    }

    /// The text of a row; an empty one takes it out.
    mutating func put(_ text: [Unit], at id: UInt32) {
        let place = Int(id)
        if place >= spans.count {
            if text.isEmpty { return }
            spans.append(contentsOf: repeatElement(Span(), count: place + 1 - spans.count))
        }
        unused += Int(spans[place].count)
        spans[place] =
            text.isEmpty ? Span() : Span(start: UInt32(clamping: units.count), count: UInt32(clamping: text.count))
        units += text
        if unused > 4096, unused > units.count / 2 { pack() }
    }

    private mutating func pack() {
        var packed: [Unit] = []
        packed.reserveCapacity(units.count - unused)
        for place in spans.indices where spans[place].count > 0 {
            let span = spans[place]
            spans[place].start = UInt32(clamping: packed.count)
            packed += units[Int(span.start)..<Int(span.start + span.count)]
        }
        units = packed
        unused = 0
    }

    /// Every text with the identity of its row, in the order of identities.
    func each(_ body: (UInt32, UnsafeBufferPointer<Unit>) -> Void) {
        units.withUnsafeBufferPointer { all in
            for (place, span) in spans.enumerated() where span.count > 0 {
                let start = Int(span.start)
                body(UInt32(clamping: place), UnsafeBufferPointer(rebasing: all[start..<(start + Int(span.count))]))
            }
        }
    }
}

extension UnsafeBufferPointer where Element: FixedWidthInteger {
    /// Whether the texts differ by one unit, or by two neighbours that changed places.
    func isOneSlip(from other: [Element]) -> Bool {
        guard abs(count - other.count) <= 1 else { return false }
        var first = 0
        while first < count, first < other.count, self[first] == other[first] { first += 1 }
        var (end, otherEnd) = (count, other.count)
        while end > first, otherEnd > first, self[end - 1] == other[otherEnd - 1] {
            (end, otherEnd) = (end - 1, otherEnd - 1)
        }
        switch (end - first, otherEnd - first) {
        case (1, 1), (0, 1), (1, 0): return true
        case (2, 2): return self[first] == other[first + 1] && self[first + 1] == other[first]
        default: return false
        }
    }

    /// Where a piece stands in the text; nil when nowhere.
    func place(of piece: [Element]) -> Int? {
        guard let first = piece.first, piece.count <= count else { return nil }
        for start in 0...(count - piece.count) where self[start] == first {
            var index = 1
            while index < piece.count, self[start + index] == piece[index] { index += 1 }
            if index == piece.count { return start }
        }
        return nil
    }
}
