package import GatehouseAdmin
package import GatehouseConfiguration
package import GatehouseCore
package import GatehouseCrypto
package import GatehouseProtocols
package import GatehouseRegister
package import GatehouseStore
package import GatehouseThreads

/// What each command does: it reads the database and the state of the gate, gives orders, and talks to readers, all through
/// the closures of its surroundings. It knows no loop, no device and no thread; the daemon, the simulation and the tests run
/// this very desk.
///
/// A class because its commands share what is on its way: files that were sent, numbers of rows, who waits for a second
/// person.
package final class Desk: Sendable {
    package let configuration: Configuration
    package let fields: RegistryFields
    package let secrets: StoreSecrets
    package let primitives: Primitives
    /// Nil in a run without the master key.
    package let passKeys: PassKeys?
    /// Signs reports in the name of the site; nil in a run without the master key.
    package let signer: ReportSigner?
    /// Signs heads of the journal; nil in a run without the master key.
    package let logSigner: LogSigner?
    /// The key that leads are signed with, for its receivers: 32 octets; nil in a run without the master key.
    let leadKey: [UInt8]?
    /// Who cosigns its heads; nil where nobody is asked to.
    let witnesses: WitnessPolicy?
    package let surroundings: DeskSurroundings
    package let uploads: UploadShelf
    package let followers: Followers
    let ids = RowNumbers()
    let seconds = SecondPeople()
    let finder = Finder()

    package init(
        configuration: Configuration, calendar: SiteCalendar, secrets: StoreSecrets, primitives: Primitives,
        passKeys: PassKeys?, signer: ReportSigner?, logSigner: LogSigner?, leadKey: [UInt8]? = nil,
        witnesses: WitnessPolicy? = nil,
        surroundings: DeskSurroundings
    ) {
        self.configuration = configuration
        self.secrets = secrets
        self.primitives = primitives
        self.passKeys = passKeys
        self.signer = signer
        self.logSigner = logSigner
        self.leadKey = leadKey
        self.witnesses = witnesses
        self.surroundings = surroundings
        fields = RegistryFields(
            calendar: calendar, primitives: primitives, aloneDigits: configuration.site.lockout.aloneDigits,
            cards: CardCatalogue(own: configuration.cardFormats, read: configuration.readFormats),
            names: RegistryFields.SiteNames(
                schedules: Set(configuration.site.policy.schedules.map(\.name)),
                faceModules: configuration.faceModules))
        uploads = UploadShelf()
        followers = Followers()
    }

    // MARK: Loop and database

    /// Looks at the gate as it stands between two inputs.
    func ask<Value: Sendable>(_ question: @escaping @Sendable (LoopView) throws -> Value) throws -> Value {
        let answer = Box<Result<Value, any Error>?>(nil)
        try surroundings.view { view in
            let found = Result { try question(view) }
            answer.set(found)
        }
        guard let found = answer.value else { throw Self.busy }
        return try found.get()
    }

    static let busy = CommandRefusal(code: "busy", message: Sentence("the daemon did not answer in time; try again"))

    /// Gives an order and waits for its entry, whose number comes back; nil where the disk is late.
    @discardableResult
    func order(_ call: Call, _ verb: Order.Verb, reason: String? = nil, cause: WithdrawalCause? = nil) throws -> UInt64?
    {
        let draft = OrderDraft(
            actor: call.actor, command: call.journalText, verb: verb, reason: reason ?? call.reason, cause: cause,
            expires: call.expires, diesWithItsSender: call.diesWithItsSender, isWanted: call.isWanted)
        var isSettled = false
        // Whatever comes of it, and when: the rows are read again.
        defer { finder.note(verb, at: surroundings.monotonic(), isSettled: isSettled) }
        switch try surroundings.order(draft) {
        case .done(let event):
            isSettled = event != nil
            return event
        case .refused(let refusal):
            throw try taken(refusal, verb, call) ?? CommandRefusal(code: refusal.word, message: refusal.sentence)
        case .shown, .pictured: throw Self.busy
        }
    }

    /// Waits for the next card at a reader, which opens nothing; its wait ends with whoever asked.
    func shownCard(at reader: ReaderID, _ call: Call) throws -> CardNumber {
        let draft = OrderDraft(
            actor: call.actor, command: call.journalText, verb: .awaitCard(reader), reason: call.reason,
            expires: call.expires, diesWithItsSender: true, isWanted: call.isWanted)
        switch try surroundings.order(draft) {
        case .shown(let card): return card.number
        case .refused(let refusal): throw CommandRefusal(code: refusal.word, message: refusal.sentence)
        case .done, .pictured: throw Self.busy
        }
    }

    /// A picture of the camera as it is now, in the way of every event.
    func picture(by camera: CameraID, _ call: Call) throws -> (row: SnapshotRow, after: Duration) {
        let draft = OrderDraft(
            actor: call.actor, command: call.journalText, verb: .testCamera(camera), reason: call.reason,
            expires: call.expires, diesWithItsSender: true, isWanted: call.isWanted)
        switch try surroundings.order(draft) {
        case .pictured(let row, let after): return (row, after)
        case .refused(let refusal): throw CommandRefusal(code: refusal.word, message: refusal.sentence)
        case .done, .shown: throw Self.busy
        }
    }

    /// The entry of somebody who looked, before anything is shown.
    @discardableResult
    func look(_ call: Call, _ look: Look) throws -> UInt64? {
        call.notes.lookedAt(look)
        return try order(call, .look(look))
    }

    /// A connection for reading, made anew for each command: it sees all that is committed and holds nothing up.
    func reader() throws -> JournalReader { try JournalReader(path: configuration.files.database, secrets: secrets) }

    func now() throws -> CivilTime { try ask { $0.now.civil } }

    /// How texts of files become rows, with the schedules that the gate goes by now.
    func liveFields() throws -> RegistryFields {
        var fields = fields
        fields.names?.schedules = Set(try ask { $0.controller.site.policy.schedules.map(\.name) })
        return fields
    }

    /// How texts of a command become rows: with the schedules that the gate goes by now, and with times as people type them.
    func fields(_ call: Call, _ way: TypedTime.Way = .ahead) throws -> RegistryFields {
        var fields = try liveFields()
        fields.spoken = RegistryFields.Spoken(now: try now(), way: way) { call.notes.time($0, $1) }
        return fields
    }

    /// An instant that an argument tells, or the end of the day that it names.
    func instant(
        _ name: String, _ text: TextArgument, isEnd: Bool = false, _ call: Call, _ way: TypedTime.Way
    ) throws -> Int64 {
        let fields = try fields(call, way)
        return try fields.at(name) { try fields.instant(text.argumentText, isEnd: isEnd, of: name) }
    }

    func time(_ name: String, _ text: TextArgument, _ call: Call, _ way: TypedTime.Way) throws -> CivilTime {
        CivilTime(seconds: try instant(name, text, call, way))
    }

    func text(_ time: CivilTime) -> String { SiteTime.text(time, fields.calendar) }
    func text(seconds: Int64?) -> String? { seconds.map { text(CivilTime(seconds: $0)) } }
}

