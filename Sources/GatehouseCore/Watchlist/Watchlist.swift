/// Flagged persons, as guardrails G1 to G8 and G15 allow: off until an activation stands, entries signed by two and
/// expiring, matched by identity only, without any effect at the gate. Nothing here lists or searches entries.
package struct Watchlist: Sendable {
    package private(set) var activation: WatchlistActivation?
    private var entries: [String: WatchlistEntry] = [:]
    /// Reference to the identity of the entry that holds it.
    private var references: [[UInt8]: String] = [:]
    /// Hashes of the entries that were withdrawn: the same document must not bring them back (G3).
    private var tombstones: Set<[UInt8]> = []
    /// Leads on their way, and steps that wait for a note.
    package internal(set) var leads = LeadSlots()

    package init() {}

    package var count: Int { entries.count }
    /// Flagged people: one entry may name several.
    package var people: Int { entries.values.reduce(0) { $0 + $1.people } }

    /// Why the list sleeps; nil while it works.
    package func sleepReason(at now: Moment) -> WatchlistSleep? {
        guard let activation else { return .notActivated }
        if !now.isCivilTrusted { return .clockNotTrusted }
        if now.civil >= activation.notAfter { return .activationExpired }
        if now.civil < activation.notBefore { return .activationNotYet }
        return nil
    }

    package mutating func activate(_ activation: WatchlistActivation) { self.activation = activation }

    /// Nothing of what the last certificate allowed counts any more.
    mutating func end() {
        entries = [:]
        references = [:]
        leads.drop(entry: nil)
    }

    mutating func deactivate() { activation = nil }

    /// At most max(1, min(50, 0.5 % of the registered residents)) people (G5).
    package static func cap(residents: Int) -> Int { max(1, min(mostEntries, residents / 200)) }
    package static let mostEntries = 50

    /// Whether the entry finds room below the cap; one that it renews makes room first.
    package func hasRoom(for entry: WatchlistEntry, residents: Int) -> Bool {
        people - (entries[entry.id]?.people ?? 0) + entry.people <= Self.cap(residents: residents)
    }

    package mutating func put(_ entry: WatchlistEntry) {
        remove(entry.id)
        entries[entry.id] = entry
        for reference in entry.references { references[reference] = entry.id }
    }

    package mutating func bury(_ tombstone: [UInt8]) { tombstones.insert(tombstone) }
    package func isBuried(_ tombstone: [UInt8]) -> Bool { tombstones.contains(tombstone) }

    package mutating func remove(_ id: String) {
        guard let entry = entries.removeValue(forKey: id) else { return }
        for reference in entry.references where references[reference] == id { references[reference] = nil }
    }

    package func holds(_ id: String) -> Bool { entries[id] != nil }
    package func entry(_ id: String) -> WatchlistEntry? { entries[id] }
    package var ids: [String] { entries.keys.sorted() }

    /// The entry that one of the references belongs to, if it counts now and here. All references are looked up whether
    /// or not one was found, and an entry that is nobody's stands in for the one that is missing: a hit takes the way of a
    /// miss.
    package func match(_ candidates: [Candidate], at accessPoint: AccessPointID, portal: PortalID, now: Moment)
        -> WatchlistEntry?
    {
        var found: WatchlistEntry?
        for candidate in candidates {
            let entry = entries[references[candidate.reference] ?? ""] ?? Self.nobody
            let isInside = now.civil >= entry.validFrom && now.civil < entry.expires
            let isInScope = entry.portals.isEmpty || entry.portals.contains(portal)
            let isSure = candidate.confidence >= entry.minimumConfidence
            let counts = isInside && isInScope && isSure && !leads.isSuspended(entry.id)
            found = found ?? (counts ? entry : nil)
        }
        return found
    }

    private static let nobody = WatchlistEntry(
        id: "", category: .missing, portals: [PortalID("")], validFrom: CivilTime(milliseconds: 0),
        expires: CivilTime(milliseconds: 0), references: [], digest: [])

    /// Something of an attempt that an entry may name.
    package struct Candidate: Hashable, Sendable {
        package var reference: [UInt8]
        /// 100 for what was shown; of a face what its module states, and 0 where it states nothing.
        package var confidence: Int
        package init(reference: [UInt8], confidence: Int = 100) {
            self.reference = reference
            self.confidence = confidence
        }
    }

    /// Entries that have expired; their material is to be erased.
    package func expired(at now: Moment) -> [String] {
        entries.values.filter { $0.expires <= now.civil }.map(\.id).sorted()
    }

    package var earliestExpiry: CivilTime? {
        (entries.values.map(\.expires) + (entries.isEmpty ? [] : [activation?.notAfter].compactMap(\.self))).min()
    }
}

