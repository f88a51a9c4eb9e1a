package import GatehouseCore

/// Where texts find the rows that they name: the register as an import has it in memory, or as the database has it.
package protocol RegisterSource {
    func community(_ code: String) throws -> CommunityRow?
    /// All of them: a site has a few.
    func allCommunities() throws -> [CommunityRow]
    func dwelling(_ code: String, in community: UInt32) throws -> DwellingRow?
    /// Dwellings of that code in any community.
    func dwellings(_ code: String) throws -> [DwellingRow]
    func person(_ reference: String) throws -> PersonRow?
    func vehicle(_ plate: String) throws -> VehicleRow?
    func tenancies(of dwelling: UInt32) throws -> [TenancyRow]
    /// Whether rows that another one names are still there.
    func isPresent(_ kind: RegistryKind, _ id: UInt32) throws -> Bool
}

extension RegistryFields {
    /// A row by its name as it stands, or as it is typed half-width.
    private func find<Row>(_ text: String, _ body: (String) throws -> Row?) rethrows -> Row? {
        if let row = try body(text) { return row }
        let half = ImportText.halfWidth(text)
        return half == text ? nil : try body(half)
    }

    package func findPerson(_ text: String, in source: some RegisterSource) throws -> PersonRow? {
        try find(text) { try source.person($0) }
    }

    /// A community by its code, or by its name where that is unique.
    func findCommunity(_ text: String, in source: some RegisterSource) throws -> CommunityRow? {
        if let row = try find(text, { try source.community($0) }) { return row }
        let name = HeaderMatch.folded(text)
        if name.isEmpty { return nil }
        let named = try source.allCommunities().filter { HeaderMatch.folded($0.name) == name }
        guard named.count < 2 else {
            throw FieldProblem(
                "community",
                Sentence(
                    "\"\(Self.clipped(text))\" is what \(named.map(\.code).joined(separator: " and ")) are called; give the code"
                ),
                code: "ambiguous")
        }
        return named.first
    }

    func community(_ text: String, in source: some RegisterSource) throws -> CommunityRow {
        if text.isEmpty { throw FieldProblem("community", Sentence("is empty")) }
        guard let row = try findCommunity(text, in: source) else {
            throw FieldProblem(
                "community", Sentence("\"\(Self.clipped(text))\" is not known"), code: "unknownCommunity")
        }
        return row
    }

    package func findDwelling(
        _ text: String, in community: CommunityRow, _ source: some RegisterSource
    ) throws -> DwellingRow? {
        try find(text) { try source.dwelling($0, in: community.id) }
    }

    /// The person of a field that names one.
    package func person(_ text: String, _ field: String, in source: some RegisterSource) throws -> PersonRow {
        guard let row = try findPerson(text, in: source) else {
            throw FieldProblem(
                field,
                text.isEmpty
                    ? Sentence("is empty")
                    : Sentence("\"\(Self.clipped(text))\" is not known: nobody on the register has this reference"),
                code: "unknownPerson")
        }
        return row
    }

    /// A dwelling by its community and code; by `community/code`, or by its code where that is unique, when the community
    /// is not given.
    package func dwelling(
        _ text: String, community: String?, in source: some RegisterSource
    ) throws -> DwellingRow {
        if text.isEmpty { throw FieldProblem("dwelling", Sentence("is empty"), code: "unknownDwelling") }
        if let community, !community.isEmpty {
            let row = try self.community(community, in: source)
            guard let found = try findDwelling(text, in: row, source) else {
                throw FieldProblem(
                    "dwelling", Sentence("\"\(Self.clipped(text))\" is not known in community \"\(row.code)\""),
                    code: "unknownDwelling")
            }
            return found
        }
        let parts = text.split(separator: "/", maxSplits: 1).map(String.init)
        if parts.count == 2, let row = try findCommunity(parts[0], in: source),
            let found = try findDwelling(parts[1], in: row, source)
        {
            return found
        }
        var found = try source.dwellings(text)
        if found.isEmpty { found = try source.dwellings(ImportText.halfWidth(text)) }
        guard let first = found.first else {
            throw FieldProblem(
                "dwelling", Sentence("there is no dwelling \"\(Self.clipped(text))\"; write it as community/dwelling"),
                code: "unknownDwelling")
        }
        guard found.count == 1 else {
            throw FieldProblem(
                "dwelling",
                Sentence("\"\(Self.clipped(text))\" stands in several communities; write community/dwelling"),
                code: "ambiguous")
        }
        return first
    }

    /// The vehicle of a field that holds a plate.
    package func vehicle(_ text: String, _ field: String, in source: some RegisterSource) throws -> VehicleRow {
        let plate = try at(field) { try self.plate(text) }
        guard let row = try source.vehicle(plate) else {
            throw FieldProblem(
                field, Sentence("no vehicle with the plate \"\(plate)\" is known"), code: "unknownVehicle")
        }
        return row
    }

    /// Gives what goes wrong the name of the field.
    package func at<Value>(_ field: String, _ body: () throws -> Value) throws -> Value {
        do { return try body() } catch let problem as Problem { throw FieldProblem(field, problem.message) }
    }
}
