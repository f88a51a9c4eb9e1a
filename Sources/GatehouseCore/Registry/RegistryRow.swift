/// The rows of the registry as they are stored, shown and changed. Times are whole seconds of UTC; an end is the
/// first second that no longer counts. Text marked personal is sealed on disk and never enters a log line.
package enum RegistryRow: Hashable, Sendable {
    case community(CommunityRow)
    case dwelling(DwellingRow)
    case person(PersonRow)
    case tenancy(TenancyRow)
    case credential(CredentialRow)
    case vehicle(VehicleRow)
    case consent(ConsentRow)

    package var kind: RegistryKind {
        switch self {
        case .community: .community
        case .dwelling: .dwelling
        case .person: .person
        case .tenancy: .tenancy
        case .credential: .credential
        case .vehicle: .vehicle
        case .consent: .consent
        }
    }

    package var id: UInt32 {
        switch self {
        case .community(let row): row.id
        case .dwelling(let row): row.id
        case .person(let row): row.id
        case .tenancy(let row): row.id
        case .credential(let row): row.id
        case .vehicle(let row): row.id
        case .consent(let row): row.id
        }
    }
}

package enum RegistryKind: UInt8, Hashable, Sendable, CaseIterable, Comparable {
    case community = 1
    case dwelling = 2
    case person = 3
    case tenancy = 4
    /// Ahead of the credentials, which may belong to one.
    case vehicle = 6
    /// A face needs one.
    case consent = 7
    case credential = 5

    /// The order in which rows lean on one another: what a row names comes before it.
    private var place: Int { Self.allCases.firstIndex(of: self)! }
    package static func < (left: Self, right: Self) -> Bool { left.place < right.place }

    package var word: String {
        switch self {
        case .community: "community"
        case .dwelling: "dwelling"
        case .person: "person"
        case .tenancy: "tenancy"
        case .credential: "credential"
        case .vehicle: "vehicle"
        case .consent: "consent"
        }
    }
}

/// A row by its kind and identity.
package struct RegistryRowID: Hashable, Sendable {
    package var kind: RegistryKind
    package var id: UInt32
    package init(_ kind: RegistryKind, _ id: UInt32) {
        self.kind = kind
        self.id = id
    }
}

/// One step of a registry revision.
package enum RegistryChange: Hashable, Sendable {
    /// Adds the row, or puts it in the place of the one with its kind and identity.
    case put(RegistryRow)
    /// Ends the row: its history stays.
    case end(RegistryKind, id: UInt32)
}
