/// What happens to the controller, in the one order in which it happened.
package enum Input: Hashable, Sendable {
    case reader(ReaderID, ReaderSignal)
    /// Raw levels; the machines debounce.
    case contact(PortalID, isOpen: Bool)
    case exitButton(PortalID, isPressed: Bool)
    case lane(PortalID, LaneMachine.Sensor, isActive: Bool)
    case fireInput(isActive: Bool)
    /// An edge of one of these inputs, with the kernel's stamp. What it means comes as an input of its own.
    case edge(WalkPart, isActive: Bool, at: MonotonicTime)
    /// What the wire of a reader has brought, ahead of the signal that came of it.
    case measured(ReaderID, ReaderMeasure)
    case time
    case order(Order)
    /// The line was released after its entry, or after the wait for it.
    case performed(PortalID, event: UInt64, isLate: Bool)
    case abandoned(PortalID, event: UInt64)
    /// Every entry up to this number is on disk.
    case committed(through: UInt64)
    /// A portion of a large change of the registry is on disk.
    case portionWritten(revision: UInt64)
    case store(isAvailable: Bool, problem: String)
    /// A picture, or why there is none. With a number the uplink hears when it is on disk.
    case snapshot(SnapshotRow, report: UInt64? = nil)
    case delivered(UInt64, receipt: String)
    case deliveryFailed(UInt64, reason: String, isFinal: Bool)
    /// Under the signature of the certificate.
    case leadsAnswered([LeadAnswer], under: [UInt8])
    /// The sealed notes of earlier runs are read.
    indirect case leadsRestored(LeadHistory)
    case outboxLoaded(OutboxLane, [OutboxItem], isLast: Bool)
    case uplink(isConnected: Bool)
    case clock(ClockEvent)
    case health(HealthCode, subject: String, isOn: Bool)
    /// A new configuration was read; the policy changes, portals and readers stay.
    case policy(AccessPolicy)
    case started(StartReport)
    /// The database in use was held against its head, and is not what was written.
    case stateFound(StateReport)
}

package enum ClockEvent: Hashable, Sendable {
    /// The civil clock was set: by how much.
    case stepped(milliseconds: Int64)
    case trust(Bool)
    /// Whether something keeps the machine's clock in step.
    case keptInStep(Bool)
}

/// What the first entry of a run says.
package struct StartReport: Hashable, Sendable {
    package var version: String
    package var wasCleanStop: Bool
    package var damagedRows: Int
    package var usedCopy: Bool
    package var state: StateReport
    /// Names the machine's start: another one after each cut of its power, the same when the program alone ended.
    package var boot: String?
    package init(
        version: String, wasCleanStop: Bool, damagedRows: Int = 0, usedCopy: Bool = false,
        state: StateReport = StateReport(), boot: String? = nil
    ) {
        self.version = version
        self.wasCleanStop = wasCleanStop
        self.boot = boot
        self.damagedRows = damagedRows
        self.usedCopy = usedCopy
        self.state = state
    }
}

/// What the store held when the daemon started, and what the controller goes on from.
package struct Restored: Sendable {
    package var nextSequence: UInt64 = 1
    package var nextOutboxID: UInt64 = 1
    package var epoch: UInt64 = 1
    package var registry = Registry()
    /// The posture of each portal beneath a fire.
    package var postures: [PortalID: Posture] = [:]
    package var isFire = false
    package var ledger = Ledger()
    /// The device known under each reader's name.
    package var readerStandings: [ReaderID: ReaderStanding] = [:]
    package var outbox: [OutboxLane: (items: [OutboxItem], isLast: Bool)] = [:]
    package var activation: WatchlistActivation?
    package var watchlist: [WatchlistEntry] = []
    package var alarms = Alarms()
    /// The walk test that ran when the last run ended.
    package var walk: WalkRun?
    /// The time of the newest entry; nil in a new database.
    package var newest: CivilTime?
    /// The machine's start of the last run, as its first entry says it.
    package var boot: String?
    /// Steps of the list that wait for a note.
    package var watchlistSteps: [WatchlistNote] = []
    /// Leads of an older program stand in the outbox.
    package var hasSealedAlerts = false
    /// Hashes of withdrawn entries.
    package var watchlistTombstones: [[UInt8]] = []
    /// Entries of presentations that have neither a picture nor a reason.
    package var missingSnapshots: [CaptureRequest] = []
    package init() {}
}
