@testable import GatehouseCore
import GatehouseCrypto
import Testing

/// A small site for tests: one wicket with an entry and an exit, two areas, a few people.
struct SiteBuilder {
    var site: Site
    var registry = Registry()
    /// Devices that an earlier run knew.
    var readerStandings: [ReaderID: ReaderStanding] = [:]
    let primitives = KeyRing(master: SecretKey([UInt8](repeating: 7, count: 32))).primitives(epoch: 1)

    static let wicket: PortalID = "wicket"
    static let entry: AccessPointID = "wicket-in"
    static let exit: AccessPointID = "wicket-out"
    static let reader: ReaderID = "reader-in"
    static let exitReader: ReaderID = "reader-out"

    init(factors: [FactorSet] = [[.card], [.pin], [.face]], antiPassback: AntiPassback = .off) {
        var portal = PortalSettings(id: Self.wicket)
        portal.cameras = ["cam-1"]
        var inside = AccessPointSettings(id: Self.entry, portal: Self.wicket, readers: [Self.reader])
        inside.factors = factors
        inside.fromArea = "street"
        inside.toArea = "inside"
        inside.antiPassback = antiPassback
        var outside = AccessPointSettings(id: Self.exit, portal: Self.wicket, readers: [Self.exitReader])
        outside.fromArea = "inside"
        outside.toArea = "street"
        outside.antiPassback = antiPassback
        site = Site(
            name: "test", portals: [portal], accessPoints: [inside, outside],
            policy: AccessPolicy(
                schedules: [
                    Schedule(name: "daytime", windows: [TimeWindow(days: .everyWeekday, from: 6 * 60, to: 22 * 60)])
                ],
                levels: [
                    AccessLevel(name: "homes", groups: ["residents"], accessPoints: [Self.entry, Self.exit]),
                    AccessLevel(name: "work", groups: ["staff"], accessPoints: [Self.entry, Self.exit], schedule: 0),
                ]),
            alerts: [AlertRoute(destination: "desk", kinds: Set(AlertKind.allCases))])
        put(.community(CommunityRow(id: 1, code: "c1", name: "One")))
        put(.dwelling(DwellingRow(id: 1, community: 1, code: "1-1-101", use: .owned)))
        put(.dwelling(DwellingRow(id: 2, community: 1, code: "1-1-102", use: .let_)))
    }

    mutating func put(_ row: RegistryRow) {
        if case .credential(let face) = row, face.kind == .face, !registry.hasConsent(face.person) {
            put(.consent(ConsentRow(id: face.person, person: face.person, basis: "form", given: 0)))
        }
        precondition(registry.problem(with: .put(row)) == nil, "\(row)")
        registry.apply(.put(row), revision: registry.revision + 1)
    }

    mutating func resident(_ id: UInt32, card: UInt64, role: PersonRole = .resident, groups: [String] = ["residents"]) {
        put(
            .person(
                PersonRow(
                    id: id, reference: "P\(id)", name: "Person \(id)", role: role,
                    dwelling: role == .resident ? 1 : nil,
                    groups: groups)))
        put(.credential(credential(id, person: id, card: card)))
    }

    mutating func tenant(_ id: UInt32, card: UInt64, starts: Int64, ends: Int64) {
        resident(id, card: card, role: .tenant)
        put(
            .tenancy(
                TenancyRow(id: id, dwelling: 2, tenants: [id], firstDay: 0, lastDay: 0, starts: starts, ends: ends)))
    }

    func credential(_ id: UInt32, person: UInt32, card: UInt64) -> CredentialRow {
        let number = Self.card(card)
        return CredentialRow(
            id: id, person: person, kind: .card, key: CredentialKey(card: number, primitives: primitives),
            label: number.description)
    }

    func pin(_ id: UInt32, person: UInt32, digits: [UInt8], isBound: Bool, isDuress: Bool = false) -> CredentialRow {
        CredentialRow(
            id: id, person: person, kind: .pin,
            key: CredentialKey(pin: digits, person: isBound ? person : nil, primitives: primitives), label: "",
            isDuress: isDuress)
    }

    static func card(_ number: UInt64) -> CardNumber { CardNumber(format: "H10301", facility: 118, number: number) }