/// A value that a closure brings out of another thread's turn.
private final class Box<Value>: @unchecked Sendable {
    // Unchecked: it is written once, before the call that waits for it comes back.
    private(set) var value: Value
    init(_ value: Value) { self.value = value }
    func set(_ value: Value) { self.value = value }
}

/// One command on its way: who asked, in which role, until when it is worth something, and where items go.
package struct Call: Sendable {
    /// The number that its sender gave it.
    package var id: Int64
    package var actor: Actor
    /// All roles of whoever asks; the actor has the one that the command is taken under.
    package var roles: Set<Role>
    package var reason: String?
    /// In which language its answer has sentences.
    package var language: Language
    /// Whether its sender named the language: otherwise it is the site's.
    package var saysLanguage: Bool
    /// The command as the journal keeps it.
    package var journalText = ""
    /// Who sent it, and over which connection, for what is kept between two commands.
    package var giver: Giver
    package var connection: UInt64
    package var expires: MonotonicTime
    package var diesWithItsSender: Bool
    /// Whether the sender is still there.
    package var isWanted: @Sendable () -> Bool
    /// Sends the text of an item, and waits until there is room for it; throws when nobody takes it.
    package var send: @Sendable ([UInt8]) throws(CommandRefusal) -> Void
    /// Throws when the work is worth nothing any more: the sender is gone, or the daemon ends.
    package var check: @Sendable () throws(CommandRefusal) -> Void
    /// What it was understood as.
    let notes = CallNotes()

    package init(
        id: Int64 = 1, actor: Actor, roles: Set<Role>, reason: String?, language: Language = .english,
        saysLanguage: Bool = true, giver: Giver, connection: UInt64,
        expires: MonotonicTime,
        diesWithItsSender: Bool, isWanted: @escaping @Sendable () -> Bool,
        send: @escaping @Sendable ([UInt8]) throws(CommandRefusal) -> Void,
        check: @escaping @Sendable () throws(CommandRefusal) -> Void
    ) {
        self.id = id
        self.actor = actor
        self.roles = roles
        self.reason = reason
        self.language = language
        self.saysLanguage = saysLanguage
        self.giver = giver
        self.connection = connection
        self.expires = expires
        self.diesWithItsSender = diesWithItsSender
        self.isWanted = isWanted
        self.send = send
        self.check = check
    }

    /// Lists an item before the reply.
    func list(_ item: some Encodable) throws { try send(WireJSON.encode(item)) }
    func list(_ entry: EntryView) throws { try send(entry.text) }
}

