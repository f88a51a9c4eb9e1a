internal import GatehouseCore

// What a guard takes from one credential until the office is there.

package struct CredentialSuspend: AdminCommand {
    package static let name = CommandName.credentialSuspend
    package static let entry = CommandEntry.withdrawal(
        [.guard_, .manager], Sentence("a credential opens nothing until noon; the office is told"))
    package var id: RowOrTextArgument
    /// The next noon if left out, and at most that.
    package var until: TextArgument?
    package init(id: RowOrTextArgument, until: TextArgument? = nil) {
        self.id = id
        self.until = until
    }

    package struct Reply: Codable, Hashable, Sendable {
        /// The number of the credential.
        package var id: UInt32
        package var until: String
        package var event: UInt64?
        package init(id: UInt32, until: String, event: UInt64?) {
            self.id = id
            self.until = until
            self.event = event
        }
    }
}

package struct CredentialResume: AdminCommand {
    package static let name = CommandName.credentialResume
    package static let entry = CommandEntry.change(
        .office, needsReason: true, Sentence("end what a guard suspended, before its time"))
    package typealias Reply = RecordedRow
    package var id: RowOrTextArgument
    package init(id: RowOrTextArgument) { self.id = id }
}
