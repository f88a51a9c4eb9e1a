/// The shape of a reader's line, with the one part that is the tag (serial-readers.md section 3): antenna, counter or signal
/// around it are left out. It stands for a whole line.
///
/// A small part of what regular expressions are: characters, `.`, `\d`, `[0-9A-F]` and `[^,]`, each with `*`, `+`, `?`, `{n}`
/// or `{n,m}` behind it, and one group in parentheses. Octets are compared, and no way through a line is tried twice: what
/// stands in it cannot make it dear.
package struct LinePattern: Hashable, Sendable {
    package enum Problem: Error, Hashable, Sendable {
        case tooLong
        /// `(` and `)` once each, with something between them.
        case group
        /// A quantifier without something before it, or one that cannot be read.
        case quantifier
        /// A class without its end, or with an empty range.
        case characterClass
        /// `\` at the end, or before a letter or digit that means nothing here.
        case escape
        /// `^`, `$` and `|`, which other patterns have: this one stands for a whole line as it is.
        case unknown
    }

    private struct Item: Hashable, Sendable {
        var octets: Set<UInt8>
        var least = 1
        var most = 1
    }

    package static let bound = 128
    private static let quantifiers = Array("*+?{".utf8)

    /// As it was written.
    package let text: String
    private var items: [Item] = []
    /// Items of the group.
    private var group = 0..<0

    package init(_ text: String) throws(Problem) {
        self.text = text
        var rest = Array(text.utf8)[...]
        guard rest.count <= Self.bound else { throw .tooLong }
        var (opened, closed): (Int?, Int?) = (nil, nil)
        while let octet = rest.popFirst() {
            switch octet {
            case UInt8(ascii: "("):
                guard opened == nil else { throw .group }
                opened = items.count
            case UInt8(ascii: ")"):
                guard closed == nil, opened != nil else { throw .group }
                closed = items.count
            default:
                guard !Self.quantifiers.contains(octet) else { throw .quantifier }
                var item = Item(octets: try Self.octets(octet, &rest))
                try Self.quantify(&item, &rest)
                items.append(item)
            }
        }
        guard let opened, let closed, opened < closed else { throw .group }
        group = opened..<closed
    }

    /// What the group holds of a line; nil for one of another shape.
    package func tag(of line: [UInt8]) -> [UInt8]? {
        // How far each item reached: the longest way first, and no way twice.
        var ends: [Int] = []
        var failed = [Bool](repeating: false, count: items.count * (line.count + 1))
        func match(_ index: Int, _ from: Int) -> Bool {
            guard index < items.count else { return from == line.count }
            guard !failed[index * (line.count + 1) + from] else { return false }
            let item = items[index]
            var end = from
            while end < line.count, end - from < item.most, item.octets.contains(line[end]) { end += 1 }
            while end - from >= item.least {
                ends.append(end)
                if match(index + 1, end) { return true }
                ends.removeLast()
                end -= 1
            }
            failed[index * (line.count + 1) + from] = true
            return false
        }
        guard match(0, 0) else { return nil }
        let start = group.lowerBound == 0 ? 0 : ends[group.lowerBound - 1]
        return Array(line[start..<ends[group.upperBound - 1]])
    }

    /// A line of this shape with the tag in it: the other way round, for the bench.
    package func line(around tag: [UInt8]) -> [UInt8] {
        func filling(_ items: ArraySlice<Item>) -> [UInt8] {
            items.flatMap { item in
                let octet = item.octets.filter { $0 > 0x20 && $0 < 0x7F }.min() ?? item.octets.min() ?? 0
                return Array(repeating: octet, count: item.least)
            }
        }
        return filling(items[..<group.lowerBound]) + tag + filling(items[group.upperBound...])
    }

    // MARK: reading a pattern

    private static let digits = Set(UInt8(ascii: "0")...UInt8(ascii: "9"))

    private static func octets(_ octet: UInt8, _ rest: inout ArraySlice<UInt8>) throws(Problem) -> Set<UInt8> {
        switch octet {
        case UInt8(ascii: "."): return Set(0...0xFF)
        case UInt8(ascii: "["): return try characterClass(&rest)
        case UInt8(ascii: "\\"):
            guard let escaped = rest.popFirst() else { throw .escape }
            if escaped == UInt8(ascii: "d") { return digits }
            let isWord = digits.contains(escaped) || (0x41...0x5A).contains(escaped & 0xDF)
            guard !isWord else { throw .escape }
            return [escaped]
        case UInt8(ascii: "^"), UInt8(ascii: "$"), UInt8(ascii: "|"): throw .unknown
        default: return [octet]
        }
    }

    private static func characterClass(_ rest: inout ArraySlice<UInt8>) throws(Problem) -> Set<UInt8> {
        let isOther = rest.first == UInt8(ascii: "^")
        if isOther { rest.removeFirst() }
        var found: Set<UInt8> = []
        var isClosed = false
        while var octet = rest.popFirst() {
            isClosed = octet == UInt8(ascii: "]")
            guard !isClosed else { break }
            if octet == UInt8(ascii: "\\") {
                guard let escaped = rest.popFirst() else { throw .escape }
                if escaped == UInt8(ascii: "d") {
                    found.formUnion(digits)
                    continue
                }
                octet = escaped
            }
            let next = rest.dropFirst()
            guard rest.first == UInt8(ascii: "-"), let last = next.first, last != UInt8(ascii: "]") else {
                found.insert(octet)
                continue
            }
            guard octet <= last else { throw .characterClass }
            found.formUnion(octet...last)
            rest = next.dropFirst()
        }
        guard !found.isEmpty, isClosed else { throw .characterClass }
        return isOther ? Set(0...0xFF).subtracting(found) : found
    }

    private static func quantify(_ item: inout Item, _ rest: inout ArraySlice<UInt8>) throws(Problem) {
        guard let octet = rest.first, quantifiers.contains(octet) else { return }
        rest.removeFirst()
        switch octet {
        case UInt8(ascii: "*"): (item.least, item.most) = (0, CardLineContent.bound)
        case UInt8(ascii: "+"): (item.least, item.most) = (1, CardLineContent.bound)
        case UInt8(ascii: "?"): (item.least, item.most) = (0, 1)
        default:
            guard let end = rest.firstIndex(of: UInt8(ascii: "}")) else { throw .quantifier }
            let bounds = rest[..<end].split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            let numbers = bounds.map { Int(String(decoding: $0, as: UTF8.self)) }
            rest = rest[(end + 1)...]
            guard (1...2).contains(numbers.count), let least = numbers[0], let most = numbers.last.flatMap(\.self),
                0...CardLineContent.bound ~= least, least <= most, most <= CardLineContent.bound, most > 0
            else { throw .quantifier }
            (item.least, item.most) = (least, most)
        }
    }
}