/// What the desk needs from outside.
package struct DeskSurroundings: Sendable {
    /// Runs between two inputs of the gate, and comes back when it has run; throws when it did not.
    package var view: @Sendable (@escaping @Sendable (LoopView) -> Void) throws -> Void
    /// Gives an order and waits for what comes of it.
    package var order: @Sendable (OrderDraft) throws -> OrderReply
    package var readers: ReaderTalk
    package var keys: KeyDesk
    /// What the bounds of the daemon hold and refused, for `status`.
    package var bounds: @Sendable () -> [Status.Bound]
    package var monotonic: @Sendable () -> MonotonicTime
    /// The newest signed head of the journal, over what is on disk; throws when the writer did not answer.
    package var checkpoint: @Sendable () throws -> CheckpointAnswer
    /// When a head of the journal was signed last, and when enough witnesses had signed one; nil where none was since the start.
    package var evidence: @Sendable () -> (signed: MonotonicTime?, witnessed: MonotonicTime?) = { (nil, nil) }

    package init(
        view: @escaping @Sendable (@escaping @Sendable (LoopView) -> Void) throws -> Void,
        order: @escaping @Sendable (OrderDraft) throws -> OrderReply, readers: ReaderTalk, keys: KeyDesk,
        bounds: @escaping @Sendable () -> [Status.Bound], monotonic: @escaping @Sendable () -> MonotonicTime,
        checkpoint: @escaping @Sendable () throws -> CheckpointAnswer
    ) {
        self.checkpoint = checkpoint
        self.view = view
        self.order = order
        self.readers = readers
        self.keys = keys
        self.bounds = bounds
        self.monotonic = monotonic
    }
}

/// An order as the desk gives it; the loop numbers it.
package struct OrderDraft: Sendable {
    package var actor: Actor
    package var command: String
    package var verb: Order.Verb
    package var reason: String?
    package var cause: WithdrawalCause?
    package var expires: MonotonicTime
    package var diesWithItsSender: Bool
    package var isWanted: @Sendable () -> Bool

    package init(
        actor: Actor, command: String, verb: Order.Verb, reason: String? = nil, cause: WithdrawalCause? = nil,
        expires: MonotonicTime, diesWithItsSender: Bool = false, isWanted: @escaping @Sendable () -> Bool = { true }
    ) {
        self.actor = actor
        self.command = command
        self.verb = verb
        self.reason = reason
        self.cause = cause
        self.expires = expires
        self.diesWithItsSender = diesWithItsSender
        self.isWanted = isWanted
    }

    /// Until when it is worth something, asked on the loop: whoever hung up wants nothing opened any more.
    package var deadline: MonotonicTime { diesWithItsSender && !isWanted() ? .zero : expires }

    /// How long its reply may take: a large change is taken in by portions, between what happens at the gate.
    package var patience: Duration {
        switch verb {
        case .registry(let changes) where changes.count > StagedChange.portion: .seconds(300)
        case .awaitCard: Controller.cardPatience + .seconds(5)
        // Pictures of others may wait for the same camera.
        case .testCamera: .seconds(90)
        default: .seconds(10)
        }
    }
}

