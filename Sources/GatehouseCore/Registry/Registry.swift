/// The registry that decides: packed records in memory, found by key or identity in constant time. Names and
/// numbers for people stay in the store.
///
/// Rows are addressed by their identity, which the store hands out densely from 1. A row that ended keeps its place
/// with `isPresent` false.
package struct Registry: Sendable {
    package private(set) var revision: UInt64
    private(set) var persons: ContiguousArray<PersonRecord> = []
    private(set) var credentials: ContiguousArray<CredentialRecord> = []
    private(set) var tenancies: ContiguousArray<TenancyRecord> = []
    /// Chains of tenancies, one chain a person; index 0 is the end of every chain.
    private(set) var tenancyLinks: ContiguousArray<TenancyLink> = [TenancyLink(tenancy: 0, next: 0)]
    private(set) var dwellings: ContiguousArray<DwellingUse?> = []
    private(set) var communities: ContiguousArray<Bool> = []
    private var index = KeyIndex()
    /// Names of groups; a person's groups are bits that count from the first.
    package private(set) var groupNames: [String] = []

    /// The most groups that a registry can name.
    package static let groupLimit = 64
    /// The highest identity of a row.
    package static let rowLimit: UInt32 = 1 << 24

    package init(revision: UInt64 = 0) { self.revision = revision }

    // MARK: Questions

    package func credential(for key: CredentialKey) -> CredentialRecord? {
        index.find(key, in: credentials).map { credentials[Int($0)] }
    }

    package func person(_ id: UInt32) -> PersonRecord? {
        guard Int(id) < persons.count, persons[Int(id)].isPresent else { return nil }
        return persons[Int(id)]
    }

    package func credential(id: UInt32) -> CredentialRecord? {
        guard Int(id) < credentials.count, credentials[Int(id)].isPresent else { return nil }
        return credentials[Int(id)]
    }

    package func tenancy(_ id: UInt32) -> TenancyRecord? {
        guard Int(id) < tenancies.count, tenancies[Int(id)].isPresent else { return nil }
        return tenancies[Int(id)]
    }

    /// Where the tenancies of a person stand at an instant: running wins over coming, coming over ended.
    package func tenancyStanding(of person: PersonRecord, at now: Int64) -> TenancyStanding {
        var standing = TenancyStanding.none
        var link = person.firstTenancy
        while link != 0 {
            let entry = tenancyLinks[Int(link)]
            let tenancy = tenancies[Int(entry.tenancy)]
            if tenancy.isPresent {
                let one: TenancyStanding = now < tenancy.starts ? .coming : now < tenancy.ends ? .running : .ended
                if one.rawValue > standing.rawValue { standing = one }
            }
            link = entry.next
        }
        return standing
    }

    package func dwellingUse(_ id: UInt32) -> DwellingUse? {
        Int(id) < dwellings.count ? dwellings[Int(id)] : nil
    }

    package var counts: RegistryCounts {
        RegistryCounts(
            persons: persons.lazy.filter(\.isPresent).count,
            credentials: credentials.lazy.filter(\.isPresent).count,
            tenancies: tenancies.lazy.filter(\.isPresent).count,
            dwellings: dwellings.lazy.filter { $0 != nil }.count)
    }

    // MARK: Changes

    /// Why the change cannot stand beside what the registry holds; nil when it can. Nothing is changed.
    package func problem(with change: RegistryChange) -> RegistryProblem? {
        switch change {
        case .put(let row):
            guard row.id >= 1, row.id < Self.rowLimit else { return .identityOutOfRange }
            switch row {
            case .community: return nil
            case .dwelling(let row): return holds(row.community, in: communities) ? nil : .unknownCommunity
            case .person(let row):
                if let dwelling = row.dwelling, dwellingUse(dwelling) == nil { return .unknownDwelling }
                let new = row.groups.filter { !groupNames.contains($0) }
                if groupNames.count + new.count > Self.groupLimit { return .tooManyGroups }
                return nil
            case .tenancy(let row):
                if dwellingUse(row.dwelling) == nil { return .unknownDwelling }
                if row.tenants.isEmpty { return .noTenant }
                if row.tenants.contains(where: { person($0) == nil }) { return .unknownPerson }
                return row.starts < row.ends ? nil : .endsBeforeItStarts
            case .credential(let row):
                if person(row.person) == nil { return .unknownPerson }
                if let from = row.validFrom, let until = row.validUntil, from >= until { return .endsBeforeItStarts }
                if let other = credential(for: row.key), other.id != row.id { return .credentialTaken }
                return nil
            }
        case .end(let kind, let id):
            let known =
                switch kind {
                case .community: holds(id, in: communities)
                case .dwelling: dwellingUse(id) != nil
                case .person: person(id) != nil
                case .tenancy: tenancy(id) != nil
                case .credential: credential(id: id) != nil
                }
            return known ? nil : .unknownRow
        }
    }

    /// Takes the change, which `problem(with:)` must have passed, into the given revision.
    package mutating func apply(_ change: RegistryChange, revision: UInt64) {
        self.revision = revision
        switch change {
        case .put(.community(let row)): set(true, at: row.id, in: &communities, fill: false)
        case .put(.dwelling(let row)): set(row.use, at: row.id, in: &dwellings, fill: nil)
        case .put(.person(let row)): put(row)
        case .put(.tenancy(let row)): put(row)
        case .put(.credential(let row)): put(row)
        case .end(.community, let id): set(false, at: id, in: &communities, fill: false)
        case .end(.dwelling, let id): set(nil, at: id, in: &dwellings, fill: nil)
        case .end(.person, let id): persons[Int(id)].isPresent = false
        case .end(.tenancy, let id): tenancies[Int(id)].isPresent = false
        case .end(.credential, let id):
            index.remove(at: id, in: credentials)
            credentials[Int(id)].isPresent = false
        }
    }

    /// Makes room once for a known number of rows, so that loading does not copy.
    package mutating func reserve(persons: Int, credentials: Int, tenancies: Int) {
        self.persons.reserveCapacity(persons + 1)
        self.credentials.reserveCapacity(credentials + 1)
        self.tenancies.reserveCapacity(tenancies + 1)
        index.reserve(credentials, in: self.credentials)
    }

    private mutating func put(_ row: PersonRow) {
        let links = Int(row.id) < persons.count ? persons[Int(row.id)].firstTenancy : 0
        var bits: UInt64 = 0
        for group in row.groups {
            let position =
                groupNames.firstIndex(of: group)
                ?? {
                    groupNames.append(group)
                    return groupNames.count - 1
                }()
            precondition(position < Self.groupLimit, "group \(position)")
            bits |= 1 << UInt64(position)
        }
        let record = PersonRecord(
            groups: bits, validFrom: Self.seconds(row.validFrom, otherwise: 0),
            validUntil: Self.seconds(row.validUntil, otherwise: .max), dwelling: row.dwelling ?? 0,
            firstTenancy: links, role: row.role, status: row.status, isPresent: true)
        set(record, at: row.id, in: &persons, fill: .absent)
    }

    private mutating func put(_ row: TenancyRow) {
        // A chain is walked only when the row is replaced: loading stays linear.
        if tenancy(row.id) != nil {
            for person in persons.indices where persons[person].firstTenancy != 0 {
                if !row.tenants.contains(UInt32(person)) { unlink(UInt32(person), from: row.id) }
            }
        }
        set(
            TenancyRecord(dwelling: row.dwelling, starts: row.starts, ends: row.ends, isPresent: true), at: row.id,
            in: &tenancies, fill: .absent)
        for tenant in row.tenants where !isLinked(tenant, to: row.id) {
            tenancyLinks.append(TenancyLink(tenancy: row.id, next: persons[Int(tenant)].firstTenancy))
            persons[Int(tenant)].firstTenancy = UInt32(tenancyLinks.count - 1)
        }
    }

    private mutating func unlink(_ person: UInt32, from tenancy: UInt32) {
        var previous: UInt32 = 0
        var link = persons[Int(person)].firstTenancy
        while link != 0 {
            let next = tenancyLinks[Int(link)].next
            if tenancyLinks[Int(link)].tenancy == tenancy {
                if previous == 0 {
                    persons[Int(person)].firstTenancy = next
                } else {
                    tenancyLinks[Int(previous)].next = next
                }
                return
            }
            previous = link
            link = next
        }
    }

    private func isLinked(_ person: UInt32, to tenancy: UInt32) -> Bool {
        var link = persons[Int(person)].firstTenancy
        while link != 0 {
            if tenancyLinks[Int(link)].tenancy == tenancy { return true }
            link = tenancyLinks[Int(link)].next
        }
        return false
    }

    private mutating func put(_ row: CredentialRow) {
        if Int(row.id) < credentials.count, credentials[Int(row.id)].isPresent {
            index.remove(at: row.id, in: credentials)
        }
        let record = CredentialRecord(
            key: row.key, id: row.id, person: row.person, validFrom: Self.seconds(row.validFrom, otherwise: 0),
            validUntil: Self.seconds(row.validUntil, otherwise: .max), kind: row.kind, status: row.status,
            isDuress: row.isDuress, isPresent: true)
        set(record, at: row.id, in: &credentials, fill: .absent)
        index.insert(row.id, in: credentials)
    }

    private func holds(_ id: UInt32, in flags: ContiguousArray<Bool>) -> Bool {
        Int(id) < flags.count && flags[Int(id)]
    }

    private func set<Value>(_ value: Value, at id: UInt32, in array: inout ContiguousArray<Value>, fill: Value) {
        while array.count <= Int(id) { array.append(fill) }
        array[Int(id)] = value
    }

    /// Seconds of UTC in 32 bits (to the year 2106); earlier or later times are held at the ends.
    private static func seconds(_ value: Int64?, otherwise: UInt32) -> UInt32 {
        guard let value else { return otherwise }
        return UInt32(clamping: value)
    }
}

