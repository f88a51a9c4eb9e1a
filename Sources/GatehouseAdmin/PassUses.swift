package import GatehouseCore

/// One line of what gates tell one another of passes: `{"pass", "until", "revoked", "counts": {site: grants}}`.
package struct PassUse: Codable, Hashable, Sendable, Shaped {
    package let pass: PassID
    package let record: PassRecord

    private struct Members: Codable {
        var pass: String
        var until: Int64?
        var revoked: Bool
        var counts: [String: UInt16]
    }

    package init(pass: PassID, record: PassRecord) {
        self.pass = pass
        self.record = record
    }

    /// Only a revocation may come without an end: a count has to be forgotten some day.
    package init(from decoder: any Decoder) throws {
        let members = try? Members(from: decoder)
        guard let members, let pass = PassID(members.pass), members.counts.count <= PassBook.siteLimit,
            members.until != nil || members.revoked,
            members.until.map({ (1..<Int64(UInt32.max)).contains($0) }) ?? true,
            members.counts.keys.allSatisfy({ (1...64).contains($0.utf8.count) })
        else {
            throw CommandRefusal(
                code: "malformed",
                message:
                    Sentence("a line is none of `pass uses`: {\"pass\", \"until\", \"revoked\", \"counts\"}")
            )
        }
        self.pass = pass
        var record = PassRecord(until: members.until, isRevoked: members.revoked)
        record.counts = members.counts
        self.record = record
    }

    package func encode(to encoder: any Encoder) throws {
        try Members(
            pass: pass.description, until: record.until, revoked: record.isRevoked, counts: record.counts
        ).encode(to: encoder)
    }

    package static var shape: Shape { Shape.of(Members.self) }
    package static var shapeSample: Self { PassUse(pass: PassID(1), record: PassRecord(until: 1)) }
}
