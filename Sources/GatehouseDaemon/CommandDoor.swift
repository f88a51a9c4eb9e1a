internal import CLinux
internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseDesk
internal import GatehouseThreads
internal import Glibc
internal import Logging

/// The door of the room in which commands are carried out: who comes in, in which role, at what pace, and in which lane their
/// commands wait. A command's life begins here, when its line is read.
///
/// A class because it owns the socket and the lanes.
final class CommandDoor: Sendable {
    /// Lines over this are read off the thread that serves all connections.
    static let longLine = 16 << 10
    /// Commands that wait in a lane, in all and of one user.
    static let laneLimit = 256
    static let laneLimitOfOne = 32
    /// And of one account with all the people for whom it asks.
    static let laneLimitOfAccount = 64
    /// Connections of the console: its pool, twice, for a moment at which one console follows another.
    static let connectionsOfConsole = 24
    /// So many people at the console have together what accounts of their own would have.
    static let peopleOfConsole = 4

    private let desk: Desk
    private let log: Logger
    private let groupIDs = PeerRoles.lookUp()
    private let accounts = AccountNames()
    /// The number of the console's account; nil where the machine has no such account.
    private let console: UInt32?
    private let paces = Guarded(PersonPaces())
    private let refusals: RefusalBook
    private let server = Guarded<LineServer?>(nil)
    private let lanes: [CommandLane: Worker]
    private let reading = Worker("reading", limit: 64, limitOfOne: 4, limitOfAccount: 12)
    private let following = Worker("followers", limit: 1)
    private let recording = Worker("refusals", limit: 16)
    /// Ends what may be ended when the daemon is told to stop, and everything when the loop is over.
    let ending: Cancellation
    private let monotonic: @Sendable () -> MonotonicTime

    private struct Presence: Sendable {
        var peer: Peer
        /// Commands under way.
        var served = 0
        /// Long lines that are being read: what comes behind them waits for them.
        var read = 0
        /// Roles that the user databases gave when they came.
        var listed: Set<Role> = []
    }
    private let present = Guarded<[LineServer.ConnectionID: Presence]>([:])

    /// `record` puts a refusal into the journal, on a thread that may wait; false when it could not.
    init(
        path: String, desk: Desk, ending: Cancellation, log: Logger, monotonic: @escaping @Sendable () -> MonotonicTime,
        record: @escaping @Sendable (RefusalBook.Entry) -> Bool
    ) throws {
        self.desk = desk
        self.ending = ending
        self.log = log
        self.monotonic = monotonic
        refusals = RefusalBook(record: record)
        var lanes: [CommandLane: Worker] = [:]
        for lane in CommandLane.allCases {
            lanes[lane] = Worker(
                lane.rawValue, width: lane == .devices ? 3 : 1, limit: Self.laneLimit, limitOfOne: Self.laneLimitOfOne,
                limitOfAccount: Self.laneLimitOfAccount)
        }
        self.lanes = lanes
        let console = AccountNames.number(of: desk.configuration.consoleAccount)
        self.console = console
        let limits = Self.limits(groupIDs: groupIDs, console: console)
        let made = try LineServer(
            path: path, mode: 0o666, limits: limits,
            handlers: LineServer.Handlers(
                admit: { [weak self] in self?.admit($0) ?? .failure(Self.stopping) },
                line: { [weak self] in self?.take($2, from: $0, peer: $1, readAt: $3) },
                broken: { [weak self] in self?.note($1, "(broken line)", of: $0) },
                closed: { [weak self] in self?.closed($0) }, isServed: { [weak self] in self?.isServed($0) ?? false }))
        server.withLock { $0 = made }
    }

    private static func limits(groupIDs: [Role: UInt32], console: UInt32?) -> LineServer.Limits {
        var limits = LineServer.Limits()
        // Guards sign in at the console, and managers send their files through it.
        limits.keepsPlace = { $0.uid == console || PeerRoles.roles(of: $0, groupIDs: groupIDs).contains(.guard_) }
        // Who sends no files and no documents needs no long lines.
        limits.line = { peer in
            peer.uid != console && PeerRoles.roles(of: peer, groupIDs: groupIDs).isSubset(of: [.viewer, .guard_])
                ? 64 << 10 : LineSplitter.bound
        }
        let usual = limits.connectionsOf
        limits.connectionsOf = { $0.uid == console ? max(usual($0), connectionsOfConsole) : usual($0) }
        limits.people = { $0.uid == console ? peopleOfConsole : 1 }
        return limits
    }

