internal import GatehouseCore

// People, and what is kept about them.

/// A person on the register, in words and in times of the site.
package struct PersonView: Codable, Hashable, Sendable {
    package var id: UInt32
    package var reference: String
    package var name: String
    package var role: String
    package var status: String
    package var dwelling: UInt32?
    package var groups: [String]
    package var from: String?
    package var until: String?
    package var responsible: UInt32?
    package var shift: String?
    package var needsTime: Bool?
    package var phone: String?
    package var note: String?
    private enum CodingKeys: String, CodingKey {
        case id, reference, name, role, status, dwelling, groups, from, until, responsible, shift
        case needsTime = "needs_time"
        case phone, note
    }
    package init(
        id: UInt32, reference: String, name: String, role: String, status: String, dwelling: UInt32?, groups: [String],
        from: String?, until: String?, responsible: UInt32?, shift: String?, needsTime: Bool?, phone: String?,
        note: String?
    ) {
        self.id = id
        self.reference = reference
        self.name = name
        self.role = role
        self.status = status
        self.dwelling = dwelling
        self.groups = groups
        self.from = from
        self.until = until
        self.responsible = responsible
        self.shift = shift
        self.needsTime = needsTime
        self.phone = phone
        self.note = note
    }
}

/// A state that a row had: from which revision to which, when it came and by which entry.
package struct PastState<Row: Codable & Hashable & Sendable>: Codable, Hashable, Sendable {
    package var row: Row
    package var from: UInt64
    package var to: UInt64?
    package var at: String?
    package var entry: UInt64?
    private enum CodingKeys: String, CodingKey {
        case from = "from_revision"
        case to = "to_revision"
        case at
        case entry = "by_entry"
    }
    package init(row: Row, from: UInt64, to: UInt64?, at: String?, entry: UInt64?) {
        self.row = row
        self.from = from
        self.to = to
        self.at = at
        self.entry = entry
    }

    /// The members of the row and those of the state stand side by side.
    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        row = try Row(from: decoder)
        from = try members.decode(UInt64.self, forKey: .from)
        to = try members.decodeIfPresent(UInt64.self, forKey: .to)
        at = try members.decodeIfPresent(String.self, forKey: .at)
        entry = try members.decodeIfPresent(UInt64.self, forKey: .entry)
    }
    package func encode(to encoder: any Encoder) throws {
        try row.encode(to: encoder)
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(from, forKey: .from)
        try members.encodeIfPresent(to, forKey: .to)
        try members.encodeIfPresent(at, forKey: .at)
        try members.encodeIfPresent(entry, forKey: .entry)
    }
}

/// The arguments that make or change a person.
package struct PersonAdd: AdminCommand {
    package static let name = CommandName.personAdd
    package static let entry = CommandEntry.change(.office, Sentence("put a person on the register"))
    package typealias Reply = RecordedRow
    package var reference: PersonalArgument
    package var fields: PersonFields
    package init(reference: PersonalArgument, fields: PersonFields) {
        self.reference = reference
        self.fields = fields
    }
    package init(from decoder: any Decoder) throws {
        reference = try decoder.container(keyedBy: ReferenceKey.self).decode(PersonalArgument.self, forKey: .reference)
        fields = try PersonFields(from: decoder)
        let needed: [(String, Bool)] = [("name", fields.name == nil), ("role", fields.role == nil)]
        if let missing = needed.first(where: \.1) {
            throw CommandRefusal(
                code: "argumentMissing", message: Sentence("\"\(Self.name.rawValue)\" needs \"\(missing.0)\""))
        }
    }
    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: ReferenceKey.self)
        try members.encode(reference, forKey: .reference)
        try fields.encode(to: encoder)
    }
}

private enum ReferenceKey: String, CodingKey { case reference }

