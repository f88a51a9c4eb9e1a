internal import GatehouseCore
internal import GatehouseCrypto

/// A random site with every rule, random people and random days at it, from one seed: each decision of the controller is
/// held against the reference, across restarts that keep the ledger as the store does.
struct RuleTrial {
    private(set) var violations: [String] = []
    private(set) var decisions = 0
    private(set) var answers: [String: Int] = [:]

    private var dice: Dice
    private var model: RuleReference
    private var controller: Controller
    private var ledger = Ledger()
    private let primitives: Primitives
    private let calendar = SiteCalendar(fixedOffset: 8 * 3600)
    private var now: Moment
    private var registry = Registry()

    static let steps = 1500

    init(seed: UInt64) {
        dice = Dice(seed: seed ^ 0x5EED)
        primitives = KeyRing(master: SecretKey([UInt8](repeating: 9, count: 32))).primitives(epoch: 1)
        now = calendar.moment(
            monotonic: MonotonicTime(nanoseconds: 1_000_000_000), civil: CivilTime(seconds: 1_795_176_000),
            isTrusted: true)
        let site = Self.site(&dice, today: now.localDay)
        model = RuleReference(site: site)
        var restored = Restored()
        let rows = Self.people(&dice, primitives, now.civil.seconds)
        for row in rows {
            if registry.problem(with: .put(row)) == nil { registry.apply(.put(row), revision: 1) }
        }
        restored.registry = registry
        controller = Controller(site: site, restored: restored, primitives: primitives)
        for row in rows { take(row) }
    }

    private static func site(_ dice: inout Dice, today: Int32) -> Site {
        var portals: [PortalSettings] = []
        var points: [AccessPointSettings] = []
        for name in ["street", "lane", "inner", "store"] {
            portals.append(PortalSettings(id: PortalID(name)))
            for isEntry in [true, false] {
                let id = "\(name)-\(isEntry ? "in" : "out")"
                var point = AccessPointSettings(
                    id: AccessPointID(id), portal: PortalID(name), readers: [ReaderID("r-\(id)")])
                point.factors = [[.card], [.plate]]
                let inside: AreaID = name == "lane" ? "garage" : name == "store" ? "vault" : "inside"
                (point.fromArea, point.toArea) = isEntry ? ("outside", inside) : (inside, "outside")
                point.antiPassback = AntiPassback.allCases[dice.below(AntiPassback.allCases.count)]
                point.antiPassbackTime = .seconds(60 + dice.below(600))
                if name == "store" { point.needsTwo = dice.isOne(in: 2) }
                if name == "inner", isEntry, dice.isOne(in: 2) {
                    point.escort = EscortSettings(guests: ["c"], by: ["a", "b"])
                }
                points.append(point)
            }
        }
        func window(_ days: DaySet) -> TimeWindow {
            let from = Int32(dice.below(1200))
            // One in three goes on past midnight.
            if dice.isOne(in: 3) { return TimeWindow(days: days, from: from, to: Int32(dice.below(Int(from) + 1))) }
            return TimeWindow(days: days, from: from, to: from + 1 + Int32(dice.below(Int(1440 - from))))
        }
        var policy = AccessPolicy()
        policy.schedules = ["day", "night"].map { name in
            Schedule(name: name, windows: [window(.everyWeekday), window(.special(.holiday))])
        }
        for day in 0..<30 as Range<Int32> where dice.isOne(in: 5) {
            policy.specialDays[today + day] = SpecialDayKind.allCases[dice.below(3)]
        }
        let groups = ["a", "b", "c", "d"]
        for index in 0..<7 {
            policy.levels.append(
                AccessLevel(
                    name: "l\(index)", groups: groups.filter { _ in dice.isOne(in: index == 6 ? 6 : 2) },
                    accessPoints: points.map(\.id).filter { _ in !dice.isOne(in: 3) },
                    schedule: dice.isOne(in: 2) ? nil : dice.below(2), isBar: index == 6,
                    highestThreat: UInt8(dice.below(4))))
        }
        policy.lockdownGroups = ["d"]
        policy.tenancyGrace = Int64(dice.below(3)) * 86400
        policy.firstPersons = [
            FirstPersonSettings(accessPoint: "inner-in", groups: ["a"], schedule: dice.isOne(in: 2) ? 0 : nil)
        ]
        policy.ages = [.visitor: 6 * 3600, .contractor: 86400]
        var site = Site(name: "trial", portals: portals, accessPoints: points, policy: policy)
        site.areas = [
            "inside": AreaSettings(limit: 2 + dice.below(8)), "vault": AreaSettings(limit: 3, within: "inside"),
            "garage": AreaSettings(isParking: true),
        ]
        site.interlocks = [["inner", "store"]]
        return site
    }

