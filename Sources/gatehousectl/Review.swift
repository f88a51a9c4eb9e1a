import ArgumentParser
import CLinux
import GatehouseAdmin
import GatehouseConfiguration
import GatehouseCore
import GatehouseCrypto
import GatehouseStore
import Glibc

struct Log: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What happened.",
        discussion: """
            Examples:
              gatehousectl log --limit 20
              gatehousectl log --follow --point wicket-in
              gatehousectl log --person R-1001 --from 2026-11-20 --until 2026-11-22 --reason "complaint of 21 November"
              gatehousectl log --kind all --csv > november.csv
            """)
    @Option(help: "Local time of the site: 2026-11-22 or 2026-11-22T18:30.") var from: String?
    @Option var until: String?
    @Option(help: "Entries behind this number.") var after: Int?
    @Option(help: "A person's reference; needs --reason, --from and --until.") var person: String?
    @Option(help: "A credential's number.") var credential: Int?
    @Option(help: "An access point.") var point: String?
    @Option var portal: String?
    @Option(help: "granted or denied.") var decision: String?
    @Option(help: "Kinds, separated by commas, or all.") var kind: String?
    @Option var limit = 100
    @Flag(help: "Go on with what comes.") var follow = false
    @Flag(help: "CSV.") var csv = false
    @OptionGroup var common: Common

    func run() throws {
        var arguments = given([
            ("from", from), ("until", until), ("person", person), ("point", point), ("portal", portal),
            ("decision", decision), ("kind", kind),
        ])
        arguments["limit"] = .integer(Int64(limit))
        if let after { arguments["after"] = .integer(Int64(after)) }
        if let credential { arguments["credential"] = .integer(Int64(credential)) }
        if follow { arguments["follow"] = true }
        if csv { print(Self.columns.joined(separator: ",")) }
        let client = try connect(common)
        try ask("log", arguments, common, client: client, item: show) { _ in }
        guard follow else { return }
        do {
            while true {
                if case .item(let value)? = AdminReply(line: try client.receive()) {
                    show(value)
                    fflush(nil)
                }
            }
        } catch { throw Exit.unreachable }
    }

    private static let columns = [
        "seq", "at", "kind", "portal", "point", "reader", "outcome", "reason", "person", "reference", "name",
        "credential", "about", "actor", "picture",
    ]

    private func show(_ value: JSON) {
        if csv {
            let cells = Self.columns.map { column -> String in
                if column == "picture" {
                    return value["picture"]?["path"]?.string ?? value["picture"]?["reason"]?.string ?? ""
                }
                return value[column]?.string ?? value[column]?.integer.map(String.init) ?? ""
            }
            return print(cells.map(CSVCell.write).joined(separator: ","))
        }
        if common.isJSON { return print(value.line) }
        print(plain(Self.sentence(value, common.language)))
    }

    /// One line for people: number, time, place, what, who, why, picture.
    static func sentence(_ value: JSON, _ language: Language) -> String {
        let kind = value["kind"]?.string.flatMap(EntryKind.init(rawValue:))
        var parts = [
            String(value["seq"]?.integer ?? 0), String((value["at"]?.string ?? "").prefix(23)),
            value["point"]?.string ?? value["portal"]?.string ?? value["reader"]?.string ?? "-",
            kind.map { Words.kind($0, language) } ?? "",
        ]
        if let outcome = value["outcome"]?.string { parts.append(Words.outcome(outcome, language)) }
        if let reason = value["reason"]?.string { parts.append("(\(Words.reason(reason, language)))") }
        if let name = value["name"]?.string {
            parts.append(name)
        } else if let person = value["person"]?.integer {
            parts.append("#\(person)")
        }
        if let card = value["personal"]?["cardNumber"]?.string, value["person"] == nil { parts.append(card) }
        if let detail = value["detail"] {
            if let pass = detail["pass"]?.string { parts.append("pass \(pass)") }
            if let serial = detail["serial"]?.string { parts.append("serial \(serial)") }
            if let before = detail["serialBefore"]?.string { parts.append("before \(before)") }
            if let unknown = detail["unknown"]?.integer, let missing = detail["missing"]?.integer {
                parts.append("\(unknown) unknown, \(missing) missing")
            }
        }
        if let actor = value["actor"]?.string { parts.append("by \(actor)") }
        if let note = value["personal"]?["note"]?.string { parts.append("\"\(note)\"") }
        if let about = value["about"]?.integer { parts.append("of \(about)") }
        if let path = value["picture"]?["path"]?.string { parts.append(path) }
        return parts.joined(separator: "  ")
    }
}

