package import GatehouseCore

/// One line of what gates tell one another of passes: `{"pass", "until", "revoked", "counts": {site: grants}}`.
package enum PassUses {
    package static func json(_ id: PassID, _ record: PassRecord) -> JSON {
        [
            "pass": .string(id.description), "until": record.until.map { .integer($0) } ?? .null,
            "revoked": .boolean(record.isRevoked), "counts": .object(record.counts.mapValues { .integer(Int64($0)) }),
        ]
    }

    /// Nil for anything else. Only a revocation may come without an end: a count has to be forgotten some day.
    package static func read(_ line: JSON) -> (id: PassID, record: PassRecord)? {
        guard let id = line["pass"]?.string.flatMap({ PassID($0) }), let isRevoked = line["revoked"]?.boolean,
            let counts = line["counts"]?.object, counts.count <= PassBook.siteLimit
        else { return nil }
        let until = line["until"]?.integer
        guard until != nil || isRevoked, until.map({ (1..<Int64(UInt32.max)).contains($0) }) ?? true else { return nil }
        var record = PassRecord(until: until, isRevoked: isRevoked)
        for (site, count) in counts {
            guard let count = count.integer.flatMap({ UInt16(exactly: $0) }), (1...64).contains(site.utf8.count) else {
                return nil
            }
            record.counts[site] = count
        }
        return (id, record)
    }
}
