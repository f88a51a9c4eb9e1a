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
            try ask("reader doctor", ["reader": .string(reader)], common) { value in
                if common.isJSON { return print(value.line) }
                print(doctorText(value))
            }
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
            try ask("reader trace", ["reader": .string(reader)], common) { value in
                if common.isJSON { return print(value.line) }
                print(value["trace"]?.string ?? "", terminator: "")
            }
        }
    }
    struct Formats: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The latest card of a reader in every format of its length.",
            discussion: "Show a card, then: gatehousectl reader formats wicket-in")
        @Argument var reader: String
        @OptionGroup var common: Common
        func run() throws {
            try ask("reader formats", ["reader": .string(reader)], common) { value in
                if common.isJSON { return print(value.line) }
                var rows = [["FORMAT", "IN USE", "CHECKS", "CARD"]]
                for row in value["formats"]?.array ?? [] {
                    rows.append([
                        row["format"]?.string ?? "", row["inUse"]?.boolean == true ? "yes" : "no",
                        "\(row["checks"]?.integer ?? 0)", row["card"]?.string ?? "does not fit",
                    ])
                }
                print("\(value["bits"]?.integer ?? 0) bits")
                print(rows.count > 1 ? table(rows) : "no format has this length")
            }
        }
    }
}

/// A reader's health in sentences, then its counts.
func doctorText(_ value: JSON) -> String {
    var lines = ["\(value["name"]?.string ?? ""): \(value["protocol"]?.string ?? ""), \(value["link"]?.string ?? "")"]
    let findings = (value["conditions"]?.array ?? []) + (value["findings"]?.array ?? [])
    for finding in findings {
        lines.append("- \(finding["what"]?.string ?? "")")
        lines.append("  \(finding["advice"]?.string ?? "")")
    }
    if findings.isEmpty { lines.append("Nothing is wrong with the wire.") }
    if let timing = value["bitMicros"] {
        let shares = ["p50", "p90", "p99"].map { "\($0) \(timing[$0]?.integer ?? 0)" }
        lines.append("From bit to bit, in microseconds: \(shares.joined(separator: ", "))")
    }
    let counts = (value["counters"]?.object ?? [:]).filter { $0.value.integer != 0 }
    if !counts.isEmpty {
        lines.append(counts.keys.sorted().map { "\($0) \(counts[$0]?.integer ?? 0)" }.joined(separator: ", "))
    }
    return lines.joined(separator: "\n")
}
