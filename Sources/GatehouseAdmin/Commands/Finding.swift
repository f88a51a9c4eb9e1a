internal import GatehouseCore

// Looking for somebody or something on the register, and lists of what stands there.

/// A row of the register as somebody who looks for it is shown it. Guards are shown people alone, without role, dates and
/// numbers.
package struct FoundRow: Codable, Hashable, Sendable {
    /// `person`, `dwelling`, `tenancy`, `credential`, `vehicle` or `pass`.
    package var kind: String
    package var id: UInt32?
    package var reference: String?
    package var name: String?
    package var role: String?
    /// `community/dwelling`.
    package var dwelling: String?
    /// Where it stands now: a word of its kind.
    package var state: String?
    /// The card as it is printed, the plate, the kind of a PIN, the number of a pass, the use of a dwelling.
    package var value: String?
    package var from: String?
    package var until: String?
    /// People of a dwelling or a tenancy.
    package var people: Int?
    /// Who comes with a pass.
    package var visitor: String?
    package init(
        kind: String, id: UInt32?, reference: String? = nil, name: String? = nil, role: String? = nil,
        dwelling: String? = nil, state: String? = nil, value: String? = nil, from: String? = nil, until: String? = nil,
        people: Int? = nil, visitor: String? = nil
    ) {
        self.kind = kind
        self.id = id
        self.reference = reference
        self.name = name
        self.role = role
        self.dwelling = dwelling
        self.state = state
        self.value = value
        self.from = from
        self.until = until
        self.people = people
        self.visitor = visitor
    }
}

/// How many rows came, and how many more there are.
package struct FoundCount: Codable, Hashable, Sendable {
    package var count: Int
    package var leftOut: Int?
    private enum CodingKeys: String, CodingKey {
        case count
        case leftOut = "left_out"
    }
    package init(count: Int, leftOut: Int?) {
        self.count = count
        self.leftOut = leftOut
    }
}

package struct Find: AdminCommand {
    package static let name = CommandName.find
    package static let entry = CommandEntry.question(
        [.guard_, .manager],
        Sentence("people and what is theirs, by a name, a reading, a reference, a card, a plate or a dwelling"))
    package typealias Item = FoundRow
    package typealias Reply = FoundCount
    package var text: PersonalArgument
    package var limit: CountArgument?
    package init(text: PersonalArgument, limit: CountArgument? = nil) {
        self.text = text
        self.limit = limit
    }
}

package struct PersonList: AdminCommand {
    package static let name = CommandName.personList
    package static let entry = CommandEntry.question(
        .office, Sentence("people, by role, status, dwelling, group or end"))
    package typealias Item = FoundRow
    package typealias Reply = FoundCount
    package var role: TextArgument?
    package var status: TextArgument?
    package var dwelling: PersonalArgument?
    package var group: TextArgument?
    package var endsBefore: TextArgument?
    package var limit: CountArgument?
    private enum CodingKeys: String, CodingKey {
        case role, status, dwelling, group
        case endsBefore = "ends-before"
        case limit
    }
    package init(
        role: TextArgument? = nil, status: TextArgument? = nil, dwelling: PersonalArgument? = nil,
        group: TextArgument? = nil, endsBefore: TextArgument? = nil, limit: CountArgument? = nil
    ) {
        self.role = role
        self.status = status
        self.dwelling = dwelling
        self.group = group
        self.endsBefore = endsBefore
        self.limit = limit
    }
}

package struct DwellingList: AdminCommand {
    package static let name = CommandName.dwellingList
    package static let entry = CommandEntry.question(
        .office, Sentence("dwellings, with how many people are registered there"))
    package typealias Item = FoundRow
    package typealias Reply = FoundCount
    package var community: PersonalArgument?
    package var use: TextArgument?
    /// Those alone where nobody is registered.
    package var empty: FlagArgument?
    package var limit: CountArgument?
    package init(
        community: PersonalArgument? = nil, use: TextArgument? = nil, empty: FlagArgument? = nil,
        limit: CountArgument? = nil
    ) {
        self.community = community
        self.use = use
        self.empty = empty
        self.limit = limit
    }
}

package struct TenancyList: AdminCommand {
    package static let name = CommandName.tenancyList
    package static let entry = CommandEntry.question(
        .office, Sentence("tenancies, by state, dwelling or end; those that end first"))
    package typealias Item = FoundRow
    package typealias Reply = FoundCount
    /// A word of `TenancyState`.
    package var state: TextArgument?
    package var dwelling: PersonalArgument?
    package var endsBefore: TextArgument?
    package var limit: CountArgument?
    private enum CodingKeys: String, CodingKey {
        case state, dwelling
        case endsBefore = "ends-before"
        case limit
    }
    package init(
        state: TextArgument? = nil, dwelling: PersonalArgument? = nil, endsBefore: TextArgument? = nil,
        limit: CountArgument? = nil
    ) {
        self.state = state
        self.dwelling = dwelling
        self.endsBefore = endsBefore
        self.limit = limit
    }
}

package struct CredentialList: AdminCommand {
    package static let name = CommandName.credentialList
    package static let entry = CommandEntry.question(
        .office, Sentence("cards, PINs, faces and plates, by holder, kind, status or end"))
    package typealias Item = FoundRow
    package typealias Reply = FoundCount
    package var person: PersonalArgument?
    package var kind: TextArgument?
    package var status: TextArgument?
    package var endsBefore: TextArgument?
    package var limit: CountArgument?
    private enum CodingKeys: String, CodingKey {
        case person, kind, status
        case endsBefore = "ends-before"
        case limit
    }
    package init(
        person: PersonalArgument? = nil, kind: TextArgument? = nil, status: TextArgument? = nil,
        endsBefore: TextArgument? = nil, limit: CountArgument? = nil
    ) {
        self.person = person
        self.kind = kind
        self.status = status
        self.endsBefore = endsBefore
        self.limit = limit
    }
}

package struct VehicleList: AdminCommand {
    package static let name = CommandName.vehicleList
    package static let entry = CommandEntry.question(.office, Sentence("vehicles, by dwelling or keeper"))
    package typealias Item = FoundRow
    package typealias Reply = FoundCount
    package var dwelling: PersonalArgument?
    package var keeper: PersonalArgument?
    package var limit: CountArgument?
    package init(dwelling: PersonalArgument? = nil, keeper: PersonalArgument? = nil, limit: CountArgument? = nil) {
        self.dwelling = dwelling
        self.keeper = keeper
        self.limit = limit
    }
}
