internal import GatehouseAdmin
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseDevices
internal import Logging
internal import Synchronization

/// The uplink's socket: what is owed goes out, pictures and receipts come in. One uplink at a time; a second one takes
/// the place of the first.
final class UplinkService: Sendable {
    /// What it has to do with the journal itself, on threads that may wait.
    struct Evidence: Sendable {
        /// Makes a proof and calls with it, where there is one.
        var prove: @Sendable (_ old: UInt64, _ new: UInt64, @escaping @Sendable ([[UInt8]]) -> Void) -> Void
        var cosigned: @Sendable (_ witness: String, _ size: UInt64, _ line: String) -> Void
        var stands: @Sendable (_ witness: String, WitnessStanding) -> Void
        /// Holds the database against a head that the uplink kept; calls where the database goes on from it.
        var kept: @Sendable ([UInt8], @escaping @Sendable () -> Void) -> Void
    }

    private struct State {
        var connection: LineServer.ConnectionID?
        /// What the uplink keeps was held against the database: a newer head may take its place.
        var mayKeep = false
        /// It has said what it keeps: once is enough.
        var hasSaid = false
        /// The newest of each, for whoever connects.
        var checkpoint: String?
        var head: [UInt8]?
        /// Of each kind that costs more than a look.
        var proofs = TokenBucket(Pace(perSecond: 20, burst: 200), at: SystemClock.monotonic())
        var lines = TokenBucket(Pace(perSecond: 100, burst: 400), at: SystemClock.monotonic())
        var standings = Turns()
        var hellos = Turns()
        var asked = Asked()
    }

    /// What an answer may come to: only what went out on this connection, and once for each time.
    private struct Asked {
        private var alerts: [UInt64: Int] = [:]
        private var slots: [UInt64: Int] = [:]

        mutating func alert(_ id: UInt64) { alerts[id, default: 0] += 1 }

        /// The oldest slots are forgotten: who answers so late answers the next one too.
        mutating func slot(_ number: UInt64, receivers: Int) {
            slots[number] = receivers
            if let oldest = slots.keys.min(), slots.count > 64 { slots[oldest] = nil }
        }

        mutating func takeAlert(_ id: UInt64) -> Bool { Self.take(id, &alerts) }
        mutating func takeSlot(_ number: UInt64) -> Bool { Self.take(number, &slots) }

        private static func take(_ key: UInt64, _ counts: inout [UInt64: Int]) -> Bool {
            guard let count = counts[key], count > 0 else { return false }
            counts[key] = count == 1 ? nil : count - 1
            return true
        }
    }

    /// For what becomes an entry each time: a handful at once, then one in ten seconds.
    private struct Turns {
        private static let (burst, pause) = (32, Duration.seconds(10))
        private var left = burst
        private var filledAt = SystemClock.monotonic()

        mutating func take(at now: MonotonicTime) -> Bool {
            let gained = Int(min(Int64(Self.burst), (now - filledAt).wholeMilliseconds / Self.pause.wholeMilliseconds))
            if gained > 0 { (left, filledAt) = (min(Self.burst, left + gained), now) }
            guard left > 0 else { return false }
            left -= 1
            return true
        }

        /// The next is in ten seconds.
        mutating func spend(at now: MonotonicTime) { (left, filledAt) = (0, now) }
    }
    private let state = Mutex(State())
    /// False when the loop has no room: then the uplink has to come again.
    private let give: @Sendable (Input) -> Bool
    private let run: String
    /// What pictures are sealed to; nil without the master key.
    private let pictureKey: [UInt8]?
    private let sealing: PictureSealing
    private let reports: PictureReports
    private let first: UInt64
    /// Nil where nothing is sealed.
    private let leads: LeadDesk?
    /// Where messages of the watchlist go.
    private let receivers: Int
    /// Finds pictures that wait for their deletion, on a thread that may wait, and calls with them.
    private let erasures: @Sendable (@escaping @Sendable ([(event: UInt64, camera: String)]) -> Void) -> Void
    private let evidence: Evidence
    private let log: Logger
    private let serverBox = Mutex<LineServer?>(nil)

    init(
        path: String, uplinkUser: UInt32?, run: String, first: UInt64, pictureKey: [UInt8]?,
        log: Logger, leads: LeadDesk?, receivers: Int,
        erasures: @escaping @Sendable (@escaping @Sendable ([(event: UInt64, camera: String)]) -> Void) -> Void,
        clearPictures: @escaping PictureSealing.Find, reports: PictureReports, evidence: Evidence,
        give: @escaping @Sendable (Input) -> Bool
    ) throws {
        self.pictureKey = pictureKey
        sealing = PictureSealing(find: clearPictures)
        self.reports = reports
        self.evidence = evidence
        self.erasures = erasures
        self.run = run
        self.first = first
        self.leads = leads
        self.receivers = receivers
        self.give = give
        self.log = log
        let server = try LineServer(
            // The account alone says who may talk here: the sandbox lets nobody give a file to another group.
            path: path, mode: 0o666, limits: Self.limits,
            handlers: LineServer.Handlers(
                admit: { peer in
                    peer.uid == 0 || peer.uid == uplinkUser
                        ? .success(())
                        : .failure(
                            CommandRefusal(code: "notAllowed", message: Sentence("this socket is for gatehouse-uplink"))
                        )
                },
                line: { [weak self] connection, _, line, _ in self?.take(line, from: connection) },
                closed: { [weak self] in self?.closed($0) }))
        serverBox.withLock { $0 = server }
        sealing.ask { [weak self] picture, connection in
            self?.say(.seal(event: picture.event, camera: picture.camera, path: picture.path), to: connection)
        }
    }

