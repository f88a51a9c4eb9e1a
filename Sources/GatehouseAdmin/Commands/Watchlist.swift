internal import GatehouseCore

// Steps of the watchlist, for its auditor.

package struct WatchlistActivate: AdminCommand {
    package static let name = CommandName.watchlistActivate
    package static let entry = CommandEntry.change(
        [.auditor], needsReason: true, Sentence("switch the watchlist on, by a certificate of the oversight"))
    package typealias Reply = Recorded
    package var document: DocumentArgument
    package init(document: DocumentArgument) {
        self.document = document
    }
}

package struct WatchlistDeactivate: AdminCommand {
    package static let name = CommandName.watchlistDeactivate
    package static let entry = CommandEntry.change(
        [.auditor], needsReason: true, Sentence("end the activation, by a document of the oversight or two auditors"))
    package typealias Reply = Recorded
    package var document: DocumentArgument?
    package init(document: DocumentArgument? = nil) {
        self.document = document
    }
}

package struct WatchlistImport: AdminCommand {
    package static let name = CommandName.watchlistImport
    package static let entry = CommandEntry.change([.auditor], Sentence("take one entry signed by two"))
    package typealias Reply = Recorded
    package var document: DocumentArgument
    package init(document: DocumentArgument) {
        self.document = document
    }
}

package struct WatchlistRemove: AdminCommand {
    package static let name = CommandName.watchlistRemove
    package static let entry = CommandEntry.change([.auditor], needsReason: true, Sentence("take an entry out"))
    package typealias Reply = Recorded
    package var entry: DocumentArgument
    package init(entry: DocumentArgument) {
        self.entry = entry
    }
}

package struct WatchlistStatus: AdminCommand {
    package static let name = CommandName.watchlistStatus
    package static let entry = CommandEntry.glance(
        [.auditor, .manager], Sentence("whether the list is active; counts for its auditor"))
    package init() {}

    package struct Reply: Codable, Hashable, Sendable {
        package var state: String
        package var entries: Int?
        /// Flagged people: what the cap counts.
        package var people: Int?
        package var cap: Int?
        package var slotMs: Int64?
        /// Messages of leads that no receipt has settled.
        package var owed: Int?
        /// The public key (Ed25519, hexadecimal) that the gate signs leads with.
        package var key: String?
        package init(
            state: String, entries: Int? = nil, people: Int? = nil, cap: Int? = nil, slotMs: Int64? = nil,
            owed: Int? = nil, key: String? = nil
        ) {
            self.state = state
            self.entries = entries
            self.people = people
            self.cap = cap
            self.slotMs = slotMs
            self.owed = owed
            self.key = key
        }
    }
}

package struct WatchlistCount: AdminCommand {
    package static let name = CommandName.watchlistCounters
    package static let entry = CommandEntry.question(
        [.auditor], needsReason: true,
        Sentence("counts over entries that have ended, with what a stranger counts them from"))
    package var from: TextArgument
    package var until: TextArgument
    package init(from: TextArgument, until: TextArgument) {
        self.from = from
        self.until = until
    }

    package struct Row: Codable, Hashable, Sendable {
        package var category: String
        package var entries: Int
        package var hits: Int
        package var confirmed: Int
        package var notThePerson: Int
        package var suspended: Int
        package var meanHours: Int
        package init(
            category: String, entries: Int, hits: Int, confirmed: Int, notThePerson: Int, suspended: Int, meanHours: Int
        ) {
            self.category = category
            self.entries = entries
            self.hits = hits
            self.confirmed = confirmed
            self.notThePerson = notThePerson
            self.suspended = suspended
            self.meanHours = meanHours
        }
    }

    /// The key of one sealed note, which opens no other.
    package struct Opening: Codable, Hashable, Sendable {
        package var entry: UInt64
        package var key: String
        package init(entry: UInt64, key: String) {
            self.entry = entry
            self.key = key
        }
    }

    package struct Reply: Codable, Hashable, Sendable {
        package var event: UInt64?
        package var rows: [Row]
        package var refused: Int
        /// For whoever counts again, and for nobody else: hits are among them.
        package var openings: [Opening]
        package init(event: UInt64?, rows: [Row], refused: Int, openings: [Opening]) {
            self.event = event
            self.rows = rows
            self.refused = refused
            self.openings = openings
        }
    }
}