    func start() {
        for worker in lanes.values { worker.start() }
        for worker in [reading, following, recording] { worker.start() }
        server.withLock { $0 }?.start()
    }

    private static let stopping = Followers.stopping

    /// Called on the loop when it is told to stop: followers are told, nothing new is begun, long work ends.
    func beginStop() {
        ending.cancel()
        for call in desk.followers.end() { reply(.failure(Self.stopping), to: call) }
    }

    /// Ends the threads, waiting for each only so long; those that still wait for something end with the process.
    func stop(within limit: Duration) {
        refusals.flush(at: monotonic(), isLast: true)
        // What is being answered still goes out.
        for worker in Array(lanes.values) + [reading, following, recording] { worker.stop(within: limit) }
        server.withLock { $0 }?.stop()
    }

    /// What the bounds hold and refused, for `status`.
    var bounds: [Status.Bound] {
        let counts = server.withLock { $0 }?.counts ?? LineServer.Counts()
        let workers = CommandLane.allCases.compactMap { lanes[$0]?.counts } + [reading.counts]
        let (uploads, followers) = (desk.uploads.counts, desk.followers.counts)
        return [
            Status.Bound(name: "connections", waiting: counts.connections, refused: counts.refusedConnections),
            Status.Bound(name: "idle connections closed", refused: counts.idleClosed),
            Status.Bound(name: "lines read later than they came", refused: counts.slowedReads),
            Status.Bound(name: "broken lines", refused: counts.brokenLines),
            Status.Bound(name: "peers that did not read", refused: counts.slowReaders),
            Status.Bound(name: "refused commands", refused: refusals.total),
            Status.Bound(name: "octets of files sent", waiting: uploads.octets, refused: uploads.refused),
            Status.Bound(name: "followers", waiting: followers.present, refused: followers.refused),
        ] + workers.map { Status.Bound(name: "lane \($0.name)", waiting: $0.waiting, refused: $0.refused) }
    }

    // MARK: Who comes in

    private func admit(_ peer: Peer) -> Result<Void, CommandRefusal> {
        if ending.isCancelled { return .failure(Self.stopping) }
        guard ownRoles(of: peer).isEmpty else { return .success(()) }
        return .failure(
            CommandRefusal(
                code: "notAllowed",
                message:
                    Sentence("you are in none of the groups gatehouse-viewer, -guard, -manager, -installer, -auditor")))
    }

    private func ownRoles(of peer: Peer) -> Set<Role> {
        Caller.ownRoles(of: peer.uid, held: PeerRoles.roles(of: peer, groupIDs: groupIDs), console: console)
    }

    private func isServed(_ connection: LineServer.ConnectionID) -> Bool {
        let isBusy = present.withLock { $0[connection].map { $0.served + $0.read > 0 } ?? false }
        return isBusy || desk.followers.isFollowing(connection)
    }

    private func closed(_ connection: LineServer.ConnectionID) {
        present.withLock { _ = $0.removeValue(forKey: connection) }
        desk.uploads.closed(connection)
        let looks = desk.followers.closed(connection)
        if !looks.isEmpty { recording.post { [desk] in desk.endFollowing(looks) } }
    }

    // MARK: Lines

