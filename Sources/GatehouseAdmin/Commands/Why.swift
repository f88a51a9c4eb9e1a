internal import GatehouseCore

// Why somebody was refused: what was decided, what stood behind it, and who had brought that about.

package struct Why: AdminCommand {
    package static let name = CommandName.why
    package static let entry = CommandEntry.question(
        [.manager, .auditor], needsReason: true, Sentence("why somebody was refused, and who brought it about"))
    package var person: PersonalArgument
    /// The last refusal within 72 hours without it.
    package var when: TextArgument?
    package init(person: PersonalArgument, when: TextArgument? = nil) {
        self.person = person
        self.when = when
    }

    /// What stood behind a decision, by the register and the journal of then.
    package struct Cause: Codable, Hashable, Sendable {
        /// What it was: a status of the credential or the person, `removed`, `notActive`, `expired`, `usesExhausted`,
        /// `tenancyEnded`, …: the word of `WhySentence`.
        package var what: String
        /// `card`, `pin`, `face` or `plate` where a credential was it.
        package var kind: String?
        /// The credential, its number masked but for the end.
        package var value: String?
        package var from: String?
        package var until: String?
        package var uses: UInt16?
        /// When it became so.
        package var since: String?
        /// Whose account, or else which user.
        package var by: String?
        package var note: String?
        /// The entry with which it became so.
        package var event: UInt64?
        package init(what: String, kind: String? = nil, value: String? = nil) {
            self.what = what
            self.kind = kind
            self.value = value
        }
    }

    /// Another decision that may be meant.
    package struct Other: Codable, Hashable, Sendable {
        package var seq: UInt64
        package var at: String
        package var point: String?
        package var outcome: String?
        package var reason: String?
        package init(seq: UInt64, at: String, point: String?, outcome: String?, reason: String?) {
            self.seq = seq
            self.at = at
            self.point = point
            self.outcome = outcome
            self.reason = reason
        }
    }

    package struct Reply: Codable, Hashable, Sendable {
        package var entry: EntryView
        package var cause: Cause?
        /// What the rules said, without those that had nothing to say.
        package var rules: [[String]]
        /// The other refusals of the span, the newest last.
        package var others: [Other]
        package var leftOut: Int?
        private enum CodingKeys: String, CodingKey {
            case entry, cause, rules, others
            case leftOut = "left_out"
        }
        package init(entry: EntryView, cause: Cause?, rules: [[String]], others: [Other], leftOut: Int?) {
            self.entry = entry
            self.cause = cause
            self.rules = rules
            self.others = others
            self.leftOut = leftOut
        }
    }
}
