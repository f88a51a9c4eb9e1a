internal import GatehouseCore

/// The registry as it stands, by the names that people use.
struct PresentRegister: RegisterSource, Sendable {
    struct DwellingKey: Hashable {
        var community: UInt32
        var code: String
    }

    var communities: [String: CommunityRow] = [:]
    private(set) var homes: [DwellingKey: DwellingRow] = [:]
    private var communitiesOfCode: [String: [UInt32]] = [:]
    private(set) var persons: [String: PersonRow] = [:]
    /// By dwelling, in the order of their identities.
    private(set) var tenancies: [UInt32: [TenancyRow]] = [:]
    /// By every number that a card has.
    private(set) var credentials: [CredentialKey: CredentialRow] = [:]
    var vehicles: [String: VehicleRow] = [:]
    /// People whose consent stands.
    var consented: [UInt32: ConsentRow] = [:]
    var nextID: [RegistryKind: UInt32] = [:]
    /// References by identity.
    private var references: [UInt32: String] = [:]
    private var homeIDs: Set<UInt32> = []

    init(_ rows: [RegistryRow]) {
        for kind in RegistryKind.allCases { nextID[kind] = 1 }
        for row in rows {
            nextID[row.kind] = max(nextID[row.kind]!, row.id + 1)
            switch row {
            case .community(let row): communities[row.code] = row
            case .dwelling(let row): put(row)
            case .tenancy(let row): put(row)
            case .person(let row): put(row)
            case .credential(let row): put(row)
            case .vehicle(let row): vehicles[row.plate] = row
            case .consent(let row): if row.withdrawn == nil { consented[row.person] = row }
            }
        }
    }

    /// Room for what the tables may bring.
    mutating func reserve(_ tables: [ImportTable]) {
        func lines(_ kinds: RegistryKind...) -> Int {
            tables.reduce(0) { $0 + (kinds.contains($1.kind) ? $1.lines.count : 0) }
        }
        persons.reserveCapacity(persons.count + lines(.person))
        references.reserveCapacity(persons.count + lines(.person))
        homes.reserveCapacity(homes.count + lines(.dwelling))
        credentials.reserveCapacity(credentials.count + lines(.credential, .vehicle))
    }

    mutating func put(_ row: DwellingRow) {
        if homes.updateValue(row, forKey: DwellingKey(community: row.community, code: row.code)) == nil {
            communitiesOfCode[row.code, default: []].append(row.community)
        }
        homeIDs.insert(row.id)
    }

    mutating func put(_ row: PersonRow) {
        persons[row.reference] = row
        references[row.id] = row.reference
    }

    func reference(of person: UInt32) -> String? { references[person] }

    mutating func put(_ row: CredentialRow) {
        for key in credentials[row.key]?.allKeys ?? [] { credentials[key] = nil }
        for key in row.allKeys { credentials[key] = row }
    }

    mutating func put(_ row: TenancyRow) {
        let place = tenancies[row.dwelling]?.firstIndex { $0.id == row.id }
        if let place {
            tenancies[row.dwelling]?[place] = row
        } else {
            tenancies[row.dwelling, default: []].append(row)
        }
    }

    mutating func end(_ row: CredentialRow) { for key in row.allKeys { credentials[key] = nil } }

    mutating func end(_ row: TenancyRow) { tenancies[row.dwelling]?.removeAll { $0.id == row.id } }

    // MARK: RegisterSource

    func community(_ code: String) -> CommunityRow? { communities[code] }
    func allCommunities() -> [CommunityRow] { communities.values.sorted { $0.id < $1.id } }
    func dwelling(_ code: String, in community: UInt32) -> DwellingRow? {
        homes[DwellingKey(community: community, code: code)]
    }
    func dwellings(_ code: String) -> [DwellingRow] {
        communitiesOfCode[code, default: []].compactMap { dwelling(code, in: $0) }
    }
    func person(_ reference: String) -> PersonRow? { persons[reference] }
    func vehicle(_ plate: String) -> VehicleRow? { vehicles[plate] }
    func tenancies(of dwelling: UInt32) -> [TenancyRow] { tenancies[dwelling, default: []] }
    func isPresent(_ kind: RegistryKind, _ id: UInt32) -> Bool {
        switch kind {
        case .person: references[id] != nil
        case .dwelling: homeIDs.contains(id)
        case .community: communities.values.contains { $0.id == id }
        case .tenancy, .credential, .vehicle, .consent: true
        }
    }
}
