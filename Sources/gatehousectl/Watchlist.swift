import ArgumentParser
import GatehouseAdmin
import GatehouseCore

struct WatchlistCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watchlist", abstract: words("The watchlist, for its auditor. Nothing lists its entries."),
        discussion: words(
            """
            draft, sign and show make and read documents on any machine, without a daemon: see docs/watchlist.md.
            Example: gatehousectl watchlist status
            """),
        subcommands: [
            Activate.self, Deactivate.self, ImportDocument.self, Remove.self, State.self, Count.self,
            WatchlistDraft.self, WatchlistSign.self,
            WatchlistShow.self,
        ])
    struct Activate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Switch the list on by a certificate. Needs --reason."),
            discussion: words("Example: gatehousectl watchlist activate activation.json --reason \"order 12/2026\""))
        @Argument(help: told("The certificate, a JWS file."), completion: .file()) var file: String
        @OptionGroup var common: Common
        func run() throws { try order(WatchlistActivate(document: documentOf(file)), common, words("active")) }
    }
    struct Deactivate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("End the activation with all its entries. Needs --reason."),
            discussion: words(
                """
                With a document that the oversight signed it is done at once. Without, a second auditor says the same within 5 minutes.
                Example: gatehousectl watchlist deactivate deactivation.json --reason "order 13/2026"
                """))
        @Argument(help: told("The oversight's document, a JWS file."), completion: .file()) var file: String?
        @OptionGroup var common: Common
        func run() throws {
            try order(WatchlistDeactivate(document: file.map { try documentOf($0) }), common, words("ended"))
        }
    }
    struct Count: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "counters", abstract: words("Counts over entries that have ended. Needs --reason."),
            discussion: words(
                """
                With --openings a file gets the keys of the notes that were counted: whoever counts again needs it, and nobody else may have it.
                Example: gatehousectl watchlist counters --from 2026-10-01 --until 2027-01-01 --reason "report of the quarter"
                """))
        @Option(help: told("From when on entries ended.")) var from: String
        @Option(help: told("Before when they did.")) var until: String
        @Option(help: told("The file to write the keys of these notes to."), completion: .file()) var openings: String?
        @OptionGroup var common: Common
        func run() throws {
            let command = WatchlistCount(from: try argument("--from", from), until: try argument("--until", until))
            var lines = ""
            try asking(command, common) { _ in
            } result: { answer in
                let counts = answer.value
                lines = counts.openings.map { "\($0.entry) \($0.key)\n" }.joined()
                if common.isJSON { return printJSON(WatchlistCount.name, "reply", answer.text) }
                print(
                    table(
                        [
                            [
                                words("category"), words("entries"), words("hits"), words("confirmed"),
                                words("not the person"), words("suspended"), words("mean hours"),
                            ]
                        ]
                            + counts.rows.map {
                                [
                                    $0.category, "\($0.entries)", "\($0.hits)", "\($0.confirmed)", "\($0.notThePerson)",
                                    "\($0.suspended)", "\($0.meanHours)",
                                ]
                            }))
                print(words("refused documents: \(counts.refused)"))
            }
            if let openings { try writeFile(openings, Array(lines.utf8)) }
        }
    }
    struct ImportDocument: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import", abstract: words("Take one entry that two people signed."),
            discussion: words("Example: gatehousectl watchlist import entry.json"))
        @Argument(help: told("The entry, a JWS file."), completion: .file()) var file: String
        @OptionGroup var common: Common
        func run() throws { try order(WatchlistImport(document: documentOf(file)), common, words("taken")) }
    }
    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Take an entry out. Needs --reason."),
            discussion:
                words("Example: gatehousectl watchlist remove 00112233445566ff --reason \"the warrant was lifted\""))
        @Argument(help: told("Its id, as the document has it.")) var entry: String
        @OptionGroup var common: Common
        func run() throws { try order(WatchlistRemove(entry: argument("ENTRY", entry)), common, words("withdrawn")) }
    }
    struct State: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status", abstract: words("Whether the list is active; counts for its auditor."),
            discussion: words("Example: gatehousectl watchlist status"))
        @OptionGroup var common: Common
        func run() throws {
            try ask(WatchlistStatus(), common) { status in
                print(words("state: \(status.state)"))
                guard let entries = status.entries, let people = status.people, let cap = status.cap else { return }
                print(words("entries: \(entries); people: \(people) of \(cap)"))
                if let slot = status.slotMs, let owed = status.owed {
                    print(words("a message every \(slot / 1000) s; waiting for a receipt: \(owed)"))
                }
                if let key = status.key { print(words("the gate signs leads with: \(key)")) }
            }
        }
    }
}

private func documentOf(_ file: String) throws -> DocumentArgument {
    try argument(file, String(decoding: readFile(file), as: UTF8.self))
}
