import GatehouseCrypto
import Testing

@testable import GatehouseCore

/// A site that takes passes at a lane, with a camera for plates there.
private struct PassSite {
    static let seed = SecretKey([UInt8](repeating: 3, count: 32))
    var builder = SiteBuilder(factors: [[.card], [.pass]])
    var keys: PassKeys

    init(site: String = "test", trusted: [PassIssuer] = [], seed: SecretKey = Self.seed) throws {
        keys = try PassKeys(seed: seed, site: site, trusted: trusted)
        builder.site.name = site
        builder.resident(1, card: 100)
    }

    func bench(ledger: Ledger = Ledger()) -> Bench {
        var bench = Bench(builder, ledger: ledger)
        var restored = Restored()
        restored.registry = builder.registry
        restored.ledger = ledger
        let primitives = KeyRing(master: SecretKey([UInt8](repeating: 7, count: 32))).primitives(epoch: 1, passes: keys)
        bench.controller = Controller(site: builder.site, restored: restored, primitives: primitives)
        return bench
    }

    static let noon: Int64 = 1_795_176_000

    func claims(
        _ id: UInt64 = 1, from: Int64 = noon - 3600, until: Int64 = noon + 3600, points: [String] = ["wicket-in"],
        uses: UInt16? = 1, host: UInt32 = 1, plate: String? = nil
    ) -> PassClaims {
        PassClaims(
            id: PassID(id), issuer: builder.site.name, from: from, until: until, points: points, uses: uses, host: host,
            plate: plate)
    }
}

extension Bench {
    fileprivate mutating func show(_ text: String, at reader: ReaderID = SiteBuilder.reader) -> [Effect] {
        give(.reader(reader, .card(CardRead(number: CardNumber(format: CardNumber.textFormat, value: .text(text))))))
    }
    fileprivate mutating func plate(_ text: String, at reader: ReaderID = SiteBuilder.reader) -> [Effect] {
        give(.reader(reader, .card(CardRead(number: CardNumber(format: CardNumber.plateFormat, value: .text(text))))))
    }
    fileprivate mutating func order(_ pass: PassOrder, reason: String? = "asked") -> [Effect] {
        let actor = Actor(name: "uid 1", role: .manager)
        return give(.order(Order(id: 1, actor: actor, command: "pass", verb: .pass(pass), reason: reason)))
    }
}

@Suite("Passes at the gate")
struct PassTests {
    @Test func aPassOpensOnceAndItsReplayIsRefusedAtOnceAndAfterARestart() throws {
        let site = try PassSite()
        let text = try site.keys.sign(site.claims())
        var bench = site.bench()
        let first = bench.show(text)
        let entry = try #require(first.decision)
        #expect(entry.outcome == "granted" && !first.releases.isEmpty)
        #expect(entry.detail["pass"] == .text("0000000000000001") && entry.detail["host"] == .integer(1))
        #expect(entry.person == nil && entry.personal.isEmpty)
        #expect(!"\(first)".contains(text), "the text of a pass goes nowhere")
        let changes = first.compactMap { if case .durable(.ledger(let change)) = $0 { change } else { nil } }
            .filter { if case .pass = $0 { true } else { false } }
        #expect(changes.count == 1)
        #expect(bench.show(text).decision?.reason == "UsesExhausted")

        var ledger = Ledger()
        for change in changes {
            let stored = change.stored
            let value = try #require(stored.value.flatMap { CanonicalValue(decoding: $0.encoded()) })
            _ = ledger.apply(try #require(LedgerChange(key: stored.key, value: value)))
        }
        #expect(ledger.passes == bench.controller.ledger.passes)
        var again = site.bench(ledger: ledger)
        #expect(again.show(text).decision?.reason == "UsesExhausted")
    }

    @Test func whatIsWrongWithAPassIsNamed() throws {
        var site = try PassSite()
        site.builder.resident(2, card: 200)
        func reason(_ claims: PassClaims, _ change: (inout Bench) -> Void = { _ in }) throws -> String? {
            var bench = site.bench()
            change(&bench)
            return bench.show(try site.keys.sign(claims)).decision?.reason
        }
        let noon = PassSite.noon
        #expect(try reason(site.claims(from: noon + 1)) == "CredentialNotActive")
        #expect(try reason(site.claims(until: noon)) == "CredentialExpired")
        #expect(try reason(site.claims(points: ["wicket-out"])) == "Unauthorized")
        #expect(try reason(site.claims(points: ["other/wicket-in"])) == "Unauthorized")
        #expect(try reason(site.claims(points: ["test/wicket-in"])) == nil)
        #expect(try reason(site.claims(host: 9)) == "HostGone")
        #expect(try reason(site.claims()) { _ = $0.order(.revoke(PassID(1), until: nil)) } == "CredentialNotEnabled")
        #expect(try reason(site.claims()) { $0.now.isCivilTrusted = false } == "ClockNotTrusted")
        #expect(try reason(site.claims(uses: nil)) == nil)
        var bench = site.bench()
        #expect(
            bench.show(try site.keys.sign(site.claims()), at: SiteBuilder.exitReader).decision?.reason == "Unauthorized"
        )
    }