/// The gate between two inputs. It is looked at where it stands and not carried away.
package struct LoopView {
    package var controller: Controller
    package var now: Moment
    /// What the machine's own clock says.
    package var machineClock: CivilTime
    package var isSettled: Bool
    package var release: Status.Release
    /// What the wire of a reader tells.
    package var reading: (ReaderID) -> ReaderReading
    /// Whether nothing came from a reader since the start, without all that `reading` gathers.
    package var isUnheard: (ReaderID) -> Bool = { _ in false }
    package var figures = GateFigures(at: .zero)
    package init(
        controller: Controller, now: Moment, machineClock: CivilTime, isSettled: Bool, release: Status.Release,
        reading: @escaping (ReaderID) -> ReaderReading
    ) {
        self.controller = controller
        self.now = now
        self.machineClock = machineClock
        self.isSettled = isSettled
        self.release = release
        self.reading = reading
    }
}

/// A reader as its wire tells.
package struct ReaderReading {
    /// Nil for readers that answer no questions.
    package var isHeard: Bool?
    /// Whether anything came since the start.
    package var wasHeard = false
    package var isSecured = false
    package var counters: [String: Int64]?
    /// Microseconds from bit to bit.
    package var timing: (half: Int, most: Int, longest: Int)?
    package var findings: [LineDoctor.Finding] = []
    package var trace: String?
    package var lastFrame: BitString?
    package var identity: OSDPIdentity?
    package var place: OSDPPlace?
    package var outputs: [Bool]?
    package var quirks: [ReaderQuirk] = []
    package var abilities: OSDPAbilities?
    /// What a walk test measures of it.
    package var measure = ReaderMeasure()
    package init() {}
}

/// Talk with readers; each call waits for its answer, for as long as its device may take.
package struct ReaderTalk: Sendable {
    package enum Question: Sendable {
        case command(OSDPCommand)
        case move(OSDPPlace)
    }
    package var ask: @Sendable (ReaderID, Question) throws -> OSDPAnswer?
    /// Nil when the bus cannot be had, or did not end in time.
    package var search: @Sendable (ReaderID) throws -> [OSDPSearch.Found]?
    package var sendFile: @Sendable (ReaderID, UInt8, [UInt8]) throws -> Bool
    package var changingKey: @Sendable () throws -> ReaderID?
    package var changeKey: @Sendable (ReaderID, [UInt8], Bool) throws -> Bool
    package var face:
        @Sendable (ReaderID, FaceTask, Duration, @escaping @Sendable (FaceProgress) -> Void) throws -> FaceAnswer

    package init(
        ask: @escaping @Sendable (ReaderID, Question) throws -> OSDPAnswer?,
        search: @escaping @Sendable (ReaderID) throws -> [OSDPSearch.Found]?,
        sendFile: @escaping @Sendable (ReaderID, UInt8, [UInt8]) throws -> Bool,
        changingKey: @escaping @Sendable () throws -> ReaderID?,
        changeKey: @escaping @Sendable (ReaderID, [UInt8], Bool) throws -> Bool,
        face:
            @escaping @Sendable (ReaderID, FaceTask, Duration, @escaping @Sendable (FaceProgress) -> Void) throws ->
            FaceAnswer
    ) {
        self.ask = ask
        self.search = search
        self.sendFile = sendFile
        self.changingKey = changingKey
        self.changeKey = changeKey
        self.face = face
    }
}

/// The keys of readers that have to be secured.
package struct KeyDesk: Sendable {
    /// `file`, `given` or `none`.
    package var source: @Sendable (ReaderID) -> String
    package var make: @Sendable (ReaderID, _ overWire: Bool) throws -> [UInt8]
    package var save: @Sendable () throws -> Void
    package init(
        source: @escaping @Sendable (ReaderID) -> String,
        make: @escaping @Sendable (ReaderID, _ overWire: Bool) throws -> [UInt8],
        save: @escaping @Sendable () throws -> Void
    ) {
        self.source = source
        self.make = make
        self.save = save
    }
}