func connect(_ common: Common) throws -> AdminClient {
    do { return try AdminClient(path: common.socket) } catch {
        complain("\(error). Is gatehoused running? systemctl status gatehoused")
        throw Exit.unreachable
    }
}

struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Why a decision fell as it did, rule by rule.")
    @Argument(help: "The number of the entry.") var event: Int
    @OptionGroup var common: Common

    func run() throws {
        try ask("explain", ["event": .integer(Int64(event))], common) { value in
            if common.isJSON { return print(value.line) }
            print(plain(Log.sentence(value["entry"] ?? .null, common.language)))
            printRules(value)
            if let agrees = value["agrees"]?.boolean {
                print(
                    agrees
                        ? "\nAsked again with the stored facts: the same answer."
                        : "\nAsked again with the stored facts: ANOTHER answer (\(value["again"]?.string ?? "")).")
            }
            for entry in value["followed"]?.array ?? [] {
                print("  then  \(plain(Log.sentence(entry, common.language)))")
            }
        }
    }
}

func printRules(_ value: JSON) {
    print("")
    for rule in value["rules"]?.array ?? [] {
        if let pair = rule.array, pair.count == 2 { print("  \(pair[0].string ?? "")  ->  \(pair[1].string ?? "")") }
    }
    let facts = (value["facts"]?.object ?? [:]).sorted { $0.key < $1.key }
    print("")
    print("  facts: " + facts.map { "\($0.key)=\($0.value.string ?? $0.value.line)" }.joined(separator: " "))
}

struct JournalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal", abstract: "The journal.", subcommands: [Verify.self])
    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check every entry: numbers, hashes, commitments.",
            discussion:
                "Keep the root that it prints: with --against SIZE:ROOT a later check shows whether the past was changed."
        )
        @Option(help: "SIZE:ROOT of an earlier check.") var against: String?
        @OptionGroup var common: Common
        func run() throws {
            let earlier = try against.map { text in
                let parts = text.split(separator: ":").map(String.init)
                guard parts.count == 2, let size = Int64(parts[0]), size > 0, Hexadecimal.decode(parts[1])?.count == 32
                else {
                    throw ValidationError("--against needs SIZE:ROOT, as an earlier check printed it")
                }
                return (size: size, root: parts[1].lowercased())
            }
            var isWhole = true
            try ask("journal verify", earlier.map { ["size": .integer($0.size)] } ?? [:], common) { value in
                let isSame = earlier.map { $0.root == value["earlier_root"]?.string } ?? true
                isWhole = value["whole"]?.boolean == true && isSame
                if common.isJSON { return print(value.line) }
                let count = value["entries"]?.integer ?? 0
                print(
                    "\(count) entries, \(value["first"]?.integer ?? 0) to \(value["last"]?.integer ?? 0), \(value["erased"]?.integer ?? 0) personal values erased"
                )
                print("root \(count):\(value["root"]?.string ?? "")")
                let isShorter = (earlier?.size ?? 0) > count
                if let earlier {
                    print(
                        isSame
                            ? "The first \(earlier.size) entries are those of that check."
                            : isShorter
                                ? "FAULT  there are fewer entries than that check counted: \(count) of \(earlier.size); the end is missing, or the check was of another journal"
                                : "FAULT  the first \(earlier.size) entries are NOT those of that check")
                }
                for fault in value["faults"]?.array ?? [] { print("FAULT  \(plain(fault.string ?? ""))") }
                let isUnharmed = value["whole"]?.boolean == true && (isSame || isShorter)
                print(
                    isWhole
                        ? "The journal is whole."
                        : isUnharmed ? "What is there is whole." : "The journal is NOT whole.")
            }
            if !isWhole { throw Exit.refused }
        }
    }
}

struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The register as CSV files. Needs --reason. PINs cannot be exported.")
    @Argument(help: "A folder; it is made when it is missing.") var directory: String
    @OptionGroup var common: Common
    func run() throws {
        umask(0o077)
        mkdir(directory, 0o700)
        var problem: String?
        var begun: Set<String> = []
        try ask(
            "export", ["pieces": true], common,
            item: { value in
                guard let name = value["file"]?.string, let data = value["data"]?.string.flatMap({ Base64.decode($0) }),
                    !name.contains("/")
                else { return }
                let path = "\(directory)/\(name)"
                // The pieces of a file follow one another.
                let isFirst = begun.insert(name).inserted
                let flags = O_WRONLY | O_CREAT | O_CLOEXEC | (isFirst ? O_TRUNC : O_APPEND)
                let descriptor = open(path, flags, 0o600)
                defer { if descriptor >= 0 { close(descriptor) } }
                guard descriptor >= 0, write(descriptor, data, data.count) == data.count else {
                    problem = problem ?? "\(path): \(String(cString: strerror(errno)))"
                    return
                }
                if isFirst { print(path) }
            }
        ) { _ in }
        if let problem {
            complain("\(problem); the export is not complete")
            throw Exit.refused
        }
    }
}

struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "An encrypted copy of the database, made while it is in use.",
        discussion:
            "The daemon writes it: the folder must be one that the service may write, for instance below /var/lib/gatehouse."
    )
    @Argument(help: "An absolute path.") var directory: String
    @OptionGroup var common: Common
    func run() throws {
        try ask("backup", ["directory": .string(directory)], common) { value in
            print(common.isJSON ? value.line : value["path"]?.string ?? "")
        }
    }
}

struct Restore: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put a backup in the place of the database. Stop gatehoused first.",
        discussion:
            "The present database is kept beside it. The journal goes on in a new epoch; no number is used twice.")
    @Argument(help: "A .ghb file.") var backup: String
    @Option(name: .shortAndLong, help: "The configuration.") var config = "/etc/gatehouse/gatehouse.yaml"
    @Option(help: "File with the master key.") var key: String
    @OptionGroup var common: Common

    func run() throws {
        let configuration = try readConfiguration(config)
        try requireStopped(configuration)
        let master = try readMasterKey(key)
        do {
            let done = try Backup.restore(
                backup, database: configuration.files.database,
                at: CivilTime(milliseconds: clinux_nanoseconds(CLOCK_REALTIME) / 1_000_000),
                actor: "uid \(getuid()) (restore)",
                secrets: KeyRing(master: master).storeSecrets)
            print(
                "restored; epoch \(done.epoch), the next entry is \(done.first + 1)\(done.kept.map { "; the database before stands at \($0)" } ?? "")"
            )
        } catch {
            complain("\(error)")
            throw Exit.refused
        }
    }
}

func requireStopped(_ configuration: Configuration) throws {
    guard (try? AdminClient(path: configuration.files.adminSocket)) != nil else { return }
    complain("gatehoused is running; stop it first: systemctl stop gatehoused")
    throw Exit.refused
}

func readMasterKey(_ path: String) throws -> SecretKey {
    let octets = try readFile(path)
    let text = String(decoding: octets, as: UTF8.self).split(separator: "\n").first.map(String.init) ?? ""
    guard let master = octets.count == 32 ? octets : Hexadecimal.decode(text), master.count == 32 else {
        complain("\(path): a master key has 32 octets or 64 hexadecimal digits")
        throw Exit.usage
    }
    return SecretKey(master)
}

/// Sends a file piece by piece, for the command that follows on the same connection.
func upload(_ file: String, as command: String, _ common: Common, _ client: AdminClient) throws {
    let octets = try readFile(file)
    var start = 0
    repeat {
        let end = min(octets.count, start + 512 * 1024)
        let chunk: [String: JSON] = ["file": .string(file), "data": .string(Base64.encode(octets[start..<end]))]
        try ask(command, chunk, common, client: client) { _ in }
        start = end
    } while start < octets.count
}

struct Config: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "The configuration.", subcommands: [Check.self])
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read a configuration and say all that is wrong with it.")
        @Argument var file = "/etc/gatehouse/gatehouse.yaml"
        func run() throws {
            let configuration = try readConfiguration(file)
            try checkReaderKeys(configuration)
            print(
                "\(file): in order. \(configuration.site.portals.count) portals, \(configuration.readers.count) readers, \(configuration.cameras.count) cameras."
            )
        }
    }
}

/// A key that can be read is looked at; one that cannot is named, since only the service may read it.
private func checkReaderKeys(_ configuration: Configuration) throws {
    var isGood = true
    for (reader, problem) in ReaderKeyFile.problems(of: configuration) {
        complain("reader \(reader): \(problem)")
        if case .key = problem { isGood = false }
    }
    guard isGood else { throw Exit.refused }
}

func readConfiguration(_ path: String) throws -> Configuration {
    do {
        return try ConfigurationReader.read(path: path, digest: { Hash.sha256($0) })
    } catch {
        complain("\(error)")
        throw Exit.refused
    }
}
