/// Flagged persons, as guardrails G1 to G8 and G15 allow: off until an activation stands, entries signed by two and
/// expiring, matched by identity only, without any effect at the gate. Nothing here lists or searches entries.
package struct Watchlist: Sendable {
    package private(set) var activation: WatchlistActivation?
    private var entries: [String: WatchlistEntry] = [:]
    /// Reference to the identity of the entry that holds it.
    private var references: [[UInt8]: String] = [:]
    /// Hashes of the entries that were withdrawn: the same document must not bring them back (G3).
    private var tombstones: Set<[UInt8]> = []
    /// Hits whose picture is still to come, by their event, oldest first. At the bound the oldest goes without.
    private var awaited: [(event: UInt64, lead: WatchlistLead, expires: CivilTime)] = []
    private static let mostAwaited = 64

    package init() {}

    package var count: Int { entries.count }

    /// Why the list sleeps; nil while it works.
    package func sleepReason(at now: Moment) -> WatchlistSleep? {
        guard let activation else { return .notActivated }
        if !now.isCivilTrusted { return .clockNotTrusted }
        if now.civil >= activation.notAfter { return .activationExpired }
        if now.civil < activation.notBefore { return .activationNotYet }
        return nil
    }

    package mutating func activate(_ activation: WatchlistActivation) { self.activation = activation }

    /// At most max(1, min(50, 0.5 % of the registered residents)) entries (G5).
    package static func cap(residents: Int) -> Int { max(1, min(50, residents / 200)) }

    package mutating func put(_ entry: WatchlistEntry) {
        remove(entry.id)
        entries[entry.id] = entry
        for reference in entry.references { references[reference] = entry.id }
    }

    package mutating func bury(_ tombstone: [UInt8]) { tombstones.insert(tombstone) }
    package func isBuried(_ tombstone: [UInt8]) -> Bool { tombstones.contains(tombstone) }

    mutating func awaitPicture(of lead: WatchlistLead, expires: CivilTime) {
        awaited.append((lead.event, lead, expires))
        if awaited.count > Self.mostAwaited { awaited.removeFirst() }
    }

    /// The hit that the picture of an event belongs to, once.
    mutating func leadAwaiting(_ event: UInt64) -> (lead: WatchlistLead, expires: CivilTime)? {
        guard let place = awaited.firstIndex(where: { $0.event == event }) else { return nil }
        let found = awaited.remove(at: place)
        return (found.lead, found.expires)
    }

    package mutating func remove(_ id: String) {
        guard let entry = entries.removeValue(forKey: id) else { return }
        for reference in entry.references where references[reference] == id { references[reference] = nil }
    }

    package func holds(_ id: String) -> Bool { entries[id] != nil }

    /// The entry that one of the references belongs to, if it counts now and here. All references are looked up
    /// whether or not one was found, so that a hit takes the way of a miss.
    package func match(_ candidates: [[UInt8]], at accessPoint: AccessPointID, portal: PortalID, now: Moment)
        -> WatchlistEntry?
    {
        var found: WatchlistEntry?
        for candidate in candidates {
            guard let id = references[candidate], let entry = entries[id] else { continue }
            let isInside = now.civil >= entry.validFrom && now.civil < entry.expires
            let isInScope = entry.portals.isEmpty || entry.portals.contains(portal)
            if isInside, isInScope, found == nil { found = entry }
        }
        return found
    }

    /// Entries that have expired; their material is to be erased.
    package func expired(at now: Moment) -> [String] {
        entries.values.filter { $0.expires <= now.civil }.map(\.id).sorted()
    }

    package var earliestExpiry: CivilTime? { entries.values.map(\.expires).min() }
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
    /// SHA-256 of the signed document.
    package var digest: [UInt8]

    package init(
        authority: String, legalBasis: String, assessment: String, communities: [String], notBefore: CivilTime,
        notAfter: CivilTime, signers: [[UInt8]], issuerCertificate: [UInt8], digest: [UInt8]
    ) {
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
    /// SHA-256 of the signed document: what stays as a tombstone.
    package var digest: [UInt8]

    package init(
        id: String, category: WatchlistCategory, portals: [PortalID], validFrom: CivilTime, expires: CivilTime,
        references: [[UInt8]], digest: [UInt8]
    ) {
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
    package init(entry: String, portal: PortalID, at: CivilTime, event: UInt64, picture: [UInt8]? = nil) {
        self.entry = entry
        self.portal = portal
        self.at = at
        self.event = event
        self.picture = picture
    }
}

/// Runs after the decision on the same identities, and never before it.
enum WatchlistMatcher {
    /// References of one attempt: the card as it is spelled, and the person by the registry's reference number.
    static func references(card: CardNumber?, person: UInt32?, primitives: Primitives) -> [[UInt8]] {
        var references: [[UInt8]] = []
        if let card { references.append(primitives.watchlistReference(Array("card|\(card)".utf8))) }
        if let person { references.append(primitives.watchlistReference(Array("person|\(person)".utf8))) }
        return references
    }
}
