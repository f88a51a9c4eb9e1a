import ArgumentParser
import GatehouseAdmin

extension Reader {
    struct Doctor: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "What is wrong with a reader's wire, and what to do.",
            discussion: "Example: gatehousectl reader doctor wicket-in")
        @Argument var reader: String
        @OptionGroup var common: Common
        func run() throws {
            try ask(ReaderDoctor(reader: argument("READER", reader)), common) { print(doctorText($0)) }
        }
    }
    struct Trace: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "What a reader's wire brought lately. Needs --reason.",
            discussion: """
                The last thousand edges or pieces of octets, as a recording that a test can play. Card numbers are in it, \
                keys of keypads are not. Of an OSDP reader: the last frames of its bus, without cards, PINs and keys.
                Example: gatehousectl reader trace wicket-in --reason "cards are refused" > wicket-in.trace
                """)
        @Argument var reader: String
        @OptionGroup var common: Common
        func run() throws {
            try ask(ReaderTraceShow(reader: argument("READER", reader)), common) { print($0.trace, terminator: "") }
        }
    }
    struct Formats: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The latest card of a reader in every format of its length. Needs --reason.",
            discussion: "Show a card, then: gatehousectl reader formats wicket-in --reason \"new batch of cards\"")
        @Argument var reader: String
        @OptionGroup var common: Common
        func run() throws {
            try ask(ReaderFormats(reader: argument("READER", reader)), common) { reply in
                var rows = [["FORMAT", "IN USE", "CHECKS", "CARD"]]
                for row in reply.formats {
                    rows.append([row.format, row.inUse ? "yes" : "no", "\(row.checks)", row.card ?? "does not fit"])
                }
                print("\(reply.bits) bits")
                print(rows.count > 1 ? table(rows) : "no format has this length")
            }
        }
    }
}

/// A reader's health in sentences, then its counts.
func doctorText(_ reply: ReaderDoctor.Reply) -> String {
    let (reader, report) = (reply.first, reply.second)
    var lines = ["\(reader.name): \(reader.protocolName), \(reader.link)"]
    let findings = report.conditions + report.findings
    for finding in findings {
        lines.append("- \(finding.what)")
        lines.append("  \(finding.advice)")
    }
    if reader.link == "neverHeard" {
        lines.append("Nothing came over this wire since the start: show a card, and look at power and wiring.")
    } else if findings.isEmpty {
        lines.append("Nothing is wrong with the wire.")
    }
    if let timing = report.bitMicros {
        let shares = ["p50", "p90", "p99"].map { "\($0) \(timing[$0] ?? 0)" }
        lines.append("From bit to bit, in microseconds: \(shares.joined(separator: ", "))")
    }
    let counts = (reader.counters ?? [:]).filter { $0.value != 0 }.sorted { $0.key < $1.key }
    if !counts.isEmpty { lines.append(counts.map { "\($0.key) \($0.value)" }.joined(separator: ", ")) }
    return lines.joined(separator: "\n")
}
