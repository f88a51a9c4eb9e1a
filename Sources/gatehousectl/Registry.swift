import ArgumentParser
import GatehouseAdmin
import GatehouseCore

struct Person: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "People on the register.",
        subcommands: [
            Add.self, Show.self, Change.self, Remove.self, Forgive.self, ForgiveAll.self, Erase.self,
            Report.self,
        ])

    struct Fields: ParsableArguments {
        @Option var name: String?
        @Option(help: "resident, tenant, staff, household, child, contractor or visitor.") var role: String?
        @Option(help: "community/dwelling.") var dwelling: String?
        @Option(help: "Groups, separated by blanks.") var groups: String?
        @Option(help: "First day, 2026-03-01.") var from: String?
        @Option(help: "Last day, which still counts.") var until: String?
        @Option(help: "active, suspended or barred.") var status: String?
        @Option(help: "Reference of the guardian of a child, of the host of a visitor.") var responsible: String?
        @Option(help: "The schedule that they work in; none takes it away.") var shift: String?
        @Option(help: "yes: portals stay released longer for them.") var needsTime: String?
        func arguments(_ reference: String) -> [String: JSON] {
            given([
                ("reference", reference), ("name", name), ("role", role), ("dwelling", dwelling), ("groups", groups),
                ("from", from),
                ("until", until), ("status", status), ("responsible", responsible), ("shift", shift),
                ("needs-time", needsTime),
            ])
        }
    }
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a person on the register.",
            discussion: "Example: gatehousectl person add R-1001 --name 王芳 --role resident --dwelling lotus/3-2-501")
        @Argument(help: "The office's reference, unique.") var reference: String
        @OptionGroup var fields: Fields
        @OptionGroup var common: Common
        func run() throws { try order("person add", fields.arguments(reference), common, "added") }
    }
    struct Change: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Change a person.")
        @Argument var reference: String
        @OptionGroup var fields: Fields
        @OptionGroup var common: Common
        func run() throws { try order("person change", fields.arguments(reference), common, "changed") }
    }
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "One person, with tenancies, credentials and history.")
        @Argument var reference: String
        @OptionGroup var common: Common
        func run() throws { try show("person show", ["reference": .string(reference)], common) }
    }
    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "End a person; the history stays. Needs --reason.")
        @Argument var reference: String
        @OptionGroup var common: Common
        func run() throws { try order("person remove", ["reference": .string(reference)], common, "ended") }
    }
    struct Forgive: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Forget in which area a person is (anti-passback), and their wrong PINs. Needs --reason.")
        @Argument var reference: String
        @OptionGroup var common: Common
        func run() throws { try order("person forgive", ["reference": .string(reference)], common, "forgiven") }
    }
    struct Erase: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End a person and erase what names them. Needs --reason.",
            discussion: """
                Every state of their rows, the values beside their entries, their pictures and faces. The journal stays whole,
                with a number in the place of the person. Backups made before still hold them: docs/operating.md.
                """)
        @Argument var reference: String
        @OptionGroup var common: Common
        func run() throws { try deleteFaces("person erase", reference, common, "erased") }
    }
    struct Report: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "All that is held about a person, for the person. The reason names their request.",
            discussion:
                "Example: gatehousectl person report R-1001 --reason \"request of 2026-11-24\" --json > R-1001.jsonl")
        @Argument var reference: String
        @OptionGroup var common: Common
        func run() throws {
            try ask(
                "person report", ["reference": .string(reference)], common,
                item: { value in
                    if common.isJSON { return print(value.line) }
                    let words = ["at", "kind", "point", "portal", "outcome", "reason", "actor"]
                    print("entry " + words.compactMap { value[$0]?.string }.map(plain).joined(separator: "  "))
                }
            ) { value in
                common.isJSON ? print(value.line) : printMembers(value, indent: "")
            }
        }
    }
    struct ForgiveAll: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Forget in which area everybody and every vehicle is. Needs --reason.")
        @OptionGroup var common: Common
        func run() throws { try order("person forgive-all", [:], common, "forgiven") }
    }
}

/// A row for people: its members, one a line.
func show(_ command: String, _ arguments: [String: JSON], _ common: Common) throws {
    try ask(command, arguments, common) { value in
        common.isJSON ? print(value.line) : printMembers(value, indent: "")
    }
}

