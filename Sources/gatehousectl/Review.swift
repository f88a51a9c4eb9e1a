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
        complain("\(error). Is gatehoused running? systemctl status gatehoused")
        throw Exit.unreachable
    }
}

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Why a decision fell as it did, rule by rule.",
        discussion: "Example: gatehousectl explain 1207")
    @Argument(help: "The number of the entry.") var event: String
    @OptionGroup var common: Common

    func run() throws {
        try ask(Explain(event: argument("EVENT", event)), common) { reply in
            print(plain(LogTable.sentence(reply.entry, common.language)))
            printRules(reply.rules ?? [], reply.facts ?? [:])
            if let agrees = reply.agrees {
                print(
                    agrees
                        ? "\nAsked again with the stored facts: the same answer."
                        : "\nAsked again with the stored facts: ANOTHER answer (\(reply.again ?? "")).")
            }
            for entry in reply.followed { print("  then  \(plain(LogTable.sentence(entry, common.language)))") }
        }
    }
}

func printRules(_ rules: [[String]], _ facts: [String: JSON]) {
    print("")
    for rule in rules where rule.count == 2 { print("  \(rule[0])  ->  \(rule[1])") }
    print("")
    let shown = facts.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.string ?? $0.value.line)" }
    print("  facts: " + shown.joined(separator: " "))
}

struct JournalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal", abstract: "The journal.", subcommands: [Verify.self])
    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check every entry: numbers, hashes, commitments.",
            discussion: """
                Keep the root that it prints: with --against SIZE:ROOT a later check shows whether the past was changed.
                Example: gatehousectl journal verify --against 5000:ROOT
                """)
        @Option(help: "SIZE:ROOT of an earlier check.") var against: String?
        @OptionGroup var common: Common
        func run() throws {
            let earlier = try against.map { text in
                let parts = text.split(separator: ":").map(String.init)
                guard parts.count == 2, let size = UInt64(parts[0]), size > 0, Hexadecimal.decode(parts[1])?.count == 32
                else {
                    throw ValidationError("--against needs SIZE:ROOT, as an earlier check printed it")
                }
                return (size: size, root: parts[1].lowercased())
            }
            var isWhole = true
            try asking(JournalVerify(size: earlier.map { CountArgument($0.size) }), common) { answer in
                let report = answer.value
                let isShort = earlier.map { $0.size > report.entries } ?? false
                let isSame = earlier.map { $0.root == report.earlierRoot } ?? true
                isWhole = report.whole && isSame
                if common.isJSON { return printJSON(.journalVerify, "reply", answer.text) }
                print(
                    "\(report.entries) entries, \(report.first) to \(report.last), \(report.erased) personal values erased"
                )
                print("root \(report.entries):\(report.root)")
                if let earlier {
                    print(
                        isShort
                            ? "FAULT  there are fewer entries than that check counted: \(report.entries) of \(earlier.size); the end is missing, or the check was of another journal"
                            : isSame
                                ? "The first \(earlier.size) entries are those of that check."
                                : "FAULT  the first \(earlier.size) entries are NOT those of that check")
                }
                for fault in report.faults { print("FAULT  \(plain(fault))") }
                let isUnharmed = report.whole && (isSame || isShort)
                print(
                    isWhole
                        ? "The journal is whole." : isUnharmed ? "What is there is whole." : "The journal is NOT whole."
                )
            }
            if !isWhole { throw Exit.refused }
        }
    }
}

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "The register as CSV files. Needs --reason. PINs cannot be exported.",
        discussion: "Example: gatehousectl export /srv/register --reason \"hand-over\"")
    @Argument(help: "A folder; it is made when it is missing.") var directory: String
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
            complain("\(problem); the export is not complete")
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
        commandName: "backup", abstract: "An encrypted copy of the database, made while it is in use. Needs --reason.",
        discussion: """
            The daemon writes it, into a folder that files.backups in the configuration names, at most one a minute.
            Example: gatehousectl backup --reason "before the upgrade"
            """)
    @Argument(help: "A folder of files.backups; the first one if left out.") var directory: String?
    @OptionGroup var common: Common
    func run() throws {
        try ask(BackupMake(directory: argument("DIRECTORY", directory)), common) { print($0.path) }
    }
}

struct Restore: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put a backup in the place of the database. Stop gatehoused first.",
        discussion:
            """
            The present database is kept beside it. The journal goes on in a new epoch; no number is used twice.
            What was blocked, ended or revoked since the backup was made opens again: the command says how old it is and
            asks; a script says --yes. `gatehousectl health` reminds of it until `gatehousectl policy confirm`.
            Example: gatehousectl restore gatehouse-20261126.ghb --key /etc/gatehouse/master-key
            """)
    @Argument(help: "A .ghb file.") var backup: String
    @Option(name: .shortAndLong, help: "The configuration.") var config = "/etc/gatehouse/gatehouse.yaml"
    @Option(help: "File with the master key.") var key: String
    @Flag(help: "Do not ask.") var yes = false
    @OptionGroup var common: Common

    /// What comes back with a backup is nobody's guess.
    private func agrees(_ age: Backup.Age, _ zone: SiteCalendar) -> Bool {
        func text(_ time: CivilTime) -> String {
            let local = zone.moment(monotonic: .zero, civil: time, isTrusted: true)
            let (hour, minute) = (local.localMinute / 60, local.localMinute % 60)
            return
                "\(CalendarDay.text(local.localDay)) \(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)"
        }
        var sentence = "the newest entry of the backup is of \(text(age.newest))"
        if let present = age.presentNewest { sentence += ", of the present database \(text(present))" }
        let changes = age.presentRevision.map { $0 > age.revision ? $0 - age.revision : 0 }
        if let changes, changes > 0 { sentence += "; the register was changed \(changes) times since" }
        complain("\(sentence). Cards that were blocked and tenancies that were ended since will open again.")
        if yes { return true }
        guard isatty(0) == 1 else {
            complain("give --yes where nobody can be asked")
            return false
        }
        return isWanted("Restore it?")
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
            print(
                "restored; epoch \(done.epoch), the next entry is \(done.first + 1)\(done.kept.map { "; the database before stands at \($0)" } ?? "")"
            )
            complain("the register is an old one: see gatehousectl health")
        } catch is Backup.NotWanted {
            complain("nothing was changed")
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
        complain("\(error): systemctl stop gatehoused")
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
    static let configuration = CommandConfiguration(abstract: "The configuration.", subcommands: [Check.self])
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read a configuration and say all that is wrong with it.",
            discussion: "Example: gatehousectl config check /etc/gatehouse/gatehouse.yaml")
        @Argument var file = "/etc/gatehouse/gatehouse.yaml"
        func run() throws {
            let configuration = try readConfiguration(file)
            try checkSurroundings(configuration)
            print(
                "\(file): in order. \(configuration.site.portals.count) portals, \(configuration.readers.count) readers, \(configuration.cameras.count) cameras."
            )
            for advice in configuration.advice { print("advice: \(advice)") }
        }
    }
}

/// All that would keep a program from starting. What only the service may read is named, and is no fault.
private func checkSurroundings(_ configuration: Configuration) throws {
    let problems = StartCheck.problems(of: configuration, withUplink: true, masterKeyFault: MasterKeyFile.fault)
    for problem in problems { complain("\(problem)") }
    if problems.contains(where: \.isCertain) { throw Exit.refused }
}

func readConfiguration(_ path: String) throws -> Configuration {
    do {
        return try ConfigurationReader.read(path: path, digest: { Hash.sha256($0) })
    } catch {
        complain("\(error)")
        throw Exit.refused
    }
}
