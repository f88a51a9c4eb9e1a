/// The rows of the registry as they are stored, shown and changed. Times are whole seconds of UTC; an end is the
/// first second that no longer counts. Text marked personal is sealed on disk and never enters a log line.
package enum RegistryRow: Hashable, Sendable {
    case community(CommunityRow)
    case dwelling(DwellingRow)
    case person(PersonRow)
    case tenancy(TenancyRow)
    case credential(CredentialRow)

    package var kind: RegistryKind {
        switch self {
        case .community: .community
        case .dwelling: .dwelling
        case .person: .person
        case .tenancy: .tenancy
        case .credential: .credential
        }
    }

    package var id: UInt32 {
        switch self {
        case .community(let row): row.id
        case .dwelling(let row): row.id
        case .person(let row): row.id
        case .tenancy(let row): row.id
        case .credential(let row): row.id
        }
    }
}

package enum RegistryKind: UInt8, Hashable, Sendable, CaseIterable, Comparable {
    case community = 1
    case dwelling = 2
    case person = 3
    case tenancy = 4
    case credential = 5
    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    package var word: String {
        switch self {
        case .community: "community"
        case .dwelling: "dwelling"
        case .person: "person"
        case .tenancy: "tenancy"
        case .credential: "credential"
        }
    }
}

package struct CommunityRow: Hashable, Sendable {
    package var id: UInt32
    package var code: String
    package var name: String
    package init(id: UInt32, code: String, name: String) {
        self.id = id
        self.code = code
        self.name = name
    }
}

package struct DwellingRow: Hashable, Sendable {
    package var id: UInt32
    package var community: UInt32
    /// Unique in the community, as people say it: `3-2-501`.
    package var code: String
    package var use: DwellingUse
    package init(id: UInt32, community: UInt32, code: String, use: DwellingUse) {
        self.id = id
        self.community = community
        self.code = code
        self.use = use
    }
}

package enum DwellingUse: String, Hashable, Sendable, CaseIterable {
    case owned, let_ = "let", vacant, commercial
}

package struct PersonRow: Hashable, Sendable {
    package var id: UInt32
    /// The reference that the property office uses; unique.
    package var reference: String
    /// Personal.
    package var name: String
    package var role: PersonRole
    package var status: PersonStatus
    /// The dwelling of an owner or household member. Tenants have theirs through the tenancy.
    package var dwelling: UInt32?
    package var groups: [String]
    /// Employment of staff; nil is unbounded.
    package var validFrom: Int64?
    package var validUntil: Int64?

    package init(
        id: UInt32, reference: String, name: String, role: PersonRole, status: PersonStatus = .active,
        dwelling: UInt32? = nil, groups: [String], validFrom: Int64? = nil, validUntil: Int64? = nil
    ) {
        self.id = id
        self.reference = reference
        self.name = name
        self.role = role
        self.status = status
        self.dwelling = dwelling
        self.groups = groups
        self.validFrom = validFrom
        self.validUntil = validUntil
    }
}

package enum PersonRole: UInt8, Hashable, Sendable, CaseIterable {
    case resident = 0
    case tenant = 1
    case staff = 2
    package var word: String {
        switch self {
        case .resident: "resident"
        case .tenant: "tenant"
        case .staff: "staff"
        }
    }
}

package enum PersonStatus: UInt8, Hashable, Sendable, CaseIterable {
    case active = 0
    case suspended = 1
    case barred = 2
    package var word: String {
        switch self {
        case .active: "active"
        case .suspended: "suspended"
        case .barred: "barred"
        }
    }
}

package struct TenancyRow: Hashable, Sendable {
    package var id: UInt32
    package var dwelling: UInt32
    package var tenants: [UInt32]
    /// Inclusive local days, as the contract says them (days since 1970).
    package var firstDay: Int32
    package var lastDay: Int32
    /// The UTC instant of the first local midnight, and of the local midnight after the last day (exclusive).
    package var starts: Int64
    package var ends: Int64
    /// The number of the contract. Personal.
    package var contract: String

    package init(
        id: UInt32, dwelling: UInt32, tenants: [UInt32], firstDay: Int32, lastDay: Int32, starts: Int64, ends: Int64,
        contract: String = ""
    ) {
        self.id = id
        self.dwelling = dwelling
        self.tenants = tenants
        self.firstDay = firstDay
        self.lastDay = lastDay
        self.starts = starts
        self.ends = ends
        self.contract = contract
    }
}

package struct CredentialRow: Hashable, Sendable {
    package var id: UInt32
    package var person: UInt32
    package var kind: CredentialKind
    /// What readers present, as a key. Sealed on disk: it admits people.
    package var key: CredentialKey
    /// The spelling for people: `H10301:118-1603`, `face-1:5`; empty for a PIN. Personal.
    package var label: String
    package var status: CredentialStatus
    package var validFrom: Int64?
    package var validUntil: Int64?
    /// Presenting this one opens as usual and raises a silent alarm.
    package var isDuress: Bool

    package init(
        id: UInt32, person: UInt32, kind: CredentialKind, key: CredentialKey, label: String,
        status: CredentialStatus = .enabled, validFrom: Int64? = nil, validUntil: Int64? = nil, isDuress: Bool = false
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
    }
}

package enum CredentialKind: UInt8, Hashable, Sendable, CaseIterable {
    case card = 1
    case pin = 2
    case face = 3
    package var word: String {
        switch self {
        case .card: "card"
        case .pin: "pin"
        case .face: "face"
        }
    }
    package var factor: FactorSet {
        switch self {
        case .card: .card
        case .pin: .pin
        case .face: .face
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

/// One step of a registry revision.
package enum RegistryChange: Hashable, Sendable {
    /// Adds the row, or puts it in the place of the one with its kind and identity.
    case put(RegistryRow)
    /// Ends the row: its history stays.
    case end(RegistryKind, id: UInt32)
}
