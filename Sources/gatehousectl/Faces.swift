import ArgumentParser
import GatehouseAdmin
import GatehouseCore

struct Face: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: words("The users of face modules."), subcommands: [Enrol.self, Remove.self, Users.self, Reset.self])
    struct Enrol: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Enrol a person who stands at the module and consented."),
            discussion: words(
                """
                The consent is an entry before anything is taken: say where it is, or when it was given. The module keeps the face, \
                Gatehouse keeps whose it is. With five directions the face is known from the side too; what the person has to do \
                is said line by line. `gatehousectl face reset` stops it.
                Example: gatehousectl face enrol face-1 R-1001 --consent "form 12/2026" --directions five
                """))
        @Argument var module: String
        @Argument(help: told("The person's reference.")) var person: String
        @Option var consent: String
        @Option(help: told("How long the module waits for each picture, up to 60; 15 if left out.")) var seconds:
            String?
        @Option(help: told("one or five")) var directions: String?
        @OptionGroup var common: Common
        func run() throws {
            let command = try FaceEnrol(
                module: argument("MODULE", module), person: argument("PERSON", person),
                consent: argument("--consent", consent), seconds: argument("--seconds", seconds),
                directions: argument("--directions", directions))
            try ask(command, common, item: { print($0.text) }) { reply in
                print(words("user \(reply.user) of \(module), credential \(reply.id)"))
            }
        }
    }
    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("End a face and take it out of its module. Needs --reason."),
            discussion: words("Example: gatehousectl face remove face-1 5 --reason \"moved out\""))
        @Argument var module: String
        @Argument(help: told("The user number in the module.")) var user: String
        @OptionGroup var common: Common
        func run() throws {
            try order(
                FaceRemove(module: argument("MODULE", module), user: argument("USER", user)), common, words("deleted"))
        }
    }
    struct Users: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("The table of a module beside the registry."),
            discussion: words(
                """
                agrees: in both. unknown: only in the module, delete it. missing: only in the registry, the person has to be \
                enrolled again; many of them mean that the module was changed or wiped.
                Example: gatehousectl face users face-1
                """))
        @Argument var module: String
        @OptionGroup var common: Common
        func run() throws {
            try ask(FaceUsers(module: argument("MODULE", module)), common) { reply in
                var rows = [[words("USER"), words("CREDENTIAL"), words("STANDING")]]
                for row in reply.users {
                    rows.append(["\(row.user)", row.credential.map { "\($0)" } ?? "", row.standing])
                }
                if let serial = reply.serial { print(words("module \(serial)")) }
                print(rows.count > 1 ? table(rows) : words("no users"))
            }
        }
    }
    struct Reset: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Stop what a module does and begin anew. Needs --reason."),
            discussion: words("Example: gatehousectl face reset face-1 --reason \"module changed\""))
        @Argument var module: String
        @OptionGroup var common: Common
        func run() throws { try order(FaceReset(module: argument("MODULE", module)), common, words("reset")) }
    }
}

struct Consent: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: words("Consents to a face at the gate."), subcommands: [Withdraw.self])
    struct Withdraw: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words(
                "The consent is taken back: faces end at once and go out of their modules. Needs --reason."),
            discussion: words(
                """
                Give it again when a module did not answer: gatehousectl privacy status tells what is due.
                Example: gatehousectl consent withdraw R-118 --reason "letter of 2026-11-27"
                """))
        @Argument(help: told("The person's reference.")) var reference: String
        @OptionGroup var common: Common
        func run() throws {
            try deleteFaces(ConsentWithdraw(reference: argument("REFERENCE", reference)), common, words("withdrawn"))
        }
    }
}

/// A command after which faces go out of their modules; those that did not are told.
func deleteFaces<Command: AdminCommand>(_ command: Command, _ common: Common, _ word: String) throws
where Command.Reply == FacesGone {
    try ask(command, common) { reply in
        print("\(word)\(entryText(reply.event))")
        for face in reply.left {
            complain(
                words(
                    "face \(face.module):\(face.user) is still in its module, which did not answer; give the command again"
                ))
        }
    }
}

struct Privacy: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: words("Personal data."), subcommands: [PrivacyStatus.self])
    struct PrivacyStatus: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status", abstract: words("What is kept for how long, and that nothing older is there."),
            discussion: words("Example: gatehousectl privacy status"))
        @OptionGroup var common: Common
        func run() throws { try show(GatehouseAdmin.PrivacyStatus(), common, PrivacyPage.lines) }
    }
}
