import ArgumentParser
import GatehouseAdmin

struct Face: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The users of face modules.", subcommands: [Enrol.self, Delete.self, Users.self, Reset.self])
    struct Enrol: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Enrol a person who stands at the module and consented.",
            discussion: """
                The consent is an entry before anything is taken: say where it is, or when it was given. The module keeps the face, \
                Gatehouse keeps whose it is. With five directions the face is known from the side too; what the person has to do \
                is said line by line. `gatehousectl face reset` stops it.
                Example: gatehousectl face enrol face-1 R-1001 --consent "form 12/2026" --directions five
                """)
        @Argument var module: String
        @Argument(help: "The person's reference.") var person: String
        @Option var consent: String
        @Option(help: "How long the module waits for each picture, up to 60.") var seconds = 15
        @Option(help: "one or five") var directions = "one"
        @OptionGroup var common: Common
        func run() throws {
            let arguments: [String: JSON] = [
                "module": .string(module), "person": .string(person), "consent": .string(consent),
                "seconds": .integer(Int64(seconds)), "directions": .string(directions),
            ]
            try ask(
                "face enrol", arguments, common,
                item: { print(common.isJSON ? $0.line : $0["text"]?.string ?? "") }
            ) { value in
                if common.isJSON { return print(value.line) }
                print("user \(value["user"]?.integer ?? 0) of \(module), credential \(value["id"]?.integer ?? 0)")
            }
        }
    }
    struct Delete: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End a face and take it out of its module. Needs --reason.")
        @Argument var module: String
        @Argument(help: "The user number in the module.") var user: Int
        @OptionGroup var common: Common
        func run() throws {
            try order(
                "face delete", ["module": .string(module), "user": .integer(Int64(user))], common, "deleted")
        }
    }
    struct Users: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The table of a module beside the registry.",
            discussion: """
                agrees: in both. unknown: only in the module, delete it. missing: only in the registry, the person has to be \
                enrolled again; many of them mean that the module was changed or wiped.
                """)
        @Argument var module: String
        @OptionGroup var common: Common
        func run() throws {
            try ask("face users", ["module": .string(module)], common) { value in
                if common.isJSON { return print(value.line) }
                var rows = [["USER", "CREDENTIAL", "STANDING"]]
                for row in value["users"]?.array ?? [] {
                    rows.append([
                        "\(row["user"]?.integer ?? 0)", row["credential"]?.integer.map { "\($0)" } ?? "",
                        row["standing"]?.string ?? "",
                    ])
                }
                if let serial = value["serial"]?.string { print("module \(serial)") }
                print(rows.count > 1 ? table(rows) : "no users")
            }
        }
    }
    struct Reset: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Stop what a module does and begin anew. Needs --reason.")
        @Argument var module: String
        @OptionGroup var common: Common
        func run() throws { try order("face reset", ["module": .string(module)], common, "reset") }
    }
}

struct Consent: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Consents to a face at the gate.", subcommands: [Withdraw.self])
    struct Withdraw: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The consent is taken back: faces end at once and go out of their modules. Needs --reason.",
            discussion: "Give it again when a module did not answer: gatehousectl privacy status tells what is due.")
        @Argument(help: "The person's reference.") var reference: String
        @OptionGroup var common: Common
        func run() throws { try deleteFaces("consent withdraw", reference, common, "withdrawn") }
    }
}

/// A command after which faces go out of their modules; those that did not are told.
func deleteFaces(_ command: String, _ reference: String, _ common: Common, _ word: String) throws {
    try ask(command, ["reference": .string(reference)], common) { value in
        if common.isJSON { return print(value.line) }
        print("\(word), entry \(value["event"]?.integer ?? 0)")
        for face in value["left"]?.array ?? [] {
            complain(
                "face \(face["module"]?.string ?? ""):\(face["user"]?.integer ?? 0) is still in its module, which did not answer; give the command again"
            )
        }
    }
}

struct Privacy: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Personal data.", subcommands: [PrivacyStatus.self])
    struct PrivacyStatus: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status", abstract: "What is kept for how long, and that nothing older is there.")
        @OptionGroup var common: Common
        func run() throws { try show("privacy status", [:], common) }
    }
}
