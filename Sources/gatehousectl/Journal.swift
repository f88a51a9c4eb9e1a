import ArgumentParser
import GatehouseAdmin
import GatehouseCase
import GatehouseCore
import GatehouseCrypto
import GatehouseStore
import Glibc

struct JournalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal", abstract: words("The journal: check it, and prove it to others."),
        discussion: words(
            """
            Examples:
              gatehousectl journal verify --checkpoint kept.txt
              gatehousectl journal checkpoint --qr
              gatehousectl journal prove 1207 --output 1207.tlog-proof --reason "case 12/2026"
            """),
        subcommands: [
            Verify.self, Settle.self, Checkpoint.self, Prove.self, ProveAppend.self, ExportTiles.self, RotateKey.self,
        ])

    struct Checkpoint: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("The signed head of the journal: print it, post it, keep it elsewhere."),
            discussion: words(
                """
                Whoever holds it sees later whether the journal still begins with what it had then.
                Examples: gatehousectl journal checkpoint --output kept.txt
                          gatehousectl journal checkpoint --qr
                """))
        @Flag(help: told("As a QR code.")) var qr = false
        @Flag(help: told("The newest that enough witnesses have signed, not one that is made now.")) var witnessed =
            false
        @Option(help: told("A new file for it.")) var output: String?
        @OptionGroup var common: Common

        func run() throws {
            let file = try output.map { try NewFile($0) }
            try ask(JournalCheckpoint(witnessed: witnessed ? FlagArgument(true) : nil), common) { reply in
                file?.write(reply.note)
                if qr {
                    // A note of ours has 200 octets, and 130 for each witness; the largest code takes 2,331.
                    guard let code = QRCode(reply.note) else { return complain(words("that does not fit a QR code")) }
                    print(code.terminal)
                } else if file == nil {
                    print(plain(reply.note.dropLast().split(separator: "\n", omittingEmptySubsequences: false)))
                }
                complain(words("\(reply.size, "entry", "entries"); checked by the key \(reply.key)"))
                if let isEnough = reply.enough {
                    complain(witnesses(plain(reply.witnesses.joined(separator: ", ")), isEnough))
                }
            }
        }

        private func witnesses(_ names: String, _ areEnough: Bool) -> String {
            switch (names.isEmpty, areEnough) {
            case (true, false): words("no witness has signed it yet")
            case (true, true): words("no witness has signed it, and none has to")
            case (false, true): words("signed by the witnesses \(names): enough by the policy")
            case (false, false): words("signed by the witnesses \(names): not yet enough by the policy")
            }
        }
    }

    struct Prove: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("The proof that an entry stands in the journal, for whoever has the key."),
            discussion: words(
                """
                With --reason the names and numbers beside the entry are opened in it, otherwise it names nobody.
                Example: gatehousectl journal prove 1207 --output 1207.tlog-proof --reason "case 12/2026"
                """))
        @Argument(help: told("The number of the entry.")) var event: String
        @Option(help: told("A new file for it.")) var output: String?
        @OptionGroup var common: Common

        func run() throws {
            let command = try JournalProve(event: argument("EVENT", event))
            let file = try output.map { try NewFile($0) }
            try asking(command, common) { answer in
                let reply = answer.value
                file?.write(reply.proof)
                if common.isJSON { return printJSON(.journalProve, "reply", answer.text) }
                if file == nil {
                    print(plain(reply.proof.dropLast().split(separator: "\n", omittingEmptySubsequences: false)))
                }
                complain(
                    words(
                        "entry \(reply.event) is leaf \(reply.index) of \(reply.size); checked by the key \(reply.key)")
                )
                complain(
                    reply.opened.isEmpty
                        ? words("no personal value is opened in it")
                        : words("opened in it: \(plain(reply.opened.joined(separator: ", ")))"))
            }
        }
    }

    struct ProveAppend: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "prove-append",
            abstract: words("The proof that the journal only grew between two sizes: hashes, one a line."),
            discussion: words("Example: gatehousectl journal prove-append 5000 5421 --output grown.txt"))
        @Argument(help: told("How many entries there were.")) var old: String
        @Argument(help: told("How many there were later.")) var new: String
        @Option(help: told("A new file for the hashes.")) var output: String?
        @OptionGroup var common: Common

        func run() throws {
            let command = try JournalProveAppend(old: argument("OLD", old), new: argument("NEW", new))
            let file = try output.map { try NewFile($0) }
            try asking(command, common) { answer in
                let reply = answer.value
                file?.write(reply.proof.map { $0 + "\n" }.joined())
                if common.isJSON { return printJSON(.journalProveAppend, "reply", answer.text) }
                if file == nil { for hash in reply.proof { print(plain(hash)) } }
                complain(words("from \(reply.old):\(plain(reply.oldRoot)) to \(reply.new):\(plain(reply.newRoot))"))
            }
        }
    }
}

/// Lines as a terminal may show them.
private func plain(_ lines: [Substring]) -> String { lines.map { plain(String($0)) }.joined(separator: "\n") }