    func controller(ledger: Ledger = Ledger()) -> Controller {
        var restored = Restored()
        restored.registry = registry
        restored.ledger = ledger
        restored.readerStandings = readerStandings
        return Controller(site: site, restored: restored, primitives: primitives)
    }
}

/// A controller with a clock that is turned by hand: noon of 2026-11-20 in UTC, unless told.
struct Bench {
    var controller: Controller
    var now: Moment
    private let calendar = SiteCalendar(fixedOffset: 0)

    init(_ builder: SiteBuilder, civilSeconds: Int64 = 1_795_176_000, ledger: Ledger = Ledger(), isTrusted: Bool = true)
    {
        controller = builder.controller(ledger: ledger)
        now = calendar.moment(
            monotonic: MonotonicTime(nanoseconds: 1_000_000_000), civil: CivilTime(seconds: civilSeconds),
            isTrusted: isTrusted)
        _ = controller.handle(.uplink(isConnected: true), at: now)
    }

    @discardableResult
    mutating func pass(_ span: Duration) -> [Effect] {
        now = calendar.moment(monotonic: now.monotonic + span, civil: now.civil + span, isTrusted: now.isCivilTrusted)
        return controller.handle(.time, at: now)
    }

    /// The civil clock is set, and trusted.
    mutating func turn(to civilSeconds: Int64) {
        now = calendar.moment(monotonic: now.monotonic, civil: CivilTime(seconds: civilSeconds), isTrusted: true)
    }

    mutating func give(_ input: Input) -> [Effect] { controller.handle(input, at: now) }

    mutating func card(_ number: UInt64, at reader: ReaderID = SiteBuilder.reader) -> [Effect] {
        let foretold = foretold(card: number, at: reader)
        let effects = give(.reader(reader, .card(CardRead(number: SiteBuilder.card(number)))))
        // Another card may have been finished by this one.
        if let foretold, let entry = effects.decision, entry.credential == foretold.credential,
            entry.facts?.factorsGiven == foretold.facts.factorsGiven
        {
            #expect(entry.outcome == foretold.decision.word && entry.reason == foretold.decision.reason?.word)
            #expect(entry.facts == foretold.facts, "one gatherer of facts")
        }
        return effects
    }

    /// What `decide` says of a card of the register just before it is shown.
    private func foretold(card number: UInt64, at reader: ReaderID) -> (
        credential: UInt32, facts: Facts, decision: AccessDecision
    )? {
        let key = CredentialKey(card: SiteBuilder.card(number), primitives: controller.primitives)
        guard let point = controller.site.accessPoints.first(where: { $0.readers.contains(reader) }),
            let credential = controller.registry.credential(for: key)
        else { return nil }
        return controller.whatIf(card: SiteBuilder.card(number), person: credential.person, at: point.id, now: now)
            .map { (credential.id, $0.facts, $0.decision) }
    }

    mutating func keys(_ digits: [UInt8], at reader: ReaderID = SiteBuilder.reader) -> [Effect] {
        digits.flatMap { give(.reader(reader, .key(.digit($0)))) } + give(.reader(reader, .key(.enter)))
    }

    /// Lets the door do what a person does: the release is performed, the door opens and closes.
    mutating func walkThrough(_ effects: [Effect]) -> [Effect] {
        var all: [Effect] = []
        for effect in effects {
            if case .release(let portal, event: let event?) = effect {
                all += give(.performed(portal, event: event, isLate: false))
            }
        }
        all += give(.contact(SiteBuilder.wicket, isOpen: true))
        all += pass(.seconds(1))
        all += give(.contact(SiteBuilder.wicket, isOpen: false))
        all += pass(.seconds(1))
        return all
    }
}

extension [Effect] {
    var entries: [JournalEntry] {
        compactMap { if case .durable(.record(let entry)) = $0 { entry } else { nil } }
    }
    var decision: JournalEntry? { entries.first { $0.kind == .decision } }
    var releases: [Effect] { filter { if case .release = $0 { true } else { false } } }
    var secures: [Effect] { filter { if case .secure = $0 { true } else { false } } }
    var alerts: [OutboxItem] {
        compactMap { if case .durable(.enqueue(let item)) = $0 { item } else { nil } }
    }
}
