import ArgumentParser
import CLinux
import GatehouseAdmin
import GatehouseConfiguration
import GatehouseCore
import GatehouseCrypto
import GatehouseStore
import Glibc

func connect(_ common: Common) throws -> AdminClient {
    do { return try AdminClient(path: common.socket) } catch {
        complain(words("\(error). Is gatehoused running? systemctl status gatehoused"))
        throw Exit.unreachable
    }
}

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: words("Why a decision fell as it did, rule by rule."),
        discussion: words("Example: gatehousectl explain 1207"))
    @Argument(help: told("The number of the entry.")) var event: String
    @OptionGroup var common: Common

    func run() throws {
        try ask(Explain(event: argument("EVENT", event)), common) { reply in
            print(plain(LogTable.sentence(reply.entry, common.language)))
            printRules(reply.rules ?? [], reply.facts ?? [:])
            if let agrees = reply.agrees {
                print(
                    agrees
                        ? "\n" + words("Asked again with the stored facts: the same answer.")
                        : "\n" + words("Asked again with the stored facts: ANOTHER answer (\(reply.again ?? ""))."))
            }
            for entry in reply.followed {
                print("  " + words("then  \(plain(LogTable.sentence(entry, common.language)))"))
            }
        }
    }
}

/// A verdict with its reason in words, beside the stable word of the journal.
func verdict(_ text: String) -> String {
    guard text.hasPrefix("deny("), text.hasSuffix(")") else { return text }
    let reason = String(text.dropFirst(5).dropLast())
    return "\(text)  \(Words.reason(reason, Tongue.current))"
}

func printRules(_ rules: [[String]], _ facts: [String: JSON]) {
    print("")
    for rule in rules where rule.count == 2 { printFolded("\(rule[0])  ->  \(verdict(rule[1]))", indent: 2) }
    print("")
    let shown = facts.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.string ?? $0.value.line)" }
    printFolded(words("facts: \(shown.joined(separator: " "))"), indent: 2)
}

/// In lines of 80 columns; what goes on stands further in. A line that fits stays as it is.
func folded(_ text: String, indent: Int = 0) -> [String] {
    guard Columns.width(text) + indent > 80 else { return [String(repeating: " ", count: indent) + text] }
    return Columns.wrap(text, first: 80 - indent, others: 76 - indent).enumerated().map { place, line in
        String(repeating: " ", count: indent + (place == 0 ? 0 : 4)) + line
    }
}

func printFolded(_ text: String, indent: Int = 0) {
    for line in folded(text, indent: indent) { print(line) }
}

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: words("The register as CSV files. Needs --reason. PINs cannot be exported."),
        discussion: words("Example: gatehousectl export /srv/register --reason \"hand-over\""))
    @Argument(help: told("A folder; it is made when it is missing.")) var directory: String
    @OptionGroup var common: Common
    func run() throws {
        umask(0o077)
        mkdir(directory, 0o700)
        var problem: String?
        var begun: Set<String> = []
        var octets = 0
        try asking(Export(pieces: true), common) { answer in
            let piece = answer.value
            guard !piece.file.contains("/"), problem == nil else { return }
            let path = "\(directory)/\(piece.file)"
            // Pieces of one file follow one another; the first begins it anew.
            let isNew = begun.insert(piece.file).inserted
            let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (isNew ? O_TRUNC : O_APPEND), 0o600)
            defer { if descriptor >= 0 { close(descriptor) } }
            guard descriptor >= 0, writeAll(piece.data.octets, to: descriptor) else {
                problem = "\(path): \(String(cString: strerror(errno)))"
                return
            }
            octets += piece.data.octets.count
            if isNew { print(path) }
            if isatty(2) == 1, octets > 1 << 20 { progress("\(octets >> 20) MiB") }
        } result: { _ in
        }
        if let problem {
            complain(words("\(problem); the export is not complete"))
            throw Exit.refused
        }
    }

    private func progress(_ text: String) {
        let line = Array("\r\(text)\u{1B}[K\r".utf8)
        _ = write(2, line, line.count)
    }
}

