import Testing

@testable import GatehouseCore

/// One decision table for each rule: what it says to a fact, and to what its neighbours care for.
@Suite struct RuleTableTests {
    struct Row: Sendable, CustomStringConvertible {
        var rule: RuleName
        var what: String
        var verdict: Verdict
        var change: @Sendable (inout Facts) -> Void
        init(_ rule: RuleName, _ what: String, _ verdict: Verdict, _ change: @escaping @Sendable (inout Facts) -> Void)
        {
            (self.rule, self.what, self.verdict, self.change) = (rule, what, verdict, change)
        }
        var description: String { "\(rule.word): \(what)" }
    }

    /// A resident with a card at a gate that asks for nothing else.
    static var usual: Facts {
        var facts = Facts()
        facts.isCredentialKnown = true
        facts.hasDwelling = true
        facts.coveringLevels = 1
        facts.openLevels = 1
        facts.factorsGiven = [.card]
        facts.isCombinationComplete = true
        return facts
    }

    static let table: [Row] = [
        Row(.posture, "secure", .abstain) { $0.posture = .secure },
        Row(.posture, "free", .note(.freePassage)) { $0.posture = .free },
        Row(.posture, "fire", .note(.fire)) { $0.posture = .fire },
        Row(.posture, "blocked", .deny(.blocked)) { $0.posture = .blocked },
        Row(.posture, "lockdown", .deny(.lockedDown)) { $0.posture = .lockdown },
        Row(.posture, "lockdown, exempt staff", .abstain) {
            $0.posture = .lockdown
            $0.mayPassLockdown = true
        },
        Row(.reader, "trusted", .abstain) { _ in },
        Row(.reader, "not trusted", .deny(.readerNotTrusted)) { $0.isReaderTrusted = false },
        Row(.guess, "paused", .deny(.tooManyTries)) { $0.isGuessPaused = true },
        Row(.guess, "not paused", .abstain) { _ in },
        Row(.pin, "not asked", .abstain) { $0.pin = .notAsked },
        Row(.pin, "right", .abstain) { $0.pin = .right },
        Row(.pin, "wrong", .deny(.invalidPIN)) { $0.pin = .wrong },
        Row(.pin, "locked", .deny(.tooManyTries)) { $0.pin = .locked },
        Row(.credential, "unknown", .deny(.unknownCredential)) { $0.isCredentialKnown = false },
        Row(.credential, "unknown because the PIN is wrong", .abstain) {
            $0.isCredentialKnown = false
            $0.factorsGiven = [.pin]
            $0.pin = .wrong
        },
        Row(.credential, "lost", .deny(.credentialNotEnabled)) { $0.credentialStatus = .lost },
        Row(.credential, "suspended by a guard", .deny(.suspendedByGuard)) { $0.isSuspendedByGuard = true },
        Row(.credential, "before", .deny(.credentialNotActive)) { $0.credentialWindow = .before },
        Row(.credential, "after", .deny(.credentialExpired)) { $0.credentialWindow = .after },
        Row(.credential, "inside", .abstain) { _ in },
        Row(.uses, "left", .abstain) { _ in },
        Row(.uses, "used up", .deny(.usesExhausted)) { $0.isUsedUp = true },
        Row(.uses, "of nobody", .abstain) {
            $0.isUsedUp = true
            $0.isCredentialKnown = false
        },
        Row(.person, "active", .abstain) { _ in },
        Row(.person, "suspended", .deny(.personSuspended)) { $0.personStatus = .suspended },
        Row(.person, "barred", .deny(.personBarred)) { $0.personStatus = .barred },
        Row(.holder, "resident with a dwelling", .abstain) { _ in },
        Row(.holder, "resident without", .deny(.noDwelling)) { $0.hasDwelling = false },
        Row(.holder, "tenant, running", .abstain) {
            $0.role = .tenant
            $0.tenancy = .running
        },
        Row(.holder, "tenant, in the days for moving out", .note(.grace)) {
            $0.role = .tenant
            $0.tenancy = .grace
        },
        Row(.holder, "tenant, ended", .deny(.tenancyEnded)) {
            $0.role = .tenant
            $0.tenancy = .ended
        },
        Row(.holder, "tenant, coming", .deny(.tenancyNotStarted)) {
            $0.role = .tenant
            $0.tenancy = .coming
        },
        Row(.holder, "tenant without a tenancy, whatever else", .deny(.noTenancy)) { $0.role = .tenant },
        Row(.holder, "household of an owner", .abstain) { $0.role = .household },
        Row(.holder, "household of a tenant", .abstain) {
            $0.role = .household
            $0.hasDwelling = false
            $0.tenancy = .running
        },
        Row(.holder, "household of a tenant, ended", .deny(.tenancyEnded)) {
            $0.role = .household
            $0.hasDwelling = false
            $0.tenancy = .ended
        },
        Row(.holder, "child of nobody here", .deny(.noDwelling)) {
            $0.role = .child
            $0.hasDwelling = false
        },
        Row(.holder, "staff before the first day", .deny(.employmentNotActive)) {
            $0.role = .staff
            $0.employment = .before
        },
        Row(.holder, "contractor after the last", .deny(.employmentNotActive)) {
            $0.role = .contractor
            $0.employment = .after
        },
        Row(.holder, "staff in employment, without a dwelling", .abstain) {
            $0.role = .staff
            $0.hasDwelling = false
        },
        Row(.holder, "visitor during the visit", .abstain) { $0.role = .visitor },
        Row(.holder, "visitor after it", .deny(.visitNotActive)) {
            $0.role = .visitor
            $0.employment = .after
        },
        Row(.holder, "visitor, and the clock is not known to be right", .deny(.clockNotTrusted)) {
            $0.role = .visitor
            $0.isClockTrusted = false
        },
        Row(.holder, "resident, and the clock is not known to be right", .abstain) { $0.isClockTrusted = false },
        Row(.host, "not asked", .abstain) { _ in },
        Row(.host, "here", .abstain) { $0.host = .met },
        Row(.host, "gone", .deny(.hostGone)) { $0.host = .missing },
        Row(.bar, "no bar", .abstain) { _ in },
        Row(.bar, "bar beside an open level", .deny(.barredHere)) { $0.isBarred = true },
        Row(.threat, "all levels rest", .deny(.threatLevel)) {
            $0.suspendedLevels = 1
            $0.openLevels = 0
        },
        Row(.threat, "one level rests, another is open", .abstain) { $0.suspendedLevels = 1 },
        Row(.level, "open", .permit) { _ in },
        Row(.level, "closed now", .deny(.notPermittedAtThisTime)) { $0.openLevels = 0 },
        Row(.level, "none", .deny(.unauthorized)) {
            $0.openLevels = 0
            $0.coveringLevels = 0
        },
        Row(.level, "of nobody", .abstain) { $0.isCredentialKnown = false },
        Row(.shift, "on", .abstain) { _ in },
        Row(.shift, "off", .deny(.offShift)) { $0.isOffShift = true },
        Row(.firstPerson, "not asked", .abstain) { _ in },
        Row(.firstPerson, "missing", .deny(.firstPersonMissing)) { $0.firstPerson = .missing },
        Row(.firstPerson, "came", .abstain) { $0.firstPerson = .met },
        Row(.factor, "complete", .abstain) { _ in },
        Row(.factor, "incomplete", .deny(.factorMissing)) { $0.isCombinationComplete = false },
        Row(.factor, "of two people", .deny(.factorsDisagree)) { $0.doFactorsAgree = false },
        Row(.antiPassback, "off", .abstain) { $0.passback = .violated },
        Row(.antiPassback, "soft", .note(.softAntipassback)) {
            $0.passback = .violated
            $0.passbackPolicy = .soft
        },
        Row(.antiPassback, "hard", .deny(.antipassbackViolation)) {
            $0.passback = .violated
            $0.passbackPolicy = .hard
        },
        Row(.antiPassback, "timed, again so soon", .deny(.antipassbackViolation)) {
            $0.passback = .recent
            $0.passbackPolicy = .timed
        },
        Row(.antiPassback, "timed, later", .abstain) { $0.passbackPolicy = .timed },
        Row(.occupancy, "room", .abstain) { _ in },
        Row(.occupancy, "full", .deny(.occupancyFull)) { $0.isAreaFull = true },
        Row(.place, "not asked", .abstain) { _ in },
        Row(.place, "free", .abstain) { $0.place = .met },
        Row(.place, "taken", .deny(.placesTaken)) { $0.place = .missing },
        Row(.interlock, "others shut", .abstain) { _ in },
        Row(.interlock, "another open", .deny(.interlocked)) { $0.isInterlocked = true },
        Row(.policyAge, "fresh", .abstain) { _ in },
        Row(.policyAge, "old", .deny(.policyTooOld)) { $0.isPolicyTooOld = true },
        Row(.duress, "none", .abstain) { _ in },
        Row(.duress, "signalled", .note(.duress)) { $0.isDuress = true },
        Row(.twoPerson, "not asked", .abstain) { _ in },
        Row(.twoPerson, "alone", .deny(.secondPersonMissing)) { $0.company = .missing },
        Row(.twoPerson, "two", .abstain) { $0.company = .met },
        Row(.escort, "alone", .deny(.escortMissing)) { $0.escort = .missing },
        Row(.escort, "brought", .abstain) { $0.escort = .met },
    ]