    private static func card(_ id: UInt32) -> CardNumber {
        CardNumber(format: "H10301", facility: 7, number: UInt64(id))
    }
    private static func plate(_ id: UInt32) -> CardNumber {
        CardNumber(format: CardNumber.plateFormat, value: .text("A\(10_000 + id)"))
    }

    private static func people(_ dice: inout Dice, _ primitives: Primitives, _ time: Int64) -> [RegistryRow] {
        var rows: [RegistryRow] = [.community(CommunityRow(id: 1, code: "c", name: "c"))]
        for id in 1...12 as ClosedRange<UInt32> {
            rows.append(
                .dwelling(
                    DwellingRow(
                        id: id, community: 1, code: "\(id)", use: .owned,
                        places: dice.isOne(in: 3) ? nil : UInt8(dice.below(2)))))
        }
        func around(_ days: Int) -> Int64 { time + Int64(dice.below(days * 86400)) - Int64(days * 43200) }
        for id in 1...40 as ClosedRange<UInt32> {
            let role = id <= 8 ? PersonRole.resident : PersonRole.allCases[dice.below(PersonRole.allCases.count)]
            let isTimed = role.works || role == .visitor
            let from = around(20)
            rows.append(
                .person(
                    PersonRow(
                        id: id, reference: "P\(id)", name: "", role: role,
                        status: dice.isOne(in: 15) ? .suspended : dice.isOne(in: 15) ? .barred : .active,
                        dwelling: role == .resident || (role == .household && dice.isOne(in: 2))
                            ? UInt32(dice.below(12) + 1) : nil,
                        groups: ["a", "b", "c", "d"].filter { _ in dice.isOne(in: 2) },
                        validFrom: isTimed ? from : nil, validUntil: isTimed ? from + 15 * 86400 : nil,
                        responsible: role == .child || role == .visitor ? UInt32(dice.below(8) + 1) : nil,
                        shift: role.works && dice.isOne(in: 2) ? ["day", "night", "none"][dice.below(3)] : nil)))
            if [.tenant, .household, .child].contains(role), !dice.isOne(in: 6) {
                let starts = around(20)
                rows.append(
                    .tenancy(
                        TenancyRow(
                            id: id, dwelling: 1, tenants: [id], firstDay: 0, lastDay: 0, starts: starts,
                            ends: starts + 3600 + Int64(dice.below(10 * 86400)),
                            step: TenancyStep.allCases[dice.below(TenancyStep.allCases.count)])))
            }
            if dice.isOne(in: 3) {
                rows.append(
                    .vehicle(
                        VehicleRow(id: id, dwelling: UInt32(dice.below(4) + 1), keeper: id, plate: "A\(10_000 + id)")))
                rows.append(
                    .credential(
                        CredentialRow(
                            id: 100 + id, person: id, kind: .plate,
                            key: CredentialKey(card: plate(id), primitives: primitives), label: plate(id).description,
                            vehicle: id)))
            }
            let from2 = around(10)
            rows.append(
                .credential(
                    CredentialRow(
                        id: id, person: id, kind: .card, key: CredentialKey(card: card(id), primitives: primitives),
                        label: "", status: dice.isOne(in: 12) ? .lost : .enabled,
                        validFrom: dice.isOne(in: 5) ? from2 : nil,
                        validUntil: dice.isOne(in: 5) ? from2 + 5 * 86400 : nil,
                        uses: dice.isOne(in: 6) ? UInt16(1 + dice.below(5)) : nil,
                        firstUseSpan: dice.isOne(in: 6) ? UInt32(3600 * (1 + dice.below(48))) : nil)))
        }
        return rows
    }

    /// Rows as the registry has them, in the reference's lists.
    private mutating func take(_ row: RegistryRow) {
        func put<Row>(_ row: Row, _ list: inout [Row], _ id: (Row) -> UInt32) {
            list.removeAll { id($0) == id(row) }
            list.append(row)
        }
        switch row {
        case .community, .consent: break
        case .dwelling(let row): put(row, &model.dwellings, \.id)
        case .person(let row): put(row, &model.people, \.id)
        case .tenancy(let row): put(row, &model.tenancies, \.id)
        case .credential(let row): put(row, &model.credentials, \.id)
        case .vehicle(let row): put(row, &model.vehicles, \.id)
        }
    }

    // MARK: Days

