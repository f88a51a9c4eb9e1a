import GatehouseAccounts
import GatehouseCore
import GatehouseCrypto
import GatehouseThreads
import Testing

/// The desk with its thread and a file: what the page calls.
@Suite("The sign-in desk") struct SignInDeskTests {
    private typealias Outcome = Result<SignIn.Outcome, AccountFault>

    private static func desk(_ folder: Folder, password: PasswordHash = Made.cheap) throws -> SignInDesk {
        let file = AccountFile(folder.accounts)
        let account = try Made.account(password: password)
        try file.update(makes: true) { (book) throws(AccountFault) in try book.add(account) }
        return try SignInDesk(
            file: file,
            surroundings: .init(
                now: { .zero }, time: { CivilTime(seconds: 1_700_000_000) }, random: { Random.octets($0) }))
    }

    private static func ask(_ desk: SignInDesk, _ attempts: [SignIn.Attempt]) -> [Outcome] {
        let outcomes = Guarded([Int: Outcome]())
        for (number, attempt) in attempts.enumerated() {
            desk.signIn(attempt) { outcome in outcomes.change { $0[number] = outcome } }
        }
        let all = outcomes.wait(atMost: .seconds(60)) { $0.count == attempts.count ? $0 : nil }
        return attempts.indices.compactMap { all?[$0] }
    }

    private static func attempt(_ password: String, _ address: String = "10.0.0.1", device: String? = nil)
        -> SignIn.Attempt
    { SignIn.Attempt(name: "zhang", password: password, address: address, device: device) }

    @Test func somebodySignsInAndTheFileKnowsTheBrowser() throws {
        let folder = Folder()
        let desk = try Self.desk(folder)
        defer { desk.stop() }
        guard case .success(.signedIn(let signedIn))? = Self.ask(desk, [Self.attempt(Made.password)]).first else {
            Issue.record("not signed in")
            return
        }
        let account = try #require(try AccountFile(folder.accounts).read().accounts.first)
        #expect(account.devices == [DeviceToken.digest(try #require(signedIn.device))])
        #expect(!account.password.isCheap, "the hash was made dearer")
        #expect(account.password.isOf(Made.password))
        #expect(Self.ask(desk, [Self.attempt("wrong")]) == [.success(.wrong)])
    }

    @Test func aFileThatCannotBeReadIsTold() throws {
        let folder = Folder()
        let desk = try Self.desk(folder)
        defer { desk.stop() }
        folder.write("{}", mode: 0o644)
        #expect(Self.ask(desk, [Self.attempt("x")]) == [.failure(.openFile(path: folder.accounts))])
    }

    /// Hundreds at once, from as many addresses: the queue has its end, each gets an answer, and a known browser gets in.
    @Test func aFloodFindsItsBoundAndAKnownBrowserItsTurn() throws {
        let folder = Folder()
        let desk = try Self.desk(folder, password: try PasswordHash(of: Made.password))
        defer { desk.stop() }
        guard case .success(.signedIn(let signedIn))? = Self.ask(desk, [Self.attempt(Made.password)]).first,
            let device = signedIn.device
        else {
            Issue.record("not signed in")
            return
        }
        let flood = (0..<300).map { Self.attempt("guess", "10.1.\($0 / 250).\($0 % 250)") }
        let outcomes = Self.ask(desk, flood + [Self.attempt(Made.password, device: device)])
        #expect(outcomes.count == 301)
        if case .success(.signedIn)? = outcomes.last {} else { Issue.record("\(String(describing: outcomes.last))") }
        #expect(outcomes.contains(.success(.busy)) && outcomes.contains(.success(.wrong)))
    }

    @Test func aHashOfANewPasswordComesFromTheSameThread() throws {
        let folder = Folder()
        let desk = try Self.desk(folder)
        defer { desk.stop() }
        let made = Guarded<PasswordHash?>(nil)
        #expect(desk.hash("another password") { result in made.change { $0 = try? result.get() } })
        let hash = made.wait(atMost: .seconds(60)) { $0 }
        #expect(hash?.isOf("another password") == true)
    }
}