package struct PersonFields: ArgumentGroup {
    package var name: PersonalArgument?
    package var role: TextArgument?
    package var dwelling: PersonalArgument?
    package var groups: TextArgument?
    package var from: TextArgument?
    package var until: TextArgument?
    package var status: TextArgument?
    package var responsible: PersonalArgument?
    package var shift: TextArgument?
    package var needsTime: FlagArgument?
    package var phone: PersonalArgument?
    package var note: PersonalArgument?
    /// Why access is taken away: a word of `WithdrawalCause`.
    package var cause: TextArgument?
    private enum CodingKeys: String, CodingKey {
        case name, role, dwelling, groups, from, until, status, responsible, shift
        case needsTime = "needs-time"
        case phone, note, cause
    }
    package init(
        name: PersonalArgument? = nil, role: TextArgument? = nil, dwelling: PersonalArgument? = nil,
        groups: TextArgument? = nil, from: TextArgument? = nil, until: TextArgument? = nil, status: TextArgument? = nil,
        responsible: PersonalArgument? = nil, shift: TextArgument? = nil, needsTime: FlagArgument? = nil,
        phone: PersonalArgument? = nil, note: PersonalArgument? = nil, cause: TextArgument? = nil
    ) {
        self.name = name
        self.role = role
        self.dwelling = dwelling
        self.groups = groups
        self.from = from
        self.until = until
        self.status = status
        self.responsible = responsible
        self.shift = shift
        self.needsTime = needsTime
        self.phone = phone
        self.note = note
        self.cause = cause
    }
}

package struct PersonChange: AdminCommand {
    package static let name = CommandName.personChange
    package static let entry = CommandEntry.withdrawal(.office, needsReason: false, Sentence("change a person"))
    package typealias Reply = RecordedRow
    package var reference: PersonalArgument
    package var fields: PersonFields
    package init(reference: PersonalArgument, fields: PersonFields) {
        self.reference = reference
        self.fields = fields
    }
    package init(from decoder: any Decoder) throws {
        reference = try decoder.container(keyedBy: ReferenceKey.self).decode(PersonalArgument.self, forKey: .reference)
        fields = try PersonFields(from: decoder)
    }
    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: ReferenceKey.self)
        try members.encode(reference, forKey: .reference)
        try fields.encode(to: encoder)
    }
}

package struct PersonShow: AdminCommand {
    package static let name = CommandName.personShow
    package static let entry = CommandEntry.question(.office, Sentence("one person, with tenancies and credentials"))
    package var reference: PersonalArgument
    package init(reference: PersonalArgument) { self.reference = reference }

    package typealias Reply = Joined<PersonView, Details>
    package typealias Details = PersonDetails
}

package struct PersonRemove: AdminCommand {
    package static let name = CommandName.personRemove
    package static let entry = CommandEntry.withdrawal(.office, needsReason: false, Sentence("end a person"))
    package typealias Reply = Recorded
    package var reference: PersonalArgument
    package var cause: TextArgument?
    package init(reference: PersonalArgument, cause: TextArgument? = nil) {
        self.reference = reference
        self.cause = cause
    }
}

package struct PersonResume: AdminCommand {
    package static let name = CommandName.personResume
    package static let entry = CommandEntry.change(
        .desk, needsReason: true, Sentence("forget in which area a person is, and their wrong PINs"))
    package typealias Reply = Recorded
    package var reference: PersonalArgument
    package init(reference: PersonalArgument) { self.reference = reference }
}

package struct PersonResumeAll: AdminCommand {
    package static let name = CommandName.personResumeAll
    package static let entry = CommandEntry.change(
        [.manager], needsReason: true, Sentence("forget in which area everybody and every vehicle is"))
    package typealias Reply = Recorded
    package init() {}
}

/// An order after which faces go out of their modules: those that did not go are told.
package struct FacesGone: Codable, Hashable, Sendable {
    package var event: UInt64?
    package var left: [Face]
    package struct Face: Codable, Hashable, Sendable {
        package var module: String
        package var user: UInt16
        package init(module: String, user: UInt16) {
            self.module = module
            self.user = user
        }
    }
    package init(event: UInt64?, left: [Face]) {
        self.event = event
        self.left = left
    }
}