func writeAll(_ octets: [UInt8], to descriptor: Int32) -> Bool {
    var sent = 0
    while sent < octets.count {
        let count = octets[sent...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard count > 0 else { return false }
        sent += count
    }
    return true
}

struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: words("An encrypted copy of the database, made while it is in use. Needs --reason."),
        discussion: words(
            """
            The daemon writes it, into a folder that files.backups in the configuration names, at most one a minute.
            Example: gatehousectl backup --reason "before the upgrade"
            """))
    @Argument(help: told("A folder of files.backups; the first one if left out.")) var directory: String?
    @OptionGroup var common: Common
    func run() throws {
        try ask(BackupMake(directory: argument("DIRECTORY", directory)), common) { print($0.path) }
    }
}

struct Restore: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: words("Put a backup in the place of the database. Stop gatehoused first."),
        discussion:
            words(
                """
                The present database is kept beside it. The journal goes on in a new epoch; no number is used twice.
                What was blocked, ended or revoked since the backup was made opens again: the command says how old it is and
                asks; a script says --yes. `gatehousectl health` reminds of it until `gatehousectl policy confirm`.
                Example: gatehousectl restore gatehouse-20261126.ghb --key /etc/gatehouse/master-key
                """))
    @Argument(help: told("A .ghb file.")) var backup: String
    @Option(name: .shortAndLong, help: told("The configuration.")) var config = "/etc/gatehouse/gatehouse.yaml"
    @Option(help: told("File with the master key.")) var key: String
    @Flag(help: told("Do not ask.")) var yes = false
    @OptionGroup var common: Common

    private static let namedRows = 50

    /// What comes back with a backup is nobody's guess.
    private func agrees(_ age: Backup.Age, _ zone: SiteCalendar) -> Bool {
        func text(_ time: CivilTime) -> String {
            let local = zone.moment(monotonic: .zero, civil: time, isTrusted: true)
            let (hour, minute) = (local.localMinute / 60, local.localMinute % 60)
            return
                "\(CalendarDay.text(local.localDay)) \(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)"
        }
        complain(words("The newest entry of the backup is of \(text(age.newest))."))
        if let present = age.presentNewest { complain(words("That of the present database is of \(text(present)).")) }
        let changes = age.presentRevision.map { $0 > age.revision ? $0 - age.revision : 0 }
        if let changes, changes > 0 {
            complain(words("The register was changed \(changes, "time", "times") since."))
        }
        for one in age.revived.prefix(Self.namedRows) {
            let kind = Words.state("\(one.row.kind)", Tongue.current)
            complain("  \(kind) \(one.row.id): \(Words.state(one.today, Tongue.current))")
        }
        let others = age.revived.count - Self.namedRows
        if others > 0 { complain(words("and \(others, "other", "others")")) }
        complain(
            age.revived.isEmpty
                ? words("Nothing is known that was blocked or ended since.")
                : words(
                    "\(age.revived.count, "row", "rows") of the register decided then and do not today, as named: with the restore they open again. Block and end them again before policy confirm."
                ))
        if yes { return true }
        guard isatty(0) == 1 else {
            complain(words("give --yes where nobody can be asked"))
            return false
        }
        return isWanted(words("Restore it?"))
    }

    func run() throws {
        let configuration = try readConfiguration(config)
        let lock = try claim(configuration)
        defer { withExtendedLifetime(lock) {} }
        let master = try readMasterKey(key)
        let zone = (try? StartCheck.calendar(of: configuration).get()) ?? SiteCalendar(fixedOffset: 0)
        do {
            let done = try Backup.restore(
                backup, database: configuration.files.database,
                at: CivilTime(milliseconds: clinux_nanoseconds(CLOCK_REALTIME) / 1_000_000),
                actor: "uid \(getuid()) (restore)",
                secrets: KeyRing(master: master).storeSecrets
            ) { agrees($0, zone) }
            print(words("restored; epoch \(done.epoch), the next entry is \(done.first + 1)"))
            if let kept = done.kept { print(words("the database before stands at \(kept)")) }
            complain(words("the register is an old one: see gatehousectl health"))
        } catch is Backup.NotWanted {
            complain(words("nothing was changed"))
            throw Exit.refused
        } catch {
            complain("\(error)")
            throw Exit.refused
        }
    }
}

