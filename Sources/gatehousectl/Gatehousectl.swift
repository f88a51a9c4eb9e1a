import ArgumentParser
import GatehouseAdmin
import GatehouseCore
import Glibc

@main
struct Gatehousectl: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gatehousectl", abstract: "The operator's command line of Gatehouse.",
        discussion: """
            Examples:
              gatehousectl status
              gatehousectl portal open wicket --reason "parcel for 3-2-501"
              gatehousectl log --from 2026-11-22T18:00 --decision denied
              gatehousectl explain 1207
              gatehousectl import communities.csv residents.csv --dry-run

            Exit status: 0 done, 1 refused, 2 wrong use, 3 the daemon is not there.
            """,
        version: GatehouseVersion.text,
        subcommands: [
            Status.self, Health.self, Portal.self, Clock.self, Community.self, Dwelling.self, Person.self, Tenancy.self,
            CredentialCommand.self, Vehicle.self, Pass.self, Consent.self, Privacy.self, Area.self, Threat.self,
            PolicyCommand.self, Import.self, Export.self,
            Log.self, Explain.self, Decide.self, WhoCan.self, Replay.self, JournalCommand.self, Reader.self, Face.self,
            BackupCommand.self,
            Restore.self, HandoverCommand.self,
            WatchlistCommand.self, Config.self,
        ])

    /// ArgumentParser ends with 64 on wrong use; a person who scripts this is told 2, as by most programs.
    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            let code = exitCode(for: error)
            if code == .validationFailure {
                complain(fullMessage(for: error))
                Glibc.exit(2)
            }
            exit(withError: error)
        }
    }
}

struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Portals, readers, counts, and what stands against them.")
    @OptionGroup var common: Common

    func run() throws {
        try ask("status", [:], common) { value in
            if common.isJSON { return print(value.line) }
            func text(_ key: String) -> String { value[key]?.string ?? "" }
            print("\(text("site"))  gatehouse \(text("version"))  \(text("time"))  clock \(text("clock"))")
            let registry = value["registry"]
            func number(_ key: String) -> Int64 { registry?[key]?.integer ?? 0 }
            print(
                "\(number("persons")) people, \(number("credentials")) credentials, \(number("tenancies")) tenancies, revision \(number("revision")); \(value["entries"]?.integer ?? 0) entries, epoch \(value["epoch"]?.integer ?? 0)"
            )
            if let handover = value["handover"], let at = handover["at"]?.string {
                print(
                    handover["ended"]?.boolean == true
                        ? "handed over at \(at), not yet accepted" : "will be handed over at \(at)")
            }
            print("")
            var rows = [["PORTAL", "POSTURE", "LOCK", "DOOR"]]
            for portal in value["portals"]?.array ?? [] {
                rows.append([
                    portal["name"]?.string ?? "", Words.outcome(portal["posture"]?.string ?? "", common.language),
                    portal["lock"]?.string ?? "", portal["door"]?.string ?? "",
                ])
            }
            print(table(rows))
            print("")
            print(readerTable(value["readers"]))
            if let release = value["release"], let count = release["count"]?.integer, count > 0 {
                func milliseconds(_ key: String) -> String { "\(Double(release[key]?.integer ?? 0) / 1000) ms" }
                print(
                    "last bit to release: \(milliseconds("p50_us")) at half, \(milliseconds("p99_us")) at 99 %, \(milliseconds("longest_us")) at most, of \(count)"
                )
            }
            for item in value["outbox"]?.array ?? [] {
                print(
                    "owed to \(item["destination"]?.string ?? ""): \(item["owed"]?.integer ?? 0), the oldest from \(item["oldest"]?.string ?? "")"
                )
            }
            printConditions(value)
        }
    }
}

struct Health: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Conditions that stand, and what to do.")
    @OptionGroup var common: Common
    func run() throws {
        try ask("health", [:], common) { value in
            common.isJSON ? print(value.line) : printConditions(value, withAdvice: true)
        }
    }
}