package struct PersonErase: AdminCommand {
    package static let name = CommandName.personErase
    package static let entry = CommandEntry.withdrawal(
        .office, Sentence("end a person and erase what names them; the journal stays whole"))
    package typealias Reply = FacesGone
    package var reference: PersonalArgument
    package init(reference: PersonalArgument) { self.reference = reference }
}

package struct ConsentWithdraw: AdminCommand {
    package static let name = CommandName.consentWithdraw
    package static let entry = CommandEntry.withdrawal(
        .office, Sentence("a consent is taken back: faces end at once and go out of their modules"))
    package typealias Reply = FacesGone
    package var reference: PersonalArgument
    package init(reference: PersonalArgument) { self.reference = reference }
}

package struct PersonReport: AdminCommand {
    package static let name = CommandName.personReport
    package static let entry = CommandEntry.question(
        [.auditor, .manager], needsReason: true, Sentence("all that is held about a person, at their request"))
    package typealias Item = EntryView
    package var reference: PersonalArgument
    /// The span of entries: the last 72 hours if left out, and at most as long; an auditor with a case may ask for more.
    package var from: TextArgument?
    package var until: TextArgument?
    package init(reference: PersonalArgument, from: TextArgument? = nil, until: TextArgument? = nil) {
        self.reference = reference
        self.from = from
        self.until = until
    }

    package struct Reply: Codable, Hashable, Sendable {
        package var person: PersonView
        package var history: [PastState<PersonView>]
        package var tenancies: [TenancyView]
        package var credentials: [CredentialView]
        package var vehicles: [VehicleView]
        package var consents: [ConsentView]
        package var area: String?
        package var passes: [PassView]
        package var entries: Int
        /// Who looked: at this person by name, and at views that they stood in.
        package var looks: [Look]
        /// The dwellings that stand above by their numbers.
        package var homes: [PersonDetails.Home]
        package init(
            person: PersonView, history: [PastState<PersonView>], tenancies: [TenancyView],
            credentials: [CredentialView], vehicles: [VehicleView], consents: [ConsentView], area: String?,
            passes: [PassView], entries: Int, looks: [Look], homes: [PersonDetails.Home]
        ) {
            self.homes = homes
            self.person = person
            self.history = history
            self.tenancies = tenancies
            self.credentials = credentials
            self.vehicles = vehicles
            self.consents = consents
            self.area = area
            self.passes = passes
            self.entries = entries
            self.looks = looks
        }
    }
    package struct Look: Codable, Hashable, Sendable {
        package var entry: UInt64
        package var at: String
        package var actor: String
        package var command: String
        /// `person`, `view` (of entries that they stand in) or `register` (of everybody).
        package var scope: String
        package init(entry: UInt64, at: String, actor: String, command: String, scope: String) {
            self.entry = entry
            self.at = at
            self.actor = actor
            self.command = command
            self.scope = scope
        }
    }
}

package struct ConsentView: Codable, Hashable, Sendable {
    package var id: UInt32
    package var person: UInt32
    package var basis: String
    package var guardian: UInt32?
    package var given: String?
    package var withdrawn: String?
    package var deleteBy: String?
    package var deleted: String?
    private enum CodingKeys: String, CodingKey {
        case id, person, basis, guardian, given, withdrawn
        case deleteBy = "delete_by"
        case deleted
    }
    package init(
        id: UInt32, person: UInt32, basis: String, guardian: UInt32?, given: String?, withdrawn: String?,
        deleteBy: String?, deleted: String?
    ) {
        self.id = id
        self.person = person
        self.basis = basis
        self.guardian = guardian
        self.given = given
        self.withdrawn = withdrawn
        self.deleteBy = deleteBy
        self.deleted = deleted
    }
}
