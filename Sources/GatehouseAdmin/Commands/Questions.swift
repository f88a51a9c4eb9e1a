internal import GatehouseCore

// Questions about what happened, and about what would.

package struct PictureView: Codable, Hashable, Sendable {
    package var state: String
    package var path: String?
    package var reason: String?
    package init(state: String, path: String?, reason: String?) {
        self.state = state
        self.path = path
        self.reason = reason
    }
}

/// An entry of the journal: stable words, local time, and names only for those who may see them.
package struct EntryView: Codable, Hashable, Sendable {
    package var seq: UInt64
    package var at: String
    package var ms: Int64
    package var kind: String
    package var revision: UInt64
    package var portal: String?
    package var point: String?
    package var reader: String?
    package var about: UInt64?
    package var actor: String?
    package var outcome: String?
    package var reason: String?
    package var credential: UInt32?
    package var clock: String?
    package var person: UInt32?
    package var name: String?
    package var reference: String?
    /// Where the person lives now: `community/dwelling`.
    package var dwelling: String?
    package var path: [String]?
    package var detail: [String: JSON]?
    package var personal: [String: String]?
    package var picture: PictureView?
    package init(
        seq: UInt64, at: String, ms: Int64, kind: String, revision: UInt64, portal: String? = nil, point: String? = nil,
        reader: String? = nil, about: UInt64? = nil, actor: String? = nil, outcome: String? = nil,
        reason: String? = nil, credential: UInt32? = nil, clock: String? = nil, person: UInt32? = nil,
        name: String? = nil, reference: String? = nil, dwelling: String? = nil, path: [String]? = nil,
        detail: [String: JSON]? = nil,
        personal: [String: String]? = nil, picture: PictureView? = nil
    ) {
        self.seq = seq
        self.at = at
        self.ms = ms
        self.kind = kind
        self.revision = revision
        self.portal = portal
        self.point = point
        self.reader = reader
        self.about = about
        self.actor = actor
        self.outcome = outcome
        self.reason = reason
        self.credential = credential
        self.clock = clock
        self.person = person
        self.name = name
        self.reference = reference
        self.dwelling = dwelling
        self.path = path
        self.detail = detail
        self.personal = personal
        self.picture = picture
    }
}

package struct Log: AdminCommand {
    package static let name = CommandName.log
    package static let entry = CommandEntry.question(.review, Sentence("what happened"))
    package typealias Item = EntryView
    package var from: TextArgument?
    package var until: TextArgument?
    package var after: CountArgument?
    /// Entries before this number, the newest of them.
    package var before: CountArgument?
    package var person: PersonalArgument?
    package var credential: RowOrTextArgument?
    package var point: NameArgument?
    package var portal: NameArgument?
    package var decision: TextArgument?
    package var kind: TextArgument?
    /// Entries at most, the newest; 0 is all. 100 if left out.
    package var limit: CountArgument?
    package var follow: FlagArgument?
    package init(
        from: TextArgument? = nil, until: TextArgument? = nil, after: CountArgument? = nil,
        before: CountArgument? = nil, person: PersonalArgument? = nil, credential: RowOrTextArgument? = nil,
        point: NameArgument? = nil,
        portal: NameArgument? = nil, decision: TextArgument? = nil, kind: TextArgument? = nil,
        limit: CountArgument? = nil, follow: FlagArgument? = nil
    ) {
        self.from = from
        self.until = until
        self.after = after
        self.before = before
        self.person = person
        self.credential = credential
        self.point = point
        self.portal = portal
        self.decision = decision
        self.kind = kind
        self.limit = limit
        self.follow = follow
    }

    package struct Reply: Codable, Hashable, Sendable {
        package var count: Int
        /// Whether more entries fit and are not shown, because of the limit.
        package var more: Bool?
        /// Entries whose names are left out: older than 72 hours, and no reason was given.
        package var withheld: Int?
        private enum CodingKeys: String, CodingKey {
            case count
            case more
            case withheld
        }
        package init(count: Int, more: Bool?, withheld: Int?) {
            self.count = count
            self.more = more
            self.withheld = withheld
        }
    }
}

package struct RuleStep: Codable, Hashable, Sendable {
    package var rule: String
    package var verdict: String
    package init(rule: String, verdict: String) {
        self.rule = rule
        self.verdict = verdict
    }
}

