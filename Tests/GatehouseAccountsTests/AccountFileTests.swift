import GatehouseAccounts
import GatehouseCore
import GatehouseCrypto
import GatehouseThreads
import Glibc
import Testing

@Suite("Files of accounts") struct AccountFileTests {
    private static func full() throws -> AccountBook {
        var book = AccountBook()
        var account = try Made.account("张伟", role: .manager)
        try account.show(as: "\"\u{301} \\ 'Zhang' <b>")
        account.language = .chinese
        account.palette = .dark
        account.take(timeCode: Made.secret)
        account.take(isDisabled: true)
        try book.add(account)
        try book.add(try Made.account("a"))
        return book
    }

    @Test func whatIsWrittenIsReadAsItWas() throws {
        let book = try Self.full()
        #expect(try AccountBook(octets: Array(book.text.utf8), path: "x") == book)
        #expect(try AccountBook(octets: Array(AccountBook().text.utf8), path: "x") == AccountBook())
    }

    private static let good = #"{"version": 1, "accounts": ["# + "\n\(row)\n]}\n"
    private static let row =
        #"{"name": "a", "role": "guard", "password": "\#(Made.cheap.text)", "since": 5, "palette": "auto", "generation": 1}"#

    /// What is written in the place of something good, with the line and the words that it is told with.
    struct Faulty: Sendable {
        var good: String
        var bad: String
        var line: Int
        var what: AccountFault.Problem
        init(_ good: String, _ bad: String, _ line: Int, _ what: AccountFault.Problem) {
            (self.good, self.bad, self.line, self.what) = (good, bad, line, what)
        }
    }
    static let faults: [Faulty] = [
        Faulty("\"role\"", "\"rank\"", 2, .missing("role")), Faulty("guard", "auditor", 2, .bad("role")),
        Faulty("auto", "pink", 2, .bad("palette")), Faulty("argon2id", "argon2i", 2, .bad("password")),
        Faulty("\"a\"", "\"a b\"", 2, .bad("name")), Faulty(": 5,", ": -5,", 2, .bad("since")),
        Faulty(": 5,", ": 5.0,", 2, .notJSON), Faulty(": 5,", ": 05,", 2, .notJSON),
        Faulty(": 5,", ": null,", 2, .notJSON), Faulty(": 5,", ": \"5\",", 2, .bad("since")),
        Faulty("\"generation\": 1", "\"generation\": 0", 2, .bad("generation")),
        Faulty("\"palette\"", "\"shown\": \" \", \"palette\"", 2, .bad("shown")),
        Faulty("\"palette\"", "\"devices\": [\"aa\"], \"palette\"", 2, .bad("devices")),
        Faulty("\"palette\"", "\"time_code\": \"GEZDG\", \"palette\"", 2, .bad("time_code")),
        Faulty("\"palette\"", "\"language\": \"fr\", \"palette\"", 2, .bad("language")),
        Faulty("\"palette\"", "\"disabled\": 1, \"palette\"", 2, .bad("disabled")),
        Faulty("\"palette\"", "\"e\":\n1, \"palette\"", 3, .unknown("e")),
        Faulty("\"since\"", "\"name\": \"b\", \"since\"", 2, .doubled("name")),
        Faulty("]}", "],\n\"extra\": 1}", 4, .unknown("extra")), Faulty("]}\n", "]}\nx", 4, .notJSON),
        Faulty("\n]}\n", "", 2, .notJSON), Faulty("\"version\": 1", "\"version\": 2, \"else\": 1", 1, .version),
        Faulty("\"version\": 1,", "", 1, .version), Faulty("{\"version", "[[[[{\"version", 1, .notJSON),
        Faulty(row, row + ",\n" + row.replacing("\"a\"", with: "\"A\""), 3, .account("A")),
        Faulty(good, "", 1, .notJSON),
    ]

