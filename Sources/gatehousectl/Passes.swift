import ArgumentParser
import GatehouseAdmin
import GatehouseCase
import GatehouseCore
import Glibc

struct Pass: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: words("Visitor passes: signed here, good without a network."),
        subcommands: [Issue.self, Show.self, Remove.self, List.self, Key.self, Uses.self])

    struct Issue: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Sign a pass for a visitor, and draw it."),
            discussion: words(
                """
                Whoever has the picture has the pass: it is good for as many grants as it says, wherever it is shown first. \
                A guard gives out passes that are good once, and today.
                Example: gatehousectl pass issue --host R-1001 --points wicket-in --until 2026-11-30 --png pass.png
                """))
        @Option(help: told("Reference of the person visited.")) var host: String
        @Option(help: told("Access points, separated by commas; site/point for one of another controller.")) var points:
            String
        @Option(help: told("Local time: 2026-11-22 or 2026-11-22T18:30; now if left out.")) var from: String?
        @Option(help: told("The last day, or the instant of the end.")) var until: String
        @Option(help: told("Grants at all gates together; 0 is any number, 1 if left out.")) var uses: String?
        @Option(help: told("The vehicle: where plates are read, it has to come with the pass.")) var plate: String?
        @Option(help: told("Who comes: their name. Sealed, and erased with the pass.")) var visitor: String?
        @Option(help: told("Where the visitor is reached.")) var phone: String?
        @Option(help: told("Write the QR code as SVG.")) var svg: String?
        @Option(help: told("Write the QR code as PNG.")) var png: String?
        @OptionGroup var common: Common

        func run() throws {
            var problem: (any Error)?
            let command = try PassIssue(
                host: argument("--host", host), points: argument("--points", points), from: argument("--from", from),
                until: argument("--until", until), uses: argument("--uses", uses), plate: argument("--plate", plate),
                visitor: argument("--visitor", visitor), phone: argument("--phone", phone))
            try asking(command, common) { answer in
                do { try draw(answer) } catch { problem = error }
            }
            if let problem { throw problem }
        }

        private func draw(_ answer: AdminClient.Answer<PassIssue.Reply>) throws {
            let text = answer.value.second.token
            guard let code = QRCode(text) else {
                complain(words("the pass does not fit into a QR code"))
                throw Exit.refused
            }
            // A pass that is signed and cannot be written is told all the same: it is good.
            defer { tell(answer, text, code) }
            if let svg { try writeFile(svg, Array(code.svg.utf8)) }
            if let png { try writeFile(png, code.png()) }
        }

        private func tell(_ answer: AdminClient.Answer<PassIssue.Reply>, _ text: String, _ code: QRCode) {
            if common.isJSON { return printJSON(.passIssue, "reply", answer.text) }
            let (pass, signed) = (answer.value.first, answer.value.second)
            let uses =
                pass.uses.map { $0 == 1 ? Sentence("once") : Sentence("\($0, "time", "times")") }
                ?? Sentence("any number of times")
            let (from, until) = ((pass.from ?? "").prefix(16), (pass.until ?? "").prefix(16))
            print(words("pass \(pass.pass), \(uses), \(from) to \(until)") + entryText(signed.event))
            print(text)
            if svg == nil, png == nil { print(code.terminal) }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words(
                "What a pass says and where it stands: by its number, its text, or - for a text from the input."),
            discussion: words("Example: gatehousectl pass show GP1.…"))
        @Argument var pass: String
        @OptionGroup var common: Common
        func run() throws { try show(PassShow(pass: passArgument(pass)), common, PassPage.lines) }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("A pass opens nothing any more. Needs --reason."),
            discussion: words("Example: gatehousectl pass remove GP1.… --reason \"visit called off\""))
        @Argument(help: told("Its number or its text; - reads it from the input.")) var pass: String
        @OptionGroup var common: Common
        func run() throws {
            try ask(PassRemove(pass: passArgument(pass)), common) { print(words("revoked") + entryText($0.event)) }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Passes that are good for something."),
            discussion: words("Example: gatehousectl pass list"))
        @Flag(help: told("Those that are over, used up or revoked too.")) var all = false
        @Option(help: told("Those for visitors of one person alone.")) var host: String?
        @OptionGroup var common: Common
        func run() throws {
            var passes: [PassView] = []
            try ask(
                PassList(all: all ? true : nil, host: argument("--host", host)), common, item: { passes.append($0) }
            ) {
                _ in
                for line in PassPage.table(passes, common.language) { print(plain(line)) }
            }
        }
    }

    struct Key: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("The public key of the passes that are signed here."),
            discussion: words(
                """
                What another controller lists under passes: keys: in its configuration, to take passes of this one.
                Example: gatehousectl pass key
                """))
        @OptionGroup var common: Common
        func run() throws {
            try ask(PassKey(), common) { key in
                print(words("key id \(key.keyID)"))
                print("- {issuer: \(key.issuer), public_key: \"\(key.publicKey)\", register: same}")
            }
        }
    }

    struct Uses: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Tell other gates which passes were used and revoked, or take it from them."),
            discussion: words(
                """
                A file of JSON lines, one a pass. Taking one twice, or an old one, does no harm: no count falls.
                Example: gatehousectl pass uses --export south.jsonl      gatehousectl pass uses --import north.jsonl
                """))
        @Option(name: .customLong("export"), help: told("Write the file; - is the output.")) var exported: String?
        @Option(name: .customLong("import"), help: told("Read the file.")) var imported: String?
        @OptionGroup var common: Common

        func validate() throws {
            if (exported == nil) == (imported == nil) {
                throw ValidationError(words("give --export FILE or --import FILE"))
            }
        }

        func run() throws {
            if let exported {
                var lines: [String] = []
                try asking(PassUsesList(), common) {
                    lines.append(String(decoding: $0.text, as: UTF8.self))
                } result: { _ in
                }
                if exported == "-" { return lines.forEach { print($0) } }
                try writeFile(exported, Array((lines + [""]).joined(separator: "\n").utf8))
                print(words("\(lines.count) passes"))
            }
            if let imported { try merge(imported) }
        }

        private func merge(_ path: String) throws {
            var count = 0
            var batch: [PassUse] = []
            func send() throws {
                guard !batch.isEmpty else { return }
                try asking(PassMerge(passes: batch), common) { _ in count += batch.count }
                batch = []
            }
            for (number, line) in try readFile(path).split(separator: UInt8(ascii: "\n")).enumerated() {
                guard let use = WireJSON.decode(PassUse.self, Array(line)) else {
                    complain(
                        words("\(path):\(number + 1): no line of `pass uses --export`; nothing from here on was taken"))
                    throw Exit.refused
                }
                batch.append(use)
                if batch.count == 200 { try send() }
            }
            try send()
            print(words("\(count, "pass", "passes")"))
        }
    }
}

/// A pass as it was typed, or from the input: what stands in a command line can be seen by everybody on the machine.
private func passArgument(_ text: String) throws -> DocumentArgument {
    guard text == "-" else { return try argument("PASS", text) }
    let line = try readInput().split(separator: UInt8(ascii: "\n")).first ?? []
    return try argument(words("the input"), String(decoding: line, as: UTF8.self))
}

/// A file for its owner alone.
func writeFile(_ path: String, _ octets: [UInt8]) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
        complain("\(path): \(String(cString: strerror(errno)))")
        throw Exit.usage
    }
    defer { close(descriptor) }
    var sent = 0
    while sent < octets.count {
        let count = octets[sent...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard count > 0 else {
            complain("\(path): \(String(cString: strerror(errno)))")
            throw Exit.usage
        }
        sent += count
    }
}
