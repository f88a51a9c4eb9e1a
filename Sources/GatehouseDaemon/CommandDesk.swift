internal import CLinux
internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseDevices
internal import GatehouseRegister
internal import GatehouseRuntime
internal import GatehouseStore
internal import Glibc
internal import Logging
internal import Synchronization

/// A value that another thread brings. A class because two threads share it.
final class Awaited<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)
    private let signal: Int32

    init() { signal = eventfd(0, Int32(EFD_CLOEXEC)) }
    deinit { close(signal) }

    func fulfil(_ value: Value) {
        self.value.withLock { $0 = value }
        var one: UInt64 = 1
        _ = write(signal, &one, 8)
    }

    /// Nil when it has not come in time.
    func wait(_ seconds: Int32 = 10) -> Value? {
        var waiting = pollfd(fd: signal, events: Int16(POLLIN), revents: 0)
        _ = poll(&waiting, 1, seconds * 1000)
        return value.withLock { $0 }
    }
}

/// One command on its way: who asked, in which role, and where the answer goes.
struct Call: Sendable {
    var request: AdminRequest
    var actor: Actor
    /// All roles of whoever asks; the actor has the one that the command is taken under.
    var roles: Set<Role>
    var connection: LineServer.ConnectionID
    var reply: @Sendable (AdminReply) -> Void

    func text(_ name: String) -> String? { request.arguments[name]?.string.flatMap { $0.isEmpty ? nil : $0 } }
    func count(_ name: String) -> UInt64? {
        request.arguments[name]?.integer.flatMap { UInt64(exactly: $0) } ?? text(name).flatMap { UInt64($0) }
    }
    /// The argument as the text that a person typed; nil when it was not given.
    func given(_ name: String) throws -> String? {
        switch request.arguments[name] {
        case nil, .null?: return nil
        case .string(let text)?:
            if text.isEmpty { throw FieldProblem(name, "is empty") }
            return text
        case .integer(let number)?: return "\(number)"
        case .boolean(let flag)?: return flag ? "yes" : "no"
        case .number?, .array?, .object?: throw FieldProblem(name, "has to be a text")
        }
    }
    func flag(_ name: String) -> Bool {
        request.arguments[name]?.boolean ?? (text(name).map { ["yes", "true"].contains($0) } ?? false)
    }
    /// A change that says nothing to change is none.
    func saysSomething(beside names: Set<String>) throws {
        guard request.arguments.keys.allSatisfy(names.contains) else { return }
        throw CommandRefusal(
            code: "nothingSaid", message: "nothing is said that should change; see `\(request.command) --help`")
    }
    /// The command as the journal keeps it: its name and what names no person.
    var journalText: String {
        let shown = [
            "portal", "point", "reader", "address", "baud", "event", "at", "id", "kind", "from", "until", "decision",
            "when", "dry-run", "limit", "module", "user", "directions",
            "level", "use", "places", "dwelling", "refused",
        ]
        let arguments = shown.compactMap { name in
            request.arguments[name].map { value in
                " \(name)=\(value.string.map { String($0.prefix(40)) } ?? value.line)"
            }
        }
        return request.command + arguments.joined()
    }
}

/// Takes the commands of the admin socket: checks the role, asks the loop or the database, answers. Orders wait for
/// nothing but their entry; long questions have a queue of their own, so that an opening never waits behind a report.
///
/// A class because it owns the threads and the socket.
final class CommandDesk: Sendable {
    let configuration: Configuration
    let secrets: StoreSecrets
    let primitives: Primitives
    let fields: RegistryFields
    let log: Logger
    let readerKeys: ReaderKeys
    /// Nil in a run without the master key.
    let passKeys: PassKeys?
    /// Who wanted to install a reader that had a key, and when.
    let installers = Mutex<[ReaderID: (name: String, at: MonotonicTime)]>([:])
    static let secondPersonWait: Duration = .seconds(300)
    private let loop: LoopBound<GateLoop>
    private let inbox: LoopInbox
    private let orders = WorkQueue()
    private let questions = WorkQueue()
    /// What stops a question that runs: it waits neither behind that one nor before an opening.
    private let stops = WorkQueue()
    private let groupIDs = PeerRoles.lookUp()
    private let server = Mutex<LineServer?>(nil)
    let uploads = UploadShelf()
    private let followers = Mutex<[Follower]>([])
    private let isFollowPosted = Atomic<Bool>(false)
    private let lastID = Mutex<[RegistryKind: UInt32]>([:])

