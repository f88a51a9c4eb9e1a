/// One row of the journal. The wide form is the same for every kind: fields that a kind does not use are nil.
package struct JournalEntry: Hashable, Sendable {
    package var sequence: UInt64
    package var civil: CivilTime
    /// Nanoseconds of the monotonic clock of the run that wrote the entry.
    package var monotonic: MonotonicTime
    package var isCivilTrusted: Bool
    package var kind: EntryKind
    package var registryRevision: UInt64
    package var policyDigest: UInt64
    package var portal: PortalID?
    package var accessPoint: AccessPointID?
    package var reader: ReaderID?
    package var person: UInt32?
    package var credential: UInt32?
    /// The entry that this one is about: the decision that was taken, the event of a picture.
    package var about: UInt64?
    /// Who did it, for orders and looks: `uid 1000 (guard)`, with the signed-in person where a console acts.
    package var actor: String?
    /// The stable word of what came out: `granted`, `denied`, `taken`, `stored`, `missing`, …
    package var outcome: String?
    /// The stable word of why.
    package var reason: String?
    /// Further facts by name, never personal.
    package var detail: [String: CanonicalValue]
    package var facts: Facts?
    package var path: RulePath?
    /// Values that enter the canonical bytes only as salted commitments and stand in an erasable side table.
    package var personal: [PersonalField]

    package init(kind: EntryKind) {
        sequence = 0
        civil = CivilTime(milliseconds: 0)
        monotonic = .zero
        isCivilTrusted = true
        self.kind = kind
        registryRevision = 0
        policyDigest = 0
        detail = [:]
        personal = []
    }
}

package struct PersonalField: Hashable, Sendable {
    package enum Name: String, Hashable, Sendable, CaseIterable {
        case cardNumber, rawBits, plate, name, note
        /// The account of whoever gave an order or looked.
        case account
        /// Who comes with a pass.
        case visitor, phone
    }
    package var name: Name
    package var value: [UInt8]
    package init(name: Name, value: [UInt8]) {
        self.name = name
        self.value = value
    }
}

/// Kinds of entries. The raw value is the stable word in the canonical bytes, in `log --kind` and in exports.
package enum EntryKind: String, Hashable, Sendable, CaseIterable {
    /// An access attempt and its decision.
    case decision
    /// What became of a grant: taken or not taken.
    case passage
    case exitRequest
    case forced, heldOpen, closedAgain
    /// A vehicle came through that nobody had let in.
    case tailgated
    case fire, posture
    /// An operator's order, done or refused.
    case order
    case registry
    case reader
    /// Bad frames of one reader, counted by the minute.
    case unreadable
    case snapshot
    case delivery
    case start, stop
    /// Entries that could not be kept, with their count.
    case gap
    /// A release that did not wait for its entry, or that was given up.
    case late
    case clock
    case health
    /// Somebody read the log.
    case look
    case lockout
    /// Steps of the watchlist: identifiers only.
    case watchlist
    /// Beside each decision while the watchlist is active, of one size, readable for its auditor alone.
    case sealed
    case configuration
    /// Values that name people were erased.
    case erasure
    case restored
    /// Steps of a hand-over to another operator.
    case handover
    /// Steps and findings of an installer's walk test.
    case walkTest

    /// Kinds that `log` shows unless asked for more: what happened at the gate, and what people did.
    package var isEvent: Bool {
        switch self {
        case .decision, .passage, .exitRequest, .forced, .heldOpen, .closedAgain, .fire, .posture, .order, .lockout,
            .gap, .tailgated,
            .start, .stop, .restored, .erasure, .handover, .walkTest:
            true
        default: false
        }
    }
}

