import ArgumentParser
import GatehouseAdmin
import GatehouseCore

struct ShiftCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shift", abstract: words("What one shift hands to the next."), subcommands: [End.self])

    struct End: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("The page to hand over: alarms, postures, readers, what was opened by hand."),
            discussion: words(
                """
                It is an entry of the journal: who handed over, and when.
                Examples:
                  gatehousectl shift end
                  gatehousectl shift end --since 19:00 --text | lp
                """))
        @Option(help: told("When the shift began, within 24 hours; 12 hours ago without it.")) var since: String?
        @OptionGroup var common: Common

        func run() throws {
            try ask(ShiftEnd(since: argument("--since", since)), common) { reply in
                for line in ShiftPage.lines(reply, common.language) { print(line) }
            }
        }
    }
}
