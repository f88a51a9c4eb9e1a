internal import GatehouseCore
internal import GatehouseRegister
internal import GatehouseStore

/// The register as the database has it, for the texts of commands.
struct StoredRegister: RegisterSource {
    let reader: JournalReader

    func community(_ code: String) throws -> CommunityRow? {
        for case .community(let row) in try reader.rows(.community, by: .community(code: code)) { return row }
        return nil
    }

    func allCommunities() throws -> [CommunityRow] {
        try reader.rows(.community).compactMap { if case .community(let row) = $0 { row } else { nil } }
    }

    func dwelling(_ code: String, in community: UInt32) throws -> DwellingRow? {
        try dwellings(code).first { $0.community == community }
    }

    func dwellings(_ code: String) throws -> [DwellingRow] {
        try reader.rows(.dwelling, by: .dwelling(code: code)).compactMap {
            if case .dwelling(let row) = $0 { row } else { nil }
        }
    }

    func person(_ reference: String) throws -> PersonRow? {
        for case .person(let row) in try reader.rows(.person, by: .person(reference: reference)) { return row }
        return nil
    }

    func vehicle(_ plate: String) throws -> VehicleRow? {
        for case .vehicle(let row) in try reader.rows(.vehicle, by: .plate(plate)) { return row }
        return nil
    }

    func tenancies(of dwelling: UInt32) throws -> [TenancyRow] {
        try reader.rows(.tenancy, by: .at(dwelling: dwelling)).compactMap {
            if case .tenancy(let row) = $0 { row } else { nil }
        }
    }

    func isPresent(_ kind: RegistryKind, _ id: UInt32) throws -> Bool { try reader.row(kind, id) != nil }

    /// The dwelling that a text names, as it is or half-width; nil where it names none, or several.
    func exactDwelling(_ text: String, _ fields: RegistryFields) throws -> DwellingRow? {
        do { return try fields.dwelling(ImportText.trimmed(text), community: nil, in: self) } catch is FieldProblem {
            return nil
        }
    }
}
