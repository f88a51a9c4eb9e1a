import GatehouseAccounts
import GatehouseCore
import GatehouseCrypto
import Testing

@Suite("Sessions") struct SessionTests {
    private let random = CountedOctets()
    private let shifts = ShiftChanges("07:00,15:00,23:00")!

    private func begin(
        _ book: inout SessionBook, _ name: String = "zhang", instead: String? = nil, at second: Int64 = 0,
        minute: Int32 = 720
    ) throws -> String {
        try book.begin(
            try Made.account(name), instead: instead, at: Made.moment(second, minute: minute), random: random.octets)
    }

    private func isOpen(_ book: inout SessionBook, _ token: String, at second: Int64 = 0) -> Bool {
        if case .open = book.find(token, at: Made.time(second)) { true } else { false }
    }

    /// A change of shifts, the minute of a sign-in, and the minutes that the session has.
    static let lengths: [(String, Int32, Int64)] = [
        ("07:00,15:00,23:00", 420, 510), ("07:00,15:00,23:00", 720, 210), ("07:00,15:00,23:00", 869, 61),
        ("07:00,15:00,23:00", 870, 540), ("07:00,15:00,23:00", 1430, 460), ("07:00,15:00,23:00", 0, 450),
        ("08:00,20:00", 480, 720), ("08:00,20:00", 720, 510), ("09:00", 541, 720),
    ]

    @Test(arguments: lengths)
    func aSessionLastsUntilTheNextShiftHasBegun(shifts: String, minute: Int32, minutes: Int64) throws {
        #expect(try #require(ShiftChanges(shifts)).length(from: minute) == .seconds(minutes * 60))
    }

