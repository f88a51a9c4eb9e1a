internal import GatehouseCore

// The walk test of an installer: what is there, what is open, what was found.

/// A walk test as it stands, its parts in the order in which somebody walks.
package struct WalkView: Codable, Hashable, Sendable {
    /// The entry with which it began.
    package var entry: UInt64
    package var begun: String
    /// When it is given up by itself.
    package var until: String
    package var by: String
    /// What is being done now, because somebody said so.
    package var current: String?
    /// Parts that nobody has heard of yet.
    package var open: Int
    package var rows: [Row]

    package init(
        entry: UInt64, begun: String, until: String, by: String, current: String?, open: Int, rows: [Row]
    ) {
        self.entry = entry
        self.begun = begun
        self.until = until
        self.by = by
        self.current = current
        self.open = open
        self.rows = rows
    }

    package struct Row: Codable, Hashable, Sendable {
        /// `contact:wicket`.
        package var name: String
        /// `neverHeard`, `good`, `bad`, `said` or `skipped`.
        package var state: String
        package var fault: String?
        /// Where it was heard instead, or the reason for having no picture.
        package var other: String?
        /// The fault as a sentence, and what to do about it.
        package var what: String?
        package var advice: String?
        /// What somebody does here, as long as it is open.
        package var todo: String?
        /// Measurements by name, with their unit at its end.
        package var measured: [String: Int64]
        /// Who did it or said so; nil where it came without being asked for.
        package var by: String?

        package init(
            name: String, state: String, fault: String? = nil, other: String? = nil, what: String? = nil,
            advice: String? = nil, todo: String? = nil, measured: [String: Int64] = [:], by: String? = nil
        ) {
            self.name = name
            self.state = state
            self.fault = fault
            self.other = other
            self.what = what
            self.advice = advice
            self.todo = todo
            self.measured = measured
            self.by = by
        }
    }
}

package struct WalkTestStart: AdminCommand {
    package static let name = CommandName.walkTestStart
    package static let entry = CommandEntry(
        [.installer], needsReason: true, lane: .openings, life: .order,
        Sentence("begin a walk test: what has to be seen at this site"))
    package typealias Reply = WalkView
    package init() {}
}

/// Without a part it tells what is open, and is a question. With one it says that this part is done now, or what came of it.
package struct WalkTestStep: AdminCommand {
    package static let name = CommandName.walkTestStep
    package static let entry = CommandEntry(
        [.installer], lane: .openings, life: .order,
        Sentence("what is open in the walk test; do one part of it, or say what came of it"))
    package typealias Reply = WalkView
    package var part: NameArgument?
    /// Drive an output: a relay by an ordinary opening, which needs a reason; a lamp by what it shows to somebody let in.
    package var pulse: FlagArgument?
    /// A person saw it work.
    package var seen: FlagArgument?
    /// It does not work: what a person saw.
    package var failed: PersonalArgument?
    /// It is left out: why.
    package var skip: PersonalArgument?
    package init(
        part: NameArgument? = nil, pulse: FlagArgument? = nil, seen: FlagArgument? = nil,
        failed: PersonalArgument? = nil, skip: PersonalArgument? = nil
    ) {
        self.part = part
        self.pulse = pulse
        self.seen = seen
        self.failed = failed
        self.skip = skip
    }
}

/// Ends the walk test that runs, with its report.
package struct WalkTestEnd: AdminCommand {
    package static let name = CommandName.walkTestEnd
    package static let entry = CommandEntry(
        [.installer], lane: .questions, life: .change,
        Sentence("end the walk test that runs, with its signed report"))
    package typealias Reply = WalkTestReport.Reply
    package init() {}
}

/// The report of the latest walk test that has ended. It ends none.
package struct WalkTestReport: AdminCommand {
    package static let name = CommandName.walkTestReport
    package static let entry = CommandEntry.question(
        [.installer, .manager, .auditor],
        Sentence("the report of the latest walk test that has ended: signed, and what changed since the one before"))
    package init() {}

    package struct Reply: Codable, Hashable, Sendable {
        /// The entry that ended it.
        package var event: UInt64?
        /// The report, JSON: these octets are what is signed.
        package var document: String
        /// Ed25519 over the octets of the document, base64.
        package var signature: String
        /// The same as a page of HTML, with a signature of its own.
        package var page: String
        package var pageSignature: String
        /// The site's hand-over key, 64 hexadecimal digits.
        package var key: String
        /// Whether the entry has the hash of these very octets; not so where values that name people were erased since.
        package var recorded: Bool
        private enum CodingKeys: String, CodingKey {
            case event, document, signature, page
            case pageSignature = "page_signature"
            case key, recorded
        }
        package init(
            event: UInt64?, document: String, signature: String, page: String, pageSignature: String, key: String,
            recorded: Bool
        ) {
            self.event = event
            self.document = document
            self.signature = signature
            self.page = page
            self.pageSignature = pageSignature
            self.key = key
            self.recorded = recorded
        }
    }
}