    /// On the thread of the socket: a short line is read here, a long one on a thread that nobody else waits for.
    private func take(
        _ line: [UInt8], from connection: LineServer.ConnectionID, peer: Peer, readAt: MonotonicTime
    ) {
        refusals.flush(at: readAt)
        if ending.isCancelled { return reply(Self.stopping, to: connection, id: 0) }
        let groupIDs = groupIDs
        let goesAside = present.change { present in
            var presence =
                present[connection]
                ?? Presence(peer: peer, listed: PeerRoles.listed(peer.uid, groupIDs: groupIDs))
            let goesAside = line.count > Self.longLine || presence.read > 0
            if goesAside { presence.read += 1 }
            present[connection] = presence
            return goesAside
        }
        guard goesAside else { return read(line, from: connection, peer, readAt) }
        // For whom the console asks is known when the line is read.
        let giver = Giver(peer.uid, for: peer.uid == console ? "\(connection)" : nil)
        let isTaken = reading.post(from: giver) { [weak self] in
            self?.read(line, from: connection, peer, readAt)
            self?.present.change { $0[connection]?.read -= 1 }
        }
        guard !isTaken else { return }
        present.change { $0[connection]?.read -= 1 }
        refuse(Self.tooMany, "(long line)", of: peer, to: connection, id: 0)
    }

    private static let tooMany = CommandRefusal(
        code: "busy", message: Sentence("too many commands of yours wait; try again"))

    private func read(
        _ octets: [UInt8], from connection: LineServer.ConnectionID, _ peer: Peer, _ readAt: MonotonicTime
    ) {
        let line: AdminLine
        do throws(AdminLine.Refused) {
            line = try AdminLine(octets)
        } catch {
            return refuse(error.refusal, "(malformed line)", of: peer, to: connection, id: error.id)
        }
        let entry = line.command.entry
        let caller: Caller
        do throws(CommandRefusal) {
            caller = try Caller(
                uid: peer.uid, held: PeerRoles.roles(of: peer, groupIDs: groupIDs), for: line.onBehalf, console: console
            )
        } catch {
            return refuse(error, line.command.rawValue, of: peer, to: connection, id: line.id, line.language)
        }
        guard paces.withLock({ $0.take(octets.count, of: caller.giver, at: readAt) }) else {
            return refuse(Self.tooMany, line, of: caller, to: connection)
        }
        guard let role = entry.role(of: caller.roles),
            entry.refusal(line.command, caller.roles, reason: line.reason) == nil
        else {
            let refusal = entry.refusal(line.command, caller.roles, reason: line.reason) ?? Self.stopping
            return refuse(refusal, line, of: caller, to: connection)
        }
        let call = call(line, caller, role, over: connection, readAt)
        post(entry.lane, call, isUrgent: entry.isUrgent) { [desk] in desk.answer(line, call) }
    }

    private func call(
        _ line: AdminLine, _ caller: Caller, _ role: Role, over connection: LineServer.ConnectionID,
        _ readAt: MonotonicTime
    ) -> Call {
        let entry = line.command.entry
        let server = server.withLock { $0 }
        let ending = ending
        let language = line.language ?? desk.configuration.language
        let tail = AdminReply<Nothing>.tail(line.language == nil ? language : nil)
        return Call(
            id: line.id, actor: actor(caller, role),
            roles: caller.roles, reason: line.reason, language: language, saysLanguage: line.language != nil,
            giver: caller.giver, connection: connection,
            expires: readAt + entry.life(of: line),
            diesWithItsSender: entry.life.diesWithItsSender,
            isWanted: { server?.isOpen(connection) ?? false },
            send: { item throws(CommandRefusal) in
                guard let server, server.awaitRoom(to: connection) else {
                    server?.close(connection)
                    throw CommandRefusal(code: "gone", message: Sentence("nobody reads the answer"))
                }
                server.send(Array("{\"id\":\(line.id),\"item\":".utf8) + item + tail, to: connection)
            },
            check: { () throws(CommandRefusal) in
                if ending.isCancelled { throw Self.stopping }
                guard server?.isOpen(connection) == true else {
                    throw CommandRefusal(code: "gone", message: Sentence("nobody waits for the answer"))
                }
            })
    }

    private func actor(_ caller: Caller, _ role: Role) -> Actor {
        caller.actor(role, account: accounts.name(caller.uid), mark: desk.secrets.mark)
    }

    // MARK: Lanes

    private func post(
        _ lane: CommandLane, _ call: Call, isUrgent: Bool,
        _ work: @escaping @Sendable () -> Result<DeskOutcome, CommandRefusal>
    ) {
        present.change { $0[call.connection]?.served += 1 }
        let isTaken = lanes[lane]!.post(from: call.giver, isUrgent: isUrgent) { [weak self] in
            guard let self else { return }
            carryOut(work, call)
        }
        guard !isTaken else { return }
        present.change { $0[call.connection]?.served -= 1 }
        reply(.failure(Self.tooMany), to: call)
    }