package enum WatchlistSleep: String, Hashable, Sendable, CaseIterable {
    case notActivated, activationExpired, activationNotYet, clockNotTrusted

    package var sentence: Sentence {
        switch self {
        case .notActivated: Sentence("no activation certificate; the watchlist is off")
        case .activationExpired: Sentence("the activation certificate has expired; the watchlist is off")
        case .activationNotYet: Sentence("the activation certificate is not valid yet; the watchlist is off")
        case .clockNotTrusted: Sentence("the clock is not trusted; the watchlist sleeps")
        }
    }
}

/// The content of a verified activation certificate (G1).
package struct WatchlistActivation: Hashable, Sendable {
    package var authority: String
    package var legalBasis: String
    package var assessment: String
    package var communities: [String]
    package var notBefore: CivilTime
    package var notAfter: CivilTime
    /// Ed25519 public keys (32 octets) of the people who may sign entries.
    package var signers: [[UInt8]]
    /// X.509 certificate (DER) to which leads are sealed.
    package var issuerCertificate: [UInt8]
    /// How often a message leaves.
    package var slot: Duration
    /// What no entry goes below.
    package var minimumConfidence: Int
    /// SHA-256 of the signed document.
    package var digest: [UInt8]

    package static let usualSlot: Duration = .seconds(10)

    package init(
        authority: String, legalBasis: String, assessment: String, communities: [String], notBefore: CivilTime,
        notAfter: CivilTime, signers: [[UInt8]], issuerCertificate: [UInt8], slot: Duration = Self.usualSlot,
        minimumConfidence: Int = 0, digest: [UInt8]
    ) {
        self.slot = slot
        self.minimumConfidence = minimumConfidence
        self.authority = authority
        self.legalBasis = legalBasis
        self.assessment = assessment
        self.communities = communities
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.signers = signers
        self.issuerCertificate = issuerCertificate
        self.digest = digest
    }
}

/// A verified entry (G2 to G4): identities as references under the site's sealed key, never in clear.
package struct WatchlistEntry: Hashable, Sendable {
    package var id: String
    package var category: WatchlistCategory
    package var portals: [PortalID]
    package var validFrom: CivilTime
    package var expires: CivilTime
    package var references: [[UInt8]]
    /// How many people they are of: what the cap counts.
    package var people: Int
    /// The least confidence of a face that is a match.
    package var minimumConfidence: Int
    /// Somebody under 18: missing or at risk, and nothing else.
    package var isMinor: Bool
    /// SHA-256 of the signed document: what stays as a tombstone.
    package var digest: [UInt8]

    package init(
        id: String, category: WatchlistCategory, portals: [PortalID], validFrom: CivilTime, expires: CivilTime,
        references: [[UInt8]], people: Int = 1, minimumConfidence: Int = 0, isMinor: Bool = false, digest: [UInt8]
    ) {
        self.people = people
        self.minimumConfidence = minimumConfidence
        self.isMinor = isMinor
        self.id = id
        self.category = category
        self.portals = portals
        self.validFrom = validFrom
        self.expires = expires
        self.references = references
        self.digest = digest
    }
}

package enum WatchlistCategory: String, Hashable, Sendable, CaseIterable {
    case warrant, missing, protective
}

/// What the named authority learns of a hit (G7).
package struct WatchlistLead: Hashable, Sendable {
    package var entry: String
    package var portal: PortalID
    package var at: CivilTime
    package var event: UInt64
    /// SHA-256 of the picture, in the second message of a hit: what the authority may later ask for by its digest.
    package var picture: [UInt8]?
    /// Somebody under 18: for the duty of child protection alone.
    package var isMinor: Bool
    package init(
        entry: String, portal: PortalID, at: CivilTime, event: UInt64, picture: [UInt8]? = nil,
        isMinor: Bool = false
    ) {
        self.entry = entry
        self.portal = portal
        self.at = at
        self.event = event
        self.picture = picture
        self.isMinor = isMinor
    }
}

/// Runs after the decision on the same identities, and never before it.
enum WatchlistMatcher {
    /// References of one attempt: the card as it is spelled, and the person by the registry's reference number. The
    /// confidence is that of how the person was known.
    static func candidates(
        card: CardNumber?, person: UInt32?, confidence: Int, primitives: Primitives
    ) -> [Watchlist.Candidate] {
        var found: [Watchlist.Candidate] = []
        if let card {
            found.append(.init(reference: primitives.watchlistReference(Array("card|\(card)".utf8))))
        }
        if let person {
            let reference = primitives.watchlistReference(Array("person|\(person)".utf8))
            found.append(.init(reference: reference, confidence: confidence))
        }
        return found
    }
}
