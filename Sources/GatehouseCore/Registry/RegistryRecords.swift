package struct RegistryCounts: Hashable, Sendable {
    package var persons: Int
    package var credentials: Int
    package var tenancies: Int
    package var dwellings: Int
    package var vehicles: Int
}

package enum TenancyStanding: UInt8, Hashable, Sendable, CaseIterable {
    case none = 0
    case ended = 1
    case coming = 2
    case running = 3
    /// Over, within the days that the policy leaves for moving out.
    case grace = 4

    var weight: Int {
        switch self {
        case .none: 0
        case .ended: 1
        case .coming: 2
        case .grace: 3
        case .running: 4
        }
    }
}

/// Why a row cannot be taken. The raw value is the stable word of commands and imports.
package enum RegistryProblem: String, Error, Hashable, Sendable, CaseIterable {
    case unknownCommunity, unknownDwelling, unknownPerson, unknownRow, noTenant, endsBeforeItStarts, credentialTaken
    case tooManyGroups, identityOutOfRange, tooManyShifts, unknownResponsible, nobodyResponsible, unknownVehicle
    case consentMissing, guardianMissing

    /// What is wrong and what to do, for people.
    package var sentence: Sentence {
        switch self {
        case .unknownCommunity: Sentence("the community is not in the registry; add it first")
        case .unknownDwelling: Sentence("the dwelling is not in the registry; add it first")
        case .unknownPerson: Sentence("the person is not in the registry; add them first")
        case .unknownRow: Sentence("no such row, or it has ended already")
        case .noTenant: Sentence("a tenancy needs at least one tenant")
        case .endsBeforeItStarts: Sentence("the end is not after the start; check the two dates")
        case .credentialTaken: Sentence("the credential belongs to somebody already; end that row first")
        case .tooManyGroups: Sentence("more than \(Registry.groupLimit) groups; use one of those that exist")
        case .identityOutOfRange: Sentence("the identity is out of range")
        case .tooManyShifts: Sentence("more than \(Registry.shiftLimit) shifts; use one of those that exist")
        case .unknownResponsible: Sentence("the guardian or host is not in the registry; add them first")
        case .nobodyResponsible: Sentence("a child needs a guardian and a visitor a host")
        case .consentMissing: Sentence("a face needs the person's consent; record it first")
        case .guardianMissing: Sentence("for a child its guardian has to agree")
        case .unknownVehicle: Sentence("the vehicle is not in the registry; add it first")
        }
    }
}

/// 40 octets a person.
package struct PersonRecord: Hashable, Sendable {
    package var groups: UInt64
    package var validFrom: UInt32
    package var validUntil: UInt32
    package var dwelling: UInt32
    /// Guardian or host; 0 for none.
    package var responsible: UInt32
    var firstTenancy: UInt32
    package var role: PersonRole
    package var status: PersonStatus
    /// Place in `shiftNames`, from 1; 0 for none.
    package var shift: UInt8
    package var needsTime: Bool
    package var isPresent: Bool

    static let absent = PersonRecord(
        groups: 0, validFrom: 0, validUntil: 0, dwelling: 0, responsible: 0, firstTenancy: 0, role: .resident,
        status: .active, shift: 0, needsTime: false, isPresent: false)
}

package struct DwellingRecord: Hashable, Sendable {
    package var use: DwellingUse
    package var places: UInt8?
}

package struct VehicleRecord: Hashable, Sendable {
    package var dwelling: UInt32
    package var keeper: UInt32
}

/// 48 octets a credential.
package struct CredentialRecord: Hashable, Sendable {
    package var key: CredentialKey
    package var id: UInt32
    package var person: UInt32
    package var validFrom: UInt32
    package var validUntil: UInt32
    /// Seconds from the first grant; 0 is without end.
    package var firstUseSpan: UInt32
    /// 0 for none.
    package var vehicle: UInt32
    /// Grants that it is good for; 0 is without end.
    package var uses: UInt16
    package var kind: CredentialKind
    package var status: CredentialStatus
    package var isDuress: Bool
    package var isPresent: Bool

    static let absent = CredentialRecord(
        key: CredentialKey(high: 0, low: 0), id: 0, person: 0, validFrom: 0, validUntil: 0, firstUseSpan: 0,
        vehicle: 0, uses: 0, kind: .card, status: .enabled, isDuress: false, isPresent: false)
}

package struct TenancyRecord: Hashable, Sendable {
    package var dwelling: UInt32
    package var starts: Int64
    package var ends: Int64
    /// Whether days for moving out follow: not after an early end, nor once the dwelling was handed back.
    package var hasGrace: Bool
    package var isPresent: Bool
    /// Its people: a chain of links.
    var firstLink: UInt32 = 0
    static let absent = TenancyRecord(dwelling: 0, starts: 0, ends: 0, hasGrace: false, isPresent: false)
}

/// Ties a person to a tenancy; it stands in two chains.
package struct TenancyLink: Hashable, Sendable {
    var tenancy: UInt32
    var person: UInt32
    /// The next tenancy of the person.
    var next: UInt32
    /// The next person of the tenancy, or the next link that is free.
    var nextPerson: UInt32
}
