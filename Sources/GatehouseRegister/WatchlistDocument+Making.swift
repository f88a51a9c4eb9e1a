package import GatehouseAdmin
package import GatehouseCore
internal import GatehouseCrypto

/// The other side of the watchlist's documents: how they are drafted, signed and looked at, without a daemon.
extension WatchlistDocument {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case activation = "gatehouse-watchlist-activation"
        case entry = "gatehouse-watchlist-entry"
        case deactivation = "gatehouse-watchlist-deactivation"
    }

    /// What is known of the site that a document is for; what is not is not checked.
    package struct Place: Sendable {
        package var site: String?
        package var oversightKey: [UInt8]?
        package var portals: [PortalID]?
        package var cards: CardCatalogue

        package init(
            site: String? = nil, oversightKey: [UInt8]? = nil, portals: [PortalID]? = nil,
            cards: CardCatalogue = CardCatalogue()
        ) {
            self.site = site
            self.oversightKey = oversightKey
            self.portals = portals
            self.cards = cards
        }
    }

    package struct Signature: Hashable, Sendable {
        /// The key that made it; nil where it fits none that is known.
        package var key: [UInt8]?
    }

    /// A document as it lies there, whatever a daemon would say of it.
    package struct Look: Sendable {
        package var kind: Kind
        package var members: [String: JSON]
        package var signatures: [Signature]
        /// Those of the keys that have to sign and have not: of an entry every signer, of whom two are enough.
        package func missing(of keys: [[UInt8]]) -> [[UInt8]] {
            keys.filter { key in !signatures.contains { $0.key == key } }
        }
    }

    /// A document that nobody has signed yet: its fields are checked as the daemon checks them.
    package static func draft(
        _ kind: Kind, _ members: [String: JSON], now: CivilTime, place: Place = Place()
    ) throws(Refusal) -> String {
        var members = members
        members["type"] = .string(kind.rawValue)
        try check(members, now: now, place: place)
        let payload = Base64.encode(Array(JSON.object(members).line.utf8), isURLSafe: true)
        return JSON.object(["payload": .string(payload), "signatures": .array([])]).line
    }

    /// The document with one more signature. Its header names the public key (`kid`), so that anybody sees who signed.
    package static func signed(
        _ document: String, by publicKey: [UInt8], now: CivilTime, place: Place = Place(),
        sign: ([UInt8]) throws -> [UInt8]
    ) throws -> String {
        let (encoded, _, members, signatures) = try parts(document)
        try check(members, now: now, place: place)
        let kind = members["type"]?.string.flatMap(Kind.init(rawValue:))
        guard try !look(document, keys: [publicKey]).signatures.contains(where: { $0.key == publicKey }) else {
            throw Refusal(Sentence("signatures: this key has signed it already; an entry needs two different people"))
        }
        guard signatures.count < (kind == .entry ? mostSignatures : 1) else {
            throw Refusal(
                Sentence(
                    "signatures: \(kind == .entry ? "enough have signed" : "the oversight alone signs, once")"))
        }
        let kid = Base64.encode(publicKey, isURLSafe: true)
        let header: [String: JSON] = ["alg": "EdDSA", "kid": .string(kid)]
        let protected = Base64.encode(Array(JSON.object(header).line.utf8), isURLSafe: true)
        let message = Array("\(protected).\(encoded)".utf8)
        let octets = try sign(message)
        guard Ed25519.verify(message, signature: octets, publicKey: publicKey) else {
            throw Refusal(Sentence("signatures: what the key made is no signature of its public half"))
        }
        let signature: JSON = [
            "protected": .string(protected), "signature": .string(Base64.encode(octets, isURLSafe: true)),
        ]
        return JSON.object(["payload": .string(encoded), "signatures": .array(signatures + [signature])]).line
    }

    /// What stands in a document, and which of the keys, or of those that its signatures name, really signed it.
    package static func look(_ document: String, keys: [[UInt8]] = []) throws(Refusal) -> Look {
        let (encoded, _, members, signatures) = try parts(document)
        guard let kind = members["type"]?.string.flatMap(Kind.init(rawValue:)) else {
            throw Refusal(Sentence("type: the document is neither an activation nor an entry"))
        }
        let seen = signatures.map { signature -> Signature in
            guard let protected = signature["protected"]?.string,
                let header = Base64.decode(protected, isURLSafe: true).flatMap({ JSON(line: $0) }),
                header["alg"]?.string == "EdDSA",
                let octets = signature["signature"]?.string.flatMap({ Base64.decode($0, isURLSafe: true) })
            else { return Signature(key: nil) }
            let named = header["kid"]?.string.flatMap { Base64.decode($0, isURLSafe: true) }
            let message = Array("\(protected).\(encoded)".utf8)
            let key = (keys + [named].compactMap(\.self)).first {
                Ed25519.verify(message, signature: octets, publicKey: $0)
            }
            return Signature(key: key)
        }
        return Look(kind: kind, members: members, signatures: seen)
    }

    /// The digest of an activation and its sites, for the document that ends it.
    package static func named(_ activation: String) throws(Refusal) -> (digest: [UInt8], communities: JSON) {
        let (_, payload, members, _) = try parts(activation)
        guard members["type"]?.string == Kind.activation.rawValue, let communities = members["communities"] else {
            throw Refusal(Sentence("type: the document is no activation certificate"))
        }
        return (Hash.sha256(payload), communities)
    }

    /// An activation as the daemon of the place holds it. Where the oversight key is not known, whoever signed counts as it.
    package static func standing(
        _ document: String, now: CivilTime, place: Place
    ) throws(Refusal) -> WatchlistActivation {
        let look = try look(document, keys: [place.oversightKey].compactMap(\.self))
        guard let key = place.oversightKey ?? look.signatures.compactMap(\.key).first else {
            throw Refusal(Sentence("signatures: the oversight has not signed the activation"))
        }
        return try activation(
            document, oversightKey: key, site: place.site ?? strings(look.members["communities"])?.first ?? "",
            now: now)
    }

    /// What the daemon of the place would say: nil where it would take the document. What is not known of the place is
    /// taken for right; for an entry without its activation those who signed count as its signers.
    package static func verdict(
        _ document: String, activation: WatchlistActivation? = nil, now: CivilTime, place: Place = Place()
    ) -> Refusal? {
        do throws(Refusal) {
            let look = try look(document)
            try check(look.members, now: now, place: place)
            let signers = look.signatures.compactMap(\.key)
            switch look.kind {
            case .activation:
                _ = try standing(document, now: now, place: place)
            case .deactivation:
                let (_, who, _) = try open(document, keys: [place.oversightKey].compactMap(\.self) + signers)
                if let key = place.oversightKey, who != [key] {
                    throw Refusal(Sentence("the document is not signed by the oversight key of this site"))
                }
                let named = try deactivationFields(look.members, site: place.site)
                if let activation, activation.digest != named {
                    throw Refusal(Sentence("activation: the document ends another activation than the one in force"))
                }
            case .entry:
                let (_, who, _) = try open(document, keys: activation?.signers ?? signers)
                try areTwo(who)
                if let activation, activation.notAfter <= now { throw Refusal(Sentence("the activation has expired")) }
            }
            return nil
        } catch { return error }
    }

    private static func check(_ members: [String: JSON], now: CivilTime, place: Place) throws(Refusal) {
        switch members["type"]?.string.flatMap(Kind.init(rawValue:)) {
        case .activation:
            _ = try activationFields(members, site: place.site, oversightKey: place.oversightKey, now: now)
        case .entry: _ = try entryFields(members, now: now, portals: place.portals, cards: place.cards)
        case .deactivation: _ = try deactivationFields(members, site: place.site)
        case nil: throw Refusal(Sentence("type: the document is neither an activation nor an entry"))
        }
    }
}
