internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseDesk
internal import GatehouseProtocols
internal import GatehouseRuntime
internal import GatehouseStore

/// People who say commands while all that happens: through the daemon's own desk, with their roles and reasons. While one
/// waits for its entry, the night goes on.
extension World {
    func openDesk(epoch: UInt64) {
        var configuration = Configuration(site: virtual.site, timeZone: "Asia/Shanghai")
        configuration.files.database = path
        replies = [:]
        (revision, newestEntry) = (shell.controller.registry.revision, committed)
        desk = Desk(
            configuration: configuration, calendar: calendar, secrets: secrets,
            primitives: keys.primitives(epoch: epoch),
            passKeys: nil, signer: nil, logSigner: nil, surroundings: surroundings())
    }

    private func surroundings() -> DeskSurroundings {
        DeskSurroundings(
            view: { [unowned self] body in
                body(
                    LoopView(
                        controller: shell.controller, now: moment, machineClock: moment.civil,
                        isSettled: shell.isSettled,
                        release: Status.Release(count: 0, half: 0, most: 0, longest: 0)
                    ) { _ in ReaderReading() })
            }, order: { [unowned self] in try carryOut($0) },
            readers: ReaderTalk(
                ask: { _, _ in nil }, search: { _ in nil }, sendFile: { _, _, _ in false }, changingKey: { nil },
                changeKey: { _, _, _ in false }, face: { _, _, _, _ in .lost }),
            keys: KeyDesk(source: { _ in "none" }, make: { _, _ in [] }, save: {}), bounds: { [] },
            monotonic: { [unowned self] in now }, checkpoint: { .withoutKey })
    }

    /// The reply comes when its entry is on disk, or the bounded wait is over; what a power cut swallows is never confirmed.
    private func carryOut(_ draft: OrderDraft) throws -> OrderReply {
        let id = nextOrder
        nextOrder += 1
        let (before, own) = (newestEntry, run)
        give([
            .order(
                Order(
                    id: id, actor: draft.actor, command: draft.command, verb: draft.verb, reason: draft.reason,
                    cause: draft.cause, expires: draft.deadline))
        ])
        learn(draft.verb, since: before)
        let until = now + .seconds(10)
        while replies[id] == nil, run == own, try step(until: until) {}
        guard let reply = replies.removeValue(forKey: id) else {
            if run == own { violation("an order had no reply in its time: \(draft.command)") }
            throw CommandRefusal(code: "notConfirmed", message: Sentence(verbatim: ""))
        }
        return reply
    }

    /// What an order changed for the model.
    enum Learned {
        case rows([RegistryRow])
        case suspension(credential: UInt32, until: Int64?)
    }

    /// What the model has to know of an order, as soon as it is carried out. The gate's own word tells whether it was.
    private func learn(_ verb: Order.Verb, since before: UInt64) {
        switch verb {
        case .fireReset: if !shell.controller.isFire { model.isFire = false }
        case .posture(let portal, let posture):
            if model.isFire, posture == .secure || posture == .free { return }
            for known in VirtualSite.portals where portal == nil || known == portal {
                model.posture[known.name] = posture
            }
        case .registry(let changes):
            let rows = changes.compactMap { if case .put(let row) = $0 { row } else { nil } }
            guard shell.controller.registry.revision > revision else { return }
            revision = shell.controller.registry.revision
            learn(.rows(rows), since: before)
        case .suspend(let credential, let until):
            guard shell.controller.ledger.suspensions[credential]?.until == until else { return }
            learn(.suspension(credential: credential, until: until.seconds), since: before)
        case .endSuspension(let credential):
            guard shell.controller.ledger.suspensions[credential] == nil else { return }
            learn(.suspension(credential: credential, until: nil), since: before)
        default: return
        }
    }

    private func learn(_ learned: Learned, since before: UInt64) {
        changed.append((before + 1, learned))
        apply(learned)
    }

    private func apply(_ learned: Learned) {
        switch learned {
        case .rows(let rows): apply(rows)
        case .suspension(let credential, let until):
            for index in model.cards.indices where model.cards[index].number == UInt64(credential) {
                model.cards[index].suspendedUntil = until
            }
        }
    }

    private func apply(_ rows: [RegistryRow]) {
        for row in rows {
            switch row {
            case .person(let row):
                for index in model.holders.indices where model.holders[index].id == row.id {
                    model.holders[index].status = row.status
                }
            case .credential(let row):
                for index in model.cards.indices where model.cards[index].number == UInt64(row.id) {
                    model.cards[index].status = row.status
                    // The office has said what becomes of it.
                    if row.status != .enabled { model.cards[index].suspendedUntil = nil }
                }
            default: continue
            }
        }
    }

    /// After a power cut: the register is what the entries on disk say.
    func forgetUnwritten() {
        changed.removeAll { $0.event > committed }
        (model.holders, model.cards) = (virtual.model.holders, virtual.model.cards)
        for change in changed { apply(change.learned) }
    }

    // MARK: What people say

    private static let manager = DeskBench.Person(1001, [.manager])
    private static let night = DeskBench.Person(1002, [.guard_])
    private static let viewer = DeskBench.Person(1003, [.viewer])

