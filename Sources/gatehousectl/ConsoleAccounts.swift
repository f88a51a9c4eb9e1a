import ArgumentParser
import CLinux
import GatehouseAccounts
import GatehouseAdmin
import GatehouseCase
import GatehouseCore
import GatehouseCrypto
import Glibc

/// The role of an account; an unknown one is refused, with those that there are.
extension AccountRole: ExpressibleByArgument {}

/// Which file, for what asks no daemon.
struct AccountPlace: ParsableArguments {
    @Option(help: told("The file of the accounts."), completion: .file()) var file = AccountFile.usual
    @OptionGroup var tongue: TongueOption

    /// Does what the accounts may refuse, and says so.
    func refusing<Result>(_ body: (AccountFile) throws -> Result) throws -> Result {
        do { return try body(AccountFile(file)) } catch let fault as AccountFault {
            complain(plain(words("refused: \(fault.sentence)")))
            throw Exit.refused
        }
    }

    func name(_ typed: String) throws -> AccountName {
        try refusing { _ in
            guard let name = AccountName(typed) else { throw AccountFault.badName(typed) }
            return name
        }
    }
}

/// A password that stands in no process list and is shown on no terminal.
private enum PasswordInput {
    /// A terminal is asked twice; anything else gives it as its first line.
    static func hash(for name: AccountName, _ place: AccountPlace) throws -> PasswordHash {
        let typed = try read()
        return try place.refusing { _ in
            if let refusal = PasswordRule.refusal(of: typed, for: name) { throw AccountFault.badPassword(refusal) }
            return try PasswordHash(of: typed)
        }
    }

    private static func read() throws -> String {
        guard isatty(0) == 1 else { return readLine() ?? "" }
        let first = PINInput.askUnseen(words("password: "))
        guard let first, PINInput.askUnseen(words("once more: ")) == first else {
            complain(words("the two passwords differ; nothing was changed"))
            throw Exit.usage
        }
        return first
    }
}

struct ConsoleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "console", abstract: words("The page, where it runs on this machine. No daemon is asked."),
        discussion: words("Example: gatehousectl console account list"),
        subcommands: [ConsoleAccount.self])
}

