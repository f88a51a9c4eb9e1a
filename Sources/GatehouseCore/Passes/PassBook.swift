/// Who comes with a pass, as the host or a guard said it. Personal: sealed beside the entry, and erased with the pass.
package struct PassVisitor: Hashable, Sendable {
    package var name: String
    package var phone: String
    package init(name: String, phone: String) {
        self.name = name
        self.phone = phone
    }
}

/// What is known of one pass beside its text, which is never kept: how often each site let it in, whether it was revoked,
/// and, where it was given out or shown here, what it says.
package struct PassRecord: Hashable, Sendable {
    package struct Details: Hashable, Sendable {
        package var issuer: String
        package var from: Int64
        package var points: [String]
        package var uses: UInt16?
        package var host: UInt32
        /// The plate itself is in the pass alone.
        package var hasPlate: Bool
        /// The entry beside which stands who the visitor is; nil where nobody said it.
        package var entry: UInt64?
    }

    /// The first second that no longer counts; nil where a pass was revoked of which nothing else is known.
    package var until: Int64?
    package var isRevoked: Bool
    /// Grants by site: each site raises its own count, and hears those of the others.
    package var counts: [String: UInt16]
    package var details: Details?

    package init(
        until: Int64?, isRevoked: Bool = false, counts: [String: UInt16] = [:], details: Details? = nil
    ) {
        self.until = until
        self.isRevoked = isRevoked
        self.counts = counts
        self.details = details
    }

    package init(_ claims: PassClaims) {
        self.init(
            until: claims.until,
            details: Details(
                issuer: claims.issuer, from: claims.from, points: claims.points, uses: claims.uses, host: claims.host,
                hasPlate: claims.plate != nil))
    }

    package var total: Int { counts.values.reduce(0) { $0 + Int($1) } }

    /// Takes what another site knows. No count falls and no revocation ends.
    package mutating func merge(_ other: PassRecord) {
        until = [until, other.until].compactMap(\.self).max()
        isRevoked = isRevoked || other.isRevoked
        details = details ?? other.details
        counts.merge(other.counts) { max($0, $1) }
    }
}

/// The passes of the ledger. Each is kept until a day after its end, so that a clock that is set back revives none; the
/// number of them is bounded.
package struct PassBook: Hashable, Sendable {
    package private(set) var records: [PassID: PassRecord] = [:]
    /// No pass ends before this, so that most of the time nothing has to be looked for.
    private var earliestEnd: Int64 = .max

    /// At the bound a pass that has to be counted and is not known yet is refused.
    package static let limit = 65_536
    /// Sites that count grants of one pass.
    package static let siteLimit = 32
    /// Seconds for which a pass is kept after its end.
    package static let rest: Int64 = 86400

    package init() {}

    package subscript(id: PassID) -> PassRecord? { records[id] }

    /// Whether a pass could be written down.
    package func hasRoom(for id: PassID) -> Bool { records[id] != nil || records.count < Self.limit }

    mutating func set(_ id: PassID, _ record: PassRecord?) {
        records[id] = record
        if let until = record?.until { earliestEnd = min(earliestEnd, until) }
    }

    /// Passes that ended long enough ago, in order.
    mutating func ended(at seconds: Int64) -> [PassID] {
        guard earliestEnd < .max, earliestEnd + Self.rest <= seconds else { return [] }
        var over: [PassID] = []
        earliestEnd = .max
        for (id, record) in records {
            guard let until = record.until else { continue }
            if until + Self.rest <= seconds { over.append(id) } else { earliestEnd = min(earliestEnd, until) }
        }
        return over.sorted()
    }
}

extension PassRecord {
    /// `[until, revoked, {site: count}, [issuer, from, [points], uses, host, has plate, entry]]`; 0 stands for nil, and the entry
    /// is left out where there is none.
    var stored: CanonicalValue {
        var values: [CanonicalValue] = [
            .integer(until ?? 0), .boolean(isRevoked), .map(counts.mapValues { .integer(Int64($0)) }),
        ]
        if let details {
            values.append(
                .array(
                    [
                        .text(details.issuer), .integer(details.from), .array(details.points.map { .text($0) }),
                        .integer(Int64(details.uses ?? 0)), .integer(Int64(details.host)), .boolean(details.hasPlate),
                    ] + (details.entry.map { [.integer(Int64(clamping: $0))] } ?? [])))
        }
        return .array(values)
    }

    init?(stored: CanonicalValue) {
        guard let values = stored.array, values.count == 3 || values.count == 4, let until = values[0].integer,
            (0...Int64(UInt32.max)).contains(until), let isRevoked = values[1].boolean, let counts = values[2].map
        else { return nil }
        self.init(until: until == 0 ? nil : until, isRevoked: isRevoked)
        for (site, count) in counts {
            guard let count = count.integer.flatMap({ UInt16(exactly: $0) }) else { return nil }
            self.counts[site] = count
        }
        guard values.count == 4 else { return }
        guard let parts = values[3].array, parts.count == 6 || parts.count == 7, let issuer = parts[0].text,
            let from = parts[1].integer,
            let points = parts[2].array, let uses = parts[3].integer.flatMap({ UInt16(exactly: $0) }),
            let host = parts[4].integer.flatMap({ UInt32(exactly: $0) }), let hasPlate = parts[5].boolean
        else { return nil }
        details = Details(
            issuer: issuer, from: from, points: points.compactMap(\.text), uses: uses == 0 ? nil : uses, host: host,
            hasPlate: hasPlate, entry: parts.count == 7 ? parts[6].integer.flatMap { UInt64(exactly: $0) } : nil)
    }
}