    @Test func aGateThatNamesNoPassTakesNone() throws {
        var site = try PassSite()
        site.builder.site.accessPoints[0].factors = [[.plate], [.card]]
        var bench = site.bench()
        #expect(bench.show(try site.keys.sign(site.claims())).decision?.reason == "FactorMissing")
        let plated = try site.keys.sign(site.claims(2, plate: "鲁G12345"))
        #expect(bench.show(plated).decision?.reason == "FactorMissing", "a pass with its plate neither")
    }

    @Test func forgedPassesCountLikeUnknownCards() throws {
        let site = try PassSite()
        let stranger = try PassSite(seed: SecretKey([UInt8](repeating: 4, count: 32)))
        var bench = site.bench()
        for id in 1...4 {
            let entry = bench.show(try stranger.keys.sign(stranger.claims(UInt64(id)))).decision
            #expect(entry?.reason == "UnknownCredential" && entry?.detail["pass"] == .text("unknown"))
        }
        let alarm = bench.show("GP1.garbage")
        #expect(alarm.entries.contains { $0.outcome == "guessing" })
        #expect(bench.show(try site.keys.sign(site.claims())).decision?.reason == "TooManyTries")
    }

    @Test func wherePlatesAreReadThePlateComesWithThePass() throws {
        var site = try PassSite()
        site.builder.site.accessPoints[0].factors = [[.card], [.plate], [.pass]]
        func shown(_ id: UInt64, _ steps: (inout Bench, String) -> [Effect]) throws -> String? {
            var bench = site.bench()
            let text = try site.keys.sign(site.claims(id, plate: "鲁G12345"))
            let entry = steps(&bench, text).decision
            return entry?.reason ?? entry?.outcome
        }
        #expect(try shown(1) { $0.show($1) + $0.plate("鲁G12345") } == "granted")
        #expect(try shown(2) { $0.show($1) + $0.plate("鲁G54321") } == "FactorsDisagree")
        #expect(try shown(3) { $0.show($1) + $0.pass(.seconds(11)) } == "FactorMissing")
        // The camera was faster: the plate of a stranger was refused, and is the right one all the same.
        #expect(
            try shown(4) {
                _ = $0.plate("鲁G12345")
                return $0.show($1)
            } == "granted")
        #expect(
            try shown(5) {
                _ = $0.plate("鲁G54321")
                return $0.show($1) + $0.plate("鲁G12345")
            } == "granted")
        var bench = site.bench()
        #expect(
            bench.show(try site.keys.sign(site.claims())).decision?.outcome == "granted", "none is named: none is asked"
        )
        site.builder.site.accessPoints[0].factors = [[.card], [.pass, .plate]]
        bench = site.bench()
        let both = bench.show(try site.keys.sign(site.claims())) + bench.plate("鲁G12345")
        #expect(both.decision?.reason == "FactorsDisagree", "one is asked for and the pass names none")
        bench = site.bench()
        let late = bench.show(try site.keys.sign(site.claims(plate: "鲁G12345"))) + bench.card(100)
        #expect(
            late.entries.filter { $0.kind == .decision }.map(\.outcome) == ["denied", "granted"],
            "a card is another try")
    }

    @Test func barsAndThreatLevelsOfVisitorsHoldForPasses() throws {
        var site = try PassSite()
        let text = try site.keys.sign(site.claims())
        site.builder.site.policy.levels.append(
            AccessLevel(name: "night", groups: ["visitors"], accessPoints: [SiteBuilder.entry], isBar: true))
        var bench = site.bench()
        #expect(bench.show(text).decision?.reason == "BarredHere")
        site.builder.site.policy.levels[2].isBar = false
        site.builder.site.policy.levels[2].highestThreat = 0
        bench = site.bench()
        _ = bench.give(
            .order(
                Order(id: 1, actor: Actor(name: "a", role: .guard_), command: "threat", verb: .threat(1), reason: "b")))
        #expect(bench.show(text).decision?.reason == "ThreatLevel")
    }

    @Test func anOfficeSignsForGatesByTheirWholeName() throws {
        var office = try PassSite(site: "office", seed: SecretKey([UInt8](repeating: 5, count: 32)))
        office.builder.site.name = "office"
        let issuer = PassIssuer(name: "office", publicKey: office.keys.publicKey, sharesRegister: false)
        let site = try PassSite(trusted: [issuer])
        var bench = site.bench()
        #expect(bench.show(try office.keys.sign(office.claims(1, host: 77))).decision?.reason == "Unauthorized")
        let entry = bench.show(try office.keys.sign(office.claims(2, points: ["test/wicket-in"], host: 77))).decision
        #expect(entry?.outcome == "granted" && entry?.detail["issuer"] == .text("office"), "its hosts are elsewhere")
    }

    @Test func aPassIsForgottenADayAfterItsEnd() throws {
        let site = try PassSite()
        var bench = site.bench()
        _ = bench.show(try site.keys.sign(site.claims(1)))
        #expect(bench.controller.ledger.passes.records.count == 1)
        bench.pass(.seconds(25 * 3600 + 1))
        // Whoever looks after what is kept each hour has seen it.
        #expect(bench.controller.ledger.passes.records.isEmpty)
        _ = bench.order(.issue(site.claims(2)))
        let dropped = bench.show(try site.keys.sign(site.claims(3, until: PassSite.noon + 50 * 3600)))
        #expect(bench.controller.ledger.passes.records.keys.sorted() == [PassID(3)])
        #expect(dropped.contains(.durable(.ledger(.pass(PassID(2), nil)))))
    }

    /// The clock runs away by a year and nobody vouches for it: what is known of passes stays, and counts when it is back.
    @Test func aClockThatNobodyTrustsForgetsNoPass() throws {
        let site = try PassSite()
        let text = try site.keys.sign(site.claims())
        var bench = site.bench()
        _ = bench.show(text)
        let right = bench.now
        bench.now.isCivilTrusted = false
        bench.pass(.seconds(366 * 86400))
        _ = bench.order(.issue(site.claims(2, until: PassSite.noon + 500 * 86400)))
        #expect(bench.controller.ledger.passes.records[PassID(1)]?.total == 1)
        bench.now = right
        #expect(bench.show(text).decision?.reason == "UsesExhausted")
    }

    /// A day after its end and not a second before.
    @Test(arguments: [(PassBook.rest - 1, 1), (PassBook.rest, 0)])
    func aPassIsKeptForADayAfterItsEnd(after: Int64, count: Int) throws {
        let site = try PassSite()
        var ledger = Ledger()
        let claims = site.claims()
        _ = ledger.apply(.pass(claims.id, PassRecord(claims)))
        // Beside one that ended long ago, which goes whenever somebody looks.
        _ = ledger.apply(.pass(PassID(9), PassRecord(until: claims.until - 7 * 86400)))
        for change in ledger.dropPasses(at: claims.until + after).changes { _ = ledger.apply(change) }
        #expect(ledger.passes.records.count == count && ledger.passes.records[PassID(9)] == nil)
        // And what stays is found when its day is over.
        for change in ledger.dropPasses(at: claims.until + PassBook.rest).changes { _ = ledger.apply(change) }
        #expect(ledger.passes.records.isEmpty)
    }

    @Test func aDecisionIsAskedAgainWithoutThePass() throws {
        let site = try PassSite()
        var bench = site.bench()
        let entry = try #require(bench.show(try site.keys.sign(site.claims())).decision)
        let facts = try #require(entry.facts)
        #expect(Facts(values: facts.values) == facts && entry.path?.agrees(with: facts) == true)
        let past = PastDecision(
            sequence: entry.sequence, at: entry.civil, accessPoint: SiteBuilder.entry, person: nil, credential: nil,
            outcome: "granted", reason: nil, facts: facts)
        let same = bench.controller.again(past, card: nil, before: bench.controller, at: bench.now)
        #expect(same?.decision == .granted)
        var other = site
        other.builder.site.accessPoints[0].factors = [[.card]]
        let after = other.bench().controller.again(past, card: nil, before: bench.controller, at: bench.now)
        #expect(after?.decision == .denied(.factorMissing))
    }

    @Test func aGuardGivesOutPassesForTodayAndForOnce() throws {
        let site = try PassSite()
        let tomorrow = PassSite.noon + 12 * 3600
        func problem(_ role: Role, _ claims: PassClaims) -> PassProblem? {
            PassProblem(claims, by: role, now: PassSite.noon, tomorrow: tomorrow)
        }
        #expect(problem(.guard_, site.claims(until: tomorrow)) == nil)
        #expect(problem(.guard_, site.claims(until: tomorrow + 1)) == .notForGuards)
        #expect(problem(.guard_, site.claims(uses: 2)) == .notForGuards)
        #expect(problem(.guard_, site.claims(uses: nil)) == .notForGuards)
        #expect(problem(.manager, site.claims(until: tomorrow + 86400, uses: nil)) == nil)
        #expect(problem(.manager, site.claims(until: PassSite.noon + 400 * 86400)) == .windowTooWide)
        #expect(problem(.manager, site.claims(until: PassSite.noon)) == .isOver)
        #expect(problem(.manager, site.claims(from: PassSite.noon + 7200)) == .endsBeforeItStarts)
    }

    @Test func theBookOfPassesIsBounded() throws {
        let site = try PassSite()
        var ledger = Ledger()
        for id in 1...PassBook.limit { _ = ledger.apply(.pass(PassID(UInt64(id) + 10), PassRecord(until: nil))) }
        var bench = site.bench(ledger: ledger)
        #expect(
            bench.show(try site.keys.sign(site.claims())).decision?.reason == "UsesExhausted", "it could not be counted"
        )
        #expect(
            bench.order(.issue(site.claims())).contains { if case .reply(_, .refused) = $0 { true } else { false } })
        #expect(bench.controller.ledger.passes.records.count == PassBook.limit)
    }

    /// Two gates of one community, days of passes shown at any time, counts carried over now and then; beside them the
    /// slowest model: a list of what was granted where, and which of it the other gate has heard.
    @Test(arguments: 0..<20)
    func windowUsesAndPointsFollowTheNaiveModel(seed: UInt64) throws {
        var dice = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
        func roll(_ sides: UInt64) -> UInt64 {
            dice ^= dice << 13
            dice ^= dice >> 7
            dice ^= dice << 17
            return dice % sides
        }
        let north = try PassSite(site: "north")
        let issuer = PassIssuer(name: "north", publicKey: north.keys.publicKey, sharesRegister: true)
        let south = try PassSite(site: "south", trusted: [issuer], seed: SecretKey([UInt8](repeating: 6, count: 32)))
        var gates = [north.bench(), south.bench()]
        let sites = ["north", "south"]
        var passes: [(claims: PassClaims, text: String)] = []
        // What each gate knows was granted, by pass, as (site, number).
        var heard: [[PassID: Set<String>]] = [[:], [:]]
        var revoked: [Set<PassID>] = [[], []]
        for step in 0..<300 {
            switch roll(10) {
            case 0, 1:
                let points = [["wicket-in"], ["south/wicket-in"], ["wicket-in", "south/wicket-in"], ["wicket-out"]]
                let from = gates[0].now.civil.seconds + Int64(roll(7200)) - 3600
                let claims = north.claims(
                    UInt64(step + 1), from: from, until: from + 60 + Int64(roll(7200)), points: points[Int(roll(4))],
                    uses: roll(4) == 0 ? nil : UInt16(1 + roll(3)))
                passes.append((claims, try north.keys.sign(claims)))
            case 2: for index in gates.indices { gates[index].pass(.seconds(Int64(roll(900)))) }
            case 3:
                let to = Int(roll(2))
                let records = gates[1 - to].controller.ledger.passes.records
                _ = gates[to].order(.merge(records))
                for (id, grants) in heard[1 - to] { heard[to][id, default: []].formUnion(grants) }
                revoked[to].formUnion(revoked[1 - to])
            case 4 where !passes.isEmpty && roll(4) == 0:
                let at = Int(roll(2))
                let claims = passes[Int(roll(UInt64(passes.count)))].claims
                _ = gates[at].order(.revoke(claims.id, until: claims.until))
                revoked[at].insert(claims.id)
            default:
                guard !passes.isEmpty else { continue }
                let at = Int(roll(2))
                let (claims, text) = passes[Int(roll(UInt64(passes.count)))]
                let now = gates[at].now.civil.seconds
                let isNamed = claims.points.contains(at == 0 ? "wicket-in" : "south/wicket-in")
                let grants = heard[at][claims.id]?.count ?? 0
                let isGood =
                    !revoked[at].contains(claims.id) && claims.from <= now && now < claims.until && isNamed
                    && claims.uses.map { grants < Int($0) } ?? true
                let entry = gates[at].show(text).decision
                #expect((entry?.outcome == "granted") == isGood, "step \(step): \(entry?.reason ?? "granted")")
                if isGood { heard[at][claims.id, default: []].insert("\(sites[at]) \(step)") }
            }
        }
    }
}