    private struct Follower: Sendable {
        var call: Call
        var filter: JournalFilter
        var showsNames: Bool
    }

    init(
        configuration: Configuration, keys: KeyRing, readerKeys: ReaderKeys, passKeys: PassKeys?, epoch: UInt64,
        calendar: SiteCalendar, loop: LoopBound<GateLoop>, inbox: LoopInbox, log: Logger
    ) throws {
        self.configuration = configuration
        self.readerKeys = readerKeys
        self.passKeys = passKeys
        secrets = keys.storeSecrets
        primitives = keys.primitives(epoch: epoch)
        fields = RegistryFields(
            calendar: calendar, primitives: primitives, aloneDigits: configuration.site.lockout.aloneDigits,
            cards: CardCatalogue(own: configuration.cardFormats, read: configuration.readFormats),
            names: RegistryFields.SiteNames(
                schedules: Set(configuration.site.policy.schedules.map(\.name)),
                faceModules: configuration.faceModules))
        self.loop = loop
        self.inbox = inbox
        self.log = log
        let made = try LineServer(
            path: configuration.files.adminSocket, mode: 0o666,
            handlers: LineServer.Handlers(
                admit: { [groupIDs] peer in
                    PeerRoles.roles(of: peer, groupIDs: groupIDs).isEmpty
                        ? .failure(
                            CommandRefusal(
                                code: "notAllowed",
                                message:
                                    "you are in none of the groups gatehouse-viewer, -guard, -manager, -installer, -auditor"
                            ))
                        : .success(())
                },
                line: { [weak self] in self?.take($2, from: $0, peer: $1) },
                closed: { [weak self] in self?.closed($0) }))
        server.withLock { $0 = made }
    }

    func start() {
        orders.start()
        questions.start()
        stops.start()
        server.withLock { $0 }?.start()
    }

    func stop() {
        server.withLock { $0.take() }?.stop()
        orders.stop()
        questions.stop()
        stops.stop()
    }

    // MARK: Lines

    private func take(_ line: [UInt8], from connection: LineServer.ConnectionID, peer: Peer) {
        let server = server.withLock { $0 }
        let request: AdminRequest
        switch AdminRequest.parse(line) {
        case .refused(let id, let code, let message):
            server?.send(AdminReply.refused(code: code, message: message).line(id: id), to: connection)
            record(refused: "(malformed line)", code, Actor(name: "uid \(peer.uid)", role: .viewer))
            return
        case .request(let parsed): request = parsed
        }
        let name = request.onBehalfOf.map { "uid \(peer.uid) for \($0.prefix(64))" } ?? "uid \(peer.uid)"
        let roles = PeerRoles.roles(of: peer, groupIDs: groupIDs)
        switch CommandTable.check(request, roles: roles) {
        case .failure(let refusal):
            server?.send(
                AdminReply.refused(code: refusal.code, message: refusal.message).line(id: request.id), to: connection)
            record(refused: String(request.command.prefix(40)), refusal.code, Actor(name: name, role: .viewer))
        case .success(let role):
            let call = Call(
                request: request, actor: Actor(name: name, role: role), roles: roles, connection: connection
            ) { server?.send($0.line(id: request.id), to: connection) }
            if ["import chunk", "reader chunk"].contains(request.command) { return upload(call) }
            let queue =
                request.command == "face reset" ? stops : Self.isQuestion(request.command) ? questions : orders
            let isTaken = queue.post { [weak self] in self?.answer(call) }
            if !isTaken { call.reply(.refused(code: "busy", message: "too many commands wait; try again")) }
        }
    }

    /// What may walk the whole register or journal, or waits for a reader. An opening never waits behind it.
    private static func isQuestion(_ command: String) -> Bool {
        let first = String(command.prefix { $0 != " " })
        return [
            "log", "explain", "journal", "import", "export", "backup", "person", "tenancy", "credential", "decide",
            "face", "community", "dwelling", "vehicle", "who-can", "replay", "consent", "privacy", "pass",
        ].contains(first) || ["reader show", "reader text", "reader move", "reader search"].contains(command)
    }

    private func closed(_ connection: LineServer.ConnectionID) {
        _ = uploads.remove(.connection(connection))
        followers.withLock { $0.removeAll { $0.call.connection == connection } }
    }