    /// One peer, which says what it was asked for: as fast as a backlog of pictures comes.
    private static var limits: LineServer.Limits {
        var limits = LineServer.Limits()
        limits.connections = 4
        limits.keptPlaces = 0
        limits.lines = Pace(perSecond: 5000, burst: 10_000)
        limits.idle = .seconds(Int.max >> 32)
        return limits
    }

    func start() { serverBox.withLock { $0 }?.start() }

    private func take(_ line: [UInt8], from connection: LineServer.ConnectionID) {
        guard let message = UplinkMessage(line: line) else {
            log.warning("the uplink sent a line that is no message")
            serverBox.withLock { $0 }?.close(connection)
            return
        }
        if case .hello(let version) = message {
            guard state.withLock({ $0.hellos.take(at: SystemClock.monotonic()) }) else {
                serverBox.withLock { $0 }?.close(connection)
                return
            }
            let (earlier, checkpoint) = state.withLock { state in
                defer {
                    (state.connection, state.mayKeep, state.hasSaid) = (connection, false, false)
                    state.asked = Asked()
                }
                return (state.connection, state.checkpoint)
            }
            if let earlier, earlier != connection { serverBox.withLock { $0 }?.close(earlier) }
            log.notice("the uplink is connected", metadata: ["version": "\(version.prefix(32))"])
            say(.welcome(version: GatehouseVersion.text, run: run, first: first, pictures: pictureKey), to: connection)
            if let checkpoint { say(.checkpoint(note: checkpoint), to: connection) }
            send(.eraseSnapshots)
            if pictureKey != nil { sealing.begin(with: connection) }
            return pass(.uplink(isConnected: true), from: connection)
        }
        guard state.withLock({ $0.connection }) == connection else { return }
        guard isPaced(message) else {
            return refuse(connection, "the uplink says too much about witnesses: it may come again in ten seconds")
        }
        guard isAsked(message) else {
            _ = give(.health(.uplinkMisbehaves, subject: "", isOn: true))
            return refuse(connection, "the uplink answered what it was not asked: it may come again in ten seconds")
        }
        switch message {
        case .picture(let row, let report):
            if case .sealed = row.result { sealing.answered(row, by: connection) }
            let hasRoom = reports.judge(row) { [weak self] in self?.settle(row, report, $0, from: connection) }
            if !hasRoom { serverBox.withLock { $0 }?.close(connection) }
        case .delivered(let id, let receipt): pass(.delivered(id, receipt: receipt), from: connection)
        case .failed(let id, let reason, let isFinal):
            pass(.deliveryFailed(id, reason: reason, isFinal: isFinal), from: connection)
        case .slotAnswered(_, let body):
            leads?.read(body) { [give] in _ = give(.leadsAnswered($0, under: $1)) }
        case .prove(let old, let new):
            evidence.prove(old, new) { [weak self] in self?.say(.proof(old: old, new: new, hashes: $0), to: connection)
            }
        case .cosigned(let witness, let size, let line): evidence.cosigned(witness, size, line)
        case .witness(let name, let standing): evidence.stands(name, standing)
        case .kept(let head):
            let isFirst = state.withLock { state in
                defer { state.hasSaid = true }
                return !state.hasSaid
            }
            if isFirst { evidence.kept(head) { [weak self] in self?.mayKeep(connection) } }
        case .welcome, .noted, .capture, .deliver, .erase, .seal, .hello, .checkpoint, .proof, .keep, .slot:
            log.warning("the uplink sent a message of ours")
        }
    }

    private func settle(
        _ row: SnapshotRow, _ report: UInt64, _ verdict: PictureReports.Verdict,
        from connection: LineServer.ConnectionID
    ) {
        switch verdict {
        case .take: pass(.snapshot(row, report: ReportKey(connection, report).value), from: connection)
        case .known: say(.noted(report: report), to: connection)
        case .breach(let what):
            log.error("the uplink reported \(what): it is sent away", metadata: ["event": "\(row.event)"])
            // An honest one has a reason for it that nobody thought of, and need not come with it again.
            say(.noted(report: report), to: connection)
            serverBox.withLock { $0 }?.close(connection)
            _ = give(.health(.uplinkMisbehaves, subject: "", isOn: true))
        }
    }

