internal import ArgumentParser
internal import GatehouseAdmin
internal import GatehouseCore

extension JournalCommand {
    struct Settle: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Say that what stands now holds, after an older or changed database. Needs --reason."),
            discussion: words(
                """
                After the gate found its database older or other than it was written (health: stateRewound). Look first at what
                was found: gatehousectl log --kind restored. A second person says the same within 5 minutes.
                Example: gatehousectl journal settle --reason "disk looked into, case 12/2026"
                """))
        @OptionGroup var common: Common
        func run() throws { try order(JournalSettle(), common, words("settled")) }
    }
}
