internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseRegister
internal import GatehouseStore

/// The controller as a whole. What shows no person is no entry.
extension Desk {
    func status(_ command: Status, _ call: Call) throws -> Status.Reply {
        let reader = try reader()
        let outbox = try reader.outboxCounts()
        let last = try reader.lastSequence()
        let clear = try reader.clearPictureCount()
        let seen = try configuration.cameras.map { ($0.id.name, try reader.lastPicture(by: $0.id.name)) }
        let bounds = surroundings.bounds()
        let site = configuration.site.name
        let readers = configuration.readers
        let keys = surroundings.keys
        let calendar = fields.calendar
        let plan = Self.plan(configuration)
        return try ask { view in
            let controller = view.controller
            let counts = controller.registry.counts
            let unheard = Self.unheard(plan, view)
            return Status.Reply(
                site: site, version: GatehouseVersion.text, time: SiteTime.text(view.now.civil, calendar),
                clock: view.now.isCivilTrusted ? "trusted" : "untrusted", epoch: controller.epoch, entries: last,
                settled: view.isSettled,
                registry: Status.Register(
                    revision: controller.registry.revision, persons: counts.persons, credentials: counts.credentials,
                    tenancies: counts.tenancies, dwellings: counts.dwellings),
                portals: controller.portals.map { Self.view($0, controller, unheard) },
                readers: readers.map { Self.view($0, view, keys, calendar) },
                outbox: outbox.map {
                    Status.Owed(destination: $0.destination, owed: $0.owed, oldest: SiteTime.text($0.oldest, calendar))
                }, release: view.release, handover: Self.view(controller.ledger.handover, calendar),
                conditions: Self.conditions(controller, calendar, call.language),
                alarms: controller.alarms.open.count { !$0.isAcknowledged }, bounds: bounds, clearPictures: clear,
                cameras: seen.map { name, last in
                    Status.Camera(name: name, last: last.map { SiteTime.text($0, calendar) })
                })
        }
    }

    static func view(_ portal: PortalMachine, _ controller: Controller, _ unheard: [WalkPart]) -> Status.Portal {
        let door =
            switch portal.door {
            case .closed: portal.settings.hasContact ? "closed" : "unknown"
            case .open(_, let wasForced, let isHeldOpen): wasForced ? "forced" : isHeldOpen ? "heldOpen" : "open"
            }
        return Status.Portal(
            name: portal.settings.id.name, posture: portal.posture.word,
            lock: portal.isReleased ? "released" : "secured", door: door,
            barrier: controller.barriers[portal.settings.id]?.rawValue,
            neverHeard: unheard.filter { $0.portal == portal.settings.id }.map { String($0.kind) })
    }

    func health(_ command: Health, _ call: Call) throws -> Health.Reply {
        let calendar = fields.calendar
        let plan = Self.plan(configuration)
        return try ask {
            Health.Reply(
                conditions: Self.conditions($0.controller, calendar, call.language),
                alarms: $0.controller.alarms.open.count { !$0.isAcknowledged },
                neverHeard: Self.unheard(plan, $0).map(\.name))
        }
    }

    /// Readers and inputs of which nothing came since the start: a level alone is what a cut wire has as well.
    static func unheard(_ plan: [WalkPart], _ view: LoopView) -> [WalkPart] {
        plan.filter { part in
            if case .reader(let reader) = part { return view.isUnheard(reader) }
            return part.isWire && !view.controller.wires.wasHeard(part)
        }
    }

    /// The worst first.
    private static func conditions(
        _ controller: Controller, _ calendar: SiteCalendar, _ language: Language
    ) -> [ConditionView] {
        controller.health.standing.sorted {
            ($1.code.severity, $0.code, $0.subject) < ($0.code.severity, $1.code, $1.subject)
        }
        .map {
            ConditionView(
                code: $0.code.rawValue, severity: $0.code.severity.rawValue, subject: $0.subject,
                since: SiteTime.text($0.since, calendar), sentence: $0.code.sentence.text(in: language),
                advice: $0.code.advice.text(in: language))
        }
    }

    static func view(_ handover: Handover?, _ calendar: SiteCalendar) -> HandoverView? {
        handover.map {
            HandoverView(
                at: SiteTime.text($0.at, calendar), ms: $0.at.milliseconds, receiver: Hexadecimal.encode($0.receiver),
                ended: $0.hasEnded, confirmed: $0.isConfirmed)
        }
    }