    private func answer(_ call: Call) {
        do {
            call.reply(.done(try carryOut(withinHandover(call))))
        } catch let refusal as CommandRefusal {
            call.reply(.refused(code: refusal.code, message: refusal.message))
        } catch let problem as FieldProblem {
            call.reply(.refused(code: problem.code, message: problem.text))
        } catch let problem as RegistryFields.Problem {
            call.reply(.refused(code: "malformed", message: problem.message))
        } catch {
            log.error("a command failed: \(error)", metadata: ["command": "\(call.request.command)"])
            call.reply(.refused(code: "failed", message: "\(error)"))
        }
    }

    // MARK: Loop and database

    /// Asks the loop and waits for its answer.
    func ask<Value: Sendable>(_ question: @escaping @Sendable (GateLoop) -> Value) throws -> Value {
        let answer = Awaited<Value>()
        let loop = loop
        guard inbox.post({ answer.fulfil(question(loop.value)) }), let value = answer.wait() else {
            throw CommandRefusal(code: "busy", message: "the daemon did not answer in time; try again")
        }
        return value
    }

    /// Gives an order and waits for its entry. The number of the entry comes back.
    @discardableResult
    func order(_ call: Call, _ verb: Order.Verb, seconds: Int32 = 10) throws -> UInt64? {
        let answer = Awaited<OrderReply>()
        let loop = loop
        let isPosted = inbox.post {
            loop.value.carryOut(
                actor: call.actor, command: call.journalText, verb: verb, reason: call.request.reason
            ) { answer.fulfil($0) }
        }
        guard isPosted, let reply = answer.wait(seconds) else {
            throw CommandRefusal(
                code: "notConfirmed",
                message: "no confirmation in time; look at `gatehousectl log` before you repeat it")
        }
        switch reply {
        case .done(let event): return event
        case .refused(let refusal): throw CommandRefusal(code: refusal.word, message: refusal.sentence)
        }
    }

    private func record(refused command: String, _ reason: String, _ actor: Actor) {
        let loop = loop
        _ = inbox.post {
            loop.value.carryOut(actor: actor, command: command, verb: .refused(reason: reason), reason: nil) { _ in }
        }
    }

    /// A connection for reading, made anew for each command: it sees all that is committed and holds nothing up.
    func reader() throws -> JournalReader { try JournalReader(path: configuration.files.database, secrets: secrets) }

    /// The next identity of a kind: never one that is on its way already.
    func newID(_ kind: RegistryKind, _ reader: JournalReader) throws -> UInt32 {
        let stored = try reader.nextID(kind)
        return lastID.withLock { last in
            last[kind] = max(stored, (last[kind] ?? 0) + 1)
            return last[kind]!
        }
    }

    // MARK: Following

    func follow(_ call: Call, _ filter: JournalFilter, showsNames: Bool) {
        followers.withLock { $0.append(Follower(call: call, filter: filter, showsNames: showsNames)) }
        journalGrew()
    }

    /// Called on the loop when entries have reached the disk.
    func journalGrew() {
        guard followers.withLock({ !$0.isEmpty }),
            isFollowPosted.compareExchange(expected: false, desired: true, ordering: .relaxed).exchanged
        else { return }
        questions.post { [weak self] in self?.serveFollowers() }
    }

    /// Who follows the journal by a role that has ended hears no more of it.
    private func dropOperators() {
        let gone = followers.withLock { followers in
            let gone = followers.filter { Handover.ended.contains($0.call.actor.role) }
            followers.removeAll { Handover.ended.contains($0.call.actor.role) }
            return gone
        }
        let refusal = OrderRefusal.handedOver
        for follower in gone { follower.call.reply(.refused(code: refusal.word, message: refusal.sentence)) }
    }

    private func serveFollowers() {
        isFollowPosted.store(false, ordering: .relaxed)
        guard let reader = try? reader() else { return }
        if (try? ask { $0.shell.controller.isHandedOver }) == true { dropOperators() }
        for follower in followers.withLock({ $0 }) {
            guard let found = try? reader.entries(follower.filter, withPersonal: follower.showsNames),
                let last = found.last
            else { continue }
            let view = EntryView(reader: reader, fields: fields, showsNames: follower.showsNames)
            for entry in found { follower.call.reply(.item(view.json(entry))) }
            followers.withLock { followers in
                let index = followers.firstIndex {
                    $0.call.connection == follower.call.connection && $0.call.request.id == follower.call.request.id
                }
                if let index { followers[index].filter.after = last.entry.sequence }
            }
        }
    }
}
