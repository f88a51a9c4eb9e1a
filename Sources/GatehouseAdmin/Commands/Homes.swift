internal import GatehouseCore

// Communities, dwellings and vehicles.

package struct DwellingView: Codable, Hashable, Sendable {
    package var id: UInt32
    package var dwelling: String
    package var use: String
    package var places: UInt8?
    package init(id: UInt32, dwelling: String, use: String, places: UInt8?) {
        self.id = id
        self.dwelling = dwelling
        self.use = use
        self.places = places
    }
}

package struct VehicleView: Codable, Hashable, Sendable {
    package var id: UInt32
    package var plate: String
    package var dwelling: UInt32
    package var keeper: UInt32
    package init(id: UInt32, plate: String, dwelling: UInt32, keeper: UInt32) {
        self.id = id
        self.plate = plate
        self.dwelling = dwelling
        self.keeper = keeper
    }
}

package struct CommunityAdd: AdminCommand {
    package static let name = CommandName.communityAdd
    package static let entry = CommandEntry.change(.office, Sentence("put a community on the register"))
    package typealias Reply = RecordedRow
    package var community: TextArgument
    package var name: PersonalArgument
    package init(community: TextArgument, name: PersonalArgument) {
        self.community = community
        self.name = name
    }
}

package struct DwellingAdd: AdminCommand {
    package static let name = CommandName.dwellingAdd
    package static let entry = CommandEntry.change(.office, Sentence("put a dwelling on the register"))
    package typealias Reply = RecordedRow
    package var dwelling: PersonalArgument
    package var use: TextArgument?
    package var places: TextArgument?
    package init(dwelling: PersonalArgument, use: TextArgument? = nil, places: TextArgument? = nil) {
        self.dwelling = dwelling
        self.use = use
        self.places = places
    }
}

package struct DwellingChange: AdminCommand {
    package static let name = CommandName.dwellingChange
    package static let entry = CommandEntry.change(
        .office, Sentence("change a dwelling: owned, let, vacant, commercial; its places"))
    package typealias Reply = RecordedRow
    package var dwelling: PersonalArgument
    package var use: TextArgument?
    package var places: TextArgument?
    package init(dwelling: PersonalArgument, use: TextArgument? = nil, places: TextArgument? = nil) {
        self.dwelling = dwelling
        self.use = use
        self.places = places
    }
}

package struct DwellingRemove: AdminCommand {
    package static let name = CommandName.dwellingRemove
    package static let entry = CommandEntry.withdrawal(
        .office, Sentence("end a dwelling where nobody lives and no tenancy runs"))
    package typealias Reply = RecordedRow
    package var dwelling: PersonalArgument
    package init(dwelling: PersonalArgument) {
        self.dwelling = dwelling
    }
}

package struct DwellingShow: AdminCommand {
    package static let name = CommandName.dwellingShow
    package static let entry = CommandEntry.question(
        .office, Sentence("one dwelling, with its people, tenancies and vehicles"))
    package typealias Reply = Joined<DwellingView, Details>
    package var dwelling: PersonalArgument
    package init(dwelling: PersonalArgument) {
        self.dwelling = dwelling
    }

    package struct Details: Codable, Hashable, Sendable {
        package var residents: [PersonView]
        package var tenancies: [TenancyView]
        package var vehicles: [VehicleView]
        package var history: [PastState<DwellingView>]
        /// `community/dwelling`.
        package var home: String?
        /// Tenants and keepers of vehicles by name.
        package var people: [Named]
        package init(
            residents: [PersonView], tenancies: [TenancyView], vehicles: [VehicleView],
            history: [PastState<DwellingView>], home: String? = nil, people: [Named] = []
        ) {
            self.home = home
            self.people = people
            self.residents = residents
            self.tenancies = tenancies
            self.vehicles = vehicles
            self.history = history
        }
    }
}

package struct VehicleAdd: AdminCommand {
    package static let name = CommandName.vehicleAdd
    package static let entry = CommandEntry.change(.office, Sentence("put a vehicle with its plate on the register"))
    package typealias Reply = RecordedRow
    package var plate: PersonalArgument
    package var keeper: PersonalArgument
    package var dwelling: PersonalArgument?
    package init(plate: PersonalArgument, keeper: PersonalArgument, dwelling: PersonalArgument? = nil) {
        self.plate = plate
        self.keeper = keeper
        self.dwelling = dwelling
    }
}

package struct VehicleChange: AdminCommand {
    package static let name = CommandName.vehicleChange
    package static let entry = CommandEntry.change(.office, Sentence("change a vehicle"))
    package typealias Reply = RecordedRow
    package var plate: PersonalArgument
    package var keeper: PersonalArgument?
    package var dwelling: PersonalArgument?
    package init(plate: PersonalArgument, keeper: PersonalArgument? = nil, dwelling: PersonalArgument? = nil) {
        self.plate = plate
        self.keeper = keeper
        self.dwelling = dwelling
    }
}

package struct VehicleShow: AdminCommand {
    package static let name = CommandName.vehicleShow
    package static let entry = CommandEntry.question(.office, Sentence("one vehicle, with its plate and tags"))
    package typealias Reply = Joined<VehicleView, Details>
    package var plate: PersonalArgument
    package init(plate: PersonalArgument) {
        self.plate = plate
    }

    package struct Details: Codable, Hashable, Sendable {
        package var credentials: [CredentialView]
        package var history: [PastState<VehicleView>]
        package var holder: Named?
        /// Where its place is: `community/dwelling`.
        package var home: String?
        package init(
            credentials: [CredentialView], history: [PastState<VehicleView>], holder: Named? = nil, home: String? = nil
        ) {
            self.credentials = credentials
            self.history = history
            self.holder = holder
            self.home = home
        }
    }
}

package struct VehicleRemove: AdminCommand {
    package static let name = CommandName.vehicleRemove
    package static let entry = CommandEntry.withdrawal(.office, Sentence("end a vehicle, its plate and its tags"))
    package typealias Reply = RecordedRow
    package var plate: PersonalArgument
    package init(plate: PersonalArgument) {
        self.plate = plate
    }
}
