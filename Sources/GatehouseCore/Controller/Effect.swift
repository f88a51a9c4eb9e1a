/// What the controller wants done. Durable effects of one step go into one transaction; volatile ones wait for it
/// where they say so.
package enum Effect: Hashable, Sendable {
    case durable(DurableEffect)
    /// Set the line of the portal to "released". With an event it waits for that entry (promise P1); without, it is
    /// done at once.
    case release(PortalID, event: UInt64?)
    /// Set the line to its rest. At once, and ahead of any release of the portal that still waits.
    case secure(PortalID)
    case indicate(ReaderID, Indication, waits: Bool)
    /// The reading of this reader is on disk, or its wait is over: the reader may be asked for the next one.
    case acknowledge(ReaderID)
    case capture(CaptureRequest)
    indirect case deliver(OutboxItem, attempt: Int)
    case loadOutbox(OutboxLane)
    /// Something of one size leaves for the issuer of the watchlist.
    indirect case leadSlot(LeadSlot)
    /// What the uplink reported under this number is on disk: it need not be said again.
    case noted(report: UInt64)
    /// Pictures wait to be deleted: the uplink is to hear which.
    case eraseSnapshots
    case reply(OrderID, OrderReply)
    /// The machine's clock is right as it stands: an operator says so.
    case acceptClock
    /// The policy of the ledger wants the daemon to end.
    case stop
}

package enum DurableEffect: Hashable, Sendable {
    indirect case record(JournalEntry)
    indirect case enqueue(OutboxItem)
    indirect case settle(OutboxItem, OutboxEnd)
    case registry([RegistryChange], revision: UInt64)
    /// A part of a revision that nobody sees before it is sealed.
    case registryPortion([RegistryChange], revision: UInt64)
    /// A part of what the rows of all portions are found by: keyed digests, in the order of their first octet.
    case registryIndex(octets: Range<Int>, revision: UInt64)
    /// All portions of the revision come into force. Its entry follows in the same step.
    case registrySealed(revision: UInt64)
    /// None of its portions ever comes into force.
    case registryDropped(revision: UInt64)
    /// Where a person is by the ledger, and since when; nil forgets it.
    case area(person: UInt32, Ledger.Presence?)
    case ledger(LedgerChange)
    /// Erases what names a person: every state of these rows, the values beside their entries. Their pictures are owed
    /// to the uplink for deletion.
    case erase(person: UInt32, [RegistryRowID])
    /// Erases the values beside entries older than this.
    case erasePersonal(before: CivilTime)
    /// Erases what was sealed in states of the register that ended before this.
    case eraseEnded(before: CivilTime)
    /// Drops alerts that are settled and were made before this.
    case dropAlerts(before: CivilTime)
    /// Erases who the visitors were of passes that are over, beside the entries of these passes.
    case eraseVisitors([UInt64])
    /// Which device stands under the name of a reader.
    indirect case readerStanding(ReaderID, ReaderStanding)
    indirect case snapshot(SnapshotRow)
    /// A picture was asked for: owed until its row, or the reason for having none, is there.
    case pictureOwed(CaptureRequest)
    indirect case watchlistActivation(WatchlistActivation)
    indirect case watchlistEntry(WatchlistEntry)
    /// Its material goes; that there was one stays as a hash.
    case watchlistErased(String, tombstone: [UInt8])
    case watchlistDeactivated
    /// Steps of the list that wait for a sealed note.
    case watchlistSteps([WatchlistNote])
    /// Alerts of a form that is no more: leads that an older program owed.
    case dropSealedAlerts
}

extension DurableEffect {
    /// How much of a transaction it is.
    var weight: Int {
        switch self {
        case .registryPortion, .registryIndex: CommitGate.batchLimit
        default: 1
        }
    }

    /// The revision that it is a portion of.
    var portionOf: UInt64? {
        switch self {
        case .registryPortion(_, let revision), .registryIndex(_, let revision): revision
        default: nil
        }
    }
}

package typealias OrderID = UInt64

/// Who asks, as the socket's credentials tell.
package struct Actor: Hashable, Sendable {
    /// As the journal keeps it in clear: `uid 1000`, or `uid 997 for 3f2a9c41d07b` of a person for whom the console asks.
    package var name: String
    package var role: Role
    /// Whose account it is, or the name under which they signed in: a personal value of the entry.
    package var account: String?
    /// Whether it is root, at the machine itself.
    package var isRoot: Bool
    package init(name: String, role: Role, account: String? = nil, isRoot: Bool = false) {
        self.name = name
        self.role = role
        self.account = account
        self.isRoot = isRoot
    }

    /// As entries name whoever did something: `uid 1000 (guard)`.
    package var inEntries: String { "\(name) (\(role.word))" }
}

package enum Role: UInt8, Hashable, Sendable, CaseIterable {
    case viewer = 0
    case guard_ = 1
    case installer = 2
    case manager = 3
    case auditor = 4

    package var word: String {
        switch self {
        case .viewer: "viewer"
        case .guard_: "guard"
        case .installer: "installer"
        case .manager: "manager"
        case .auditor: "auditor"
        }
    }
}

