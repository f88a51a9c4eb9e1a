/// The name of a piece of a log that anybody may fetch and keep: C2SP tlog-tiles.
package struct TilePath: Hashable, Sendable, CustomStringConvertible {
    package enum Content: Hashable, Sendable {
        /// 256 hashes: of leaves at level 0, of full tiles of the level below above it.
        case hashes(level: Int)
        case entries
    }

    package static let width: UInt64 = 256

    package let content: Content
    package let index: UInt64
    /// 1 to 255 of a piece at the right edge, 256 of a full one.
    package let count: Int

    package init(_ content: Content, index: UInt64, count: Int) {
        precondition((1...256).contains(count), "a tile of \(count)")
        self.content = content
        self.index = index
        self.count = count
    }

    package init(_ text: some StringProtocol) throws(EvidenceFault) {
        var parts = text.split(separator: "/", omittingEmptySubsequences: false)[...]
        let fault = EvidenceFault(.tile, .notAPath)
        guard parts.popFirst() == "tile", let kind = parts.popFirst() else { throw fault }
        if kind == "entries" {
            content = .entries
        } else {
            guard let level = EvidenceText.number(kind), level <= 63 else { throw fault }
            content = .hashes(level: Int(level))
        }
        var width = 256
        if parts.count >= 2, parts[parts.endIndex - 2].hasSuffix(".p") {
            guard let part = parts.popLast().flatMap({ EvidenceText.number($0) }), (1...255).contains(part) else {
                throw fault
            }
            width = Int(part)
            parts[parts.endIndex - 1].removeLast(2)
        }
        guard let last = parts.popLast(), (0...6).contains(parts.count) else { throw fault }
        var number: UInt64 = 0
        for group in parts.map({ ($0.first == "x" ? $0.dropFirst() : "") }) + [last] {
            guard group.utf8.count == 3, group.utf8.allSatisfy({ (48...57).contains($0) }), let digits = UInt64(group),
                case let (times, isOver) = number.multipliedReportingOverflow(by: 1000), !isOver,
                case let (sum, isPast) = times.addingReportingOverflow(digits), !isPast
            else { throw fault }
            number = sum
        }
        index = number
        count = width
        // One name for one piece: no group of zeros before the others.
        guard description == text else { throw fault }
    }

    package var description: String {
        let kind: String =
            switch content {
            case .hashes(let level): "\(level)"
            case .entries: "entries"
            }
        return "tile/\(kind)/\(Self.groups(index))\(count == 256 ? "" : ".p/\(count)")"
    }

    /// Three digits a group, with an x before all but the last.
    package static func groups(_ index: UInt64) -> String {
        let last = String(index % 1000)
        var text = String(repeating: "0", count: 3 - last.count) + last
        var rest = index / 1000
        while rest > 0 {
            let group = String(rest % 1000)
            text = "x" + String(repeating: "0", count: 3 - group.count) + group + "/" + text
            rest /= 1000
        }
        return text
    }

    /// The pieces that a log of this size owes, by level: how many full ones, and how many hashes at the right edge.
    package static func owed(size: UInt64) -> [(level: Int, full: UInt64, partial: Int)] {
        (0..<8).map { level in
            let nodes = size >> UInt64(8 * level)
            return (level, nodes / width, Int(nodes % width))
        }.filter { $0.full > 0 || $0.partial > 0 }
    }
}

/// The octets of a tile of hashes.
package enum HashTile {
    package static func read(_ octets: [UInt8], count: Int) throws(EvidenceFault) -> [[UInt8]] {
        guard octets.count == count * 32 else { throw EvidenceFault(.tile, .wrongLength) }
        return stride(from: 0, to: octets.count, by: 32).map { Array(octets[$0..<($0 + 32)]) }
    }
}

/// Leaves in a row, each behind two octets of length.
package enum EntryBundle {
    package static let longestLeaf = 65_535

    package static func write(_ leaves: [[UInt8]]) throws(EvidenceFault) -> [UInt8] {
        var octets: [UInt8] = []
        for leaf in leaves {
            guard let count = UInt16(exactly: leaf.count) else { throw EvidenceFault(.bundle, .tooLong) }
            octets += [UInt8(count >> 8), UInt8(count & 0xFF)] + leaf
        }
        return octets
    }

    package static func read(_ octets: [UInt8], count: Int) throws(EvidenceFault) -> [[UInt8]] {
        var leaves: [[UInt8]] = []
        var place = 0
        while place < octets.count {
            guard place + 2 <= octets.count else { throw EvidenceFault(.bundle, .cutShort) }
            let length = Int(octets[place]) << 8 | Int(octets[place + 1])
            place += 2
            guard place + length <= octets.count else { throw EvidenceFault(.bundle, .cutShort) }
            leaves.append(Array(octets[place..<(place + length)]))
            place += length
        }
        guard leaves.count == count else { throw EvidenceFault(.bundle, .wrongCount) }
        return leaves
    }
}
