internal import GatehouseCore

// Steps that more than one party takes: a hand-over of the site, and the watchlist.

package struct HandoverView: Codable, Hashable, Sendable {
    package var at: String
    package var ms: Int64
    package var receiver: String
    package var ended: Bool
    /// False until a second role has confirmed the announcement, or a day has passed.
    package var confirmed: Bool
    package init(at: String, ms: Int64, receiver: String, ended: Bool, confirmed: Bool) {
        self.at = at
        self.ms = ms
        self.receiver = receiver
        self.ended = ended
        self.confirmed = confirmed
    }
}

package struct HandoverAnnounce: AdminCommand {
    package static let name = CommandName.handoverAnnounce
    package static let entry = CommandEntry.change(
        .office, needsReason: true, Sentence("end this operator's access at an instant"))
    /// An instant of local time, or `now`.
    package var at: TextArgument
    /// SHA-256 of the receiver's certificate.
    package var receiver: DigestArgument
    /// SHA-256 of the token that the receiver accepts with.
    package var tokenHash: DigestArgument
    private enum CodingKeys: String, CodingKey {
        case at
        case receiver
        case tokenHash = "token-hash"
    }
    package init(at: TextArgument, receiver: DigestArgument, tokenHash: DigestArgument) {
        self.at = at
        self.receiver = receiver
        self.tokenHash = tokenHash
    }

    package struct Reply: Codable, Hashable, Sendable {
        package var event: UInt64?
        package var at: String
        package var ms: Int64
        package var confirmed: Bool
        package init(event: UInt64?, at: String, ms: Int64, confirmed: Bool) {
            self.event = event
            self.at = at
            self.ms = ms
            self.confirmed = confirmed
        }
    }
}

package struct HandoverConfirm: AdminCommand {
    package static let name = CommandName.handoverConfirm
    package static let entry = CommandEntry.change(
        [.auditor, .installer, .guard_], needsReason: true, Sentence("a second role agrees to an announced hand-over"))
    package typealias Reply = Recorded
    package init() {}
}

package struct HandoverWithdraw: AdminCommand {
    package static let name = CommandName.handoverWithdraw
    package static let entry = CommandEntry.change(
        .office, needsReason: true, Sentence("take the announcement back, before its instant"))
    package typealias Reply = Recorded
    package init() {}
}

package struct HandoverAccept: AdminCommand {
    package static let name = CommandName.handoverAccept
    package static let entry = CommandEntry.change(
        .everyone, Sentence("take the site, with the token of the hand-over"))
    package typealias Reply = Recorded
    package var token: DocumentArgument
    package init(token: DocumentArgument) {
        self.token = token
    }
}

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
        package var cap: Int?
        package init(state: String, entries: Int?, cap: Int?) {
            self.state = state
            self.entries = entries
            self.cap = cap
        }
    }
}
