/// 128 bits under which a credential is found: the packed fields of a card, or a keyed digest of a PIN or a text.
/// The top octet is the kind, so that a PIN can never be taken for a card.
package struct CredentialKey: Hashable, Sendable {
    package var high: UInt64
    package var low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A card by its fields: format (24 bits of its name's FNV-1a), facility, number. Text goes through `digest`.
    package init(card: CardNumber, primitives: Primitives) {
        switch card.value {
        case .fields(let facility, let number):
            self.init(
                high: Self.top(.card) | UInt64(Self.fold(card.format.name)) << 32 | UInt64(facility), low: number)
        case .text(let text):
            // A line of text has no zero octet, so no text can be taken for the tag or plate of another format.
            let prefix = card.format == CardNumber.textFormat ? [] : Array(card.format.name.utf8) + [0]
            self.init(kind: .card, digest: primitives.digest(prefix + Array(text.utf8)))
            high |= 0x0080_0000_0000_0000
        }
    }

    /// A face by the module that knows it and the user number in that module.
    package init(face userNumber: UInt16, module: ReaderID) {
        high = Self.top(.face) | UInt64(Self.fold(module.name)) << 32
        low = UInt64(userNumber)
    }

    /// A PIN that stands alone (`person` nil: site scope) or is typed by a person already known by a card.
    package init(pin digits: [UInt8], person: UInt32?, primitives: Primitives) {
        self.init(kind: .pin, digest: primitives.pinCode(person, digits))
    }

    private init(kind: CredentialKind, digest: [UInt8]) {
        precondition(digest.count >= 16, "a digest of \(digest.count) octets")
        func word(_ from: Int) -> UInt64 { digest[from..<(from + 8)].reduce(0) { $0 << 8 | UInt64($1) } }
        high = Self.top(kind) | (word(0) & 0x007F_FFFF_FFFF_FFFF)
        low = word(8)
    }

    package init?(octets: [UInt8]) {
        guard octets.count == 16 else { return nil }
        (high, low) = (0, 0)
        for index in 0..<8 {
            high = high << 8 | UInt64(octets[index])
            low = low << 8 | UInt64(octets[index + 8])
        }
    }

    package var octets: [UInt8] {
        (0..<16).map { UInt8(truncatingIfNeeded: ($0 < 8 ? high : low) >> UInt64(56 - ($0 % 8) * 8)) }
    }

    package var kind: CredentialKind? { CredentialKind(rawValue: UInt8(high >> 56)) }

    private static func top(_ kind: CredentialKind) -> UInt64 { UInt64(kind.rawValue) << 56 }

    /// 23 bits of FNV-1a over a name that the configuration gives. Two names of one site that fold alike are refused
    /// when the configuration is read.
    package static func fold(_ name: String) -> UInt32 {
        var hash: UInt32 = 2_166_136_261
        for octet in name.utf8 { hash = (hash ^ UInt32(octet)) &* 16_777_619 }
        return (hash >> 23 ^ hash) & 0x007F_FFFF
    }

    /// A well-mixed word for the index.
    var mixed: UInt64 {
        var word = low ^ (high &* 0x9E37_79B9_7F4A_7C15)
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}

/// What the core needs from outside and could not compute alone: real in the daemon, plain in a simulation.
package struct Primitives: Sendable {
    /// SHA-256 of the octets.
    package var digest: @Sendable ([UInt8]) -> [UInt8]
    /// HMAC-SHA-256 under the PIN pepper over (scope, digits); the scope is a person or, with nil, the site.
    package var pinCode: @Sendable (_ person: UInt32?, _ digits: [UInt8]) -> [UInt8]
    /// HMAC-SHA-256 under the sealed watchlist key of this site.
    package var watchlistReference: @Sendable ([UInt8]) -> [UInt8]
    /// Seals the octets for the watchlist's auditor, under a key of this entry's alone.
    package var sealWatchlistNote: @Sendable (_ sequence: UInt64, [UInt8]) -> [UInt8]
    /// The key by which receivers of an alert know it again: it tells neither how many there were nor to whom.
    package var alertKey: @Sendable (_ id: UInt64) -> String
    /// Names a message of a lead, for its receiver and in answers: it tells nothing to others.
    package var leadID: @Sendable (_ event: UInt64, _ isPicture: Bool) -> String
    /// Opens the text of a pass: nil when no key that is known here signed it.
    package var openPass: @Sendable (_ text: String) -> OpenedPass?

    package init(
        digest: @escaping @Sendable ([UInt8]) -> [UInt8],
        pinCode: @escaping @Sendable (UInt32?, [UInt8]) -> [UInt8],
        watchlistReference: @escaping @Sendable ([UInt8]) -> [UInt8],
        sealWatchlistNote: @escaping @Sendable (UInt64, [UInt8]) -> [UInt8],
        alertKey: @escaping @Sendable (UInt64) -> String,
        leadID: @escaping @Sendable (UInt64, Bool) -> String,
        openPass: @escaping @Sendable (String) -> OpenedPass? = { _ in nil }
    ) {
        self.digest = digest
        self.pinCode = pinCode
        self.watchlistReference = watchlistReference
        self.sealWatchlistNote = sealWatchlistNote
        self.alertKey = alertKey
        self.leadID = leadID
        self.openPass = openPass
    }
}