func printConditions(_ value: JSON, withAdvice: Bool = false) {
    let conditions = value["conditions"]?.array ?? []
    if conditions.isEmpty { return print("\nNothing stands against it.") }
    print("")
    for condition in conditions {
        let subject = condition["subject"]?.string ?? ""
        print(
            "\((condition["severity"]?.string ?? "").uppercased())  \(condition["code"]?.string ?? "")\(subject.isEmpty ? "" : " (\(subject))")  \(condition["sentence"]?.string ?? "")"
        )
        if withAdvice {
            print("    since \(condition["since"]?.string ?? "")  ->  \(condition["advice"]?.string ?? "")")
        }
    }
}

struct Clock: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What time it is.", subcommands: [Accept.self])

    struct Accept: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The machine's clock is right as it stands. Needs --reason.",
            discussion: """
                For a controller without network time: after the clock was set by hand, or when it once stood in the future.
                Example: gatehousectl clock accept --reason "set by radio clock"
                """)
        @OptionGroup var common: Common
        func run() throws { try order("clock accept", [:], common, "the clock is taken as it stands") }
    }
}

struct Portal: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Open a portal, or change its posture.",
        subcommands: [Open.self, Free.self, Block.self, Lockdown.self, Normal.self, FireReset.self])

    struct Open: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Release a portal once. Needs --reason.",
            discussion: "Example: gatehousectl portal open lane --reason \"ambulance\"")
        @Argument var portal: String
        @OptionGroup var common: Common
        func run() throws { try order("portal open", ["portal": .string(portal)], common, "\(portal) is released") }
    }
    struct Free: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Free passage until ended; all portals without a name.")
        @Argument var portal: String?
        @OptionGroup var common: Common
        func run() throws { try order("portal free", given([("portal", portal)]), common, "free passage") }
    }
    struct Block: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Nobody passes by credential; exits still work.")
        @Argument var portal: String?
        @OptionGroup var common: Common
        func run() throws { try order("portal block", given([("portal", portal)]), common, "blocked") }
    }
    struct Lockdown: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Only named staff passes; exits still work.")
        @Argument var portal: String?
        @OptionGroup var common: Common
        func run() throws { try order("portal lockdown", given([("portal", portal)]), common, "lockdown") }
    }
    struct Normal: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Credentials decide again.")
        @Argument var portal: String?
        @OptionGroup var common: Common
        func run() throws { try order("portal normal", given([("portal", portal)]), common, "normal") }
    }
    struct FireReset: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "fire-reset", abstract: "End the fire release when the fire input is quiet.")
        @OptionGroup var common: Common
        func run() throws { try order("portal fire-reset", [:], common, "the fire release has ended") }
    }
}

/// An order, and the sentence for people when it was done.
func order(_ command: String, _ arguments: [String: JSON], _ common: Common, _ sentence: String) throws {
    try ask(command, arguments, common) { value in
        if common.isJSON { return print(value.line) }
        let event = value["event"]?.integer
        let id = value["id"]?.integer.map { ", id \($0)" } ?? ""
        print("\(sentence)\(id)\(event.map { " (entry \($0))" } ?? " (not on disk yet: see gatehousectl health)")")
        if let warning = value["warning"]?.string { complain("beware: \(plain(warning))") }
    }
}

struct WatchlistCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watchlist", abstract: "The watchlist, for its auditor. Nothing lists its entries.",
        subcommands: [Activate.self, ImportDocument.self, Withdraw.self, WatchlistStatus.self])
    struct Activate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Switch the list on by a certificate. Needs --reason.")
        @Argument(help: "The certificate, a JWS file.") var file: String
        @OptionGroup var common: Common
        func run() throws {
            try order(
                "watchlist activate", ["document": .string(String(decoding: readFile(file), as: UTF8.self))], common,
                "active")
        }
    }
    struct ImportDocument: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import", abstract: "Take one entry that two people signed.")
        @Argument(help: "The entry, a JWS file.") var file: String
        @OptionGroup var common: Common
        func run() throws {
            try order(
                "watchlist import", ["document": .string(String(decoding: readFile(file), as: UTF8.self))], common,
                "taken")
        }
    }
    struct Withdraw: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take an entry out. Needs --reason.")
        @Argument var entry: String
        @OptionGroup var common: Common
        func run() throws { try order("watchlist withdraw", ["entry": .string(entry)], common, "withdrawn") }
    }
    struct WatchlistStatus: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "status", abstract: "Counts only.")
        @OptionGroup var common: Common
        func run() throws { try show("watchlist status", [:], common) }
    }
}
