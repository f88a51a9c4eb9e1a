internal import GatehouseCore

// Tenancies, and their supervision.

package struct TenancyView: Codable, Hashable, Sendable {
    package var id: UInt32
    package var dwelling: UInt32
    package var tenants: [UInt32]
    package var firstDay: String
    package var lastDay: String
    package var starts: String?
    package var ends: String?
    package var contract: String
    package var landlord: UInt32?
    package var state: String
    package var renews: UInt32?
    private enum CodingKeys: String, CodingKey {
        case id
        case dwelling
        case tenants
        case firstDay = "first_day"
        case lastDay = "last_day"
        case starts
        case ends
        case contract
        case landlord
        case state
        case renews
    }
    package init(
        id: UInt32, dwelling: UInt32, tenants: [UInt32], firstDay: String, lastDay: String, starts: String?,
        ends: String?, contract: String, landlord: UInt32?, state: String, renews: UInt32?
    ) {
        self.id = id
        self.dwelling = dwelling
        self.tenants = tenants
        self.firstDay = firstDay
        self.lastDay = lastDay
        self.starts = starts
        self.ends = ends
        self.contract = contract
        self.landlord = landlord
        self.state = state
        self.renews = renews
    }
}

package struct TenancyAdd: AdminCommand {
    package static let name = CommandName.tenancyAdd
    package static let entry = CommandEntry.change(.office, Sentence("register a tenancy; both days count"))
    package typealias Reply = RecordedRow
    package var dwelling: PersonalArgument
    /// References, separated by blanks.
    package var tenants: PersonalArgument
    package var from: TextArgument
    package var until: TextArgument
    package var contract: PersonalArgument?
    package var landlord: PersonalArgument?
    /// Another tenancy of the dwelling runs in that time, and this one stands beside it.
    package var beside: FlagArgument?
    package init(
        dwelling: PersonalArgument, tenants: PersonalArgument, from: TextArgument, until: TextArgument,
        contract: PersonalArgument? = nil, landlord: PersonalArgument? = nil, beside: FlagArgument? = nil
    ) {
        self.dwelling = dwelling
        self.tenants = tenants
        self.from = from
        self.until = until
        self.contract = contract
        self.landlord = landlord
        self.beside = beside
    }
}

package struct TenancyChange: AdminCommand {
    package static let name = CommandName.tenancyChange
    package static let entry = CommandEntry.withdrawal(
        .office, needsReason: false, Sentence("change a tenancy, for instance its last day"))
    package typealias Reply = RecordedRow
    package var id: RowOrTextArgument
    package var tenants: PersonalArgument?
    package var from: TextArgument?
    package var until: TextArgument?
    package var contract: PersonalArgument?
    package var landlord: PersonalArgument?
    package var beside: FlagArgument?
    package init(
        id: RowOrTextArgument, tenants: PersonalArgument? = nil, from: TextArgument? = nil, until: TextArgument? = nil,
        contract: PersonalArgument? = nil, landlord: PersonalArgument? = nil, beside: FlagArgument? = nil
    ) {
        self.id = id
        self.tenants = tenants
        self.from = from
        self.until = until
        self.contract = contract
        self.landlord = landlord
        self.beside = beside
    }
}

/// Somebody by number, with their name.
package struct Named: Codable, Hashable, Sendable {
    package var id: UInt32
    package var name: String
    package var reference: String
    package init(id: UInt32, name: String, reference: String) {
        self.id = id
        self.name = name
        self.reference = reference
    }
}

package struct TenancyShow: AdminCommand {
    package static let name = CommandName.tenancyShow
    package static let entry = CommandEntry.question(.office, Sentence("one tenancy"))
    package typealias Reply = Joined<TenancyView, Details>
    package var id: RowOrTextArgument
    package init(id: RowOrTextArgument) {
        self.id = id
    }

    package struct Details: Codable, Hashable, Sendable {
        package var history: [PastState<TenancyView>]
        /// `community/dwelling`.
        package var home: String?
        /// Whoever is named in it and on the register.
        package var people: [Named]
        package init(history: [PastState<TenancyView>], home: String? = nil, people: [Named] = []) {
            self.history = history
            self.home = home
            self.people = people
        }
    }
}