    /// Whether a message comes no more often than it has reason to.
    private func isPaced(_ message: UplinkMessage) -> Bool {
        let now = SystemClock.monotonic()
        return state.withLock { state in
            switch message {
            case .prove: Self.takes(from: &state.proofs, at: now)
            case .cosigned: Self.takes(from: &state.lines, at: now)
            case .witness: state.standings.take(at: now)
            default: true
            }
        }
    }

    private func refuse(_ connection: LineServer.ConnectionID, _ why: String) {
        log.warning("\(why)")
        state.withLock { $0.hellos.spend(at: SystemClock.monotonic()) }
        serverBox.withLock { $0 }?.close(connection)
    }

    /// Whether something of this connection asked for it.
    private func isAsked(_ message: UplinkMessage) -> Bool {
        state.withLock { state in
            switch message {
            case .delivered(let id, _), .failed(let id, _, _): state.asked.takeAlert(id)
            case .slotAnswered(let number, let body):
                state.asked.takeSlot(number) && body.count <= LeadDesk.longestAnswer
            default: true
            }
        }
    }

    private static func takes(from bucket: inout TokenBucket, at now: MonotonicTime) -> Bool {
        guard bucket.opens(at: now) <= now else { return false }
        bucket.take(1, at: now)
        return true
    }

    private func mayKeep(_ connection: LineServer.ConnectionID) {
        let head: [UInt8]? = state.withLock { state in
            guard state.connection == connection else { return nil }
            state.mayKeep = true
            return state.head
        }
        if let head { say(.keep(head: head), to: connection) }
    }

    /// The newest signed head of the journal, for the witnesses.
    func offer(_ note: String) {
        let connection: LineServer.ConnectionID? = state.withLock { state in
            guard state.checkpoint != note else { return nil }
            state.checkpoint = note
            return state.connection
        }
        if let connection { say(.checkpoint(note: note), to: connection) }
    }

    /// The newest sealed head of the state.
    func keep(_ head: [UInt8]) {
        let connection: LineServer.ConnectionID? = state.withLock { state in
            state.head = head
            return state.mayKeep ? state.connection : nil
        }
        if let connection { say(.keep(head: head), to: connection) }
    }

    /// An uplink whose words find no room is sent away: it comes again and says what was not noted.
    private func pass(_ input: Input, from connection: LineServer.ConnectionID) {
        guard !give(input) else { return }
        log.warning("the loop is busy: the uplink has to come again")
        serverBox.withLock { $0 }?.close(connection)
    }

    private func say(_ message: UplinkMessage, to connection: LineServer.ConnectionID) {
        serverBox.withLock { $0 }?.send(message.line, to: connection)
    }

    private func closed(_ connection: LineServer.ConnectionID) {
        let wasOurs = state.withLock { state in
            guard state.connection == connection else { return false }
            state.connection = nil
            return true
        }
        if wasOurs {
            log.warning("the uplink is gone")
            // Without room the next hello says it: what was asked of this one is settled then.
            _ = give(.uplink(isConnected: false))
        }
    }

    /// `moment` is that of a picture which is asked for.
    func send(_ effect: Effect, moment: MonotonicTime? = nil) {
        guard let connection = state.withLock({ $0.connection }) else { return }
        let message: UplinkMessage
        switch effect {
        case .noted(let key):
            guard let report = ReportKey(value: key).report(of: connection) else { return }
            message = .noted(report: report)
        case .eraseSnapshots:
            return erasures { [weak self] pictures in
                for picture in pictures {
                    self?.say(.erase(event: picture.event, camera: picture.camera), to: connection)
                }
            }
        case .capture(let request):
            reports.asked(request)
            message = .capture(
                event: request.event, camera: request.camera.name, at: request.at, moment: moment)
        case .leadSlot(let slot):
            state.withLock { $0.asked.slot(slot.number, receivers: receivers) }
            leads?.seal(slot) { [weak self] in
                self?.say(.slot(number: slot.number, envelope: $0), to: connection)
            }
            return
        case .deliver(let item, let attempt):
            guard case .plain(let fields) = item.content else { return }
            state.withLock { $0.asked.alert(item.id) }
            message = .deliver(
                UplinkDelivery(
                    id: item.id, destination: item.destination.name, kind: item.kind, event: item.event,
                    key: item.idempotencyKey, created: item.created, attempt: attempt, fields: fields))
        default: return
        }
        say(message, to: connection)
    }

    func stop() { serverBox.withLock { $0.take() }?.stop() }
}

/// The number of a report together with the connection that it came by: what one uplink reported is never noted to
/// another.
private struct ReportKey {
    let value: UInt64
    init(value: UInt64) { self.value = value }
    init(_ connection: LineServer.ConnectionID, _ report: UInt64) { value = connection << 32 | report & 0xFFFF_FFFF }

    func report(of connection: LineServer.ConnectionID) -> UInt64? {
        value >> 32 == connection & 0xFFFF_FFFF ? value & 0xFFFF_FFFF : nil
    }
}
