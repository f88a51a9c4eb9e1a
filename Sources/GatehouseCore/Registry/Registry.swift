/// The registry that decides: packed records in memory, found by key or identity in constant time. Names and
/// numbers for people stay in the store.
///
/// Rows are addressed by their identity, which the store hands out densely from 1. A row that ended keeps its place
/// with `isPresent` false.
package struct Registry: Sendable {
    package internal(set) var revision: UInt64
    private(set) var persons: ContiguousArray<PersonRecord> = []
    private(set) var credentials: ContiguousArray<CredentialRecord> = []
    private(set) var tenancies: ContiguousArray<TenancyRecord> = []
    /// Chains of tenancies, one chain a person, and of people, one chain a tenancy; index 0 is the end of every chain.
    private(set) var tenancyLinks: ContiguousArray<TenancyLink> = [
        TenancyLink(tenancy: 0, person: 0, next: 0, nextPerson: 0)
    ]
    /// The first of the links that nobody uses.
    private var freeLink: UInt32 = 0
    private(set) var dwellings: ContiguousArray<DwellingRecord?> = []
    private(set) var vehicles: ContiguousArray<VehicleRecord?> = []
    /// Consents by the person that they are of: when withdrawn ones have to be carried out.
    private(set) var consents: [UInt32: ConsentRow] = [:]
    /// How many consents of a person stand.
    private var standingConsents: [UInt32: Int] = [:]
    private(set) var nearPlates = NearPlates()
    private(set) var communities: ContiguousArray<Bool> = []
    private var index = KeyIndex()
    /// Further numbers of cards, which few have, by their key and by the identity of their credential.
    private var otherKeys: [CredentialKey: UInt32] = [:]
    private var keysBeside: [UInt32: [CredentialKey]] = [:]
    /// Names of groups; a person's groups are bits that count from the first.
    package private(set) var groupNames: [String] = []
    /// Names of the schedules that people work in; a person's shift counts from the first, from 1.
    package private(set) var shiftNames: [String] = []

    /// The most groups that a registry can name.
    package static let groupLimit = 64
    /// The most shifts that a registry can name.
    package static let shiftLimit = 255
    /// The highest identity of a row.
    package static let rowLimit: UInt32 = 1 << 24

    package init(revision: UInt64 = 0) { self.revision = revision }

    // MARK: Questions

    package func credential(for key: CredentialKey) -> CredentialRecord? {
        let position = index.find(key, in: credentials) ?? (otherKeys.isEmpty ? nil : otherKeys[key])
        return position.map { credentials[Int($0)] }
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

    /// Where the tenancies of a person stand at an instant: running wins over grace, grace over coming, coming over ended.
    /// What had ended at `latest` has ended.
    package func tenancyStanding(
        of person: PersonRecord, at now: Int64, latest: Int64 = .min, grace: Int64 = 0
    ) -> TenancyStanding {
        let then = max(now, latest)
        var standing = TenancyStanding.none
        var link = person.firstTenancy
        while link != 0 {
            let entry = tenancyLinks[Int(link)]
            let tenancy = tenancies[Int(entry.tenancy)]
            if tenancy.isPresent {
                let one: TenancyStanding =
                    if then < tenancy.ends {
                        now < tenancy.starts ? .coming : .running
                    } else {
                        tenancy.hasGrace && then - tenancy.ends < grace ? .grace : .ended
                    }
                if one.weight > standing.weight { standing = one }
            }
            link = entry.next
        }
        return standing
    }

    package func dwelling(_ id: UInt32) -> DwellingRecord? {
        Int(id) < dwellings.count ? dwellings[Int(id)] : nil
    }

    package func vehicle(_ id: UInt32) -> VehicleRecord? {
        Int(id) < vehicles.count ? vehicles[Int(id)] : nil
    }

    /// Whether the person agreed, and has not taken it back, that a module knows their face.
    package func hasConsent(_ person: UInt32) -> Bool {
        standingConsents[person] != nil
    }

    /// Whether a face had to be gone from its module by now and is not known to be.
    package func hasOverdueDeletion(at seconds: Int64) -> Bool {
        consents.values.contains { $0.deleted == nil && ($0.deleteBy.map { $0 <= seconds } ?? false) }
    }

    /// Every person on the register, by identity.
    package var presentPersons: some Sequence<(id: UInt32, record: PersonRecord)> {
        persons.indices.lazy.filter { self.persons[$0].isPresent }.map { (UInt32($0), self.persons[$0]) }
    }

    /// Every credential, by identity.
    package var presentCredentials: some Sequence<CredentialRecord> { credentials.lazy.filter(\.isPresent) }

    /// Enrolled plates that the plate could be when one of its characters was misread or lost, in order. They are a hint
    /// for people and admit nobody.
    package func plates(near plate: String) -> [UInt32] { nearPlates.near(plate) }

    package var counts: RegistryCounts {
        RegistryCounts(
            persons: persons.lazy.filter(\.isPresent).count,
            credentials: credentials.lazy.filter(\.isPresent).count,
            tenancies: tenancies.lazy.filter(\.isPresent).count,
            dwellings: dwellings.lazy.filter { $0 != nil }.count,
            vehicles: vehicles.lazy.filter { $0 != nil }.count)
    }

    // MARK: Changes

    /// Why the change cannot stand beside what the registry holds; nil when it can. Nothing is changed.
    ///
    /// Rows that are loaded were taken once: what they lean on may come after them, or have ended since. Then a visitor
    /// has no host and a card no holder, and a rule says so; the row itself is as good as it was.
    package func problem(with change: RegistryChange, isLoading: Bool = false) -> RegistryProblem? {
        switch change {
        case .put(let row):
            guard row.id >= 1, row.id < Self.rowLimit else { return .identityOutOfRange }
            switch row {
            case .community: return nil
            case .dwelling(let row):
                return isLoading || holds(row.community, in: communities) ? nil : .unknownCommunity
            case .person(let row):
                let new = row.groups.filter { !groupNames.contains($0) }
                if groupNames.count + new.count > Self.groupLimit { return .tooManyGroups }
                if let shift = row.shift, !shiftNames.contains(shift), shiftNames.count >= Self.shiftLimit {
                    return .tooManyShifts
                }
                if isLoading { return nil }
                if let dwelling = row.dwelling, self.dwelling(dwelling) == nil { return .unknownDwelling }
                if let other = row.responsible, other == row.id || person(other) == nil { return .unknownResponsible }
                return row.responsible == nil && (row.role == .child || row.role == .visitor) ? .nobodyResponsible : nil
            case .tenancy(let row):
                if row.tenants.isEmpty { return .noTenant }
                if row.starts >= row.ends { return .endsBeforeItStarts }
                if isLoading { return nil }
                if dwelling(row.dwelling) == nil { return .unknownDwelling }
                let people = row.tenants + (row.landlord.map { [$0] } ?? [])
                return people.contains { person($0) == nil } ? .unknownPerson : nil
            case .credential(let row):
                if let from = row.validFrom, let until = row.validUntil, from >= until { return .endsBeforeItStarts }
                for key in row.allKeys {
                    if let other = credential(for: key), other.id != row.id { return .credentialTaken }
                }
                if isLoading { return nil }
                if person(row.person) == nil { return .unknownPerson }
                if let vehicle = row.vehicle, self.vehicle(vehicle) == nil { return .unknownVehicle }
                return row.kind == .face && row.status == .enabled && !hasConsent(row.person) ? .consentMissing : nil
            case .consent(let row):
                if isLoading { return nil }
                guard let person = person(row.person) else { return .unknownPerson }
                let isForChild = person.role == .child && (row.guardian == nil || row.guardian != person.responsible)
                return isForChild ? .guardianMissing : nil
            case .vehicle(let row):
                if isLoading { return nil }
                if dwelling(row.dwelling) == nil { return .unknownDwelling }
                return person(row.keeper) == nil ? .unknownPerson : nil
            }
        case .end(let kind, let id):
            let known =
                switch kind {
                case .community: holds(id, in: communities)
                case .dwelling: dwelling(id) != nil
                case .person: person(id) != nil
                case .tenancy: tenancy(id) != nil
                case .credential: credential(id: id) != nil
                case .vehicle: vehicle(id) != nil
                case .consent: consents[id] != nil
                }
            return known ? nil : .unknownRow
        }
    }

    /// Takes the change, which `problem(with:)` must have passed, into the given revision.
    package mutating func apply(_ change: RegistryChange, revision: UInt64) {
        self.revision = revision
        switch change {
        case .put(.community(let row)): set(true, at: row.id, in: &communities, fill: false)
        case .put(.dwelling(let row)):
            set(DwellingRecord(use: row.use, places: row.places), at: row.id, in: &dwellings, fill: nil)
        case .put(.vehicle(let row)):
            set(VehicleRecord(dwelling: row.dwelling, keeper: row.keeper), at: row.id, in: &vehicles, fill: nil)
        case .put(.person(let row)): put(row)
        case .put(.tenancy(let row)): put(row)
        case .put(.credential(let row)): put(row)
        case .end(.community, let id): set(false, at: id, in: &communities, fill: false)
        case .end(.dwelling, let id): set(nil, at: id, in: &dwellings, fill: nil)
        case .put(.consent(let row)): put(row, consent: row.id)
        case .end(.consent, let id): put(nil, consent: id)
        case .end(.vehicle, let id): set(nil, at: id, in: &vehicles, fill: nil)
        case .end(.person, let id): persons[Int(id)].isPresent = false
        case .end(.tenancy, let id): tenancies[Int(id)].isPresent = false
        case .end(.credential, let id):
            index.remove(at: id, in: credentials)
            beside(id, [])
            nearPlates.remove(id)
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
            responsible: row.responsible ?? 0, firstTenancy: links, role: row.role, status: row.status,
            shift: row.shift.map { shift($0) } ?? 0, needsTime: row.needsTime, isPresent: true)
        set(record, at: row.id, in: &persons, fill: .absent)
    }

    private mutating func shift(_ name: String) -> UInt8 {
        if let position = shiftNames.firstIndex(of: name) { return UInt8(position + 1) }
        shiftNames.append(name)
        precondition(shiftNames.count <= Self.shiftLimit, "\(shiftNames.count) shifts")
        return UInt8(shiftNames.count)
    }

    private mutating func put(_ row: ConsentRow?, consent id: UInt32) {
        if let old = consents[id], old.withdrawn == nil {
            let left = (standingConsents[old.person] ?? 1) - 1
            standingConsents[old.person] = left > 0 ? left : nil
        }
        consents[id] = row
        if let row, row.withdrawn == nil { standingConsents[row.person, default: 0] += 1 }
    }

    private mutating func put(_ row: TenancyRow) {
        var link: UInt32 = 0
        // A row that ended is forgotten with its people; nothing but its own chain is walked.
        if Int(row.id) < tenancies.count {
            for person in people(of: row.id) where !row.tenants.contains(person) || !tenancies[Int(row.id)].isPresent {
                unlink(person, from: row.id)
            }
            link = tenancies[Int(row.id)].firstLink
        }
        set(
            TenancyRecord(
                dwelling: row.dwelling, starts: row.starts, ends: row.ends,
                hasGrace: row.step != .terminated && row.step != .handedBack, isPresent: true, firstLink: link),
            at: row.id, in: &tenancies, fill: .absent)
        // Somebody who left before this run has no place here.
        for tenant in row.tenants where Int(tenant) < persons.count && !people(of: row.id).contains(tenant) {
            let entry = TenancyLink(
                tenancy: row.id, person: tenant, next: persons[Int(tenant)].firstTenancy,
                nextPerson: tenancies[Int(row.id)].firstLink)
            var place = freeLink
            if place == 0 {
                place = UInt32(tenancyLinks.count)
                tenancyLinks.append(entry)
            } else {
                freeLink = tenancyLinks[Int(place)].nextPerson
                tenancyLinks[Int(place)] = entry
            }
            persons[Int(tenant)].firstTenancy = place
            tenancies[Int(row.id)].firstLink = place
        }
    }

    /// Who is tied to a tenancy.
    private func people(of tenancy: UInt32) -> [UInt32] {
        var found: [UInt32] = []
        var link = tenancies[Int(tenancy)].firstLink
        while link != 0 {
            found.append(tenancyLinks[Int(link)].person)
            link = tenancyLinks[Int(link)].nextPerson
        }
        return found
    }

    private mutating func unlink(_ person: UInt32, from tenancy: UInt32) {
        var (before, link) = (UInt32(0), persons[Int(person)].firstTenancy)
        while link != 0, tenancyLinks[Int(link)].tenancy != tenancy {
            (before, link) = (link, tenancyLinks[Int(link)].next)
        }
        guard link != 0 else { return }
        if before == 0 {
            persons[Int(person)].firstTenancy = tenancyLinks[Int(link)].next
        } else {
            tenancyLinks[Int(before)].next = tenancyLinks[Int(link)].next
        }
        var (other, one) = (UInt32(0), tenancies[Int(tenancy)].firstLink)
        while one != 0, one != link { (other, one) = (one, tenancyLinks[Int(one)].nextPerson) }
        if other == 0 {
            tenancies[Int(tenancy)].firstLink = tenancyLinks[Int(link)].nextPerson
        } else {
            tenancyLinks[Int(other)].nextPerson = tenancyLinks[Int(link)].nextPerson
        }
        tenancyLinks[Int(link)] = TenancyLink(tenancy: 0, person: 0, next: 0, nextPerson: freeLink)
        freeLink = link
    }

    private mutating func put(_ row: CredentialRow) {
        if Int(row.id) < credentials.count, credentials[Int(row.id)].isPresent {
            index.remove(at: row.id, in: credentials)
        }
        let record = CredentialRecord(
            key: row.key, id: row.id, person: row.person, validFrom: Self.seconds(row.validFrom, otherwise: 0),
            validUntil: Self.seconds(row.validUntil, otherwise: .max), firstUseSpan: row.firstUseSpan ?? 0,
            vehicle: row.vehicle ?? 0, uses: row.uses ?? 0, kind: row.kind, status: row.status,
            isDuress: row.isDuress, isPresent: true)
        set(record, at: row.id, in: &credentials, fill: .absent)
        index.insert(row.id, in: credentials)
        beside(row.id, row.others.map(\.key))
        nearPlates.remove(row.id)
        if row.kind == .plate { nearPlates.insert(CardNumber.text(ofLabel: row.label), row.id) }
    }

    /// The further keys of a credential take the place of those that it had.
    private mutating func beside(_ id: UInt32, _ further: [CredentialKey]) {
        guard !further.isEmpty || !keysBeside.isEmpty else { return }
        for key in keysBeside[id] ?? [] { otherKeys[key] = nil }
        keysBeside[id] = further.isEmpty ? nil : further
        for key in further { otherKeys[key] = id }
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