struct ConsoleAccount: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account", abstract: words("Who may sign in to the page."),
        discussion: words(
            """
            A change counts at once; whoever is signed in with an account whose role, password or code changes is out.
            Example: gatehousectl console account add zhang --role guard --shown 张伟
            """),
        subcommands: [Add.self, List.self, Change.self, Remove.self, TimeCode.self])

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("A new account. The terminal asks for its password; a pipe gives it as the first line."),
            discussion: words("Example: gatehousectl console account add zhang --role guard --shown 张伟"))
        @Argument(help: told("What somebody signs in with: letters, digits, dots, underscores, hyphens.")) var name:
            String
        @Option(help: told("viewer, guard or manager.")) var role: AccountRole
        @Option(help: told("The full name, as colleagues read it.")) var shown: String?
        @Option(help: told("The language of the page: en or zh; the browser's where nothing is said.")) var language:
            Language?
        @OptionGroup var place: AccountPlace

        func run() throws {
            let name = try place.name(name)
            try place.refusing { file in
                // Before a password is asked for in vain; one that is made in between is refused below.
                if let book = try? file.read(), book[name] != nil { throw AccountFault.isThere(name) }
                let account = try Account(
                    name: name, shown: shown, role: role, password: PasswordInput.hash(for: name, place),
                    since: now(), language: language)
                try file.update(makes: true) { (book) throws(AccountFault) in try book.add(account) }
            }
            print(words("account \(name.text) may sign in, role \(state(role.rawValue))"))
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("All accounts, without anything secret."),
            discussion: words("Example: gatehousectl console account list"))
        @Flag(help: told("JSON, one value a line; the default when the output is a pipe.")) var json = false
        @Flag(help: told("Text for people, even into a pipe.")) var text = false
        @OptionGroup var place: AccountPlace

        func run() throws {
            let accounts = try place.refusing { try $0.read().accounts }
            guard !json, text || isatty(1) == 1 else { return accounts.forEach { print(object($0).line) } }
            guard !accounts.isEmpty else { return print(words("There is no account.")) }
            let head = [words("ACCOUNT"), words("ROLE"), words("SECOND FACTOR"), words("BROWSERS"), words("NAME")]
            print(plainLines(table([head] + accounts.map(row))))
        }

        private func object(_ account: Account) -> JSON {
            var members: [String: JSON] = [
                "form": "console account list/item", "v": 1, "name": .string(account.name.text),
                "role": .string(account.role.rawValue), "disabled": .boolean(account.isDisabled),
                "second_factor": .boolean(account.timeCode != nil), "since": .integer(account.since.seconds),
                "browsers": .integer(Int64(account.devices.count)),
            ]
            members["shown"] = account.shown.map(JSON.string)
            return .object(members)
        }

        private func row(_ account: Account) -> [String] {
            [
                account.name.text, account.isDisabled ? words("disabled") : state(account.role.rawValue),
                account.timeCode == nil ? "-" : words("code"), "\(account.devices.count)", account.shown ?? "-",
            ]
        }

        private func plainLines(_ text: String) -> String {
            text.split(separator: "\n").map { plain(String($0)) }.joined(separator: "\n")
        }
    }

    struct Change: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Change a role, the shown name or the password, or switch an account off and on."),
            discussion: words("Example: gatehousectl console account change zhang --disable"))
        @Argument(help: told("Its name.")) var name: String
        @Option(help: told("viewer, guard or manager.")) var role: AccountRole?
        @Option(help: told("The full name, as colleagues read it.")) var shown: String?
        @Flag(help: told("Ask for another password.")) var password = false
        @Flag(help: told("Nobody signs in with it until --enable.")) var disable = false
        @Flag(help: told("It may sign in again.")) var enable = false
        @OptionGroup var place: AccountPlace

        func validate() throws {
            if disable && enable { throw ValidationError(words("give --disable or --enable")) }
            if role == nil, shown == nil, !password, !disable, !enable {
                throw ValidationError(words("say what changes: --role, --shown, --password, --disable or --enable"))
            }
        }

        func run() throws {
            let name = try place.name(name)
            try place.refusing { file in
                guard try file.read()[name] != nil else { throw AccountFault.notThere(name) }
                let hash = password ? try PasswordInput.hash(for: name, place) : nil
                try file.update { (book) throws(AccountFault) in
                    try book.change(name) { (account) throws(AccountFault) in
                        if let role { account.take(role: role) }
                        if let shown { try account.show(as: shown) }
                        if let hash { account.take(password: hash) }
                        if disable || enable { account.take(isDisabled: disable) }
                    }
                }
            }
            print(words("account \(name.text) changed"))
        }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("An account is gone, and whoever is signed in with it is out."),
            discussion: words("Example: gatehousectl console account remove zhang"))
        @Argument(help: told("Its name.")) var name: String
        @OptionGroup var place: AccountPlace

        func run() throws {
            let name = try place.name(name)
            try place.refusing { try $0.update { (book) throws(AccountFault) in try book.remove(name) } }
            print(words("account \(name.text) removed"))
        }
    }

    struct TimeCode: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "totp",
            abstract: words("A second factor: codes of an authenticator, asked for at every sign-in."),
            discussion: words(
                """
                The authenticator reads the QR code. On a terminal its first code is asked for before anything changes.
                Example: gatehousectl console account totp zhang      gatehousectl console account totp zhang --off
                """))
        @Argument(help: told("Its name.")) var name: String
        @Flag(help: told("No code is asked for any more.")) var off = false
        @Option(help: told("What the authenticator shows beside the name.")) var issuer = "Gatehouse"
        @OptionGroup var place: AccountPlace

        func run() throws {
            let name = try place.name(name)
            let secret = off ? nil : TimeCodeSecret(Random.octets(TimeCodeSecret.length))
            try place.refusing { file in
                guard try file.read()[name] != nil else { throw AccountFault.notThere(name) }
                if let secret { try confirm(secret, name) }
                try file.update { (book) throws(AccountFault) in
                    try book.change(name) { (account) throws(AccountFault) in account.take(timeCode: secret) }
                }
            }
            print(
                off ? words("no code is asked for any more") : words("a code is asked for at every sign-in from now on")
            )
        }

        /// Whoever shows a code of the secret has it; without a terminal nobody can be asked.
        private func confirm(_ secret: TimeCodeSecret, _ name: AccountName) throws {
            let address = secret.address(for: name, issuer: issuer)
            print(address)
            if isatty(1) == 1, let code = QRCode(address) { print(code.terminal) }
            guard isatty(0) == 1 else { return }
            print(words("code: "), terminator: "")
            fflush(nil)
            guard secret.step(of: readLine() ?? "", at: now(), after: nil) != nil else {
                complain(words("that is no code of it now; nothing was changed"))
                throw Exit.refused
            }
        }
    }
}

private func now() -> CivilTime { CivilTime(milliseconds: clinux_nanoseconds(CLOCK_REALTIME) / 1_000_000) }
