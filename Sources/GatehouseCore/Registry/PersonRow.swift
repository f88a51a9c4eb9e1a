package struct PersonRow: Hashable, Sendable {
    package var id: UInt32
    /// The reference that the property office uses; unique.
    package var reference: String
    /// Personal.
    package var name: String
    package var role: PersonRole
    package var status: PersonStatus
    /// The dwelling of an owner or household member. Tenants have theirs through the tenancy.
    package var dwelling: UInt32?
    package var groups: [String]
    /// Employment of staff and contractors, the visit of a visitor; nil is unbounded.
    package var validFrom: Int64?
    package var validUntil: Int64?
    /// The guardian of a child, the host of a visitor.
    package var responsible: UInt32?
    /// The schedule that staff and contractors work in, by its name; nil leaves it to their access levels.
    package var shift: String?
    /// A portal stays released longer for this person.
    package var needsTime: Bool
    /// Where the office reaches them, and what it wrote down. Personal; no decision reads them.
    package var phone: String
    package var note: String

    package init(
        id: UInt32, reference: String, name: String, role: PersonRole, status: PersonStatus = .active,
        dwelling: UInt32? = nil, groups: [String], validFrom: Int64? = nil, validUntil: Int64? = nil,
        responsible: UInt32? = nil, shift: String? = nil, needsTime: Bool = false,
        phone: String = "", note: String = ""
    ) {
        self.id = id
        self.reference = reference
        self.name = name
        self.role = role
        self.status = status
        self.dwelling = dwelling
        self.groups = groups
        self.validFrom = validFrom
        self.validUntil = validUntil
        self.responsible = responsible
        self.shift = shift
        self.needsTime = needsTime
        self.phone = phone
        self.note = note
    }
}

package enum PersonRole: UInt8, Hashable, Sendable, CaseIterable {
    /// Owner of a dwelling, or with them on its register.
    case resident = 0
    case tenant = 1
    case staff = 2
    /// Member of the household of an owner or a tenant.
    case household = 3
    /// A minor, with a guardian.
    case child = 4
    /// Works here for a firm, for a time.
    case contractor = 5
    /// Somebody's guest, for a time.
    case visitor = 6

    package var word: String {
        switch self {
        case .resident: "resident"
        case .tenant: "tenant"
        case .staff: "staff"
        case .household: "household"
        case .child: "child"
        case .contractor: "contractor"
        case .visitor: "visitor"
        }
    }

    /// Whether the person comes to work.
    package var works: Bool { self == .staff || self == .contractor }

    /// The group of those who were given none.
    package var usualGroup: String {
        switch self {
        case .resident, .tenant, .household, .child: "residents"
        case .staff: "staff"
        case .contractor: "contractors"
        case .visitor: "visitors"
        }
    }
}

package enum PersonStatus: UInt8, Hashable, Sendable, CaseIterable {
    case active = 0
    case suspended = 1
    case barred = 2
    package var word: String {
        switch self {
        case .active: "active"
        case .suspended: "suspended"
        case .barred: "barred"
        }
    }
}