    /// How many are where, by the ledger: counts, nobody by name.
    func listAreas(_ command: AreaList, _ call: Call) throws -> AreaList.Reply {
        let points = configuration.site.accessPoints
        return try ask { view in
            let controller = view.controller
            let names = Set(points.flatMap { [$0.fromArea, $0.toArea] }.compactMap(\.self))
                .union(controller.site.areas.keys).sorted()
            return AreaList.Reply(
                threat: Int(controller.ledger.threat),
                areas: names.map { area in
                    AreaList.Area(
                        area: area.name, people: controller.ledger.count(in: area, controller.site.areas),
                        limit: controller.site.areas[area]?.limit.map { Int($0) },
                        vehicles: controller.ledger.vehicles.values.count { $0 == area })
                })
        }
    }

    func confirmPolicy(_ command: PolicyConfirm, _ call: Call) throws -> Recorded {
        Recorded(try order(call, .confirmPolicy))
    }

    func settleState(_ command: JournalSettle, _ call: Call) throws -> Recorded {
        let found = try ask { $0.controller.ledger.rewinding }
        if found != nil, !seconds.agrees("journal settle", call.actor.name, at: surroundings.monotonic()) {
            let register =
                found?.isRegisterUnproved == true
                ? Sentence("the rest of the register decides again from the next start")
                : Sentence("the register is the proven one")
            throw CommandRefusal(
                code: "secondPerson",
                message:
                    Sentence(
                        "what was found when the gate started stands in the entries (log --kind restored); \(register). If that is right, a second person gives the same command within 5 minutes"
                    ))
        }
        return Recorded(try order(call, .settleState))
    }

    /// Minutes that one person may turn the time of the gate back.
    private static let clockSlack: Duration = .seconds(300)

    func acceptClock(_ command: ClockAccept, _ call: Call) throws -> Recorded {
        let (gate, machine) = try ask { ($0.now.civil, $0.machineClock) }
        let reopens = command.reopen?.isOn ?? false
        if reopens || machine + Self.clockSlack < gate,
            !seconds.agrees(
                reopens ? "clock accept --reopen" : "clock accept", call.actor.name, at: surroundings.monotonic())
        {
            let ended =
                reopens
                ? Sentence("what has ended by the later time would run again")
                : Sentence("what has ended by then stays ended (--reopen lets it run again)")
            throw CommandRefusal(
                code: "secondPerson",
                message:
                    Sentence(
                        "the machine's clock says \(text(machine)) and the last entries are of \(text(gate)); \(ended). If that is right, a second person gives the same command within 5 minutes"
                    )
            )
        }
        return try Recorded(order(call, .acceptClock(reopens: reopens)))
    }

    func raiseThreat(_ command: Threat, _ call: Call) throws -> Recorded {
        guard let level = UInt8(exactly: command.level.value), level <= AccessPolicy.highestThreat else {
            throw CommandRefusal(
                code: "malformed",
                message: Sentence("\"level\" has to be a number from 0 to \(AccessPolicy.highestThreat)"))
        }
        return Recorded(try order(call, .threat(level)))
    }

    /// Into folders of the configuration alone, and not faster than one a minute: a copy is as long as the database.
    func makeBackup(_ command: BackupMake, _ call: Call) throws -> BackupMake.Reply {
        let folders = configuration.files.backups
        let folder = command.directory?.argumentText ?? folders[0]
        guard folders.contains(folder) else {
            throw CommandRefusal(
                code: "folderUnknown",
                message:
                    Sentence("backups go to \(folders): files.backups in the configuration names the folders")
            )
        }
        let now = surroundings.monotonic()
        guard seconds.begins("backup", at: now, every: .seconds(60)) else {
            throw CommandRefusal(
                code: "busy", message: Sentence("a backup was made within the last minute; try again later"))
        }
        let at = try self.now()
        let entry = try look(call, .register)
        do {
            let path = try Backup.make(
                database: configuration.files.database, directory: folder,
                name: "\(configuration.site.name)-\(at.seconds)", secrets: secrets, check: call.check)
            return BackupMake.Reply(path: path, event: entry)
        } catch {
            seconds.forget("backup")
            throw error
        }
    }
}
