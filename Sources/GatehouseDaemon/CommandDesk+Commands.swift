internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseDevices
internal import GatehouseRegister
internal import GatehouseRuntime
internal import GatehouseStore

extension CommandDesk {
    /// One command, on a thread that may wait. What it throws is the answer.
    func carryOut(_ call: Call) throws -> JSON {
        switch call.request.command {
        case "status":
            try order(call, .look(person: nil))
            return try status()
        case "health":
            try order(call, .look(person: nil))
            return try health()
        case "reader list":
            try order(call, .look(person: nil))
            return try readers()
        case "handover announce", "handover cancel", "handover accept": return try handover(call)
        case "reader show": return try showReader(call)
        case "face enrol": return try enrolFace(call)
        case "face delete": return try deleteFace(call)
        case "face users": return try faceUsers(call)
        case "face reset": return try resetFace(call)
        case "reader doctor": return try doctor(call)
        case "reader trace": return try trace(call)
        case "reader formats": return try formats(call)
        case "reader text": return try showText(call)
        case "reader move": return try moveReader(call)
        case "reader search": return try searchBus(call)
        case "reader send-file": return try sendFile(call)
        case "reader accept": return event(try order(call, .acceptReader(ReaderID(call.text("reader") ?? ""))))
        case "reader install": return try changeKey(call, isInstallation: true)
        case "reader rotate-key": return try changeKey(call, isInstallation: false)
        case "portal open": return event(try order(call, .open(PortalID(call.text("portal") ?? ""))))
        case "portal free": return try posture(call, .free)
        case "portal block": return try posture(call, .blocked)
        case "portal lockdown": return try posture(call, .lockdown)
        case "portal normal": return try posture(call, .secure)
        case "portal fire-reset": return event(try order(call, .fireReset))
        case "clock accept": return event(try order(call, .acceptClock))
        case "person add", "person change": return try putPerson(call)
        case "person show": return try showPerson(call)
        case "person remove": return event(try order(call, .registry([.end(.person, id: try person(call).id)])))
        case "person forgive": return event(try order(call, .forgive(person: try person(call).id)))
        case "person forgive-all": return event(try order(call, .forgiveAll))
        case "community add": return try addCommunity(call)
        case "dwelling add", "dwelling change": return try putDwelling(call)
        case "dwelling show": return try showDwelling(call)
        case "vehicle add", "vehicle change": return try putVehicle(call)
        case "vehicle show": return try showVehicle(call)
        case "vehicle remove": return try removeVehicle(call)
        case "threat": return try raiseThreat(call)
        case "policy confirm": return event(try order(call, .confirmPolicy))
        case "area list": return try listAreas(call)
        case "tenancy add", "tenancy change": return try putTenancy(call)
        case "tenancy notice", "tenancy terminate", "tenancy hand-back": return try stepTenancy(call)
        case "tenancy renew": return try renewTenancy(call)
        case "tenancy show": return try show(call, .tenancy)
        case "tenancy remove": return event(try order(call, .registry([.end(.tenancy, id: try id(call))])))
        case "credential add": return try addCredential(call)
        case "credential change": return try changeCredential(call)
        case "credential show": return try show(call, .credential)
        case "credential remove": return event(try order(call, .registry([.end(.credential, id: try id(call))])))
        case "pass issue", "pass show", "pass revoke", "pass list", "pass key", "pass uses", "pass merge":
            return try pass(call)
        case "import": return try importFiles(call)
        case "export": return try export(call)
        case "log": return try showLog(call)
        case "explain": return try explain(call)
        case "decide": return try decide(call)
        case "consent withdraw": return try withdrawConsent(call)
        case "person erase": return try erasePerson(call)
        case "person report": return try reportPerson(call)
        case "privacy status": return try privacyStatus(call)
        case "who-can": return try whoCan(call)
        case "replay": return try replay(call)
        case "tenancy report": return try reportTenancies(call)
        case "tenancy evidence": return try showEvidence(call)
        case "journal verify": return try verify(call)
        case "backup": return try backup(call)
        case "watchlist activate", "watchlist import", "watchlist withdraw", "watchlist status":
            return try watchlist(call)
        default:
            throw CommandRefusal(code: "unknownCommand", message: "there is no command \"\(call.request.command)\"")
        }
    }

    private func event(_ event: UInt64?) -> JSON {
        ["event": event.map { .integer(Int64($0)) } ?? .null, "durable": .boolean(event != nil)]
    }

