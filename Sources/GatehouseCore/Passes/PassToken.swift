/// The octets of a pass: a CWT (RFC 8392) in a COSE_Sign1 (RFC 9052) with EdDSA. Nothing optional and one encoding only,
/// so that a changed octet anywhere is another pass, or none.
///
///     18([ << {1: -8, 4: key id} >>, {}, << claims >>, signature ])
package struct PassToken: Hashable, Sendable {
    /// The first 8 octets of the SHA-256 of the public key.
    package var keyID: [UInt8]
    /// The claims as they were signed.
    package var payload: [UInt8]
    package var signature: [UInt8]

    /// What stands before the base64url text of a pass; no card of ours begins so.
    package static let prefix = "GP1."
    /// Octets of text that readers can send.
    package static let longestText = 256

    private static let signTag: UInt64 = 18
    private static let keyIDSize = 8
    private static let signatureSize = 64

    /// Claims of the CWT registry, and three private ones.
    private enum Key {
        static let issuer: Int64 = 1
        static let audience: Int64 = 3
        static let until: Int64 = 4
        static let from: Int64 = 5
        static let id: Int64 = 7
        static let uses: Int64 = -65537
        static let host: Int64 = -65538
        static let plate: Int64 = -65539
    }

    package init(keyID: [UInt8], payload: [UInt8], signature: [UInt8]) {
        self.keyID = keyID
        self.payload = payload
        self.signature = signature
    }

    // MARK: Envelope

    package var encoded: [UInt8] {
        CanonicalValue.tagged(
            Self.signTag,
            .array([.octets(Self.header(keyID)), .map([:]), .octets(payload), .octets(signature)])
        ).encoded()
    }

    /// Nil for anything but the one encoding that `encoded` writes.
    package init?(octets: [UInt8]) {
        guard octets.count <= Self.longestText,
            case .tagged(Self.signTag, let value)? = CanonicalValue(decoding: octets),
            let parts = value.array, parts.count == 4, let header = parts[0].octets, parts[1] == .map([:]),
            let payload = parts[2].octets, let signature = parts[3].octets, signature.count == Self.signatureSize,
            let pairs = CanonicalValue(decoding: header)?.numbered, pairs.count == 2, pairs[1] == .integer(-8),
            let keyID = pairs[4]?.octets, keyID.count == Self.keyIDSize
        else { return nil }
        self.init(keyID: keyID, payload: payload, signature: signature)
    }

    /// The octets that are signed (RFC 9052, section 4.4).
    package static func signed(keyID: [UInt8], payload: [UInt8]) -> [UInt8] {
        CanonicalValue.array([.text("Signature1"), .octets(header(keyID)), .octets([]), .octets(payload)]).encoded()
    }

    private static func header(_ keyID: [UInt8]) -> [UInt8] {
        CanonicalValue.numbered([1: .integer(-8), 4: .octets(keyID)]).encoded()
    }

    // MARK: Claims

    package static func payload(of claims: PassClaims) -> [UInt8] {
        var pairs: [Int64: CanonicalValue] = [
            Key.issuer: .text(claims.issuer), Key.audience: .array(claims.points.map { .text($0) }),
            Key.until: .integer(claims.until), Key.from: .integer(claims.from),
            Key.id: .octets(claims.id.value.bigEndianOctets), Key.host: .integer(Int64(claims.host)),
        ]
        pairs[Key.uses] = claims.uses.map { .integer(Int64($0)) }
        pairs[Key.plate] = claims.plate.map { .text($0) }
        return CanonicalValue.numbered(pairs).encoded()
    }

    /// The claims, when all that is needed is there, in bounds, and nothing else.
    package var claims: PassClaims? {
        guard var pairs = CanonicalValue(decoding: payload)?.numbered,
            let issuer = pairs.removeValue(forKey: Key.issuer)?.text, !issuer.isEmpty,
            let audience = pairs.removeValue(forKey: Key.audience)?.array, !audience.isEmpty,
            let until = pairs.removeValue(forKey: Key.until)?.integer,
            let from = pairs.removeValue(forKey: Key.from)?.integer, from >= 0, until < Int64(UInt32.max), from < until,
            until - from <= PassClaims.longestWindow,
            let number = pairs.removeValue(forKey: Key.id)?.octets, number.count == 8,
            let host = pairs.removeValue(forKey: Key.host)?.integer.flatMap({ UInt32(exactly: $0) })
        else { return nil }
        let points = audience.compactMap(\.text)
        let uses = pairs.removeValue(forKey: Key.uses)
        let plate = pairs.removeValue(forKey: Key.plate)
        let count = uses?.integer.flatMap { UInt16(exactly: $0) }
        guard points.count == audience.count, pairs.isEmpty, uses == nil || (count ?? 0) > 0,
            plate == nil || plate?.text.map({ !$0.isEmpty }) == true
        else { return nil }
        return PassClaims(
            id: PassID(number.reduce(0) { $0 << 8 | UInt64($1) }), issuer: issuer, from: from, until: until,
            points: points, uses: count, host: host, plate: plate?.text)
    }
}