    @Test(arguments: faults)
    func aFaultNamesItsLine(fault: Faulty) {
        let text = Self.good.replacing(fault.good, with: fault.bad)
        #expect(throws: AccountFault.unreadable(path: "x", line: fault.line, what: fault.what)) {
            _ = try AccountBook(octets: Array(text.utf8), path: "x")
        }
    }

    @Test func theGoodOneIsTaken() throws {
        #expect(try AccountBook(octets: Array(Self.good.utf8), path: "x").accounts.map(\.name.text) == ["a"])
    }

    /// Cut anywhere, it is refused; nobody is left out in silence.
    @Test func aFileThatWasCutIsRefused() throws {
        let octets = Array(try Self.full().text.utf8)
        for count in 0..<octets.count - 1 {
            #expect(throws: AccountFault.self) { try AccountBook(octets: Array(octets[..<count]), path: "x") }
        }
    }

    /// Whatever stands in a file, it is taken as it stands or refused.
    @Test(arguments: 1...8 as ClosedRange<UInt64>) func aSpoiltFileIsRefusedOrTaken(seed: UInt64) throws {
        var dice = SplitMix(seed: seed)
        let good = Array(try Self.full().text.utf8)
        let marks = Array("{}[]\",:\\0-9truefalse\n \u{80}".utf8)
        var refused = 0
        for _ in 0..<400 {
            var octets = good
            for _ in 0..<Int.random(in: 1...3, using: &dice) {
                let place = Int.random(in: octets.indices, using: &dice)
                let octet = marks.randomElement(using: &dice) ?? 0
                switch Int.random(in: 0..<3, using: &dice) {
                case 0: octets[place] = octet
                case 1: octets.insert(octet, at: place)
                default: octets.remove(at: place)
                }
            }
            do {
                let book = try AccountBook(octets: octets, path: "x")
                #expect(try AccountBook(octets: Array(book.text.utf8), path: "x") == book)
            } catch { refused += 1 }
        }
        #expect(refused > 200)
    }

    @Test func othersMayNeitherReadNorWriteIt() throws {
        let folder = Folder()
        for mode: mode_t in [0o640, 0o604, 0o620, 0o602, 0o644] {
            folder.write(Self.good, mode: mode)
            #expect(throws: AccountFault.openFile(path: folder.accounts)) { try AccountFile(folder.accounts).read() }
        }
        folder.write(Self.good)
        #expect(try AccountFile(folder.accounts).read().accounts.count == 1)
    }

    @Test func whatIsNoPlainFileIsRefused() throws {
        let folder = Folder()
        #expect(throws: AccountFault.noFile(path: folder.accounts)) { try AccountFile(folder.accounts).read() }
        #expect(symlink("/dev/zero", folder.accounts) == 0)
        #expect(throws: AccountFault.noPlainFile(path: folder.accounts)) { try AccountFile(folder.accounts).read() }
        unlink(folder.accounts)
        #expect(mkfifo(folder.accounts, 0o600) == 0)
        #expect(throws: AccountFault.noPlainFile(path: folder.accounts)) { try AccountFile(folder.accounts).read() }
    }

    @Test func whatThrowsChangesNothing() throws {
        let folder = Folder()
        let file = AccountFile(folder.accounts)
        #expect(throws: AccountFault.noFile(path: folder.accounts)) { try file.update { _ in } }
        let account = try Made.account()
        try file.update(makes: true) { (book) throws(AccountFault) in try book.add(account) }
        #expect(throws: AccountFault.isThere(account.name)) {
            try file.update { (book) throws(AccountFault) in
                try book.remove(account.name)
                try book.add(account)
                try book.add(account)
            }
        }
        #expect(try file.read().accounts == [account])
        var status = stat()
        #expect(stat(folder.accounts, &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(access(folder.accounts + ".new", F_OK) != 0)
    }

    /// What another program wrote is seen at the next look; a writer that died in the middle is in nobody's way.
    @Test func twoProgramsChangeItOneAfterTheOther() throws {
        let folder = Folder()
        let (one, other) = (AccountFile(folder.accounts), AccountFile(folder.accounts))
        for number in 0..<20 {
            let account = try Made.account("a\(number)")
            unlink("\(folder.accounts).new")
            #expect(symlink("\(folder.path)/other", "\(folder.accounts).new") == 0)
            try (number % 2 == 0 ? one : other).update(makes: true) { (book) throws(AccountFault) in
                try book.add(account)
            }
            #expect(try one.read() == other.read())
        }
        #expect(try one.read().accounts.count == 20)
        #expect(access("\(folder.path)/other", F_OK) != 0, "nothing was written through the link")
    }

    @Test func manyAtOnceLoseNothing() throws {
        let folder = Folder()
        let path = folder.accounts
        let worker = Worker("accounts", width: 4, limit: 64)
        worker.start()
        let failed = Guarded(0)
        for number in 0..<40 {
            worker.post(from: Giver(UInt32(number))) {
                do {
                    let account = try Made.account("a\(number)")
                    try AccountFile(path).update(makes: true) { (book) throws(AccountFault) in try book.add(account) }
                } catch { failed.withLock { $0 += 1 } }
            }
        }
        #expect(worker.stop())
        #expect(failed.withLock { $0 } == 0)
        #expect(try AccountFile(path).read().accounts.count == 40)
    }

    @Test func thereIsRoomForAThousand() throws {
        var book = AccountBook()
        for number in 0..<AccountBook.limit { try book.add(try Made.account("a\(number)")) }
        #expect(throws: AccountFault.tooMany) { try book.add(try Made.account("more")) }
        #expect(try AccountBook(octets: Array(book.text.utf8), path: "x") == book)
    }

    /// What ends sessions, and what does not.
    @Test func aChangeOfRightsIsAnotherStamp() throws {
        func changes(_ body: (inout Account) throws -> Void) throws -> Bool {
            var account = try Made.account()
            let before = account.stamp
            try body(&account)
            return account.stamp != before
        }
        #expect(try changes { $0.take(role: .viewer) } && !changes { $0.take(role: .guard) })
        #expect(try changes { $0.take(password: Made.cheap) })
        #expect(try changes { $0.take(timeCode: Made.secret) } && changes { $0.take(timeCode: nil) })
        #expect(try changes { $0.take(isDisabled: true) } && !changes { $0.take(isDisabled: false) })
        #expect(try !changes { $0.palette = .light } && !changes { try $0.show(as: "张") })
    }
}