    private func carryOut(_ work: @Sendable () -> Result<DeskOutcome, CommandRefusal>, _ call: Call) {
        let outcome = ending.isCancelled ? .failure(Self.stopping) : work()
        switch outcome {
        case .success(.later(let lane, let rest)):
            // It is served until the rest has answered.
            post(lane, call, isUrgent: true) { [desk] in desk.refusing { .reply(try rest()) } }
        case .success(.reply(let text)):
            reply(.success(text), to: call)
            // What they hear last is that there is no more.
            if desk.followers.wasToldOfTheEnd(call.connection) { reply(.failure(Self.stopping), to: call) }
        case .failure(let refusal):
            if refusal.code == "failed" { log.error("a command failed: \(refusal.message)") }
            reply(.failure(refusal), to: call)
        }
        present.change { $0[call.connection]?.served -= 1 }
        server.withLock { $0 }?.served(call.connection)
        if desk.followers.isFollowing(call.connection) { journalGrew() }
    }

    private func reply(_ outcome: Result<[UInt8], CommandRefusal>, to call: Call) {
        switch outcome {
        case .success(let text):
            let tail = AdminReply<Nothing>.tail(call.saysLanguage ? nil : call.language)
            server.withLock { $0 }?.send(
                Array("{\"id\":\(call.id),\"ok\":true,\"result\":".utf8) + text + tail, to: call.connection)
        case .failure(let refusal):
            reply(refusal, call.saysLanguage ? call.language : nil, to: call.connection, id: call.id)
        }
    }

    private func reply(
        _ refusal: CommandRefusal, _ language: Language? = nil, to connection: LineServer.ConnectionID, id: Int64
    ) {
        let site = desk.configuration.language
        let line = AdminReply<Nothing>.refused(refusal.said(in: language ?? site), id: id)
        let tail = AdminReply<Nothing>.tail(language == nil ? site : nil)
        server.withLock { $0 }?.send(line.dropLast() + tail, to: connection)
    }

    private func refuse(
        _ refusal: CommandRefusal, _ command: String, of peer: Peer, to connection: LineServer.ConnectionID, id: Int64,
        _ language: Language? = nil
    ) {
        reply(refusal, language, to: connection, id: id)
        note(refusal, command, of: peer)
    }

    private func refuse(
        _ refusal: CommandRefusal, _ line: AdminLine, of caller: Caller, to connection: LineServer.ConnectionID
    ) {
        reply(refusal, line.language, to: connection, id: line.id)
        note(refusal, line.command.rawValue, actor(caller, Role.strongest(of: caller.roles) ?? .viewer), caller.giver)
    }

    /// What was refused before it was known for whom the account asks.
    private func note(_ refusal: CommandRefusal, _ command: String, of peer: Peer) {
        let role = Role.strongest(of: ownRoles(of: peer)) ?? .viewer
        note(refusal, command, Actor(name: "uid \(peer.uid)", role: role), Giver(peer.uid))
    }

    private func note(_ refusal: CommandRefusal, _ command: String, _ actor: Actor, _ giver: Giver) {
        refusals.note(giver, actor, command, refusal.code, at: monotonic())
    }

    // MARK: Following

    /// Called on the loop when entries have reached the disk.
    func journalGrew() {
        guard !desk.followers.isEmpty else { return }
        following.post { [weak self] in self?.serveFollowers() }
    }

    private func serveFollowers() {
        let (present, groupIDs) = (present.withLock { $0 }, groupIDs)
        let ended = desk.serveFollowers { call in
            // Whoever signed in at the console has no role by groups; their session is the console's to end.
            guard call.giver.person == nil, let presence = present[call.connection],
                presence.listed.contains(call.actor.role)
            else { return false }
            return !PeerRoles.listed(call.giver.account, groupIDs: groupIDs).contains(call.actor.role)
        }
        for (call, refusal) in ended { reply(.failure(refusal), to: call) }
    }
}