package struct RegistryCounts: Hashable, Sendable {
    package var persons: Int
    package var credentials: Int
    package var tenancies: Int
    package var dwellings: Int
}

package enum TenancyStanding: UInt8, Hashable, Sendable, CaseIterable {
    case none = 0
    case ended = 1
    case coming = 2
    case running = 3
}

/// Why a row cannot be taken. The raw value is the stable word of commands and imports.
package enum RegistryProblem: String, Error, Hashable, Sendable, CaseIterable {
    case unknownCommunity, unknownDwelling, unknownPerson, unknownRow, noTenant, endsBeforeItStarts, credentialTaken
    case tooManyGroups, identityOutOfRange

    /// What is wrong and what to do, for people.
    package var sentence: String {
        switch self {
        case .unknownCommunity: "the community is not in the registry; add it first"
        case .unknownDwelling: "the dwelling is not in the registry; add it first"
        case .unknownPerson: "the person is not in the registry; add them first"
        case .unknownRow: "no such row, or it has ended already"
        case .noTenant: "a tenancy needs at least one tenant"
        case .endsBeforeItStarts: "the end is not after the start; check the two dates"
        case .credentialTaken: "the credential belongs to somebody already; end that row first"
        case .tooManyGroups: "more than \(Registry.groupLimit) groups; use one of those that exist"
        case .identityOutOfRange: "the identity is out of range"
        }
    }
}

