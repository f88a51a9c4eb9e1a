internal import GatehouseCore
internal import GatehouseRegister
internal import GatehouseStore

/// The register as the database has it, for the texts of commands.
struct StoredRegister: RegisterSource {
    let reader: JournalReader
    /// Somebody who is named otherwise than by their reference, and a dwelling whose code is written otherwise: for the texts of
    /// commands.
    var otherPerson: ((String) throws -> PersonRow?)?
    var otherDwelling: ((String) throws -> DwellingRow?)?

    init(reader: JournalReader) { self.reader = reader }

    func community(_ code: String) throws -> CommunityRow? {
        for case .community(let row) in try reader.rows(.community, by: .community(code: code)) { return row }
        return nil
    }

    func allCommunities() throws -> [CommunityRow] {
        try reader.rows(.community).compactMap { if case .community(let row) = $0 { row } else { nil } }
    }

    func dwelling(_ code: String, in community: UInt32) throws -> DwellingRow? {
        try reader.rows(.dwelling, by: .dwelling(code: code)).compactMap {
            if case .dwelling(let row) = $0 { row } else { nil }
        }.first { $0.community == community }
    }

    func dwellings(_ code: String) throws -> [DwellingRow] {
        let found = try reader.rows(.dwelling, by: .dwelling(code: code)).compactMap {
            if case .dwelling(let row) = $0 { row } else { nil }
        }
        if found.count != 1, let other = try otherDwelling?(code) { return [other] }
        return found
    }

    func person(_ reference: String) throws -> PersonRow? {
        for case .person(let row) in try reader.rows(.person, by: .person(reference: reference)) { return row }
        return try otherPerson?(reference)
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