    private func posture(_ call: Call, _ posture: Posture) throws -> JSON {
        event(try order(call, .posture(call.text("portal").map { PortalID($0) }, posture)))
    }

    private func id(_ call: Call) throws -> UInt32 {
        guard let id = call.count("id").flatMap({ UInt32(exactly: $0) }) else {
            throw CommandRefusal(code: "malformed", message: "id must be a number")
        }
        return id
    }

    private func raiseThreat(_ call: Call) throws -> JSON {
        let highest = Int(AccessPolicy.highestThreat)
        guard let level = try fields.count(call.text("level") ?? "", atMost: highest) else { return .null }
        return event(try order(call, .threat(UInt8(level))))
    }

    /// How many are where, by the ledger: counts, nobody by name.
    private func listAreas(_ call: Call) throws -> JSON {
        try order(call, .look(person: nil))
        let points = configuration.site.accessPoints
        return try ask { loop in
            let controller = loop.shell.controller
            let names = Set(points.flatMap { [$0.fromArea, $0.toArea] }.compactMap(\.self))
                .union(controller.site.areas.keys).sorted()
            return [
                "threat": .integer(Int64(controller.ledger.threat)),
                "areas": .array(
                    names.map { area in
                        [
                            "area": .string(area.name),
                            "people": .integer(Int64(controller.ledger.count(in: area, controller.site.areas))),
                            "limit": controller.site.areas[area]?.limit.map { .integer(Int64($0)) } ?? .null,
                            "vehicles": .integer(Int64(controller.ledger.vehicles.values.count { $0 == area })),
                        ]
                    }),
            ]
        }
    }

    // MARK: State

    private func status() throws -> JSON {
        let reader = try reader()
        let outbox = try reader.outboxCounts()
        let last = try reader.lastSequence()
        let calendar = fields.calendar
        let site = configuration.site.name
        let readers = configuration.readers
        return try ask { [readerKeys] loop -> JSON in
            let controller = loop.shell.controller
            let now = loop.now()
            let counts = controller.registry.counts
            return [
                "site": .string(site), "version": .string(GatehouseVersion.text),
                "time": .string(EntryView.time(now.civil, calendar)),
                "clock": .string(now.isCivilTrusted ? "trusted" : "untrusted"),
                "epoch": .integer(Int64(controller.epoch)),
                "entries": .integer(Int64(last)), "settled": .boolean(loop.shell.isSettled),
                "registry": [
                    "revision": .integer(Int64(controller.registry.revision)),
                    "persons": .integer(Int64(counts.persons)),
                    "credentials": .integer(Int64(counts.credentials)), "tenancies": .integer(Int64(counts.tenancies)),
                    "dwellings": .integer(Int64(counts.dwellings)),
                ],
                "portals": .array(
                    controller.portals.map { portal in
                        let door: String =
                            switch portal.door {
                            case .closed: portal.settings.hasContact ? "closed" : "unknown"
                            case .open(_, let wasForced, let isHeldOpen):
                                wasForced ? "forced" : isHeldOpen ? "heldOpen" : "open"
                            }
                        return [
                            "name": .string(portal.settings.id.name), "posture": .string(portal.posture.word),
                            "lock": .string(portal.isReleased ? "released" : "secured"), "door": .string(door),
                            "barrier": controller.barriers[portal.settings.id].map { .string($0.rawValue) } ?? .null,
                        ]
                    }),
                "readers": .array(readers.map { Self.view($0, loop, readerKeys) }),
                "outbox": .array(
                    outbox.map {
                        [
                            "destination": .string($0.destination), "owed": .integer(Int64($0.owed)),
                            "oldest": .string(EntryView.time($0.oldest, calendar)),
                        ]
                    }),
                "release": [
                    "count": .integer(Int64(loop.latency.count)),
                    "p50_us": .integer(loop.latency.percentile(0.5).wholeNanoseconds / 1000),
                    "p99_us": .integer(loop.latency.percentile(0.99).wholeNanoseconds / 1000),
                    "longest_us": .integer(loop.latency.longest.wholeNanoseconds / 1000),
                ],
                "watchlist": .string(controller.watchlist.sleepReason(at: now)?.rawValue ?? "active"),
                "handover": Self.view(controller.ledger.handover, calendar),
                "conditions": Self.conditions(controller, calendar),
            ]
        }
    }

