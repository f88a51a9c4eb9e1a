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
            Activate.self, ImportDocument.self, Remove.self, State.self, WatchlistDraft.self, WatchlistSign.self,
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
                if let entries = status.entries, let cap = status.cap { print(words("entries: \(entries) of \(cap)")) }
            }
        }
    }
}

private func documentOf(_ file: String) throws -> DocumentArgument {
    try argument(file, String(decoding: readFile(file), as: UTF8.self))
}
