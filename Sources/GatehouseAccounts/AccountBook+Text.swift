internal import GatehouseCore
internal import GatehouseCrypto

/// The document of a file of accounts: `{"version": 1, "accounts": […]}`, one account a line. Written and read here alone.
extension AccountBook {
    package var text: String {
        let lines = accounts.map(Self.line)
        return "{\"version\": 1, \"accounts\": [\n" + lines.joined(separator: ",\n") + (lines.isEmpty ? "" : "\n")
            + "]}\n"
    }

    private static func line(_ account: Account) -> String {
        let quoted = StrictJSON.quoted
        var members = [
            ("name", quoted(account.name.text)), ("role", quoted(account.role.rawValue)),
            ("password", quoted(account.password.text)), ("since", "\(account.since.seconds)"),
            ("palette", quoted(account.palette.rawValue)), ("generation", "\(account.generation)"),
        ]
        if let shown = account.shown { members.append(("shown", quoted(shown))) }
        if let language = account.language { members.append(("language", quoted(language.rawValue))) }
        if let secret = account.timeCode { members.append(("time_code", quoted(secret.base32))) }
        if let step = account.lastStep { members.append(("last_step", "\(step)")) }
        if account.isDisabled { members.append(("disabled", "true")) }
        if !account.devices.isEmpty {
            let devices = account.devices.map { quoted(Hexadecimal.encode($0)) }
            members.append(("devices", "[" + devices.joined(separator: ", ") + "]"))
        }
        return "{" + members.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ") + "}"
    }

    /// Every fault names the line, and the member where there is one. `path` is what the fault names the file by.
    package init(octets: [UInt8], path: String) throws(AccountFault) {
        self.init()
        do throws(StrictJSON.Fault) { try take(StrictJSON.read(octets)) } catch {
            throw .unreadable(path: path, line: error.line, what: error.what)
        }
    }

    private mutating func take(_ document: StrictJSON.Value) throws(StrictJSON.Fault) {
        var members = try Members(document)
        // A later version may have anything in it, so it is told by its number first.
        guard try members.number("version") == 1 else {
            throw StrictJSON.Fault(line: document.line, what: .version)
        }
        for value in try members.array("accounts") ?? [] {
            let account = try Self.account(value)
            do throws(AccountFault) { try add(account) } catch {
                let what: AccountFault.Problem = error == .tooMany ? .bad("accounts") : .account(account.name.text)
                throw StrictJSON.Fault(line: value.line, what: what)
            }
        }
        try members.end()
    }

    private static func account(_ value: StrictJSON.Value) throws(StrictJSON.Fault) -> Account {
        var members = try Members(value)
        let name = try members.needed("name", AccountName.init)
        let role = try members.needed("role", AccountRole.init)
        let password = try members.needed("password") { PasswordHash($0) }
        let shown = try members.text("shown")
        let palette = try members.needed("palette", Palette.init)
        guard let since = try members.number("since"), (0...253_402_300_799).contains(since) else {
            throw StrictJSON.Fault(line: value.line, what: .bad("since"))
        }
        var account: Account
        do throws(AccountFault) {
            account = try Account(
                name: name, shown: shown, role: role, password: password, since: CivilTime(seconds: since),
                palette: palette)
        } catch { throw StrictJSON.Fault(line: value.line, what: .bad("shown")) }
        account.language = try members.optional("language", Language.init(rawValue:))
        account.take(timeCode: try members.optional("time_code") { TimeCodeSecret(base32: $0) })
        account.lastStep = try members.number("last_step")
        account.take(isDisabled: try members.truth("disabled"))
        for device in try members.array("devices") ?? [] {
            guard case .text(let text) = device.content, let digest = Hexadecimal.decode(text), digest.count == 32,
                account.devices.count < Account.deviceLimit
            else { throw StrictJSON.Fault(line: device.line, what: .bad("devices")) }
            account.keep(device: digest)
        }
        guard let generation = try members.number("generation"), (1..<Int64.max / 2).contains(generation) else {
            throw StrictJSON.Fault(line: value.line, what: .bad("generation"))
        }
        account.generation = generation
        try members.end()
        return account
    }

    /// The members of an object, each taken once; what is left at the end is unknown.
    private struct Members {
        private var rest: [String: StrictJSON.Value]
        private let line: Int

        init(_ value: StrictJSON.Value) throws(StrictJSON.Fault) {
            guard case .object(let members) = value.content else {
                throw StrictJSON.Fault(line: value.line, what: .notJSON)
            }
            (rest, line) = (members, value.line)
        }

        private func bad(_ name: String, _ value: StrictJSON.Value) -> StrictJSON.Fault {
            StrictJSON.Fault(line: value.line, what: .bad(name))
        }

        mutating func text(_ name: String) throws(StrictJSON.Fault) -> String? {
            guard let value = rest.removeValue(forKey: name) else { return nil }
            guard case .text(let text) = value.content else { throw bad(name, value) }
            return text
        }

        mutating func number(_ name: String) throws(StrictJSON.Fault) -> Int64? {
            guard let value = rest.removeValue(forKey: name) else { return nil }
            guard case .number(let number) = value.content else { throw bad(name, value) }
            return number
        }

        mutating func truth(_ name: String) throws(StrictJSON.Fault) -> Bool {
            guard let value = rest.removeValue(forKey: name) else { return false }
            guard case .truth(let truth) = value.content else { throw bad(name, value) }
            return truth
        }

        mutating func array(_ name: String) throws(StrictJSON.Fault) -> [StrictJSON.Value]? {
            guard let value = rest.removeValue(forKey: name) else { return nil }
            guard case .array(let values) = value.content else { throw bad(name, value) }
            return values
        }

        mutating func optional<Kind>(
            _ name: String, _ make: (String) -> Kind?
        ) throws(StrictJSON.Fault) -> Kind? {
            let line = rest[name]?.line ?? line
            guard let text = try text(name) else { return nil }
            guard let made = make(text) else { throw StrictJSON.Fault(line: line, what: .bad(name)) }
            return made
        }

        mutating func needed<Kind>(_ name: String, _ make: (String) -> Kind?) throws(StrictJSON.Fault) -> Kind {
            guard let made = try optional(name, make) else {
                throw StrictJSON.Fault(line: line, what: .missing(name))
            }
            return made
        }

        func end() throws(StrictJSON.Fault) {
            guard let name = rest.keys.min(), let value = rest[name] else { return }
            throw StrictJSON.Fault(line: value.line, what: .unknown(name))
        }
    }
}
