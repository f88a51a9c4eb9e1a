internal import GatehouseCore

// Steps that more than one party takes: a hand-over of the site.

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