/// 32 octets a person.
package struct PersonRecord: Hashable, Sendable {
    package var groups: UInt64
    package var validFrom: UInt32
    package var validUntil: UInt32
    package var dwelling: UInt32
    var firstTenancy: UInt32
    package var role: PersonRole
    package var status: PersonStatus
    package var isPresent: Bool

    static let absent = PersonRecord(
        groups: 0, validFrom: 0, validUntil: 0, dwelling: 0, firstTenancy: 0, role: .resident, status: .active,
        isPresent: false)
}

/// 40 octets a credential.
package struct CredentialRecord: Hashable, Sendable {
    package var key: CredentialKey
    package var id: UInt32
    package var person: UInt32
    package var validFrom: UInt32
    package var validUntil: UInt32
    package var kind: CredentialKind
    package var status: CredentialStatus
    package var isDuress: Bool
    package var isPresent: Bool

    static let absent = CredentialRecord(
        key: CredentialKey(high: 0, low: 0), id: 0, person: 0, validFrom: 0, validUntil: 0, kind: .card,
        status: .enabled, isDuress: false, isPresent: false)
}

package struct TenancyRecord: Hashable, Sendable {
    package var dwelling: UInt32
    package var starts: Int64
    package var ends: Int64
    package var isPresent: Bool
    static let absent = TenancyRecord(dwelling: 0, starts: 0, ends: 0, isPresent: false)
}

package struct TenancyLink: Hashable, Sendable {
    var tenancy: UInt32
    var next: UInt32
}
