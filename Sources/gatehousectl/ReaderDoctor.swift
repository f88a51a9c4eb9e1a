import ArgumentParser
import GatehouseAdmin
import GatehouseCore
import GatehouseConfiguration
import GatehouseRegister

extension Reader {
    struct Doctor: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("What is wrong with a reader's wire, and what to do."),
            discussion: words("Example: gatehousectl reader doctor wicket-in"))
        @Argument(completion: .readers) var reader: String
        @OptionGroup var common: Common
        func run() throws {
            try ask(ReaderDoctor(reader: argument("READER", reader)), common) { print(doctorText($0)) }
        }
    }
    struct Trace: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("What a reader's wire brought lately. Needs --reason."),
            discussion: words(
                """
                The last thousand edges or pieces of octets, as a recording that a test can play. Card numbers are in it, \
                keys of keypads are not. Of an OSDP reader: the last frames of its bus, without cards, PINs and keys.
                Example: gatehousectl reader trace wicket-in --reason "cards are refused" > wicket-in.trace
                """))
        @Argument(completion: .readers) var reader: String
        @OptionGroup var common: Common
        func run() throws {
            try ask(ReaderTraceShow(reader: argument("READER", reader)), common) { print($0.trace, terminator: "") }
        }
    }
    struct Formats: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("The latest card of a reader in every format of its length. Needs --reason."),
            discussion: words(
                """
                With --all it is the table of docs/cards.md instead, without a reader and without a daemon.
                Show a card, then: gatehousectl reader formats wicket-in --reason "new batch of cards"
                Example: gatehousectl reader formats --all
                """))
        @Argument(help: told("The reader."), completion: .readers) var reader: String?
        @Flag(help: told("Every format that there is, with what boxes and cards call it.")) var all = false
        @Option(help: told("A configuration whose own formats stand in the table too."), completion: .file())
        var config: String?
        @OptionGroup var common: Common

        func validate() throws {
            guard all != (reader != nil) else { throw ValidationError(words("Name a reader, or say --all.")) }
        }

        func run() throws {
            guard let reader else { return try printAll() }
            try ask(ReaderFormats(reader: argument("READER", reader)), common) { reply in
                var rows = [[words("FORMAT"), words("IN USE"), words("CHECKS"), words("CARD")]]
                for row in reply.formats {
                    rows.append([
                        row.format, row.inUse ? words("yes") : words("no"), "\(row.checks)",
                        row.card ?? words("does not fit"),
                    ])
                }
                print(words("\(reply.bits) bits"))
                print(rows.count > 1 ? table(rows) : words("no format has this length"))
            }
        }

        private func printAll() throws {
            let own = try config.map { try readConfiguration($0).cardFormats } ?? []
            var rows = [
                [
                    words("FORMAT"), words("BITS"), words("FACILITY"), words("NUMBER"), words("PRINTED AS"),
                    words("WRITTEN AS"),
                ]
            ]
            for line in CardCatalogue(own: own).lines {
                let cells = [
                    line.name, line.bits.map { "\($0)" } ?? "-", line.facility == 0 ? "-" : "0-\(line.facility)",
                    "0-\(line.number)", line.printed.isEmpty ? "-" : line.printed.joined(separator: ", "), line.example,
                ]
                rows.append(cells)
                guard common.isJSON else { continue }
                let object: [String: JSON] = [
                    "name": .string(line.name), "bits": line.bits.map { .integer(Int64($0)) } ?? .null,
                    "facility": .string("\(line.facility)"), "number": .string("\(line.number)"),
                    "printed": .array(line.printed.map { .string($0) }), "example": .string(line.example),
                ]
                print(JSON.object(object).line)
            }
            if !common.isJSON { print(table(rows)) }
        }
    }
}

/// A reader's health in sentences, then its counts.
func doctorText(_ reply: ReaderDoctor.Reply) -> String {
    let (reader, report) = (reply.first, reply.second)
    var lines = ["\(reader.name): \(reader.protocolName), \(state(reader.link))"]
    let findings = report.conditions + report.findings
    for finding in findings {
        lines += folded("- \(finding.what)")
        lines += folded(finding.advice, indent: 2)
    }
    if reader.link == "neverHeard" {
        lines += folded(
            words("Nothing came over this wire since the start: show a card, and look at power and wiring."))
    } else if findings.isEmpty {
        lines.append(words("Nothing is wrong with the wire."))
    }
    if let timing = report.bitMicros {
        let shares = ["p50", "p90", "p99"].map { "\($0) \(timing[$0] ?? 0)" }
        lines.append(words("From bit to bit, in microseconds: \(shares)"))
    }
    let counts = (reader.counters ?? [:]).filter { $0.value != 0 }.sorted { $0.key < $1.key }
    if !counts.isEmpty { lines.append(counts.map { "\($0.key) \($0.value)" }.joined(separator: ", ")) }
    return lines.joined(separator: "\n")
}