func printMembers(_ value: JSON, indent: String) {
    for (key, member) in (value.object ?? [:]).sorted(by: { $0.key < $1.key }) {
        switch member {
        case .object:
            print("\(indent)\(key):")
            printMembers(member, indent: indent + "  ")
        case .array(let values) where values.contains { $0.object != nil }:
            print("\(indent)\(key):")
            for one in values {
                print("\(indent)  -")
                printMembers(one, indent: indent + "    ")
            }
        case .array(let values):
            print("\(indent)\(key): \(values.map { plain($0.string ?? $0.line) }.joined(separator: " "))")
        case .string(let text): print("\(indent)\(key): \(plain(text))")
        case .null: continue
        default: print("\(indent)\(key): \(member.line)")
        }
    }
}

struct CredentialCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "credential", abstract: "Cards, PINs and faces.",
        subcommands: [Add.self, Show.self, Change.self, Remove.self])
    struct Limits: ParsableArguments {
        @Option(help: "Grants that it is good for; 0 is without end.") var uses: String?
        @Option(help: "How long it is good from its first grant: 90 min, 12 h, 3 d; none.") var firstUse: String?
        @Option(help: "Plate of the vehicle whose tag it is.") var vehicle: String?
        var arguments: [String: JSON] { given([("uses", uses), ("first-use", firstUse), ("vehicle", vehicle)]) }
    }
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give a person a card, a PIN or a face.",
            discussion: """
                Examples:
                  gatehousectl credential add R-1001 --card H10301:118-1603
                  gatehousectl credential add R-1001 --pin-from pin.txt --bound
                  gatehousectl credential add R-1001 --face face-1:5

                A PIN is read from a file or, with -, from the input: it must not stand in a process list.
                """)
        @Argument(help: "The person's reference.") var person: String
        @Option var card: String?
        @Option(help: "File with the PIN; - reads the input.") var pinFrom: String?
        @Option(help: "Module and user number, face-1:5.") var face: String?
        @Flag(help: "The PIN is typed after a card or face of this person.") var bound = false
        @Flag(help: "Opens as usual and raises a silent alarm.") var duress = false
        @OptionGroup var limits: Limits
        @Option var from: String?
        @Option var until: String?
        @OptionGroup var common: Common

        func validate() throws {
            guard [card, pinFrom, face].compactMap({ $0 }).count == 1 else {
                throw ValidationError("give one of --card, --pin-from and --face")
            }
        }
        func run() throws {
            var arguments = given([("person", person), ("card", card), ("from", from), ("until", until)])
            arguments.merge(limits.arguments) { $1 }
            arguments["kind"] = .string(card != nil ? "card" : pinFrom != nil ? "pin" : "face")
            if let pinFrom {
                let octets = try readFile(pinFrom == "-" ? "/dev/stdin" : pinFrom)
                arguments["pin"] = .string(String(decoding: octets.filter { $0 > 32 }, as: UTF8.self))
            }
            if let face {
                let parts = face.split(separator: ":")
                guard parts.count == 2 else { throw ValidationError("--face is MODULE:USER, for instance face-1:5") }
                arguments["module"] = .string(String(parts[0]))
                arguments["user"] = .string(String(parts[1]))
            }
            if bound { arguments["bound"] = true }
            if duress { arguments["duress"] = true }
            try order("credential add", arguments, common, "added")
        }
    }
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "One credential, with its history.")
        @Argument var id: Int
        @OptionGroup var common: Common
        func run() throws { try show("credential show", ["id": .integer(Int64(id))], common) }
    }
    struct Change: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change a credential.", discussion: "Example: gatehousectl credential change 12 --status lost")
        @Argument var id: Int
        @Option(help: "enabled, lost, stolen, suspended, damaged or returned.") var status: String?
        @Option var from: String?
        @Option var until: String?
        @OptionGroup var limits: Limits
        @OptionGroup var common: Common
        func run() throws {
            var arguments = given([("status", status), ("from", from), ("until", until)])
            arguments.merge(limits.arguments) { $1 }
            arguments["id"] = .integer(Int64(id))
            try order("credential change", arguments, common, "changed")
        }
    }
    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "End a credential. Needs --reason.")
        @Argument var id: Int
        @OptionGroup var common: Common
        func run() throws { try order("credential remove", ["id": .integer(Int64(id))], common, "ended") }
    }
}
