/// What a sealed note says to who holds its key. Each decision has one beside it while the list is active, and so has each
/// regular step of the list; all have one size, and most say nothing.
package struct WatchlistNote: Hashable, Sendable {
    /// The raw value stands in stored notes, for ever.
    package enum Kind: UInt8, Hashable, Sendable, CaseIterable {
        case blank = 0
        /// The decision beside it was one of a flagged person: the lead that is owed.
        case hit = 1
        /// How a message of a lead ended: by the receiver's receipt, with its entry, or because too many came after it.
        case settled = 2
        case lapsed = 3
        case crowdedOut = 4
        /// What the authority answered.
        case confirmed = 5
        case notThePerson = 6
        /// The third answer of that kind took the entry out of use.
        case suspended = 7
        case added = 8
        case renewed = 9
        case withdrawn = 10
        case expired = 11
        /// A document that was no entry.
        case refused = 12
        /// The entry, or a lead, went with its activation.
        case replaced = 13
    }

    package var kind: Kind
    /// The entry's id; empty where it is about none.
    package var entry = ""
    package var category: WatchlistCategory?
    /// The decision that it is about; 0 for none.
    package var event: UInt64 = 0
    package var portal = ""
    /// Whether it is about the second message of a lead, with the digest of the picture.
    package var isPicture = false
    /// Whether it is about somebody under 18.
    package var isMinor = false
    /// When the entry of a hit expires.
    package var expires = CivilTime(milliseconds: 0)
    /// SHA-256 of the document of a step; empty for none.
    package var document: [UInt8] = []

    package init(_ kind: Kind) { self.kind = kind }

    /// The octets that are sealed: always as many.
    package static let size = 192
    private static let form: UInt8 = 2
    private static let longestName = 64

    package var octets: [UInt8] {
        var octets: [UInt8] = [Self.form, kind.rawValue, category?.code ?? 0, (isPicture ? 1 : 0) | (isMinor ? 2 : 0)]
        octets.reserveCapacity(Self.size)
        Self.put(entry, to: &octets)
        Self.put(portal, to: &octets)
        octets += event.bigEndianOctets
        octets += UInt64(bitPattern: expires.milliseconds).bigEndianOctets
        octets += document.count == 32 ? document : [UInt8](repeating: 0, count: 32)
        octets += [UInt8](repeating: 0, count: Self.size - octets.count)
        return octets
    }

    /// Nil for what is no note of this form.
    package init?(octets: [UInt8]) {
        guard octets.count == Self.size, octets[0] == Self.form, let kind = Kind(rawValue: octets[1]) else {
            return nil
        }
        self.init(kind)
        category = WatchlistCategory.allCases.first { $0.code == octets[2] }
        (isPicture, isMinor) = (octets[3] & 1 != 0, octets[3] & 2 != 0)
        entry = Self.text(octets[4..<69])
        portal = Self.text(octets[69..<134])
        func number(_ start: Int) -> UInt64 { octets[start..<(start + 8)].reduce(0) { $0 << 8 | UInt64($1) } }
        event = number(134)
        expires = .clamped(Int64(bitPattern: number(142)))
        let digest = Array(octets[150..<182])
        document = digest.contains { $0 != 0 } ? digest : []
    }

    private static func put(_ text: String, to octets: inout [UInt8]) {
        let name = text.utf8.prefix(longestName)
        octets.append(UInt8(name.count))
        octets += name
        octets += [UInt8](repeating: 0, count: longestName - name.count)
    }

    private static func text(_ octets: ArraySlice<UInt8>) -> String {
        String(decoding: octets.dropFirst().prefix(Int(octets.first ?? 0)), as: UTF8.self)
    }
}

extension WatchlistCategory {
    /// What stands in stored notes.
    package var code: UInt8 {
        switch self {
        case .warrant: 1
        case .missing: 2
        case .protective: 3
        }
    }
}
