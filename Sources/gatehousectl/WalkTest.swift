import ArgumentParser
import GatehouseAdmin
import GatehouseCore
import GatehouseCrypto
import Glibc

struct WalkTestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "walk-test",
        abstract: words("See every reader, contact, button, relay, loop and camera work, and sign what was measured."),
        discussion: words(
            """
            It watches what really happens and opens nothing by itself. It goes on over a restart, which is one of its parts, and
            is given up twelve hours after it began.
            Examples:
              gatehousectl walk-test start --reason "hand-over of the south gate"
              gatehousectl walk-test step contact:wicket
              gatehousectl walk-test end --html walk.html --document walk.json
            """),
        subcommands: [Start.self, Step.self, End.self, Report.self, Verify.self])

    struct Start: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Begin: lists what has to be seen at this site. Needs --reason."),
            discussion: words("Example: gatehousectl walk-test start --reason \"hand-over of the south gate\""))
        @OptionGroup var common: Common
        func run() throws { try ask(WalkTestStart(), common) { WalkTable.show($0, common.language) } }
    }

    struct Step: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("What is open and what to do next; with a part: do it, or say what came of it."),
            discussion: words(
                """
                With a part it waits for it and shows every part as it comes; without one it shows what is open. What no wire can
                tell is said: --seen, --failed, --skip; the report marks it so. A part that is done again is measured anew.
                Examples:
                  gatehousectl walk-test step
                  gatehousectl walk-test step exit:wicket
                  gatehousectl walk-test step relay:wicket --pulse --reason "walk test"
                  gatehousectl walk-test step lamp:wicket-in --seen
                  gatehousectl walk-test step reader:lane-in --failed "nothing happens"
                  gatehousectl walk-test step fire --skip "the fire panel belongs to the brigade"
                """))
        @Argument(help: told("A part: contact:wicket, reader:wicket-in, restart. Without it all that is open."))
        var part: String?
        @Flag(help: told("Drive the output: a relay by an ordinary opening (needs --reason), a lamp without."))
        var pulse =
            false
        @Flag(help: told("You saw it work.")) var seen = false
        @Option(help: told("It does not work: what you saw.")) var failed: String?
        @Option(help: told("Leave it out: why.")) var skip: String?
        @Flag(help: told("Wait and show parts as they come, even into a pipe.")) var wait = false
        @OptionGroup var common: Common

        func run() throws {
            let command = try WalkTestStep(
                part: argument("PART", part), pulse: pulse ? FlagArgument(true) : nil,
                seen: seen ? FlagArgument(true) : nil, failed: argument("--failed", failed),
                skip: argument("--skip", skip))
            var view: WalkView?
            try ask(command, common) {
                view = $0
                WalkTable.show($0, common.language, only: part)
            }
            let waits =
                wait || (!common.isJSON && isatty(1) == 1 && part != nil && !seen && failed == nil && skip == nil)
            guard waits, let view else { return }
            try WalkTable.follow(view, until: part, common)
        }
    }

    struct End: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("End the walk test that runs: its report is signed and compared with the one before."),
            discussion: words("Example: gatehousectl walk-test end --html walk.html --document walk.json"))
        @OptionGroup var files: ReportFiles
        @OptionGroup var common: Common
        func run() throws { try files.ask(WalkTestEnd(), common) }
    }

    struct Report: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Show the report of the latest walk test that has ended. It ends none."),
            discussion: words(
                """
                Beside each FILE comes FILE.sig with the signature and FILE.pem with the site's key. Whoever is no user of this
                program checks them with:
                  openssl pkeyutl -verify -pubin -inkey FILE.pem -rawin -in FILE -sigfile FILE.sig
                and compares the key with the one that the site tells (gatehousectl handover export shows it too).
                Example: gatehousectl walk-test report --html walk.html --document walk.json
                """))
        @OptionGroup var files: ReportFiles
        @OptionGroup var common: Common
        func run() throws { try files.ask(WalkTestReport(), common) }
    }

    /// Where a report is written, beside what the terminal shows.
    struct ReportFiles: ParsableArguments {
        @Option(help: told("The page to write; it may not be there yet.")) var html: String?
        @Option(help: told("The JSON document to write; it may not be there yet.")) var document: String?

        func ask<Command: AdminCommand>(_ command: Command, _ common: Common) throws
        where Command.Reply == WalkTestReport.Reply {
            let page = try html.map(SignedFile.init)
            let text = try document.map(SignedFile.init)
            try asking(command, common) { answer in
                let reply = answer.value
                page?.write(reply.page, signature: reply.pageSignature, key: reply.key)
                text?.write(reply.document, signature: reply.signature, key: reply.key)
                if common.isJSON { return printJSON(Command.name, "reply", answer.text) }
                show(reply, common)
            }
        }

        private func show(_ reply: WalkTestReport.Reply, _ common: Common) {
            if let report = WireJSON.decode(WalkReport.self, Array(reply.document.utf8)) {
                WalkTable.show(report, common.language)
            }
            print(words("signed by \(reply.key)") + entryText(reply.event))
            if !reply.recorded {
                complain(
                    words(
                        "the journal has the hash of another text: notes were erased since, or this program words it anew"
                    ))
            }
        }
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Check the signature of a report, without a daemon."),
            discussion: words("Example: gatehousectl walk-test verify walk.json --from SITE-KEY"))
        @Argument(help: told("The page or the document; FILE.sig stands beside it."), completion: .file()) var file:
            String
        @Option(help: told("The site's key, 64 hexadecimal digits, as the site told it.")) var from: String

        func run() throws {
            guard let key = Hexadecimal.decode(from.lowercased()), key.count == 32 else {
                complain(words("--from is 64 hexadecimal digits"))
                throw Exit.usage
            }
            let isGood = Ed25519.verify(try readFile(file), signature: try readFile("\(file).sig"), publicKey: key)
            guard isGood else {
                complain(words("\(file): the signature is not that of this key over this file"))
                throw Exit.refused
            }
            print(words("\(file): signed by this key, and whole"))
        }
    }
}

/// A file with its signature and the key beside it, none of them written over another one.
private struct SignedFile {
    private let (file, signature, key): (NewFile, NewFile, NewFile)

    init(_ path: String) throws {
        (file, signature, key) = (try NewFile(path), try NewFile("\(path).sig"), try NewFile("\(path).pem"))
    }

    func write(_ text: String, signature base64: String, key hexadecimal: String) {
        file.write(text)
        signature.write(octets: Base64.decode(base64) ?? [])
        key.write(Ed25519.pem(publicKey: Hexadecimal.decode(hexadecimal) ?? []))
    }
}