    private func health() throws -> JSON {
        let calendar = fields.calendar
        return try ask { ["conditions": Self.conditions($0.shell.controller, calendar)] }
    }

    private static func conditions(_ controller: Controller, _ calendar: SiteCalendar) -> JSON {
        .array(
            controller.health.standing.map { condition in
                [
                    "code": .string(condition.code.rawValue), "severity": .string(condition.code.severity.rawValue),
                    "subject": .string(condition.subject), "since": .string(EntryView.time(condition.since, calendar)),
                    "sentence": .string(condition.code.sentence), "advice": .string(condition.code.advice),
                ]
            })
    }

    // MARK: Log

    private func showLog(_ call: Call) throws -> JSON {
        var filter = JournalFilter()
        if let from = call.text("from") { filter.from = try fields.instant(from) }
        if let until = call.text("until") { filter.until = try fields.instant(until) }
        filter.after = call.count("after")
        filter.accessPoint = call.text("point")
        filter.portal = call.text("portal")
        filter.credential = call.count("credential").flatMap { UInt32(exactly: $0) }
        filter.limit = Int(min(call.count("limit") ?? 100, 100_000))
        let isOffice = call.actor.role == .manager || call.actor.role == .auditor
        if let decision = call.text("decision") {
            let duress = AccessDecision.grantedUnderDuress.word
            // To a guard a grant under duress is a grant, and there is no other kind.
            let isGrant = decision == AccessDecision.granted.word && !isOffice
            filter.outcomes = isGrant ? [decision, duress] : isOffice || decision != duress ? [decision] : [""]
        }
        if let words = call.text("kind")?.split(separator: ",") {
            filter.kinds =
                try words.contains("all")
                ? EntryKind.allCases
                : words.map { word throws(CommandRefusal) in
                    guard let kind = EntryKind(rawValue: String(word)) else {
                        let known = EntryKind.allCases.map(\.rawValue).joined(separator: ", ")
                        throw CommandRefusal(code: "malformed", message: "kind: one or more of all, \(known)")
                    }
                    return kind
                }
        }
        // What is sealed shows to nobody here, and its neighbours are not told apart by it.
        if call.actor.role != .auditor { filter.kinds.removeAll { $0 == .sealed || $0 == .watchlist } }
        if let reference = call.text("person") {
            let row = try person(call, reference: reference)
            filter.person = row.id
            try checkPersonFilter(call, filter)
        }
        try order(call, .look(person: filter.person))
        let showsNames = isOffice
        let reader = try reader()
        let view = EntryView(reader: reader, fields: fields, showsNames: showsNames)
        if filter.after != nil { filter.isNewestFirst = false }
        let found = try reader.entries(filter, withPersonal: showsNames)
        for entry in found { call.reply(.item(view.json(entry))) }
        if call.flag("follow") {
            filter.after = try max(found.last?.entry.sequence ?? 0, filter.after ?? reader.lastSequence())
            filter.isNewestFirst = false
            follow(call, filter, showsNames: showsNames)
        }
        return ["count": .integer(Int64(found.count))]
    }

    /// Where somebody was is asked with a reason, for 72 hours at most; an auditor may ask for more with a case.
    func checkPersonFilter(_ call: Call, _ filter: JournalFilter) throws {
        guard call.actor.role == .manager || call.actor.role == .auditor else {
            throw CommandRefusal(code: "notAllowed", message: "the log of a person needs the role manager or auditor")
        }
        guard let reason = call.request.reason, Order.isReason(reason) else {
            throw CommandRefusal(code: "reasonMissing", message: "the log of a person needs a reason: --reason \"…\"")
        }
        guard let from = filter.from, let until = filter.until else {
            throw CommandRefusal(
                code: "windowMissing", message: "the log of a person needs --from and --until, at most 72 hours apart")
        }
        guard until - from > .seconds(72 * 3600) else { return }
        guard call.actor.role == .auditor, reason.contains("case ") else {
            throw CommandRefusal(
                code: "windowTooWide",
                message:
                    "more than 72 hours of a person need the role auditor and a reason that names the case: \"case 12/2026 …\""
            )
        }
    }

