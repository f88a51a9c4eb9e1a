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
    /// Vehicles of the dwelling that may stand inside at once; nil leaves it open.
    package var places: UInt8?

    package init(id: UInt32, community: UInt32, code: String, use: DwellingUse, places: UInt8? = nil) {
        self.id = id
        self.community = community
        self.code = code
        self.use = use
        self.places = places
    }
}

package enum DwellingUse: String, Hashable, Sendable, CaseIterable {
    case owned, let_ = "let", vacant, commercial
}

/// A vehicle that belongs to a dwelling and is kept by a person. Its plate and its tag are credentials of that person.
package struct VehicleRow: Hashable, Sendable {
    package var id: UInt32
    package var dwelling: UInt32
    package var keeper: UInt32
    /// In the spelling of `NumberPlate`: 鲁G12345. Personal.
    package var plate: String

    package init(id: UInt32, dwelling: UInt32, keeper: UInt32, plate: String) {
        self.id = id
        self.dwelling = dwelling
        self.keeper = keeper
        self.plate = plate
    }
}
