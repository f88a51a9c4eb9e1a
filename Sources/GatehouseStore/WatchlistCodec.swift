internal import GatehouseCore

/// Watchlist rows: canonical bytes, sealed as a whole under the hash of their name.
enum WatchlistCodec {
    static func key(_ name: String, _ secrets: StoreSecrets) -> String {
        secrets.sha256(Array("watch/\(name)".utf8)).prefix(16).map { octet in
            let digits = Array("0123456789abcdef")
            return "\(digits[Int(octet >> 4)])\(digits[Int(octet & 15)])"
        }.joined()
    }

    static func encode(_ activation: WatchlistActivation) -> [UInt8] {
        CanonicalValue.map([
            "authority": .text(activation.authority), "basis": .text(activation.legalBasis),
            "assessment": .text(activation.assessment),
            "communities": .array(activation.communities.map { .text($0) }),
            "from": .integer(activation.notBefore.milliseconds), "until": .integer(activation.notAfter.milliseconds),
            "signers": .array(activation.signers.map { .octets($0) }),
            "certificate": .octets(activation.issuerCertificate), "digest": .octets(activation.digest),
        ]).encoded()
    }

    static func encode(_ entry: WatchlistEntry) -> [UInt8] {
        CanonicalValue.map([
            "id": .text(entry.id), "category": .text(entry.category.rawValue),
            "portals": .array(entry.portals.map { .text($0.name) }),
            "from": .integer(entry.validFrom.milliseconds), "expires": .integer(entry.expires.milliseconds),
            "references": .array(entry.references.map { .octets($0) }), "digest": .octets(entry.digest),
        ]).encoded()
    }

    static func activation(_ octets: [UInt8]) -> WatchlistActivation? {
        guard let map = CanonicalValue(decoding: octets)?.map, let authority = map["authority"]?.text,
            let basis = map["basis"]?.text, let assessment = map["assessment"]?.text,
            let communities = map["communities"]?.array, let from = map["from"]?.integer,
            let until = map["until"]?.integer, let signers = map["signers"]?.array,
            let certificate = map["certificate"]?.octets, let digest = map["digest"]?.octets
        else { return nil }
        return WatchlistActivation(
            authority: authority, legalBasis: basis, assessment: assessment,
            communities: communities.compactMap(\.text), notBefore: CivilTime(milliseconds: from),
            notAfter: CivilTime(milliseconds: until), signers: signers.compactMap(\.octets),
            issuerCertificate: certificate, digest: digest)
    }

    static func entry(_ octets: [UInt8]) -> WatchlistEntry? {
        guard let map = CanonicalValue(decoding: octets)?.map, let id = map["id"]?.text,
            let category = map["category"]?.text.flatMap(WatchlistCategory.init(rawValue:)),
            let portals = map["portals"]?.array, let from = map["from"]?.integer, let expires = map["expires"]?.integer,
            let references = map["references"]?.array, let digest = map["digest"]?.octets
        else { return nil }
        return WatchlistEntry(
            id: id, category: category, portals: portals.compactMap(\.text).map { PortalID($0) },
            validFrom: CivilTime(milliseconds: from), expires: CivilTime(milliseconds: expires),
            references: references.compactMap(\.octets), digest: digest)
    }
}
