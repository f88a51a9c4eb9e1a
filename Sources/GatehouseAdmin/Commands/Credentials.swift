internal import GatehouseCore

// Cards, PINs and faces.

package struct CredentialView: Codable, Hashable, Sendable {
    package var id: UInt32
    package var person: UInt32
    package var kind: String
    package var value: String
    package var status: String
    package var from: String?
    package var until: String?
    package var duress: Bool
    package var note: String?
    package var uses: UInt16?
    package var firstUseSeconds: UInt32?
    package var vehicle: UInt32?
    /// What other readers make of the same card.
    package var also: [String]?
    private enum CodingKeys: String, CodingKey {
        case also
        case id
        case person
        case kind
        case value
        case status
        case from
        case until
        case duress
        case note
        case uses
        case firstUseSeconds = "first_use_seconds"
        case vehicle
    }
    package init(
        id: UInt32, person: UInt32, kind: String, value: String, status: String, from: String?, until: String?,
        duress: Bool, note: String?, uses: UInt16?, firstUseSeconds: UInt32?, vehicle: UInt32?,
        also: [String]? = nil
    ) {
        self.also = also
        self.id = id
        self.person = person
        self.kind = kind
        self.value = value
        self.status = status
        self.from = from
        self.until = until
        self.duress = duress
        self.note = note
        self.uses = uses
        self.firstUseSeconds = firstUseSeconds
        self.vehicle = vehicle
    }
}

package struct CredentialAdd: AdminCommand {
    package static let name = CommandName.credentialAdd
    package static let entry = CommandEntry.change(.office, Sentence("give a person a card, a PIN or a face"))
    package typealias Reply = RecordedRow
    package var person: PersonalArgument
    package var kind: TextArgument
    package var card: PersonalArgument?
    package var pin: PersonalArgument?
    package var bound: FlagArgument?
    package var module: NameArgument?
    package var user: CountArgument?
    package var from: TextArgument?
    package var until: TextArgument?
    package var duress: FlagArgument?
    package var status: TextArgument?
    package var uses: TextArgument?
    package var firstUse: TextArgument?
    package var vehicle: PersonalArgument?
    package var consent: PersonalArgument?
    /// A reader: the next card that is shown there within a minute is the one.
    package var showAt: NameArgument?
    /// What other readers make of the same card: up to three numbers with blanks between them.
    package var also: PersonalArgument?
    private enum CodingKeys: String, CodingKey {
        case also
        case showAt = "show-at"
        case person
        case kind
        case card
        case pin
        case bound
        case module
        case user
        case from
        case until
        case duress
        case status
        case uses
        case firstUse = "first-use"
        case vehicle
        case consent
    }
    package init(
        person: PersonalArgument, kind: TextArgument, card: PersonalArgument? = nil, pin: PersonalArgument? = nil,
        bound: FlagArgument? = nil, module: NameArgument? = nil, user: CountArgument? = nil, from: TextArgument? = nil,
        until: TextArgument? = nil, duress: FlagArgument? = nil, status: TextArgument? = nil, uses: TextArgument? = nil,
        firstUse: TextArgument? = nil, vehicle: PersonalArgument? = nil, consent: PersonalArgument? = nil,
        showAt: NameArgument? = nil, also: PersonalArgument? = nil
    ) {
        self.also = also
        self.showAt = showAt
        self.person = person
        self.kind = kind
        self.card = card
        self.pin = pin
        self.bound = bound
        self.module = module
        self.user = user
        self.from = from
        self.until = until
        self.duress = duress
        self.status = status
        self.uses = uses
        self.firstUse = firstUse
        self.vehicle = vehicle
        self.consent = consent
    }
}

package struct CredentialShow: AdminCommand {
    package static let name = CommandName.credentialShow
    package static let entry = CommandEntry.question(.office, Sentence("one credential"))
    package typealias Reply = Joined<CredentialView, Details>
    package var id: RowOrTextArgument
    package init(id: RowOrTextArgument) {
        self.id = id
    }

    package struct Details: Codable, Hashable, Sendable {
        package var history: [PastState<CredentialView>]
        /// What a guard took from it until the office is there.
        package var suspended: PersonDetails.Off?
        /// Since when its status is what it is, and who said so.
        package var off: PersonDetails.Off?
        package var holder: Named?
        /// Where the holder lives: `community/dwelling`.
        package var home: String?
        /// Of the vehicle that it belongs to.
        package var plate: String?
        package init(history: [PastState<CredentialView>], suspended: PersonDetails.Off? = nil) {
            self.history = history
            self.suspended = suspended
        }
    }
}

package struct CredentialChange: AdminCommand {
    package static let name = CommandName.credentialChange
    package static let entry = CommandEntry.withdrawal(
        .office, needsReason: false, Sentence("change a credential: lost, stolen, suspended, enabled"))
    package typealias Reply = RecordedRow
    package var id: RowOrTextArgument
    package var status: TextArgument?
    /// Why access is taken away: a word of `WithdrawalCause`.
    package var cause: TextArgument?
    package var from: TextArgument?
    package var until: TextArgument?
    package var uses: TextArgument?
    package var firstUse: TextArgument?
    package var vehicle: PersonalArgument?
    /// Takes the place of the further numbers that the card has; `none` for none.
    package var also: PersonalArgument?
    private enum CodingKeys: String, CodingKey {
        case also
        case id
        case status
        case cause
        case from
        case until
        case uses
        case firstUse = "first-use"
        case vehicle
    }
    package init(
        id: RowOrTextArgument, status: TextArgument? = nil, cause: TextArgument? = nil, from: TextArgument? = nil,
        until: TextArgument? = nil, uses: TextArgument? = nil, firstUse: TextArgument? = nil,
        vehicle: PersonalArgument? = nil, also: PersonalArgument? = nil
    ) {
        self.also = also
        self.id = id
        self.status = status
        self.cause = cause
        self.from = from
        self.until = until
        self.uses = uses
        self.firstUse = firstUse
        self.vehicle = vehicle
    }
}

package struct CredentialReplace: AdminCommand {
    package static let name = CommandName.credentialReplace
    package static let entry = CommandEntry.withdrawal(
        .office, needsReason: false, Sentence("a card is gone: it opens no more, and another one takes its place"))
    package typealias Reply = RecordedRow
    /// The card that is gone, or its number on the register.
    package var old: RowOrTextArgument
    package var card: PersonalArgument
    /// What became of the old one: lost if left out, stolen, damaged or returned.
    package var status: TextArgument?
    /// What other readers make of the new card: up to three numbers with blanks between them.
    package var also: PersonalArgument?
    package init(
        old: RowOrTextArgument, card: PersonalArgument, status: TextArgument? = nil, also: PersonalArgument? = nil
    ) {
        self.old = old
        self.card = card
        self.status = status
        self.also = also
    }
}

package struct CredentialRemove: AdminCommand {
    package static let name = CommandName.credentialRemove
    package static let entry = CommandEntry.withdrawal(.office, needsReason: false, Sentence("end a credential"))
    package typealias Reply = Recorded
    package var id: RowOrTextArgument
    package var cause: TextArgument?
    package init(id: RowOrTextArgument, cause: TextArgument? = nil) {
        self.id = id
        self.cause = cause
    }
}