package struct Explain: AdminCommand {
    package static let name = CommandName.explain
    package static let entry = CommandEntry.question([.manager, .auditor], Sentence("why a decision fell as it did"))
    package var event: CountArgument
    package init(event: CountArgument) {
        self.event = event
    }

    package struct Reply: Codable, Hashable, Sendable {
        package var entry: EntryView
        package var facts: [String: JSON]?
        package var rules: [[String]]?
        package var again: String?
        package var agrees: Bool?
        package var followed: [EntryView]
        package init(
            entry: EntryView, facts: [String: JSON]?, rules: [[String]]?, again: String?, agrees: Bool?,
            followed: [EntryView]
        ) {
            self.entry = entry
            self.facts = facts
            self.rules = rules
            self.again = again
            self.agrees = agrees
            self.followed = followed
        }
    }
}

package struct Decide: AdminCommand {
    package static let name = CommandName.decide
    package static let entry = CommandEntry.question(.office, Sentence("what would be decided"))
    package var person: PersonalArgument
    package var point: NameArgument
    package var when: TextArgument?
    package var card: PersonalArgument?
    private enum CodingKeys: String, CodingKey {
        case person = "as"
        case point = "at"
        case when
        case card
    }
    package init(
        person: PersonalArgument, point: NameArgument, when: TextArgument? = nil, card: PersonalArgument? = nil
    ) {
        self.person = person
        self.point = point
        self.when = when
        self.card = card
    }

    package struct Reply: Codable, Hashable, Sendable {
        package var at: String
        package var revision: UInt64
        package var outcome: String
        package var reason: String?
        package var rules: [[String]]
        package var facts: [String: JSON]
        package init(
            at: String, revision: UInt64, outcome: String, reason: String?, rules: [[String]], facts: [String: JSON]
        ) {
            self.at = at
            self.revision = revision
            self.outcome = outcome
            self.reason = reason
            self.rules = rules
            self.facts = facts
        }
    }
}

package struct WhoCan: AdminCommand {
    package static let name = CommandName.whoCan
    package static let entry = CommandEntry.question(
        .office, Sentence("everybody who would be let in at an access point"))
    package typealias Item = Holder
    package var point: NameArgument
    package var when: TextArgument?
    package var refused: FlagArgument?
    package init(point: NameArgument, when: TextArgument? = nil, refused: FlagArgument? = nil) {
        self.point = point
        self.when = when
        self.refused = refused
    }

    package struct Holder: Codable, Hashable, Sendable {
        package var id: UInt32
        package var role: String
        package var reference: String?
        package var name: String?
        package var reason: String?
        package init(id: UInt32, role: String, reference: String?, name: String?, reason: String?) {
            self.id = id
            self.role = role
            self.reference = reference
            self.name = name
            self.reason = reason
        }
    }

    package struct Reply: Codable, Hashable, Sendable {
        package var at: String
        package var point: String
        package var revision: UInt64
        package var can: Int
        package var withoutCredential: Int
        package var refused: [String: Int]
        private enum CodingKeys: String, CodingKey {
            case at
            case point
            case revision
            case can
            case withoutCredential = "without_credential"
            case refused
        }
        package init(
            at: String, point: String, revision: UInt64, can: Int, withoutCredential: Int, refused: [String: Int]
        ) {
            self.at = at
            self.point = point
            self.revision = revision
            self.can = can
            self.withoutCredential = withoutCredential
            self.refused = refused
        }
    }
}

package struct Replay: AdminCommand {
    package static let name = CommandName.replay
    package static let entry = CommandEntry.question(
        .office, needsReason: true, Sentence("past decisions with a proposed registry or policy"))
    package typealias Item = Difference
    package var from: TextArgument
    package var until: TextArgument
    package init(from: TextArgument, until: TextArgument) {
        self.from = from
        self.until = until
    }

    package struct Difference: Codable, Hashable, Sendable {
        package var problem: String?
        package var before: String?
        package var after: String?
        package var events: Int?
        package var first: UInt64?
        package var last: UInt64?
        package var reference: String?
        package var name: String?
        package init(
            problem: String? = nil, before: String? = nil, after: String? = nil, events: Int? = nil,
            first: UInt64? = nil, last: UInt64? = nil, reference: String? = nil, name: String? = nil
        ) {
            self.problem = problem
            self.before = before
            self.after = after
            self.events = events
            self.first = first
            self.last = last
            self.reference = reference
            self.name = name
        }
    }

    package struct Reply: Codable, Hashable, Sendable {
        package var decisions: Int
        package var passedOver: Int
        package var changed: Int
        package var otherReason: Int
        private enum CodingKeys: String, CodingKey {
            case decisions
            case passedOver = "passed_over"
            case changed
            case otherReason = "other_reason"
        }
        package init(decisions: Int, passedOver: Int, changed: Int, otherReason: Int) {
            self.decisions = decisions
            self.passedOver = passedOver
            self.changed = changed
            self.otherReason = otherReason
        }
    }
}