package struct TenancyNotice: AdminCommand {
    package static let name = CommandName.tenancyNotice
    package static let entry = CommandEntry.change(
        .office, needsReason: true, Sentence("notice was given; the last day stands"))
    package typealias Reply = RecordedRow
    package var id: RowOrTextArgument
    package init(id: RowOrTextArgument) {
        self.id = id
    }
}

package struct TenancyTerminate: AdminCommand {
    package static let name = CommandName.tenancyTerminate
    package static let entry = CommandEntry.withdrawal(
        .office, Sentence("end a tenancy before its last day, at an instant or now"))
    package typealias Reply = RecordedRow
    package var id: RowOrTextArgument
    package var at: TextArgument?
    package var cause: TextArgument?
    package init(id: RowOrTextArgument, at: TextArgument? = nil, cause: TextArgument? = nil) {
        self.id = id
        self.at = at
        self.cause = cause
    }
}

package struct TenancyRenew: AdminCommand {
    package static let name = CommandName.tenancyRenew
    package static let entry = CommandEntry.change(.office, Sentence("go on from a tenancy with another one"))
    package typealias Reply = RecordedRow
    package var id: RowOrTextArgument
    package var until: TextArgument
    package var contract: PersonalArgument?
    package var beside: FlagArgument?
    package init(
        id: RowOrTextArgument, until: TextArgument, contract: PersonalArgument? = nil, beside: FlagArgument? = nil
    ) {
        self.id = id
        self.until = until
        self.contract = contract
        self.beside = beside
    }
}

package struct TenancyHandBack: AdminCommand {
    package static let name = CommandName.tenancyHandBack
    package static let entry = CommandEntry.change(.office, Sentence("the dwelling was handed back"))
    package typealias Reply = RecordedRow
    package var id: RowOrTextArgument
    package init(id: RowOrTextArgument) {
        self.id = id
    }
}

package struct TenancyRemove: AdminCommand {
    package static let name = CommandName.tenancyRemove
    package static let entry = CommandEntry.withdrawal(.office, Sentence("end a tenancy row"))
    package typealias Reply = Recorded
    package var id: RowOrTextArgument
    package init(id: RowOrTextArgument) {
        self.id = id
    }
}

package struct TenancyReport: AdminCommand {
    package static let name = CommandName.tenancyReport
    package static let entry = CommandEntry.question(
        [.manager, .auditor], Sentence("indicators of rental supervision: counts by dwelling"))
    package typealias Item = Finding
    package init() {}

    package struct Finding: Codable, Hashable, Sendable {
        package var indicator: String
        package var dwelling: String
        package var tenancy: UInt32?
        package var count: Int
        package init(indicator: String, dwelling: String, tenancy: UInt32?, count: Int) {
            self.indicator = indicator
            self.dwelling = dwelling
            self.tenancy = tenancy
            self.count = count
        }
    }

    package struct Reply: Codable, Hashable, Sendable {
        package var at: String
        package var site: String
        package var spanDays: Int
        package var counts: [String: Int]
        private enum CodingKeys: String, CodingKey {
            case at
            case site
            case spanDays = "span_days"
            case counts
        }
        package init(at: String, site: String, spanDays: Int, counts: [String: Int]) {
            self.at = at
            self.site = site
            self.spanDays = spanDays
            self.counts = counts
        }
    }
}

package struct TenancyEvidence: AdminCommand {
    package static let name = CommandName.tenancyEvidence
    package static let entry = CommandEntry.question(
        [.manager, .auditor], needsReason: true, Sentence("the numbers of the events behind an indicator"))
    package var dwelling: PersonalArgument
    package var from: TextArgument
    package var until: TextArgument
    package init(dwelling: PersonalArgument, from: TextArgument, until: TextArgument) {
        self.dwelling = dwelling
        self.from = from
        self.until = until
    }

    package struct Reply: Codable, Hashable, Sendable {
        package var events: [UInt64]
        package init(events: [UInt64]) {
            self.events = events
        }
    }
}
