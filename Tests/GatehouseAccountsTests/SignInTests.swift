import GatehouseAccounts
import GatehouseCore
import Testing

@Suite("Signing in") struct SignInTests {
    /// A page with one account, whose clock the test turns.
    private struct Page {
        var signIn = SignIn(nobody: nobody)
        var book = AccountBook()
        var now: Int64 = 1_700_000_000
        let random = CountedOctets()

        static let nobody = try! PasswordHash(of: "nobody's", memory: 8, passes: 1)  // libsodium's least

        init(_ body: (inout Account) throws -> Void = { _ in }) throws {
            var account = try Made.account()
            try body(&account)
            try book.add(account)
        }

        mutating func check(_ attempt: SignIn.Attempt) -> SignIn.Beginning {
            signIn.begin(attempt, book: book, at: Made.time(now))
        }

        mutating func `try`(
            _ password: String = Made.password, name: String = "zhang", code: String? = nil,
            from address: String = "10.0.0.1",
            device: String? = nil
        ) -> SignIn.Outcome {
            let attempt = SignIn.Attempt(
                name: name, password: password, code: code, address: address, device: device)
            switch check(attempt) {
            case .wait(let rest): return .wait(rest)
            case .check(let check):
                return signIn.end(
                    check, isRight: check.hash.isOf(password), book: &book, at: CivilTime(seconds: now),
                    random: random.octets)
            }
        }

        mutating func device() throws -> String {
            guard case .signedIn(let signedIn) = self.try(), let device = signedIn.device else {
                throw NoDevice()
            }
            return device
        }
        struct NoDevice: Error {}
    }

    private static func isIn(_ outcome: SignIn.Outcome) -> Bool { if case .signedIn = outcome { true } else { false } }

    @Test func theRightPasswordSignsIn() throws {
        var page = try Page()
        guard case .signedIn(let signedIn) = page.try(name: "Zhang") else {
            Issue.record("not signed in")
            return
        }
        #expect(signedIn.account.name == Made.name("zhang") && signedIn.account.role == .guard)
        #expect(page.book.accounts[0].devices == [DeviceToken.digest(try #require(signedIn.device))])
    }

    @Test func nobodyIsToldWhatWasWrong() throws {
        var page = try Page { $0.take(isDisabled: true) }
        #expect(page.try("wrong", from: "1.1.1.1") == .wrong)
        #expect(page.try("wrong", name: "li", from: "1.1.1.2") == .wrong)
        #expect(page.try("nobody's", name: "li", from: "1.1.1.3") == .wrong, "the hash of nobody signs nobody in")
        #expect(page.try("wrong", name: "not a name", from: "1.1.1.4") == .wrong)
        #expect(page.try(from: "1.1.1.5") == .disabled, "who knows the password may know that")
    }

    /// A name that does not exist is checked against a hash as dear as the others, and waits as they do.
    @Test func anUnknownNameCostsTheSame() throws {
        var page = try Page()
        for name in ["zhang", "li", "not a name"] {
            var waits: [Duration] = []
            for _ in 0..<5 {
                switch page.check(.init(name: name, password: "x", address: "10.9.\(name.count).1")) {
                case .wait(let rest): waits.append(rest)
                case .check(let check):
                    #expect(check.hash == (name == "zhang" ? Made.cheap : Page.nobody))
                    #expect(check.hash.memory == Made.cheap.memory)
                }
            }
            #expect(waits == [.seconds(1), .seconds(1)], "\(name)")
        }
    }

    @Test func aBruteForceElsewhereShutsNobodyOut() throws {
        var page = try Page()
        let device = try page.device()
        // From a thousand addresses, and from the guard's own one, behind which others sit too.
        for number in 0..<1000 { _ = page.try("guess \(number)", from: "10.1.\(number / 250).\(number % 250)") }
        for number in 0..<200 { _ = page.try("guess \(number)") }
        #expect(page.try() != .wrong && !Self.isIn(page.try()), "the address as such has to wait")
        #expect(Self.isIn(page.try(device: device)))
        #expect(Self.isIn(page.try(from: "10.7.7.7")), "and whoever comes from elsewhere has a lane of their own")
    }

    /// A stolen token is worth a lane, and no password.
    @Test func aKnownBrowserIsSlowedToo() throws {
        var page = try Page()
        let device = try page.device()
        let outcomes = (0..<20).map { page.try("guess \($0)", from: "10.0.0.\($0)", device: device) }
        #expect(outcomes.count { $0 == .wrong } == SignIn.freeTriesOfDevice)
        #expect(outcomes.last == .wait(.seconds(1)))
    }

