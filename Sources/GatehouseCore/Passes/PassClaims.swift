/// The number of a pass: 64 random bits, written as 16 hexadecimal digits. It names the pass in the journal, in the ledger
/// and in commands.
package struct PassID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var value: UInt64
    package init(_ value: UInt64) { self.value = value }

    /// Reads 16 hexadecimal digits.
    package init?(_ text: some StringProtocol) {
        let isPlain = text.utf8.allSatisfy { ($0 >= 0x30 && $0 <= 0x39) || ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x66) }
        guard text.utf8.count == 16, isPlain, let value = UInt64(text, radix: 16) else { return nil }
        self.value = value
    }

    package var description: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
    package static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}

/// What a pass says: who gave it out, where and when it is good, how often, for whose visitor.
///
/// An access point of the issuer's own site stands by its name, one of another site as `site/name`, so that no pass opens a
/// gate that happens to have the same name elsewhere.
package struct PassClaims: Hashable, Sendable {
    package var id: PassID
    /// The site or office that signed it.
    package var issuer: String
    /// Seconds of UTC; the end is the first second that no longer counts.
    package var from: Int64
    package var until: Int64
    package var points: [String]
    /// Grants that it is good for, at all gates together; nil is without end.
    package var uses: UInt16?
    /// The person visited, by their number on the issuer's register.
    package var host: UInt32
    package var plate: String?

    package init(
        id: PassID, issuer: String, from: Int64, until: Int64, points: [String], uses: UInt16?, host: UInt32,
        plate: String? = nil
    ) {
        self.id = id
        self.issuer = issuer
        self.from = from
        self.until = until
        self.points = points
        self.uses = uses
        self.host = host
        self.plate = plate
    }

    /// The longest window of a pass: whatever counts its grants is kept until its end.
    package static let longestWindow: Int64 = 366 * 86400

    /// Whether the pass names an access point of a site.
    package func names(_ point: AccessPointID, of site: String) -> Bool {
        points.contains { $0 == "\(site)/\(point)" || ($0 == point.name && issuer == site) }
    }
}

/// Claims that a known key has signed.
package struct OpenedPass: Hashable, Sendable {
    package var claims: PassClaims
    /// Whether the issuer's register is the one that is in force here, so that the host can be looked up.
    package var sharesRegister: Bool

    package init(claims: PassClaims, sharesRegister: Bool) {
        self.claims = claims
        self.sharesRegister = sharesRegister
    }
}

/// What a scanner read that begins like a pass.
package struct PresentedPass: Hashable, Sendable {
    /// Nil when nobody known here has signed it.
    package var opened: OpenedPass?
    /// The text as an unknown number, for whoever counts those.
    package var mark: CredentialKey
    /// Whether the access point reads plates and the pass names one: then the plate has to come too.
    package var wantsPlate: Bool

    package init(opened: OpenedPass?, mark: CredentialKey, wantsPlate: Bool) {
        self.opened = opened
        self.mark = mark
        self.wantsPlate = wantsPlate
    }

    /// Whether this is the plate that the pass names.
    package func names(_ plate: CardRead) -> Bool {
        guard case .text(let text) = plate.number.value, plate.number.isPlate else { return false }
        return opened?.claims.plate == text
    }
}
