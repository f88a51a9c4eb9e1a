package import GatehouseCore

package struct CommunityTexts: Sendable {
    package var community: String?
    package var name: String?
    package init() {}
}

package struct DwellingTexts: Sendable {
    package var use: String?
    package var places: String?
    package init() {}
}

package struct VehicleTexts: Sendable {
    package var plate: String?
    package var community: String?
    package var dwelling: String?
    package var keeper: String?
    package init() {}
}

extension RegistryFields {
    package func community(_ texts: CommunityTexts, changing old: CommunityRow?, id: UInt32) throws -> CommunityRow {
        let code = try old?.code ?? communityCode(texts.community ?? "")
        return CommunityRow(
            id: old?.id ?? id, code: code, name: try TextRule.checked(texts.name ?? "", "name", kept: old?.name))
    }

    package func communityCode(_ text: String) throws -> String {
        if text.isEmpty { throw FieldProblem("community", Sentence("is empty")) }
        return try at("community") { try identifier(text, Sentence("community")) }
    }

    package static let longestDwelling = 64

    /// `code` is the dwelling's in its community.
    package func dwelling(
        _ texts: DwellingTexts, code text: String, community: UInt32, changing old: DwellingRow?, id: UInt32
    ) throws -> DwellingRow {
        var row =
            try old
            ?? DwellingRow(
                id: id, community: community, code: code(text, "dwelling", longest: Self.longestDwelling), use: .owned)
        if let text = texts.use { row.use = try at("use") { try use(text) } }
        if let text = texts.places, !text.isEmpty {
            row.places = text == "open" ? nil : try at("places") { try count(text, atMost: 255) }.map { UInt8($0) }
        }
        return row
    }

    /// The vehicle of a plate. Without a dwelling of its own it stands at its keeper's.
    package func vehicle(
        _ texts: VehicleTexts, changing old: VehicleRow?, id: UInt32, in source: some RegisterSource
    ) throws -> VehicleRow {
        let plate = try old?.plate ?? at("plate") { try self.plate(texts.plate ?? "") }
        var keeper: PersonRow?
        if old == nil || texts.keeper != nil { keeper = try person(texts.keeper ?? "", "keeper", in: source) }
        var home: UInt32?
        if let text = texts.dwelling, !text.isEmpty {
            home = try dwelling(text, community: texts.community, in: source).id
        }
        guard let dwelling = home ?? old?.dwelling ?? keeper?.dwelling else {
            throw FieldProblem(
                "dwelling", Sentence("the keeper has no dwelling of their own: say where the vehicle belongs"),
                code: "unknownDwelling")
        }
        // A dwelling that is gone stays named until another is given.
        return VehicleRow(
            id: old?.id ?? id, dwelling: dwelling, keeper: keeper?.id ?? old?.keeper ?? 0, plate: plate)
    }
}
