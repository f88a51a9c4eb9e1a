internal import GatehouseAdmin
package import GatehouseCore
internal import GatehouseCrypto

/// Documents of the watchlist: JSON under Ed25519 signatures in the general form of JWS (RFC 7515, section 7.2; EdDSA by
/// RFC 8037), so that any JOSE library can make and check them.
///
/// An activation is signed by the oversight key. An entry is signed by two different people of the authority that the
/// activation names (guardrails G1 to G3). A member that is missing or too many refuses the document.
package enum WatchlistDocument {
    package struct Refusal: Error, Hashable, Sendable {
        package var message: Sentence
        init(_ message: Sentence) { self.message = message }
    }

    package static let longestActivation: Int64 = 366 * 86_400_000
    package static let defaultLife: Int64 = 7 * 86_400_000
    package static let longestLife: Int64 = 30 * 86_400_000
    /// An entry begins no later than this.
    package static let longestWait: Int64 = 86_400_000
    static let mostSignatures = 8

    package static func activation(
        _ document: String, oversightKey: [UInt8], site: String, now: CivilTime
    ) throws(Refusal) -> WatchlistActivation {
        let (payload, signers, digest) = try open(document, keys: [oversightKey])
        guard signers.count == 1 else {
            throw Refusal(Sentence("the certificate is not signed by the oversight key of this site"))
        }
        let fields = try activationFields(payload, site: site, oversightKey: oversightKey, now: now)
        return WatchlistActivation(
            authority: fields.authority, legalBasis: fields.legalBasis, assessment: fields.assessment,
            communities: fields.communities, notBefore: fields.from, notAfter: fields.until, signers: fields.signers,
            issuerCertificate: fields.certificate, slot: fields.slot, minimumConfidence: fields.minimumConfidence,
            digest: digest)
    }

    /// The digest of a document by which the oversight ends an activation: it names it by the digest of its own.
    package static func deactivation(
        _ document: String, of activation: WatchlistActivation, oversightKey: [UInt8], site: String
    ) throws(Refusal) -> [UInt8] {
        let (payload, signers, digest) = try open(document, keys: [oversightKey])
        guard signers.count == 1 else {
            throw Refusal(Sentence("the document is not signed by the oversight key of this site"))
        }
        let named = try deactivationFields(payload, site: site)
        guard named == activation.digest else {
            throw Refusal(Sentence("activation: the document ends another activation than the one in force"))
        }
        return digest
    }

    static func deactivationFields(_ payload: [String: JSON], site: String?) throws(Refusal) -> [UInt8] {
        let members = try exactly(payload, ["type", "communities", "activation"])
        guard members["type"]?.string == Kind.deactivation.rawValue else {
            throw Refusal(Sentence("type: the document is no deactivation"))
        }
        guard let communities = strings(members["communities"]), !communities.isEmpty else {
            throw Refusal(Sentence("communities must name sites"))
        }
        if let site, !communities.contains(site) {
            throw Refusal(Sentence("communities: the document does not name this site (\(site))"))
        }
        guard let digest = members["activation"]?.string.flatMap({ Hexadecimal.decode($0) }), digest.count == 32 else {
            throw Refusal(Sentence("activation must be the SHA-256 of the activation's payload, 64 hexadecimal digits"))
        }
        return digest
    }

    /// The identities of an entry come in clear and leave as references under the site's sealed key. `person` finds the
    /// registry's person by the property office's reference.
    package static func entry(
        _ document: String, activation: WatchlistActivation, now: CivilTime, portals known: [PortalID],
        primitives: Primitives, cards: CardCatalogue = CardCatalogue(), person: (String) -> UInt32?,
        holder: (CardNumber) -> UInt32? = { _ in nil }
    ) throws(Refusal) -> WatchlistEntry {
        let (payload, signers, digest) = try open(document, keys: activation.signers)
        try areTwo(signers)
        let fields = try entryFields(payload, now: now, portals: known, cards: cards)
        guard fields.minimumConfidence >= activation.minimumConfidence else {
            throw Refusal(
                Sentence("minimum_confidence: the activation asks for \(activation.minimumConfidence) at least"))
        }
        var references: [[UInt8]] = []
        // Cards that nobody holds count as one each.
        var people: Set<String> = []
        for match in fields.matches {
            switch match {
            case .card(let card):
                references.append(primitives.watchlistReference(Array("card|\(card)".utf8)))
                people.insert(holder(card).map { "\($0)" } ?? "card \(card)")
            case .person(let reference):
                guard let id = person(reference) else { throw Refusal(Sentence("match names nobody of this register")) }
                references.append(primitives.watchlistReference(Array("person|\(id)".utf8)))
                people.insert("\(id)")
            }
        }
        return WatchlistEntry(
            id: fields.id, category: fields.category, portals: fields.portals, validFrom: fields.from,
            expires: fields.until, references: references, people: people.count,
            minimumConfidence: fields.minimumConfidence, isMinor: fields.isMinor, digest: digest)
    }

    /// The payload, and which of the keys signed it.
    static func open(
        _ document: String, keys: [[UInt8]]
    ) throws(Refusal) -> (payload: [String: JSON], signers: [[UInt8]], digest: [UInt8]) {
        let (encoded, payload, members, signatures) = try parts(document)
        guard (1...mostSignatures).contains(signatures.count) else {
            throw Refusal(
                signatures.isEmpty
                    ? Sentence("signatures: nobody has signed") : Sentence("signatures: \(mostSignatures) at most"))
        }
        var signers: [[UInt8]] = []
        for signature in signatures {
            guard let protected = signature["protected"]?.string,
                let header = Base64.decode(protected, isURLSafe: true),
                JSON(line: header)?["alg"]?.string == "EdDSA",
                let octets = signature["signature"]?.string.flatMap({ Base64.decode($0, isURLSafe: true) })
            else { throw Refusal(Sentence("a signature is malformed; EdDSA is the only algorithm")) }
            let signed = Array("\(protected).\(encoded)".utf8)
            guard let key = keys.first(where: { Ed25519.verify(signed, signature: octets, publicKey: $0) }) else {
                throw Refusal(Sentence("a signature fits no registered key"))
            }
            signers.append(key)
        }
        return (members, signers, Hash.sha256(payload))
    }

    static func areTwo(_ signers: [[UInt8]]) throws(Refusal) {
        guard Set(signers).count >= 2 else {
            throw Refusal(Sentence("signatures: an entry needs those of two different people of the authority"))
        }
    }

    /// The two members of a document, whoever signed it.
    static func parts(
        _ document: String
    ) throws(Refusal) -> (encoded: String, payload: [UInt8], members: [String: JSON], signatures: [JSON]) {
        guard document.utf8.count <= 65536, let object = JSON(line: document.utf8)?.object, object.count == 2,
            let encoded = object["payload"]?.string, let payload = Base64.decode(encoded, isURLSafe: true),
            let members = JSON(line: payload)?.object, let signatures = object["signatures"]?.array
        else { throw Refusal(Sentence("the document is no JWS in general form: payload and signatures")) }
        return (encoded, payload, members, signatures)
    }
}