    @Test(arguments: ["", "x", String(repeating: "A", count: 43), String(repeating: "A", count: 42) + "=", "\u{0}"])
    func aMadeUpTokenIsNone(device: String) throws {
        var page = try Page()
        _ = try page.device()
        for _ in 0..<3 { #expect(page.try("wrong", from: "10.0.0.9", device: device) == .wrong) }
        #expect(page.try("wrong", from: "10.0.0.9", device: device) == .wait(.seconds(1)))
    }

    @Test func aTokenIsOfOneAccountAlone() throws {
        var page = try Page()
        try page.book.add(try Made.account("li"))
        let device = try page.device()
        guard case .check(let check) = page.check(.init(name: "li", password: "x", address: "a", device: device)) else {
            Issue.record("has to wait")
            return
        }
        #expect(!check.isKnown)
    }

    @Test func eightBrowsersAreKept() throws {
        var page = try Page()
        var devices = [try page.device()]
        for _ in 0..<7 { devices.append(try page.device()) }
        #expect(Self.isIn(page.try(device: devices[0])), "used again: the newest now")
        devices.append(try page.device())
        let kept = page.book.accounts[0].devices
        #expect(kept.count == 8 && kept.contains(DeviceToken.digest(devices[0]) ?? []))
        #expect(!kept.contains(DeviceToken.digest(devices[1]) ?? []))
    }

    @Test func oneAddressIsSlowedOverAllNames() throws {
        var page = try Page()
        let outcomes = (0..<40).map { page.try("guess", name: "name\($0)", from: "2001:db8:1:2::\($0)") }
        #expect(outcomes.count { $0 == .wrong } == SignIn.freeTriesOfAddress, "all of a household's addresses are one")
        #expect(page.try("guess", name: "x", from: "2001:db8:1:3::1") == .wrong)
        #expect(AddressGroup("::ffff:10.0.0.1") == AddressGroup("10.0.0.1"))
        #expect(AddressGroup("10.0.0.1") != AddressGroup("10.0.0.2"))
    }

    /// Who may sign in to one account frees no tries on others by it.
    @Test func anAccountOfOnesOwnIsNoWayAround() throws {
        var page = try Page()
        var wrong = 0
        for number in 0..<60 {
            if page.try("guess", name: "name\(number)") == .wrong { wrong += 1 }
            _ = page.try()
        }
        #expect(wrong == SignIn.freeTriesOfAddress)
    }

    /// Many at once are counted from their beginning, not from their end.
    @Test func manyAtOnceAreNoWayAround() throws {
        var page = try Page()
        var begun = 0
        for number in 0..<100 {
            if case .check = page.check(.init(name: "zhang", password: "guess \(number)", address: "10.0.0.1")) {
                begun += 1
            }
        }
        #expect(begun == SignIn.freeTries)
    }

    @Test func aTryThatFindsNoRoomWasNone() throws {
        var page = try Page()
        for _ in 0..<100 {
            guard case .check(let check) = page.check(.init(name: "zhang", password: "x", address: "a")) else {
                Issue.record("has to wait")
                return
            }
            page.signIn.withdraw(check)
        }
        #expect(page.signIn.pauses.count == 0)
    }

    @Test func whoIsRightBeginsAnew() throws {
        var page = try Page()
        for _ in 0..<9 {
            #expect(page.try("wrong") == .wrong && page.try("wrong") == .wrong)
            #expect(Self.isIn(page.try()))
            page.now += 1000
        }
    }

    @Test func aCodeIsAskedForWhenThePasswordWasRight() throws {
        var page = try Page { $0.take(timeCode: Made.secret) }
        let step = TimeCodeSecret.step(at: CivilTime(seconds: page.now))
        let code = Made.secret.code(step: step)
        #expect(page.try("wrong", code: code) == .wrong)
        for _ in 0..<10 { #expect(page.try() == .needsCode, "no code is no wrong code") }
        #expect(page.try(code: "000000") == .wrong)
        #expect(Self.isIn(page.try(code: code)))
        #expect(page.book.accounts[0].lastStep == step)
        #expect(page.try(code: code, from: "10.0.0.2") == .wrong, "it counted once")
    }

    /// A file that cannot be written does not make a code count twice.
    @Test func aCodeCountsOnceWithoutTheFileToo() throws {
        var page = try Page { $0.take(timeCode: Made.secret) }
        let code = Made.secret.code(step: TimeCodeSecret.step(at: CivilTime(seconds: page.now)))
        let before = page.book
        #expect(Self.isIn(page.try(code: code)))
        page.book = before
        #expect(page.try(code: code, from: "10.0.0.2") == .wrong)
    }

    @Test func codesAreGuessedAsSlowlyAsPasswords() throws {
        var page = try Page { $0.take(timeCode: Made.secret) }
        let outcomes = (0..<20).map { page.try(code: "00000\($0 % 10)", from: "10.0.0.1") }
        #expect(outcomes.count { $0 == .wrong } == SignIn.freeTries)
    }

    @Test func anAccountThatChangedMeanwhileIsAskedAnew() throws {
        var page = try Page()
        guard case .check(let check) = page.check(.init(name: "zhang", password: Made.password, address: "a")) else {
            Issue.record("has to wait")
            return
        }
        let other = try PasswordHash(of: "another password", memory: 8, passes: 1)
        try page.book.change(Made.name("zhang")) { (account) throws(AccountFault) in account.take(password: other) }
        let outcome = page.signIn.end(
            check, isRight: true, book: &page.book, at: CivilTime(seconds: 0), random: page.random.octets)
        #expect(outcome == .wrong)
        try page.book.remove(Made.name("zhang"))
        #expect(
            page.signIn.end(
                check, isRight: true, book: &page.book, at: CivilTime(seconds: 0), random: page.random.octets) == .wrong
        )
    }

    @Test func aCheapHashIsMadeDearer() throws {
        var page = try Page()
        let before = page.book.accounts[0].stamp
        guard case .check(let check) = page.check(.init(name: "zhang", password: Made.password, address: "a")) else {
            Issue.record("has to wait")
            return
        }
        let dear = try PasswordHash(of: Made.password)
        let outcome = page.signIn.end(
            check, isRight: true, rehashed: dear, book: &page.book, at: CivilTime(seconds: 0),
            random: page.random.octets)
        #expect(Self.isIn(outcome) && page.book.accounts[0].password == dear)
        #expect(page.book.accounts[0].stamp == before, "nobody is signed out for it")
    }

    @Test func anotherPasswordForgetsTheBrowsers() throws {
        var page = try Page()
        _ = try page.device()
        try page.book.change(Made.name("zhang")) { (account) throws(AccountFault) in account.take(password: Made.cheap)
        }
        #expect(page.book.accounts[0].devices.isEmpty)
    }
}