    @Test(arguments: table) func saysWhatTheTableSays(row: Row) {
        var facts = Self.usual
        row.change(&facts)
        #expect(RuleBook.judge(row.rule, facts) == row.verdict)
    }

    /// A denial of one rule is the answer of the whole book, and what no rule minds opens.
    @Test(arguments: table) func bookFollowsItsRules(row: Row) {
        var facts = Self.usual
        row.change(&facts)
        let (decision, path) = RuleBook.decide(facts)
        #expect(path.steps.map(\.rule) == RuleName.allCases)
        #expect(path.agrees(with: facts))
        if case .deny(let reason) = row.verdict { #expect(!decision.isGranted && decision.reason != nil, "\(reason)") }
        let first = path.steps.lazy.compactMap { if case .deny(let reason) = $0.verdict { reason } else { nil } }.first
        #expect(decision.reason == first || first == nil)
        #expect(decision.isGranted == (first == nil && path.steps.contains { $0.verdict == .permit }))
    }

    @Test func everyRuleHasATable() {
        #expect(Set(Self.table.map(\.rule)) == Set(RuleName.allCases))
    }

    @Test func everyReasonIsGivenBySomeRow() {
        var given: Set<DenialReason> = []
        for row in Self.table { if case .deny(let reason) = row.verdict { given.insert(reason) } }
        #expect(given == Set(DenialReason.allCases))
    }

    /// The stored form keeps every fact, and older forms are read as what they said.
    @Test(arguments: table) func factsComeBackAsTheyWere(row: Row) throws {
        var facts = Self.usual
        row.change(&facts)
        #expect(try #require(Facts(values: facts.values)) == facts)
    }

    @Test(arguments: [(1 as Int64, 22), (2, 23), (3, 36)]) func factsOfOlderVersionsAreRead(version: Int64, count: Int)
        throws
    {
        let facts = Self.usual
        var values = Array(facts.values.prefix(count))
        values[0] = version
        #expect(try #require(Facts(values: values)) == facts)
        values.append(0)
        #expect(Facts(values: values) == nil)
    }

    /// A path that a version with fewer rules stored is not taken for another answer.
    @Test func pathOfAnOlderVersionAgrees() throws {
        let facts = Self.usual
        let (_, path) = RuleBook.decide(facts)
        let older = try #require(RulePath(octets: Array(path.octets.prefix(22))))
        #expect(older.agrees(with: facts))
        var other = facts
        other.posture = .blocked
        #expect(!older.agrees(with: other))
    }
}
