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
        package var message: String
        init(_ message: String) { self.message = message }
    }

    package static let longestActivation: Int64 = 366 * 86_400_000
    package static let defaultLife: Int64 = 7 * 86_400_000
    package static let longestLife: Int64 = 30 * 86_400_000

    package static func activation(
        _ document: String, oversightKey: [UInt8], site: String, now: CivilTime
    ) throws(Refusal) -> WatchlistActivation {
        let (payload, signers, digest) = try open(document, keys: [oversightKey])
        guard signers.count == 1 else {
            throw Refusal("the certificate is not signed by the oversight key of this site")
        }
        let members = try exactly(
            payload,
            [
                "type", "authority", "legal_basis", "assessment", "communities", "not_before", "not_after", "signers",
                "certificate",
            ])
        guard members["type"]?.string == "gatehouse-watchlist-activation" else {
            throw Refusal("the document is no activation certificate")
        }
        guard let authority = text(members["authority"]), let basis = text(members["legal_basis"]),
            let assessment = text(members["assessment"])
        else { throw Refusal("authority, legal_basis and assessment must be texts of 1 to 200 characters") }
        guard let communities = members["communities"]?.array?.compactMap(\.string), communities.contains(site) else {
            throw Refusal("the certificate does not name this site (\(site))")
        }
        guard let from = members["not_before"]?.integer, let until = members["not_after"]?.integer, from < until,
            lasts(from, until, atMost: longestActivation)
        else { throw Refusal("not_before and not_after must be milliseconds of UTC, at most a year apart") }
        guard until > now.milliseconds else { throw Refusal("the certificate has expired") }
        let keys = (members["signers"]?.array ?? []).compactMap {
            $0.string.flatMap { Base64.decode($0, isURLSafe: true) }
        }
        guard keys.count >= 2, Set(keys).count == keys.count, keys.allSatisfy({ $0.count == 32 }) else {
            throw Refusal("signers must be two or more different Ed25519 keys (base64url)")
        }
        guard !keys.contains(oversightKey) else { throw Refusal("the oversight key cannot sign entries") }
        guard let certificate = members["certificate"]?.string.flatMap({ Base64.decode($0) }),
            Envelope.isCertificate(certificate)
        else {
            throw Refusal("certificate must be the issuer's X.509 certificate (base64 of DER)")
        }
        return WatchlistActivation(
            authority: authority, legalBasis: basis, assessment: assessment, communities: communities,
            notBefore: CivilTime(milliseconds: from), notAfter: CivilTime(milliseconds: until), signers: keys,
            issuerCertificate: certificate, digest: digest)
    }

    /// The identities of an entry come in clear and leave as references under the site's sealed key. `person` finds the
    /// registry's person by the property office's reference.
    package static func entry(
        _ document: String, activation: WatchlistActivation, now: CivilTime, portals known: [PortalID],
        primitives: Primitives, cards: CardCatalogue = CardCatalogue(), person: (String) -> UInt32?
    ) throws(Refusal) -> WatchlistEntry {
        let (payload, signers, digest) = try open(document, keys: activation.signers)
        guard Set(signers).count >= 2 else {
            throw Refusal("an entry needs the signatures of two different people of the authority")
        }
        let members = try exactly(
            payload,
            [
                "type", "id", "case", "legal_basis", "category", "portals", "valid_from", "expires", "match",
                "minimum_confidence",
            ])
        guard members["type"]?.string == "gatehouse-watchlist-entry" else {
            throw Refusal("the document is no watchlist entry")
        }
        guard let id = members["id"]?.string, (16...64).contains(id.utf8.count),
            id.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) || $0 == 45 })
        else { throw Refusal("id must be 16 to 64 hexadecimal digits or dashes, drawn at random") }
        guard let reference = members["case"]?.string, (1...64).contains(reference.utf8.count),
            let basis = members["legal_basis"]?.string, (1...64).contains(basis.utf8.count)
        else { throw Refusal("case and legal_basis must be codes of 1 to 64 characters") }
        guard let category = members["category"]?.string.flatMap(WatchlistCategory.init(rawValue:)) else {
            throw Refusal(
                "category must be one of \(WatchlistCategory.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        guard let portals = members["portals"]?.array?.compactMap(\.string), !portals.isEmpty,
            portals.allSatisfy({ known.contains(PortalID($0)) })
        else { throw Refusal("portals must name portals of this site: the scope of the entry") }
        guard let from = members["valid_from"]?.integer, let until = members["expires"]?.integer, from < until else {
            throw Refusal("valid_from and expires must be milliseconds of UTC")
        }
        guard lasts(from, until, atMost: longestLife) else { throw Refusal("an entry lives 30 days at most") }
        guard until > now.milliseconds else { throw Refusal("the entry has expired") }
        guard let confidence = members["minimum_confidence"]?.integer, (0...100).contains(confidence) else {
            throw Refusal("minimum_confidence must be 0 to 100")
        }
        let matches = (members["match"]?.array ?? []).compactMap(\.object)
        guard (1...16).contains(matches.count) else { throw Refusal("match must name 1 to 16 identities") }
        var references: [[UInt8]] = []
        for match in matches {
            guard match.count == 1, let (kind, value) = match.first, let value = value.string else {
                throw Refusal("each match is one of {\"card\": …} and {\"person\": …}")
            }
            switch kind {
            case "card":
                let card: CardNumber
                do { card = try cards.card(value) } catch { throw Refusal("a match names no card: \(error.message)") }
                references.append(primitives.watchlistReference(Array("card|\(card)".utf8)))
            case "person":
                guard let id = person(value) else { throw Refusal("a match names nobody of this register") }
                references.append(primitives.watchlistReference(Array("person|\(id)".utf8)))
            default: throw Refusal("each match is one of {\"card\": …} and {\"person\": …}; no trait can be matched")
            }
        }
        return WatchlistEntry(
            id: id, category: category, portals: portals.map { PortalID($0) }, validFrom: CivilTime(milliseconds: from),
            expires: CivilTime(milliseconds: until), references: references, digest: digest)
    }

    /// Whatever numbers somebody signs.
    private static func lasts(_ from: Int64, _ until: Int64, atMost longest: Int64) -> Bool {
        let (span, overflows) = until.subtractingReportingOverflow(from)
        return !overflows && span <= longest
    }

    /// The payload, and which of the keys signed it.
    private static func open(
        _ document: String, keys: [[UInt8]]
    ) throws(Refusal) -> (payload: [String: JSON], signers: [[UInt8]], digest: [UInt8]) {
        guard document.utf8.count <= 65536, let object = JSON(line: document.utf8)?.object, object.count == 2,
            let encoded = object["payload"]?.string, let payload = Base64.decode(encoded, isURLSafe: true),
            let members = JSON(line: payload)?.object, let signatures = object["signatures"]?.array,
            (1...8).contains(signatures.count)
        else { throw Refusal("the document is no JWS in general form: payload and signatures") }
        var signers: [[UInt8]] = []
        for signature in signatures {
            guard let protected = signature["protected"]?.string,
                let header = Base64.decode(protected, isURLSafe: true),
                JSON(line: header)?["alg"]?.string == "EdDSA",
                let octets = signature["signature"]?.string.flatMap({ Base64.decode($0, isURLSafe: true) })
            else { throw Refusal("a signature is malformed; EdDSA is the only algorithm") }
            let signed = Array("\(protected).\(encoded)".utf8)
            guard let key = keys.first(where: { Ed25519.verify(signed, signature: octets, publicKey: $0) }) else {
                throw Refusal("a signature fits no registered key")
            }
            signers.append(key)
        }
        return (members, signers, Hash.sha256(payload))
    }

    private static func exactly(_ members: [String: JSON], _ names: Set<String>) throws(Refusal) -> [String: JSON] {
        if let missing = names.subtracting(members.keys).min() { throw Refusal("\"\(missing)\" is missing") }
        if let extra = Set(members.keys).subtracting(names).min() {
            throw Refusal("\"\(extra.prefix(40))\" has no place here")
        }
        return members
    }

    private static func text(_ value: JSON?) -> String? {
        value?.string.flatMap { (1...200).contains($0.count) ? $0 : nil }
    }
}