    /// Says a command, which ends well or with one of these refusals; or with what a gate in trouble may answer.
    @discardableResult
    func say<Command: AdminCommand>(
        _ command: Command, reason: String? = "simulated", by person: DeskBench.Person = World.night,
        age: Duration = .zero,
        mayBe codes: [String] = [], mustBe code: String? = nil
    ) -> Command.Reply? {
        let line = AdminRequest(id: 1, command, reason: reason).line
        let answer = DeskBench.say(line, at: desk, by: person, readAt: now + (Duration.zero - age)) { true }
        report.commands += 1
        let found = answer.refusal?.code
        if found != nil { report.refusedCommands += 1 }
        // The disk failed, the power went, or the room of people in the journal is taken.
        let inTrouble = ["storeUnavailable", "notConfirmed", "journalCrowded"]
        let isFine = code == nil ? found.map { (codes + inTrouble).contains($0) } ?? true : found == code
        if !isFine, !(code != nil && found.map(inTrouble.contains) ?? false) {
            violation(
                "\(Command.name.rawValue): \(found ?? "taken") \(answer.refusal?.message ?? ""), and not \(code ?? "taken")"
            )
        }
        if found == nil, answer.value(Command.Reply.self) == nil {
            violation("the reply to \(Command.name.rawValue) cannot be read")
        }
        return answer.value(Command.Reply.self)
    }

    func say(_ posture: Posture, at portal: PortalID) {
        let name = NameArgument(portal.name)
        switch posture {
        case .free: say(PortalFree(portal: name), by: Self.manager, mayBe: ["fireStands"])
        case .blocked: say(PortalBlock(portal: name))
        case .lockdown: say(PortalLockdown(portal: name))
        case .secure, .fire: say(PortalNormal(portal: name), mayBe: ["fireStands"])
        }
    }

    func sayAnything() {
        let portal = NameArgument(VirtualSite.portals[commands.below(2)].name)
        let number = commands.below(virtual.cardCount) + 1
        let person = PersonalArgument("P\(number)")
        switch commands.below(14) {
        case 0: say(PortalOpen(portal: portal), mayBe: ["postureForbids"])
        case 1: say(PortalOpen(portal: portal), reason: nil, mustBe: "reasonMissing")
        case 2: say(PortalOpen(portal: portal), by: Self.viewer, mustBe: "notAllowed")
        case 3: say(PortalOpen(portal: portal), age: .milliseconds(5001), mustBe: "expired")
        case 4:
            let barred = PersonChange(reference: person, fields: PersonFields(status: "barred"))
            let found = say(barred, reason: "owes arrears of a year", by: Self.manager, mayBe: ["causeForbidden"])
            if let found, found.changed != false { violation("P\(number) was kept out for what they owe") }
        case 5:
            say(
                PersonChange(reference: person, fields: PersonFields(status: "barred", cause: "order:7/2026")),
                reason: nil,
                by: Self.manager)
        case 6: say(PersonChange(reference: person, fields: PersonFields(status: "active")), by: Self.manager)
        case 7:
            let status: TextArgument = commands.isOne(in: 2) ? "lost" : "enabled"
            say(CredentialChange(id: RowOrTextArgument(UInt32(number)), status: status), reason: nil, by: Self.manager)
        case 8: foretell(number)
        case 9: say(Log(limit: 20))
        case 12: say(CredentialSuspend(id: RowOrTextArgument(UInt32(number))), mayBe: ["credentialOff"])
        case 13:
            say(CredentialResume(id: RowOrTextArgument(UInt32(number))), by: Self.manager, mayBe: ["notSuspended"])
        case 10:
            guard let alarms = say(AlarmList(), by: Self.viewer)?.alarms, let first = alarms.first else { return }
            say(AlarmAck(alarm: CountArgument(first.alarm)), mayBe: ["unknownAlarm", "alarmOfTheOffice"])
        default: say(Status(), reason: nil, by: Self.viewer)
        }
    }

    /// Asked what would be decided, the desk says what the model says.
    private func foretell(_ number: Int) {
        let portal = VirtualSite.portals[commands.below(2)]
        let isEntry = commands.isOne(in: 2)
        let point = virtual.site.accessPoints.first { $0.id == VirtualSite.point(portal, isEntry: isEntry) }!
        let card = PersonalArgument(VirtualSite.card(UInt64(number)).description)
        let command = Decide(person: PersonalArgument("P\(number)"), point: NameArgument(point.id.name), card: card)
        guard let told = say(command, by: Self.manager) else { return }
        let moment = moment
        let expected = model.answer(
            card: UInt64(number), portal: portal.name, leadsFrom: point.fromArea?.name,
            isHard: point.antiPassback == .hard,
            at: moment.civil.seconds, minute: moment.localMinute)
        if told.outcome != expected.outcome || told.reason != expected.reason {
            violation(
                "P\(number) would be \(told.outcome) \(told.reason ?? ""), the model says \(expected.outcome) \(expected.reason ?? "")"
            )
        }
    }
}
