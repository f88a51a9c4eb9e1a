package import GatehouseAdmin
package import GatehouseConfiguration
package import GatehouseCore
internal import GatehouseCrypto
package import GatehouseDesk
package import GatehouseProtocols
package import GatehouseRuntime
internal import GatehouseStore
internal import Glibc

/// The desk with a controller and a database behind it, and nothing else: no socket, no loop, no thread, a clock that is
/// turned by hand. What is ordered is on disk when the reply comes, unless the disk is held.
///
/// A class because its database belongs to it.
package final class DeskBench: @unchecked Sendable {
    // Unchecked: a bench is used on one thread; the desk's closures demand the mark.
    package struct Settings {
        package var configuration = DeskBench.configuration
        package var start = CivilTime(seconds: 1_795_000_000)
        /// Where its folder comes to lie.
        package var parent = "/tmp"
        /// Fills the database before it is opened.
        package var prepare: ((_ path: String, _ secrets: StoreSecrets) throws -> Void)?
        /// Who cosigns the heads of the journal.
        package var witnesses: WitnessPolicy?
        package init() {}
    }

    package private(set) var now = MonotonicTime(nanoseconds: 1_000_000_000_000)
    package private(set) var civil: CivilTime
    /// What the machine's clock says where it is not the gate's time.
    package var machineClock: CivilTime?
    package let configuration: Configuration
    package private(set) var shell: ControllerShell!
    package private(set) var desk: Desk!
    package let folder: String
    package let secrets: StoreSecrets
    /// Effects that were performed, in their order.
    package private(set) var effects: [Effect] = []
    /// Batches wait as long as the disk stands still.
    package var isDiskHeld = false
    /// What readers answer; a device that does not answer is the rule.
    package var faces: [FaceTask: FaceAnswer] = [:]
    package var osdp: OSDPAnswer?
    /// Whether whoever asks is still there.
    package var isSenderThere = true
    /// Seconds that orders took, looks among them.
    package private(set) var ordering = 0.0
    /// Called while a device is asked, as another thread might do something meanwhile.
    package var whileWaiting: () -> Void = {}

    private let calendar: SiteCalendar
    private let writer: StoreWriter
    private let keeper: CheckpointKeeper
    private var batches: [CommitGate.Batch] = []
    private var replies: [OrderID: OrderReply] = [:]
    private var nextOrder: OrderID = 1
    private var changingKey: ReaderID?

    package init(_ settings: Settings = Settings()) throws {
        folder = "\(settings.parent)/gatehouse-desk-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        mkdir(folder, 0o700)
        mkdir("\(folder)/backups", 0o700)
        let text = settings.configuration.replacing("FOLDER", with: folder)
        configuration = try ConfigurationReader.read(
            octets: Array(text.utf8), file: "desk.yaml", digest: { Hash.sha256($0) })
        civil = settings.start
        calendar = SiteCalendar(fixedOffset: 8 * 3600)
        let keys = KeyRing(master: SecretKey([UInt8](repeating: 7, count: 32)))
        secrets = keys.storeSecrets
        let path = configuration.files.database
        try settings.prepare?(path, secrets)
        let loaded = try StoreLoader(path: path, secrets: secrets).load(site: configuration.site)
        let restored = loaded.restored
        writer = StoreWriter(path: path, secrets: secrets, epoch: restored.epoch, run: "desk")
        let passKeys = try PassKeys(seed: keys.passes, site: configuration.site.name, trusted: [])
        let logSigner = try keys.logSigner(site: configuration.site.name, epoch: restored.epoch)
        keeper = CheckpointKeeper(path: path, secrets: secrets, signer: logSigner.closures)
        shell = ControllerShell(
            controller: Controller(
                site: configuration.site, restored: restored,
                primitives: keys.primitives(epoch: restored.epoch, passes: passKeys)),
            gate: CommitGate(maxWait: configuration.journal.maxWait, onTimeout: configuration.journal.onTimeout),
            perform: { [unowned self] effect, _ in perform(effect) }, commit: { [unowned self] in batches.append($0) })
        desk = Desk(
            configuration: configuration, calendar: calendar, secrets: secrets,
            primitives: keys.primitives(epoch: restored.epoch), passKeys: passKeys,
            signer: try ReportSigner(seed: keys.handover), logSigner: logSigner,
            leadKey: try LeadSealer(seed: keys.leads, site: configuration.site.name).publicKey,
            witnesses: settings.witnesses,
            surroundings: surroundings())
        give([.started(StartReport(version: "bench", wasCleanStop: true))])
    }

    deinit {
        for name in [
            "gatehouse.db", "gatehouse.db-wal", "gatehouse.db-shm", "gatehouse.db.backup", "gatehouse.db.checkpoint",
            "gatehouse.db.head",
        ] {
            unlink("\(folder)/\(name)")
        }
        // Backups that commands made.
        if let directory = opendir("\(folder)/backups") {
            while let entry = readdir(directory) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                unlink("\(folder)/backups/\(name)")
            }
            closedir(directory)
        }
        rmdir("\(folder)/backups")
        rmdir(folder)
    }

    /// A site with a wicket and a lane, one reader of each kind that commands talk to, and people of every role's standing.
    package static let configuration = """
        site: {name: desk, time_zone: Asia/Shanghai, clock: not-behind-floor}
        files: {database: FOLDER/gatehouse.db, admin_socket: FOLDER/admin.sock, uplink_socket: FOLDER/uplink.sock, snapshots: FOLDER/pictures, backups: [FOLDER/backups], master_key: FOLDER/key}
        journal: {on_timeout: hold}
        lines: {backend: simulated, socket: FOLDER/lines.sock}
        readers:
          wicket-in: {protocol: wiegand, data0: {line: D0}, data1: {line: D1}, formats: [H10301], keypad: 8-bit}
          wicket-out: {protocol: osdp, port: FOLDER/bus, baud: 115200, address: 1, formats: [H10301]}
          lane-scan: {protocol: line, port: FOLDER/scan, baud: 9600, text: text}
          face-1: {protocol: face, port: FOLDER/face}
        portals:
          wicket:
            release: {line: WICKET}
            contact: {line: DOOR}
            exit_button: {line: EXIT}
            access_points:
              wicket-in: {readers: [wicket-in, face-1], factors: [card, pin, face], from_area: street, to_area: inside}
              wicket-out: {readers: [wicket-out], factors: [card], from_area: inside, to_area: street}
          lane:
            release: {line: LANE}
            access_points:
              lane-in: {readers: [lane-scan], factors: [card, pass]}
        fire_input: {line: FIRE, debounce: 50 ms}
        schedules:
          days: [{days: [mon, tue, wed, thu, fri], from: "08:00", to: "18:00"}]
        access_levels:
          homes: {groups: [residents], access_points: [wicket-in, wicket-out, lane-in], schedule: always}
        """

    // MARK: Time and the gate

    package var moment: Moment {
        calendar.moment(monotonic: now, civil: civil, isTrusted: true)
    }

    package func pass(_ span: Duration) {
        now = now + span
        civil = civil + span
        shell.timePassed(at: moment)
        settle()
    }

    package func give(_ inputs: [Input]) {
        shell.handle(inputs, at: moment)
        settle()
    }

    /// Lets the disk do what waits for it.
    package func settle() {
        while !isDiskHeld, !batches.isEmpty {
            let batch = batches.removeFirst()
            do {
                try writer.commit(batch)
                shell.committed(batch.number, at: moment)
            } catch {
                shell.failed(batch.number, problem: "\(error)", at: moment)
                return
            }
        }
    }

    private func perform(_ effect: Effect) {
        effects.append(effect)
        if case .reply(let id, let reply) = effect { replies[id] = reply }
    }

    // MARK: Commands

    /// Who asks: an account by its number, and its roles.
    package struct Person: Sendable {
        package var uid: UInt32
        package var roles: Set<Role>
        package init(_ uid: UInt32, _ roles: Set<Role>) {
            self.uid = uid
            self.roles = roles
        }
        package static let root = Person(0, Set(Role.allCases))
        /// The account of gatehouse-console.
        package static let console = Person(997, [])
    }

    package struct Answer: Sendable {
        package var items: [[UInt8]] = []
        package var reply: Result<[UInt8], CommandRefusal>
        package var refusal: CommandRefusal? { if case .failure(let refusal) = reply { refusal } else { nil } }
        package func value<Value: Decodable>(_ type: Value.Type) -> Value? {
            if case .success(let text) = reply { WireJSON.decode(type, text) } else { nil }
        }
    }

    /// A command as the door would hand it on: roles, reason, arguments, all that is refused at the door as well. `age` is
    /// how long ago its line was read.
    package func say<Command: AdminCommand>(
        _ command: Command, reason: String? = "bench", by person: Person = .root,
        for onBehalf: OnBehalf? = nil, age: Duration = .zero, take: (@Sendable ([UInt8]) -> Void)? = nil
    ) -> Answer {
        say(AdminRequest(id: 1, command, reason: reason, for: onBehalf).line, by: person, age: age, take: take)
    }

    /// `take` gets the items as they come; without it they stand in the answer.
    package func say(
        _ octets: [UInt8], by person: Person = .root, age: Duration = .zero, take: (@Sendable ([UInt8]) -> Void)? = nil
    ) -> Answer {
        Self.say(octets, at: desk, by: person, readAt: now + (Duration.zero - age), take: take) {
            [unowned self] in isSenderThere
        }
    }

    /// All entries that are on disk.
    package func entries(_ kinds: [EntryKind] = EntryKind.allCases) throws -> [JournalEntry] {
        var filter = JournalFilter()
        filter.kinds = kinds
        filter.limit = 0
        filter.isNewestFirst = false
        return try JournalReader(path: configuration.files.database, secrets: secrets).entries(filter).map(\.entry)
    }

    private func surroundings() -> DeskSurroundings {
        DeskSurroundings(
            view: { [unowned self] body in body(view) }, order: { [unowned self] in carryOut($0) },
            readers: readerTalk(),
            keys: KeyDesk(source: { _ in "none" }, make: { _, _ in [UInt8](0..<16) }, save: {}), bounds: { [] },
            monotonic: { [unowned self] in now }, checkpoint: { [unowned self] in keeper.answer() })
    }

    private var view: LoopView {
        var view = LoopView(
            controller: shell.controller, now: moment, machineClock: machineClock ?? civil, isSettled: shell.isSettled,
            release: Status.Release(count: 0, half: 0, most: 0, longest: 0)
        ) { [unowned self] reader in
            var reading = ReaderReading()
            if reader.name == "wicket-in" {
                reading.trace = "trace"
                reading.lastFrame = Self.frame(facility: 118, number: 1603)
            }
            if reader.name == "wicket-out" {
                reading.isHeard = osdp != nil
                reading.place = OSDPPlace(address: 1, baud: 115_200)
            }
            return reading
        }
        view.isUnheard = { $0.name != "wicket-in" }
        return view
    }

    /// 26 bits of H10301: even parity over the first half, odd over the second.
    private static func frame(facility: UInt32, number: UInt32) -> BitString {
        let data = (0..<24).map { (facility << 16 | number) >> (23 - $0) & 1 == 1 }
        let even = data[..<12].count { $0 } % 2 == 1
        let odd = data[12...].count { $0 } % 2 == 0
        return BitString([even] + data + [odd])
    }

    private func carryOut(_ draft: OrderDraft) -> OrderReply {
        let began = Bench.wall()
        defer { ordering += Bench.wall() - began }
        let id = nextOrder
        nextOrder += 1
        give([
            .order(
                Order(
                    id: id, actor: draft.actor, command: draft.command, verb: draft.verb, reason: draft.reason,
                    cause: draft.cause, expires: draft.deadline))
        ])
        if case .testCamera = draft.verb { whileWaiting() }
        if case .awaitCard = draft.verb {
            whileWaiting()
            if replies[id] == nil { pass(Controller.cardPatience) }
        }
        // A large change takes a turn for each of its portions.
        while replies[id] == nil, !isDiskHeld, let due = shell.controller.nextDeadline, due.at <= now { pass(.zero) }
        // A reply is never later than the journal's longest wait.
        if replies[id] == nil { pass(configuration.journal.maxWait) }
        return replies.removeValue(forKey: id) ?? .refused(.storeUnavailable)
    }

    private func readerTalk() -> ReaderTalk {
        ReaderTalk(
            ask: { [unowned self] _, _ in
                whileWaiting()
                return osdp
            },
            search: { [unowned self] _ in
                whileWaiting()
                return osdp == nil ? nil : []
            },
            sendFile: { [unowned self] _, _, _ in osdp != nil }, changingKey: { [unowned self] in changingKey },
            changeKey: { [unowned self] reader, _, _ in
                changingKey = reader
                return true
            },
            face: { [unowned self] _, task, _, _ in
                whileWaiting()
                return faces[task] ?? .lost
            })
    }
}
