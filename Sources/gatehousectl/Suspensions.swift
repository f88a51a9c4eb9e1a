import ArgumentParser
import GatehouseAdmin

extension CredentialCommand {
    struct Suspend: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "A card opens nothing until noon; the office is told. Needs --reason.",
            discussion: """
                For the guard at night. It ends by itself, at the next noon at the latest; the office says what becomes of the card, and
                sees it in alarm list until a manager has acknowledged it.
                Example: gatehousectl credential suspend H10301:118-1603 --reason "found at the gate"
                """)
        @Argument(help: "A number, a card as it is printed, a plate, a holder of one alone.") var id: String
        @Option(help: "The next noon if left out, and not later: 8:00, 明早7点.") var until: String?
        @OptionGroup var common: Common
        func run() throws {
            let command = try CredentialSuspend(id: argument("ID", id), until: argument("--until", until))
            try ask(command, common) { reply in
                let until = String(reply.until.prefix(16)).replacing("T", with: " ")
                switch common.language {
                case .english: print("suspended until \(until), id \(reply.id)\(entryText(reply.event))")
                case .chinese: print("已临时停用，至 \(until)，编号 \(reply.id)\(entryText(reply.event))")
                }
            }
        }
    }
    struct Resume: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End what a guard suspended, before its time. Needs --reason.",
            discussion: "Example: gatehousectl credential resume H10301:118-1603 --reason \"holder was here with it\"")
        @Argument(help: "A number, a card as it is printed, a plate, a holder of one alone.") var id: String
        @OptionGroup var common: Common
        func run() throws {
            try order(CredentialResume(id: argument("ID", id)), common, "opens again")
        }
    }
}