/// A command that changes something or looks at something: it becomes an entry whatever comes of it.
package struct Order: Hashable, Sendable {
    package enum Verb: Hashable, Sendable {
        case open(PortalID)
        /// nil is every portal.
        case posture(PortalID?, Posture)
        case fireReset
        case registry([RegistryChange])
        case forgive(person: UInt32)
        /// Forgets in which area everybody and every vehicle is.
        case forgiveAll
        /// 0 is every day's, `AccessPolicy.highestThreat` the highest.
        case threat(UInt8)
        /// Ends these rows and erases what names the person in them and elsewhere.
        case erase(person: UInt32, ends: [RegistryChange], rows: [RegistryRowID])
        case pass(PassOrder)
        /// Whoever keeps the registry says that it is up to date.
        case confirmPolicy
        /// What was found older or other than it was written holds from here on. Two people say so.
        case settleState
        case watchlistActivate(WatchlistActivation)
        case watchlistImport(WatchlistEntry)
        case watchlistWithdraw(String)
        /// By a document of the oversight, whose digest it is; without, two auditors said so.
        case watchlistDeactivate([UInt8]?)
        /// A document that was no entry.
        case watchlistRefuse([UInt8])
        /// A reader is to be given a key, or another place. The entry comes first; the daemon does it then.
        case changeReader(ReaderID)
        /// A reader is to be given its first key over its wire: by somebody else than who accepted it.
        case installReader(ReaderID)
        /// Another device answers under the name of a reader, and may from now on.
        case acceptReader(ReaderID)
        /// A question. Nothing but the entry comes of it.
        case look(Look)
        /// A command that was refused before it came here.
        case refused(reason: String, count: Int = 1)
        /// What ended by the time that was in force stays ended, unless it is said to run again.
        case acceptClock(reopens: Bool)
        case announceHandover(Handover)
        case cancelHandover
        /// With the token that the announcement was given the hash of.
        case acceptHandover(token: [UInt8])
        /// A second role agrees to what was announced.
        case confirmHandover
        /// Somebody saw the alarm that began with this entry.
        case acknowledge(alarm: UInt64)
        /// Takes one credential out of use until then.
        case suspend(credential: UInt32, until: CivilTime)
        case endSuspension(credential: UInt32)
        /// Asks a camera for a picture that is of no event but this order: the reply comes with it.
        case testCamera(CameraID)
        /// The next card at a reader goes to whoever asked: the reply comes with it.
        case awaitCard(ReaderID)
        /// Whoever waited for it has gone.
        case giveUpCard(ReaderID)
        /// Ends the pauses of a reader: after wrong PINs, after numbers that were tried.
        case resume(ReaderID)
        case walk(WalkOrder)
        case stop
    }
    package var id: OrderID
    package var actor: Actor
    /// The command as typed, without personal values.
    package var command: String
    package var verb: Verb
    package var reason: String?
    /// Why it takes somebody's access away; nil for orders that do not.
    package var cause: WithdrawalCause?
    /// Past this moment the order is dead (promise P10).
    package var expires: MonotonicTime?

    package init(
        id: OrderID, actor: Actor, command: String, verb: Verb, reason: String? = nil, cause: WithdrawalCause? = nil,
        expires: MonotonicTime? = nil
    ) {
        self.id = id
        self.actor = actor
        self.command = command
        self.verb = verb
        self.reason = reason
        self.cause = cause
        self.expires = expires
    }

    /// Whether what somebody wrote is a reason: blanks are none.
    package static func isReason(_ text: String?) -> Bool { !(text ?? "").allSatisfy(\.isWhitespace) }
    var hasReason: Bool { Self.isReason(reason) }
}

package enum OrderReply: Hashable, Sendable {
    case done(event: UInt64?)
    /// The card that was waited for.
    case shown(CardRead)
    /// What came of the picture that was asked for, and how long that took.
    case pictured(SnapshotRow, after: Duration)
    case refused(OrderRefusal)
}

