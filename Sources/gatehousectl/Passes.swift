import ArgumentParser
import GatehouseAdmin
import Glibc

struct Pass: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Visitor passes: signed here, good without a network.",
        subcommands: [Issue.self, Show.self, Revoke.self, List.self, Key.self, Uses.self])

    struct Issue: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sign a pass for a visitor, and draw it.",
            discussion: """
                Whoever has the picture has the pass: it is good for as many grants as it says, wherever it is shown first. \
                A guard gives out passes that are good once, and today.
                Example: gatehousectl pass issue --host R-1001 --points wicket-in --until 2026-11-30 --png pass.png
                """)
        @Option(help: "Reference of the person visited.") var host: String
        @Option(help: "Access points, separated by commas; site/point for one of another controller.") var points:
            String
        @Option(help: "Local time: 2026-11-22 or 2026-11-22T18:30; now if left out.") var from: String?
        @Option(help: "The last day, or the instant of the end.") var until: String
        @Option(help: "Grants at all gates together; 0 is any number, 1 if left out.") var uses: String?
        @Option(help: "The vehicle: where plates are read, it has to come with the pass.") var plate: String?
        @Option(help: "Write the QR code as SVG.") var svg: String?
        @Option(help: "Write the QR code as PNG.") var png: String?
        @OptionGroup var common: Common

        func run() throws {
            var problem: (any Error)?
            try ask(
                "pass issue",
                given([
                    ("host", host), ("points", points), ("from", from), ("until", until), ("uses", uses),
                    ("plate", plate),
                ]), common
            ) { value in
                do { try draw(value) } catch { problem = error }
            }
            if let problem { throw problem }
        }

        private func draw(_ value: JSON) throws {
            guard let text = value["token"]?.string, let code = QRCode(text) else {
                complain("the pass does not fit into a QR code")
                throw Exit.refused
            }
            // A pass that is signed and cannot be written is told all the same: it is good.
            defer { tell(value, text, code) }
            if let svg { try writeFile(svg, Array(code.svg.utf8)) }
            if let png { try writeFile(png, code.png()) }
        }

        private func tell(_ value: JSON, _ text: String, _ code: QRCode) {
            if common.isJSON { return print(value.line) }
            let uses = value["uses"]?.integer.map { $0 == 1 ? "once" : "\($0) times" } ?? "any number of times"
            print(
                "pass \(value["pass"]?.string ?? ""), \(uses), \((value["from"]?.string ?? "").prefix(16)) to \((value["until"]?.string ?? "").prefix(16)) (entry \(value["event"]?.integer ?? 0))"
            )
            print(text)
            if svg == nil, png == nil { print(code.terminal) }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "What a pass says and where it stands: by its number, its text, or - for a text from the input.")
        @Argument var pass: String
        @OptionGroup var common: Common
        func run() throws { try show("pass show", ["pass": .string(try passArgument(pass))], common) }
    }

    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "A pass opens nothing any more. Needs --reason.")
        @Argument(help: "Its number or its text; - reads it from the input.") var pass: String
        @OptionGroup var common: Common
        func run() throws { try order("pass revoke", ["pass": .string(try passArgument(pass))], common, "revoked") }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Passes that are good for something.")
        @Flag(help: "Those that are over, used up or revoked too.") var all = false
        @OptionGroup var common: Common
        func run() throws {
            var rows = [["PASS", "HOST", "FROM", "UNTIL", "POINTS", "LEFT", "STATE"]]
            try ask(
                "pass list", all ? ["all": true] : [:], common,
                item: { value in
                    if common.isJSON { return print(value.line) }
                    let points = (value["points"]?.array ?? []).compactMap(\.string).joined(separator: " ")
                    rows.append([
                        value["pass"]?.string ?? "",
                        plain(value["host"]?.string ?? value["host"]?.integer.map { "#\($0)" } ?? "-"),
                        String((value["from"]?.string ?? "-").prefix(16)),
                        String((value["until"]?.string ?? "-").prefix(16)), plain(points),
                        value["left"]?.integer.map { "\($0)" } ?? "any", value["state"]?.string ?? "",
                    ])
                }
            ) { value in
                print(common.isJSON ? value.line : table(rows))
            }
        }
    }

    struct Key: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The public key of the passes that are signed here.",
            discussion:
                "What another controller lists under passes: keys: in its configuration, to take passes of this one.")
        @OptionGroup var common: Common
        func run() throws {
            try ask("pass key", [:], common) { value in
                if common.isJSON { return print(value.line) }
                print("key id \(value["key_id"]?.string ?? "")")
                print(
                    "- {issuer: \(value["issuer"]?.string ?? ""), public_key: \"\(value["public_key"]?.string ?? "")\", register: same}"
                )
            }
        }
    }

    struct Uses: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tell other gates which passes were used and revoked, or take it from them.",
            discussion: """
                A file of JSON lines, one a pass. Taking one twice, or an old one, does no harm: no count falls.
                Example: gatehousectl pass uses --export south.jsonl      gatehousectl pass uses --import north.jsonl
                """)
        @Option(name: .customLong("export"), help: "Write the file; - is the output.") var exported: String?
        @Option(name: .customLong("import"), help: "Read the file.") var imported: String?
        @OptionGroup var common: Common

        func validate() throws {
            if (exported == nil) == (imported == nil) { throw ValidationError("give --export FILE or --import FILE") }
        }

        func run() throws {
            if let exported {
                var lines: [String] = []
                try ask("pass uses", [:], common, item: { lines.append($0.line) }) { _ in }
                if exported == "-" { return lines.forEach { print($0) } }
                try writeFile(exported, Array((lines + [""]).joined(separator: "\n").utf8))
                print("\(lines.count) passes")
            }
            if let imported { try merge(imported) }
        }

        private func merge(_ path: String) throws {
            var count = 0
            var batch: [JSON] = []
            func send() throws {
                guard !batch.isEmpty else { return }
                try ask("pass merge", ["passes": .array(batch)], common) { _ in count += batch.count }
                batch = []
            }
            for (number, line) in try readFile(path).split(separator: UInt8(ascii: "\n")).enumerated() {
                guard let value = JSON(line: line), PassUses.read(value) != nil else {
                    complain("\(path):\(number + 1): no line of `pass uses --export`; nothing from here on was taken")
                    throw Exit.refused
                }
                batch.append(value)
                if batch.count == 200 { try send() }
            }
            try send()
            print("\(count) passes")
        }
    }
}

/// A pass as it was typed, or from the input: what stands in a command line can be seen by everybody on the machine.
private func passArgument(_ text: String) throws -> String {
    guard text == "-" else { return text }
    let line = try readFile("/dev/stdin").split(separator: UInt8(ascii: "\n")).first ?? []
    return String(decoding: line, as: UTF8.self)
}

/// A file for its owner alone.
private func writeFile(_ path: String, _ octets: [UInt8]) throws {
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
