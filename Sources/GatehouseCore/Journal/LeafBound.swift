/// How long the canonical bytes of an entry may be: a bundle of tlog-tiles gives a leaf two octets of length.
package enum LeafBound {
    package static let leaf = 65_535
    /// Of these, further facts. The other fields are words and numbers, and have bounds of their own far below the rest.
    package static let detail = 49_152
    /// A word of why, or who it was: more than any of ours has.
    package static let text = 4096

    /// Nothing of a decision stands in `detail`. What is too long there is told by its length and its digest, the longest first, so that
    /// the entry is kept and it is known what it was about.
    static func hold(_ entry: inout JournalEntry, digest: ([UInt8]) -> [UInt8]) {
        entry.reason = entry.reason.map(clipped)
        entry.actor = entry.actor.map(clipped)
        entry.outcome = entry.outcome.map(clipped)
        guard entry.detail.values.reduce(0, { $0 + $1.longestEncoding }) > detail else { return }
        var lengths = entry.detail.map { (name: $0.key, count: $0.key.utf8.count + $0.value.encoded().count + 9) }
        lengths.sort { ($0.count, $0.name) > ($1.count, $1.name) }
        var total = lengths.reduce(0) { $0 + $1.count }
        for (name, count) in lengths where total > detail {
            guard let octets = entry.detail[name]?.encoded() else { continue }
            let told = CanonicalValue.map(["cut": .integer(Int64(octets.count)), "sha256": .octets(digest(octets))])
            entry.detail[name] = told
            total -= count - (name.utf8.count + told.encoded().count + 9)
        }
    }

    private static func clipped(_ text: String) -> String {
        guard text.utf8.count > Self.text else { return text }
        return String(decoding: text.utf8.prefix(Self.text - 3), as: UTF8.self) + "…"
    }
}

extension CanonicalValue {
    /// At least the octets that it takes, without writing them.
    fileprivate var longestEncoding: Int {
        switch self {
        case .integer: 9
        case .octets(let octets): 9 + octets.count
        case .text(let text): 9 + text.utf8.count
        case .array(let values): values.reduce(9) { $0 + $1.longestEncoding }
        case .map(let pairs): pairs.reduce(9) { $0 + 9 + $1.key.utf8.count + $1.value.longestEncoding }
        case .numbered(let pairs): pairs.reduce(9) { $0 + 9 + $1.value.longestEncoding }
        case .tagged(_, let value): 9 + value.longestEncoding
        case .boolean: 1
        }
    }
}