    @Test func withoutShiftsItLastsTwelveHours() { #expect(ShiftChanges().length(from: 5) == .seconds(12 * 3600)) }

    @Test(arguments: ["", "7:00", "24:00", "07:60", "07:00,", "07:00,07:00", "07:00 15:00", "０７:00"])
    func anythingElseIsNoListOfShifts(text: String) { #expect(ShiftChanges(text) == nil) }

    /// Every state of a session by every event.
    @Test func everyStateByEveryEvent() throws {
        enum State: CaseIterable { case open, idle, shiftEnded, ended, never }
        enum Event: CaseIterable { case find, look, end, endAll, endOthers, settleSame, settleChanged, begin, instead }
        // Whether it is open afterwards.
        func isOpenAfter(_ state: State, _ event: Event) -> Bool {
            switch (state, event) {
            case (.open, .find), (.open, .look), (.open, .endOthers), (.open, .settleSame), (.open, .begin): true
            default: false
            }
        }
        for state in State.allCases {
            for event in Event.allCases {
                var book = SessionBook(shifts: shifts)
                var token = try begin(&book, minute: 7 * 60)
                var now: Int64 = 60
                switch state {
                case .open: break
                case .idle: now = 8 * 3600
                case .shiftEnded:
                    _ = book.find(token, at: Made.time(7 * 3600))
                    now = 8 * 3600 + 1800
                case .ended: book.end(token)
                case .never: token = Base64.encode([UInt8](repeating: 7, count: 32), isURLSafe: true)
                }
                let account = try Made.account()
                var accounts = AccountBook()
                switch event {
                case .find: _ = book.find(token, at: Made.time(now))
                case .look: _ = book.find(token, at: Made.time(now), counts: false)
                case .end: book.end(token)
                case .endAll: book.endAll(of: account.name)
                case .endOthers: book.endAll(of: Made.name("li"))
                case .settleSame:
                    try accounts.add(account)
                    book.settle(with: accounts)
                case .settleChanged:
                    var changed = account
                    changed.take(role: .viewer)
                    try accounts.add(changed)
                    book.settle(with: accounts)
                case .begin: _ = try begin(&book, at: now)
                case .instead: #expect(try begin(&book, instead: token, at: now) != token, "fixation")
                }
                #expect(isOpen(&book, token, at: now) == isOpenAfter(state, event), "\(state) \(event)")
            }
        }
    }

    @Test func itIsSaidOnceWhyASessionIsOver() throws {
        var book = SessionBook(shifts: shifts)
        let idle = try begin(&book, minute: 7 * 60)
        let used = try begin(&book, minute: 7 * 60)
        _ = book.find(used, at: Made.time(4 * 3600))
        _ = book.find(idle, at: Made.time(4 * 3600), counts: false)
        #expect(book.find(idle, at: Made.time(8 * 3600)) == .over(.idle))
        #expect(book.find(idle, at: Made.time(8 * 3600)) == .none)
        #expect(isOpen(&book, used, at: 8 * 3600 + 1799))
        #expect(book.find(used, at: Made.time(8 * 3600 + 1800)) == .over(.shiftEnded))
    }

    /// A civil clock that jumps ends nothing and lengthens nothing.
    @Test func aClockThatJumpsChangesNothing() throws {
        var book = SessionBook(shifts: shifts)
        let moment = Moment(
            monotonic: Made.time(100), civil: CivilTime(seconds: 4_000_000_000), localDay: 99_999, localMinute: 7 * 60)
        let token = try book.begin(try Made.account(), at: moment, random: random.octets)
        #expect(isOpen(&book, token, at: 100 + 7 * 3600))
    }

    @Test func sixteenOfOnePersonAndTheirOldestGoes() throws {
        var book = SessionBook()
        let other = try begin(&book, "li")
        let tokens = try (0..<17).map { _ in try begin(&book) }
        #expect(!isOpen(&book, tokens[0]) && tokens.dropFirst().allSatisfy { isOpen(&book, $0) })
        #expect(isOpen(&book, other) && book.count == 17)
    }

    @Test func whenAllIsFullNobodyElseGoes() throws {
        var book = SessionBook()
        for person in 0..<32 { for _ in 0..<16 { _ = try begin(&book, "p\(person)") } }
        #expect(book.count == SessionBook.limit)
        #expect(throws: SessionBook.Full.self) { try begin(&book, "li") }
        #expect(try isOpen(&book, begin(&book, "p3")))
        #expect(book.count == SessionBook.limit)
        #expect(try isOpen(&book, begin(&book, "li", at: 9 * 3600), at: 9 * 3600), "those that are idle make room")
    }

    @Test(arguments: ["", "x", "half", "../../etc/passwd", "\u{0}", String(repeating: "A", count: 10_000)])
    func halfACookieIsNone(token: String) throws {
        var book = SessionBook()
        let whole = try begin(&book)
        #expect(book.find(token, at: .zero) == .none)
        #expect(book.find(String(whole.dropLast()), at: .zero) == .none)
        book.end(token)
        #expect(isOpen(&book, whole))
    }

    @Test func everyTokenIsAnother() throws {
        var book = SessionBook()
        let account = try Made.account()
        let tokens = try (0..<16).map { _ in try book.begin(account, at: Made.moment(0), random: Random.octets) }
        #expect(Set(tokens).count == 16 && tokens.allSatisfy { $0.utf8.count == 43 })
    }

    @Test func aFormBelongsToItsSession() throws {
        let forms = FormToken(key: SecretKey([UInt8](repeating: 1, count: 32)))
        let token = forms.token(for: "one")
        #expect(forms.isRight(token, for: "one") && !forms.isRight(token, for: "two"))
        #expect(!forms.isRight("", for: "one") && !forms.isRight(String(token.dropLast()), for: "one"))
        #expect(!FormToken(key: SecretKey([UInt8](repeating: 2, count: 32))).isRight(token, for: "one"))
    }
}

@Suite("One-time sign-ins") struct OneTimeTests {
    private let random = CountedOctets()

    @Test func aTokenCountsOnceAndForFiveMinutes() throws {
        var book = OneTimeBook()
        let guest = try #require(OneTimeBook.Guest("demo:manager"))
        let issued = (0..<2).compactMap { _ in book.issue(to: guest, at: .zero, random: random.octets) }
        let (first, second) = (try #require(issued.first), try #require(issued.last))
        #expect(book.redeem(first, at: Made.time(299)) == guest)
        #expect(book.redeem(first, at: Made.time(299)) == nil)
        #expect(book.redeem(second, at: Made.time(300)) == nil)
        #expect(book.redeem("x", at: .zero) == nil)
    }

    @Test func itsSessionHasNoAccountToLose() throws {
        var (book, sessions) = (OneTimeBook(), SessionBook())
        let demo = OneTimeBook.Guest(name: Made.name("demo"), role: .viewer)
        let token = book.issue(to: demo, at: .zero, random: random.octets)
        let guest = book.redeem(try #require(token), at: .zero)
        let session = try sessions.begin(try #require(guest), at: Made.moment(0), random: random.octets)
        sessions.settle(with: AccountBook())
        guard case .open(let open) = sessions.find(session, at: .zero) else {
            Issue.record("it ended")
            return
        }
        #expect(open.role == .viewer && open.stamp == nil)
    }

    @Test func sixteenAreOutAtMost() {
        var book = OneTimeBook()
        let guest = OneTimeBook.Guest(name: Made.name("demo"), role: .guard)
        for _ in 0..<16 { #expect(book.issue(to: guest, at: .zero, random: random.octets) != nil) }
        #expect(book.issue(to: guest, at: .zero, random: random.octets) == nil)
        #expect(book.issue(to: guest, at: Made.time(300), random: random.octets) != nil)
    }

    @Test(arguments: ["", "demo", "demo:", ":guard", "demo:auditor", "demo:guard:x", "a b:guard"])
    func anythingElseIsNoGuest(text: String) { #expect(OneTimeBook.Guest(text) == nil) }
}