package enum OrderRefusal: Error, Hashable, Sendable {
    case expired
    case reasonMissing
    case unknownPortal(String)
    case unknownReader(String)
    case readerSwapped(String, serial: String, before: String)
    case readerAcceptedBySame(String)
    case readerNotSwapped(String)
    case postureForbids(Posture)
    case fireInputActive
    case noFire
    case registry(RegistryProblem, row: Int)
    case storeUnavailable
    case withoutKey
    case watchlistAsleep(WatchlistSleep)
    case watchlistFull
    case watchlistUnknown
    case handedOver
    case wrongToken
    case fireStands
    case unknownAlarm
    /// The alarm is the office's to see.
    case alarmOfTheOffice
    case unknownCredential
    case credentialOff(CredentialStatus)
    case suspensionTooLong
    case notSuspended
    case cardAwaited(String)
    case noCardShown
    /// So much waits for the disk that what is left of memory belongs to the gates.
    case journalCrowded
    case secondPerson(String)
    case walkRuns
    case noWalk
    case unknownPart(String)
    case other(Sentence)

    package var sentence: Sentence {
        switch self {
        case .expired: Sentence("the command came too late and was not carried out; give it again")
        case .reasonMissing: Sentence("a reason is needed: add --reason \"…\"")
        case .unknownPortal(let name): Sentence("there is no portal named \(name); see `gatehousectl status`")
        case .unknownReader(let name): Sentence("no access point has a reader \(name); see `gatehousectl reader list`")
        case .readerSwapped(let name, let serial, let before):
            Sentence(
                "\(name) is another device than before (serial \(Self.shown(serial)), it was \(Self.shown(before))); somebody else than you accepts it first: gatehousectl reader accept \(name) --reason …"
            )
        case .readerAcceptedBySame(let name):
            Sentence("you accepted the new \(name) yourself; another person gives it its key")
        case .readerNotSwapped(let name): Sentence("\(name) is the device that it was; there is nothing to accept")
        case .postureForbids(let posture): Sentence("the portal is in posture \(posture.word); end that first")
        case .fireInputActive: Sentence("the fire input is still active; it has to be quiet before the reset")
        case .noFire: Sentence("there is no fire to reset")
        case .registry(let problem, let row): Sentence("row \(row + 1): \(problem.sentence)")
        case .storeUnavailable: Sentence("the database cannot be written now; see `gatehousectl health`")
        case .withoutKey:
            Sentence("the daemon runs without its master key and can seal nothing; see `gatehousectl health`")
        case .watchlistAsleep(let sleep): sleep.sentence
        case .watchlistFull: Sentence("the number of entries that this community may hold is reached")
        case .watchlistUnknown: Sentence("no such entry")
        case .handedOver:
            Sentence(
                "this site was handed over: the new operator takes it with `gatehousectl handover accept`; gates go on deciding"
            )
        case .wrongToken: Sentence("that is not the token of this hand-over")
        case .fireStands:
            Sentence("a fire holds the portals open; end it first: gatehousectl portal fire-reset --reason …")
        case .unknownAlarm: Sentence("no open alarm has that number; see `gatehousectl alarm list`")
        case .alarmOfTheOffice:
            Sentence("what a guard suspended is for the office to look at; a manager acknowledges it")
        case .unknownCredential: Sentence("the register has no such credential")
        case .credentialOff(let status): Sentence("the credential opens nothing as it is: it is \(status.noun)")
        case .suspensionTooLong:
            Sentence("a guard suspends until the next noon at most; what lasts longer is the office's to say")
        case .cardAwaited(let name): Sentence("somebody waits for a card at \(name) already; it takes a minute at most")
        case .noCardShown: Sentence("no card was shown there within a minute; nothing was changed")
        case .notSuspended: Sentence("no guard suspended that credential, or it is over")
        case .journalCrowded:
            Sentence("the disk is behind, and what it can still take belongs to the gates; try again later")
        case .secondPerson(let what): Sentence("\(what): another person has to say the same within 5 minutes")
        case .walkRuns:
            Sentence(
                "a walk test runs already: gatehousectl walk-test step tells what is open, walk-test end ends it")
        case .noWalk: Sentence("no walk test runs; begin one: gatehousectl walk-test start --reason …")
        case .unknownPart(let name): Sentence("the walk test has no part \(name); see `gatehousectl walk-test step`")
        case .other(let sentence): sentence
        }
    }
    private static func shown(_ serial: String) -> String { serial.isEmpty ? "unknown" : serial }

    package var word: String {
        switch self {
        case .expired: "expired"
        case .reasonMissing: "reasonMissing"
        case .unknownPortal: "unknownPortal"
        case .unknownReader: "unknownReader"
        case .readerSwapped: "readerSwapped"
        case .readerAcceptedBySame: "secondPerson"
        case .readerNotSwapped: "readerNotSwapped"
        case .postureForbids: "postureForbids"
        case .fireInputActive: "fireInputActive"
        case .noFire: "noFire"
        case .registry(let problem, _): problem.rawValue
        case .storeUnavailable: "storeUnavailable"
        case .withoutKey: "withoutKey"
        case .watchlistAsleep(let sleep): sleep.rawValue
        case .watchlistFull: "watchlistFull"
        case .watchlistUnknown: "watchlistUnknown"
        case .handedOver: "handedOver"
        case .wrongToken: "wrongToken"
        case .fireStands: "fireStands"
        case .unknownAlarm: "unknownAlarm"
        case .alarmOfTheOffice: "alarmOfTheOffice"
        case .unknownCredential: "unknownCredential"
        case .credentialOff: "credentialOff"
        case .suspensionTooLong: "suspensionTooLong"
        case .notSuspended: "notSuspended"
        case .cardAwaited: "cardAwaited"
        case .noCardShown: "noCardShown"
        case .journalCrowded: "journalCrowded"
        case .secondPerson: "secondPerson"
        case .walkRuns: "walkRuns"
        case .noWalk: "noWalk"
        case .unknownPart: "unknownPart"
        case .other: "other"
        }
    }
}