    private func explain(_ call: Call) throws -> JSON {
        try order(call, .look(person: nil))
        let reader = try reader()
        guard let sequence = call.count("event"), let stored = try reader.entry(sequence, withPersonal: true) else {
            throw CommandRefusal(code: "unknownEvent", message: "there is no entry of that number")
        }
        let view = EntryView(reader: reader, fields: fields, showsNames: true)
        var object: [String: JSON] = ["entry": view.json(stored)]
        if let facts = stored.entry.facts, let path = stored.entry.path {
            let again = RuleBook.decide(facts)
            object["facts"] = EntryView.json(facts)
            object["rules"] = .array(path.steps.map { [.string($0.rule.word), .string(EntryView.word($0.verdict))] })
            object["again"] = .string(again.decision.word)
            object["agrees"] = .boolean(again.decision.word == stored.entry.outcome && path.agrees(with: facts))
        }
        var about = JournalFilter()
        about.kinds = EntryKind.allCases.filter { $0 != .sealed }
        about.isNewestFirst = false
        about.after = sequence
        about.limit = 200
        object["followed"] = .array(try reader.entries(about).filter { $0.entry.about == sequence }.map(view.json))
        return .object(object)
    }

    private func verify(_ call: Call) throws -> JSON {
        try order(call, .look(person: nil))
        let report = try JournalVerifier(path: configuration.files.database, secrets: secrets).verify(
            earlier: call.count("size"))
        return [
            "entries": .integer(Int64(report.count)), "first": .integer(Int64(report.first)),
            "last": .integer(Int64(report.last)),
            "root": .string(Hexadecimal.encode(report.root)), "erased": .integer(Int64(report.erased)),
            "earlier_root": report.earlierRoot.map { .string(Hexadecimal.encode($0)) } ?? .null,
            "whole": .boolean(report.isWhole), "faults": .array(report.faults.map { .string($0) }),
        ]
    }

    private func backup(_ call: Call) throws -> JSON {
        guard let directory = call.text("directory"), directory.hasPrefix("/"), !directory.contains("/../") else {
            throw CommandRefusal(
                code: "malformed", message: "the directory must be an absolute path that the daemon may write")
        }
        try order(call, .look(person: nil))
        let at = try ask { $0.now().civil }
        let name = "\(configuration.site.name)-\(at.seconds)"
        let path = try Backup.make(
            database: configuration.files.database, directory: directory, name: name, secrets: secrets)
        return ["path": .string(path)]
    }

    // MARK: Watchlist

    private func watchlist(_ call: Call) throws -> JSON {
        let portals = configuration.site.portals.map(\.id)
        let site = configuration.site.name
        let (now, activation) = try ask { ($0.now(), $0.shell.controller.watchlist.activation) }
        switch call.request.command {
        case "watchlist activate":
            guard let settings = configuration.watchlist else {
                try order(call, .refused(reason: "noOversightKey"))
                throw CommandRefusal(
                    code: "noOversightKey",
                    message: "no oversight key stands in the configuration; the watchlist stays off")
            }
            do {
                let activation = try WatchlistDocument.activation(
                    call.text("document") ?? "", oversightKey: settings.oversightKey, site: site, now: now.civil)
                return event(try order(call, .watchlistActivate(activation)))
            } catch let refusal as WatchlistDocument.Refusal {
                try order(call, .refused(reason: "certificateRefused"))
                throw CommandRefusal(code: "certificateRefused", message: refusal.message)
            }
        case "watchlist import":
            guard let activation else {
                try order(call, .refused(reason: "notActivated"))
                throw CommandRefusal(code: "notActivated", message: WatchlistSleep.notActivated.sentence)
            }
            let reader = try reader()
            do {
                let entry = try WatchlistDocument.entry(
                    call.text("document") ?? "", activation: activation, now: now.civil, portals: portals,
                    primitives: primitives, cards: fields.cards
                ) { reference in
                    try? self.person(reference, reader)?.id
                }
                return event(try order(call, .watchlistImport(entry)))
            } catch let refusal as WatchlistDocument.Refusal {
                try order(call, .refused(reason: "entryRefused"))
                throw CommandRefusal(code: "entryRefused", message: refusal.message)
            }
        case "watchlist withdraw": return event(try order(call, .watchlistWithdraw(call.text("entry") ?? "")))
        default:
            try order(call, .look(person: nil))
            return try ask { loop in
                let list = loop.shell.controller.watchlist
                let now = loop.now()
                return [
                    "state": .string(list.sleepReason(at: now)?.sentence ?? "active"),
                    "entries": .integer(Int64(list.count)),
                    "cap": .integer(Int64(Watchlist.cap(residents: loop.shell.controller.registry.counts.persons))),
                ]
            }
        }
    }
}