extension JournalEntry {
    /// The canonical bytes, of which the leaf hash is made. `commitments` are the salted hashes of `personal`, in
    /// order; each is SHA-256 of the 16 octets of salt and the value.
    package func canonicalBytes(epoch: UInt64, commitments: [[UInt8]]) -> [UInt8] {
        precondition(
            commitments.count == personal.count, "\(commitments.count) commitments of \(personal.count) values")
        var map = CanonicalMapWriter()
        map.put("v", 1)
        map.put("at", civil.milliseconds)
        map.put("rev", Int64(registryRevision))
        map.put("seq", Int64(sequence))
        map.put("kind", kind.rawValue)
        map.put("mono", monotonic.nanoseconds)
        map.put("path", octets: path?.octets)
        map.put("about", about.map { Int64($0) })
        map.put("actor", actor)
        map.put("epoch", Int64(epoch))
        map.put("facts", integers: facts?.values)
        map.put("point", accessPoint?.name)
        map.put("detail", value: detail.isEmpty ? nil : .map(detail))
        map.put("person", person.map { Int64($0) })
        map.put("policy", octets: policyDigest == 0 ? nil : policyDigest.bigEndianOctets)
        map.put("portal", portal?.name)
        map.put("reader", reader?.name)
        map.put("reason", reason)
        map.put("outcome", outcome)
        if !personal.isEmpty {
            map.put(
                "personal",
                value: .array(zip(personal, commitments).map { .array([.text($0.name.rawValue), .octets($1)]) }))
        }
        map.put("untrusted", value: isCivilTrusted ? nil : .boolean(true))
        map.put("credential", credential.map { Int64($0) })
        return map.encoded()
    }

    /// Reads canonical bytes back. Personal values are not in them; their names and commitments come beside.
    package static func read(
        canonicalBytes: [UInt8]
    ) -> (entry: JournalEntry, epoch: UInt64, commitments: [(name: String, hash: [UInt8])])? {
        guard let map = CanonicalValue(decoding: canonicalBytes)?.map, map["v"]?.integer == 1,
            let epoch = map["epoch"]?.integer, let sequence = map["seq"]?.integer, let at = map["at"]?.integer,
            let mono = map["mono"]?.integer, let kind = map["kind"]?.text.flatMap(EntryKind.init(rawValue:)),
            let revision = map["rev"]?.integer, epoch >= 0, sequence >= 0, revision >= 0
        else { return nil }
        var entry = JournalEntry(kind: kind)
        entry.sequence = UInt64(sequence)
        entry.civil = CivilTime(milliseconds: at)
        entry.monotonic = MonotonicTime(nanoseconds: mono)
        entry.isCivilTrusted = map["untrusted"]?.boolean != true
        entry.registryRevision = UInt64(revision)
        entry.policyDigest = map["policy"]?.octets?.reduce(0) { $0 << 8 | UInt64($1) } ?? 0
        entry.portal = map["portal"]?.text.map { PortalID($0) }
        entry.accessPoint = map["point"]?.text.map { AccessPointID($0) }
        entry.reader = map["reader"]?.text.map { ReaderID($0) }
        entry.person = map["person"]?.integer.flatMap { UInt32(exactly: $0) }
        entry.credential = map["credential"]?.integer.flatMap { UInt32(exactly: $0) }
        entry.about = map["about"]?.integer.flatMap { UInt64(exactly: $0) }
        entry.actor = map["actor"]?.text
        entry.outcome = map["outcome"]?.text
        entry.reason = map["reason"]?.text
        entry.facts = map["facts"]?.array.flatMap { Facts(values: $0.compactMap(\.integer)) }
        entry.path = map["path"]?.octets.flatMap { RulePath(octets: $0) }
        entry.detail = map["detail"]?.map ?? [:]
        let commitments: [(name: String, hash: [UInt8])] = (map["personal"]?.array ?? []).compactMap { pair in
            guard let pair = pair.array, pair.count == 2, let name = pair[0].text, let hash = pair[1].octets
            else { return nil }
            return (name, hash)
        }
        return (entry, UInt64(epoch), commitments)
    }
}

extension UInt64 {
    package var bigEndianOctets: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: self >> UInt64(56 - $0 * 8)) } }
}