    mutating func run() {
        for _ in 0..<Self.steps where violations.count < 5 {
            switch dice.below(42) {
            case 0: restart()
            case 1:
                let level = UInt8(dice.below(4))
                order(.threat(level))
                model.threat = level
            case 2:
                order(.forgiveAll)
                model.places = [:]
                model.parked = [:]
            case 3:
                order(.confirmPolicy)
                model.confirmed = now.civil.seconds
            case 4:
                let index = dice.below(model.site.portals.count)
                let portal = model.site.portals[index].id
                let posture: Posture = dice.isOne(in: 10) ? .blocked : dice.isOne(in: 8) ? .lockdown : .secure
                order(.posture(portal, posture))
                model.posture[portal] = posture
            case 5:
                var row = model.people[dice.below(model.people.count)]
                row.status = dice.isOne(in: 5) ? PersonStatus.allCases[dice.below(3)] : .active
                order(.registry([.put(.person(row))]))
                take(.person(row))
                model.confirmed = now.civil.seconds
            case 40:
                let id = UInt32(dice.below(40) + 1)
                let until = now.civil.seconds + Int64(1 + dice.below(86400))
                order(.suspend(credential: id, until: CivilTime(seconds: until)))
                let isEnabled = model.credentials.contains { $0.id == id && $0.status == .enabled }
                if isEnabled { model.suspended[id] = until }
            case 41:
                guard let id = model.suspended.keys.min() else { continue }
                order(.endSuspension(credential: id))
                model.suspended[id] = nil
            case 6...9: pass(.seconds(1 + dice.below(6 * 3600)))
            case 10...13:
                for portal in model.standingOpen.sorted() { give(.contact(portal, isOpen: false)) }
                pass(.seconds(2))
                model.standingOpen = []
            default: present()
            }
        }
    }

    @discardableResult
    private mutating func give(_ input: Input) -> [Effect] {
        let effects = controller.handle(input, at: now)
        for case .durable(let one) in effects {
            switch one {
            case .ledger(let change): _ = ledger.apply(change)
            case .area(let person, let presence): ledger.move(person, to: presence)
            case .record(let entry): _ = controller.handle(.committed(through: entry.sequence), at: now)
            default: break
            }
        }
        return effects
    }

    private mutating func pass(_ span: Duration) {
        now = calendar.moment(monotonic: now.monotonic + span, civil: now.civil + span, isTrusted: true)
        give(.time)
    }

    private mutating func order(_ verb: Order.Verb) {
        give(
            .order(
                Order(
                    id: 1, actor: Actor(name: "uid 0", role: .manager), command: "trial", verb: verb, reason: "trial")))
    }

    /// Only what is stored goes on.
    private mutating func restart() {
        var restored = Restored()
        restored.registry = controller.registry
        restored.ledger = ledger
        for portal in model.site.portals { restored.postures[portal.id] = model.posture[portal.id] ?? .secure }
        controller = Controller(site: model.site, restored: restored, primitives: primitives)
        give(.started(StartReport(version: "trial", wasCleanStop: false)))
        model.waiting = [:]
        model.passed = [:]
        for portal in model.standingOpen.sorted() { give(.contact(portal, isOpen: true)) }
        pass(.seconds(1))
    }

    private mutating func present() {
        let point = model.site.accessPoints[dice.below(model.site.accessPoints.count)]
        let id = UInt32(dice.below(41) + 1)
        let number = dice.isOne(in: 4) ? Self.plate(id) : Self.card(id)
        let key = CredentialKey(card: number, primitives: primitives)
        let expected = model.answer(key, at: point, now)
        let effects = give(.reader(point.readers[0], .card(CardRead(number: number))))
        var found: JournalEntry?
        for case .durable(.record(let entry)) in effects where entry.kind == .decision { found = entry }
        guard let entry = found else {
            return violations.append(
                "\(number.format) \(id) at \(point.id): no decision, the reference says \(expected)")
        }
        decisions += 1
        let word = entry.reason ?? entry.outcome ?? ""
        answers[word, default: 0] += 1
        if word != expected {
            violations.append("decision \(decisions) at \(point.id): \(word), the reference says \(expected)")
        }
        let credential = model.credentials.first { $0.key == key }
        guard word == "granted", let credential else {
            if let credential { model.refused(word, credential.person, at: point, now.civil.seconds) }
            return pass(.seconds(1 + dice.below(10)))
        }
        let company = model.granted(credential, at: point, now.civil.seconds)
        give(.performed(point.portal, event: entry.sequence, isLate: false))
        if model.standingOpen.contains(point.portal) {
            // The way was open: nobody waits for a door.
            model.taken(credential, with: company, at: point, now)
            return pass(.seconds(7))
        }
        if dice.isOne(in: 6) { return pass(.seconds(30)) }
        give(.contact(point.portal, isOpen: true))
        pass(.seconds(1))
        model.taken(credential, with: company, at: point, now)
        if dice.isOne(in: 8) {
            model.standingOpen.insert(point.portal)
        } else {
            give(.contact(point.portal, isOpen: false))
            pass(.seconds(1))
        }
        pass(.seconds(dice.below(6)))
    }
}