/// The database of a daemon that does not run, for as long as the result is kept.
func claim(_ configuration: Configuration) throws -> StoreLock {
    do {
        return try StoreLock(
            database: configuration.files.database, program: "gatehousectl",
            at: CivilTime(milliseconds: clinux_nanoseconds(CLOCK_REALTIME) / 1_000_000))
    } catch {
        complain(words("\(error): systemctl stop gatehoused"))
        throw Exit.refused
    }
}

func readMasterKey(_ path: String) throws -> SecretKey {
    let octets = try readFile(path)
    do throws(MasterKeyFile.Fault) { return try MasterKeyFile.key(octets) } catch {
        complain("\(path): \(error)")
        throw Exit.usage
    }
}

/// Sends a file piece by piece, for the command that follows on the same connection.
func upload<Command: AdminCommand>(
    _ file: String, _ common: Common, _ client: AdminClient,
    _ piece: (PersonalArgument, OctetsArgument) throws -> Command
) throws where Command.Reply == UploadSize {
    let octets = try readFile(file)
    var start = 0
    repeat {
        let end = min(octets.count, start + 512 * 1024)
        let chunk = try piece(argument("FILE", file), OctetsArgument(Array(octets[start..<end])))
        try asking(chunk, common, client: client) { _ in }
        start = end
    } while start < octets.count
}

struct Config: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: words("The configuration."), subcommands: [Check.self, Init.self])
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Read a configuration and say all that is wrong with it."),
            discussion: words("Example: gatehousectl config check /etc/gatehouse/gatehouse.yaml"))
        @Argument var file = "/etc/gatehouse/gatehouse.yaml"
        @OptionGroup var tongue: TongueOption
        func run() throws {
            let configuration = try readConfiguration(file)
            try checkSurroundings(configuration)
            print(
                words(
                    "\(file): in order. \(configuration.site.portals.count, "portal", "portals"), \(configuration.readers.count, "reader", "readers"), \(configuration.cameras.count, "camera", "cameras")."
                )
            )
            for advice in configuration.advice { print(words("advice: \(advice)")) }
        }
    }
}

/// All that would keep a program from starting. What only the service may read is named, and is no fault.
private func checkSurroundings(_ configuration: Configuration) throws {
    let problems = StartCheck.problems(
        of: configuration, withUplink: true, masterKeyFault: MasterKeyFile.fault, policyFault: WitnessPolicy.fault)
    for problem in problems { complain(problem.sentence.text(in: Tongue.current)) }
    let obstacle = databaseObstacle(configuration)
    if let obstacle { complain(obstacle.text(in: Tongue.current)) }
    if obstacle != nil || problems.contains(where: \.isCertain) { throw Exit.refused }
}

private func databaseObstacle(_ configuration: Configuration) -> Sentence? {
    let key = FileOctets.read(CredentialFile.masterKey.path(of: configuration.files.masterKey))
        .flatMap { try? MasterKeyFile.key($0) }
    return StoreOpener.obstacle(
        configuration.files.database, keyMark: key.map { KeyRing(master: $0).storeSecrets.keyMark })
}

func readConfiguration(_ path: String) throws -> Configuration {
    do {
        return try ConfigurationReader.read(path: path, digest: { Hash.sha256($0) })
    } catch {
        for sentence in error.sentences { complain(sentence.text(in: Tongue.current)) }
        throw Exit.refused
    }
}
