package struct CredentialRow: Hashable, Sendable {
    package var id: UInt32
    package var person: UInt32
    package var kind: CredentialKind
    /// What readers present, as a key. Sealed on disk: it admits people.
    package var key: CredentialKey
    /// The spelling for people: `H10301:118-1603`, `face-1:5`; empty for a PIN. Personal.
    package var label: String
    /// What other readers make of the same card: one fob is `UID34:2312379265` here and `H10301:118-1603` there.
    package var others: [OtherNumber]
    package var status: CredentialStatus
    package var validFrom: Int64?
    package var validUntil: Int64?
    /// Presenting this one opens as usual and raises a silent alarm.
    package var isDuress: Bool
    /// Why the status is what it is, as somebody wrote it. Personal.
    package var note: String
    /// Grants that it is good for; nil is without end.
    package var uses: UInt16?
    /// Seconds from its first grant after which it is over; nil is without end.
    package var firstUseSpan: UInt32?
    /// The vehicle whose plate or tag it is.
    package var vehicle: UInt32?

    package init(
        id: UInt32, person: UInt32, kind: CredentialKind, key: CredentialKey, label: String,
        status: CredentialStatus = .enabled, validFrom: Int64? = nil, validUntil: Int64? = nil, isDuress: Bool = false,
        note: String = "", uses: UInt16? = nil, firstUseSpan: UInt32? = nil, vehicle: UInt32? = nil,
        others: [OtherNumber] = []
    ) {
        self.id = id
        self.person = person
        self.kind = kind
        self.key = key
        self.label = label
        self.status = status
        self.validFrom = validFrom
        self.validUntil = validUntil
        self.isDuress = isDuress
        self.note = note
        self.uses = uses
        self.firstUseSpan = firstUseSpan
        self.vehicle = vehicle
        self.others = others
    }

    /// All that it is found by.
    package var allKeys: [CredentialKey] { [key] + others.map(\.key) }

    /// A further number of one card. Personal.
    package struct OtherNumber: Hashable, Sendable {
        package var key: CredentialKey
        package var label: String
        package init(key: CredentialKey, label: String) {
            self.key = key
            self.label = label
        }
        /// The most that a card has beside its first.
        package static let limit = 3
    }
}

package enum CredentialKind: UInt8, Hashable, Sendable, CaseIterable {
    case card = 1
    case pin = 2
    case face = 3
    case plate = 4
    package var word: String {
        switch self {
        case .card: "card"
        case .pin: "pin"
        case .face: "face"
        case .plate: "plate"
        }
    }
    package var factor: FactorSet {
        switch self {
        case .card: .card
        case .pin: .pin
        case .face: .face
        case .plate: .plate
        }
    }
}

/// Enabled, or off with the reason for it.
package enum CredentialStatus: UInt8, Hashable, Sendable, CaseIterable {
    case enabled = 0
    case lost = 1
    case stolen = 2
    case suspended = 3
    case damaged = 4
    case returned = 5
    package var word: String {
        switch self {
        case .enabled: "enabled"
        case .lost: "lost"
        case .stolen: "stolen"
        case .suspended: "suspended"
        case .damaged: "damaged"
        case .returned: "returned"
        }
    }
}

extension CredentialStatus {
    /// The status in sentences.
    package var noun: Sentence {
        switch self {
        case .enabled: Sentence("enabled")
        case .lost: Sentence("lost")
        case .stolen: Sentence("stolen")
        case .suspended: Sentence("suspended")
        case .damaged: Sentence("damaged")
        case .returned: Sentence("returned")
        }
    }
}
