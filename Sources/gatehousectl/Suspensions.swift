import ArgumentParser
import GatehouseAdmin
import GatehouseCore

extension CredentialCommand {
    struct Suspend: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("A card opens nothing until noon; the office is told. Needs --reason."),
            discussion: words(
                """
                For the guard at night. It ends by itself, at the next noon at the latest; the office says what becomes of the card, and
                sees it in alarm list until a manager has acknowledged it.
                Example: gatehousectl credential suspend H10301:118-1603 --reason "found at the gate"
                """))
        @Argument(help: told("A number, a card as it is printed, a plate, a holder of one alone.")) var id: String
        @Option(help: told("The next noon if left out, and not later: 8:00, 明早7点.")) var until: String?
        @OptionGroup var common: Common
        func run() throws {
            let command = try CredentialSuspend(id: argument("ID", id), until: argument("--until", until))
            try ask(command, common) { reply in
                let until = String(reply.until.prefix(16)).replacing("T", with: " ")
                print(words("suspended until \(until), number \(reply.id)") + entryText(reply.event))
            }
        }
    }
    struct Resume: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("End what a guard suspended, before its time. Needs --reason."),
            discussion: words(
                "Example: gatehousectl credential resume H10301:118-1603 --reason \"holder was here with it\""))
        @Argument(help: told("A number, a card as it is printed, a plate, a holder of one alone.")) var id: String
        @OptionGroup var common: Common
        func run() throws {
            try order(CredentialResume(id: argument("ID", id)), common, words("opens again"))
        }
    }
}
