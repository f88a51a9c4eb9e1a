import Glibc
import Testing

@testable import GatehouseAdmin

/// The figures as a monitoring system reads them.
@Suite("Figures for a monitoring system")
struct MetricsTests {
    /// The plainest reader of the text format that there can be.
    struct Reading {
        struct Sample: Hashable {
            var name: String
            var labels: [String: String]
        }
        var kinds: [String: String] = [:]
        var helps: Set<String> = []
        var values: [Sample: String] = [:]
        /// Lines of a family stand together, behind what is said of it.
        var order: [String] = []

        init(_ text: String) throws {
            try #require(text.hasSuffix("\n"), "the last line ends too")
            for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
                let words = line.split(separator: " ", maxSplits: 3).map(String.init)
                if line.hasPrefix("# HELP ") {
                    #expect(helps.insert(words[2]).inserted, "\(line)")
                } else if line.hasPrefix("# TYPE ") {
                    #expect(kinds.updateValue(words[3], forKey: words[2]) == nil, "\(line)")
                    order.append(words[2])
                } else {
                    let (sample, value) = try Self.sample(line)
                    #expect(values.updateValue(value, forKey: sample) == nil, "twice: \(line)")
                    let family = try #require(order.last)
                    let isOfFamily =
                        sample.name == family
                        || kinds[family] == "histogram"
                            && ["_bucket", "_sum", "_count"].contains { sample.name == family + $0 }
                    #expect(isOfFamily, "\(line)")
                    #expect(Double(value) != nil, "\(line)")
                }
            }
            #expect(helps == Set(kinds.keys))
        }

        private static func sample(_ line: String) throws -> (Sample, String) {
            var rest = Substring(line)
            let name = String(rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
            rest = rest.dropFirst(name.count)
            var labels: [String: String] = [:]
            if rest.first == "{" {
                rest = rest.dropFirst()
                while rest.first != "}" {
                    let label = String(rest.prefix { $0 != "=" })
                    rest = rest.dropFirst(label.count)
                    try #require(rest.hasPrefix("=\""), "\(line)")
                    rest = rest.dropFirst(2)
                    var value = ""
                    while let character = rest.first, character != "\"" {
                        rest = rest.dropFirst()
                        guard character == "\\" else {
                            value.append(character)
                            continue
                        }
                        let next = try #require(rest.first)
                        try #require(["\\", "\"", "n"].contains(next), "\(line)")
                        value.append(next == "n" ? "\n" : next)
                        rest = rest.dropFirst()
                    }
                    rest = rest.dropFirst()
                    #expect(labels.updateValue(value, forKey: label) == nil, "\(line)")
                    if rest.first == "," { rest = rest.dropFirst() }
                }
                rest = rest.dropFirst()
            }
            try #require(rest.first == " ", "\(line)")
            return (Sample(name: name, labels: labels), String(rest.dropFirst()))
        }

        func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
            values[Sample(name: name, labels: labels)].flatMap(Double.init)
        }
    }

    static let hostile = "a\"b\\c\nd{x=\"1\"} 7\\"

    static var sample: Metrics.Reply {
        var release = Metrics.Release()
        for microseconds: Int64 in [400, 1000, 1001, 4200, 250_000, 250_001, 9_000_000] {
            release.add(microseconds: microseconds)
        }
        return Metrics.Reply(
            site: "north", version: "0.3.0", uptime: 61_005, clock: "trusted", entries: 9_000_000_001,
            decisions: [.init(kind: "granted", count: 7), .init(kind: "denied", count: 2)], release: release,
            waiting: .init(entries: 3, oldest: 40), outbox: [.init(destination: "desk", owed: 4, oldest: 86_400_000)],
            readers: [
                .init(name: hostile, link: "offline", counters: [:]),
                .init(name: "wicket-in", link: "neverHeard", counters: [:]),
                .init(name: "lane-in", link: "online", counters: ["parity": 2, "frames": 90]),
            ],
            portals: [
                .init(name: hostile, posture: "secure", lock: "secured", door: "heldOpen"),
                .init(name: "lane", posture: "free", lock: "released", door: "unknown"),
            ],
            conditions: [.init(kind: "alarm", count: 1), .init(kind: "info", count: 0)], alarms: 5, checkpoint: 59_999,
            witnessed: nil)
    }

    @Test func eachValueReadsBack() throws {
        let reading = try Reading(MetricsText.text(of: Self.sample))
        let expected: [(String, [String: String], Double)] = [
            ("gatehouse_info", ["site": "north", "version": "0.3.0"], 1), ("gatehouse_uptime_seconds", [:], 61.005),
            ("gatehouse_clock_trusted", [:], 1), ("gatehouse_journal_entries", [:], 9_000_000_001),
            ("gatehouse_decisions_total", ["outcome": "granted"], 7),
            ("gatehouse_decisions_total", ["outcome": "denied"], 2),
            ("gatehouse_journal_waiting_entries", [:], 3), ("gatehouse_journal_waiting_seconds", [:], 0.04),
            ("gatehouse_outbox_owed", ["destination": "desk"], 4),
            ("gatehouse_outbox_oldest_seconds", ["destination": "desk"], 86_400),
            ("gatehouse_reader_online", ["reader": Self.hostile], 0),
            ("gatehouse_reader_online", ["reader": "lane-in"], 1),
            ("gatehouse_reader_counts_total", ["reader": "lane-in", "kind": "parity"], 2),
            ("gatehouse_portal_door", ["portal": Self.hostile, "state": "heldOpen"], 1),
            ("gatehouse_portal_lock", ["portal": "lane", "state": "released"], 1),
            ("gatehouse_portal_posture", ["portal": "lane", "state": "free"], 1),
            ("gatehouse_conditions", ["severity": "alarm"], 1), ("gatehouse_conditions", ["severity": "info"], 0),
            ("gatehouse_alarms_unacknowledged", [:], 5), ("gatehouse_checkpoint_age_seconds", [:], 59.999),
        ]
        for (name, labels, value) in expected { #expect(reading.value(name, labels) == value, "\(name) \(labels)") }
        #expect(reading.value("gatehouse_reader_online", ["reader": "wicket-in"]) == nil, "nothing is known of it")
        #expect(reading.kinds["gatehouse_witness_age_seconds"] == nil, "none since the start is no age")
        #expect(reading.kinds["gatehouse_decisions_total"] == "counter")
    }

    @Test func releasesAreAHistogram() throws {
        let reading = try Reading(MetricsText.text(of: Self.sample))
        func within(_ bound: String) -> Double? { reading.value("gatehouse_release_seconds_bucket", ["le": bound]) }
        let bounds = ["0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "+Inf"]
        #expect(bounds.map(within) == [2, 3, 4, 4, 4, 4, 4, 5, 7])
        #expect(reading.value("gatehouse_release_seconds_count") == 7)
        #expect(reading.value("gatehouse_release_seconds_sum") == 9.506602)
        #expect(reading.kinds["gatehouse_release_seconds"] == "histogram")
    }

    private static func text(of path: String) throws -> String {
        let root = #filePath.dropLast("/Tests/GatehouseAdminTests/MetricsTests.swift".count)
        let file = try #require(fopen("\(root)/\(path)", "r"))
        defer { fclose(file) }
        var (octets, buffer) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { octets += buffer[0..<count] }
        return String(decoding: octets, as: UTF8.self)
    }

    /// The dashboard and the rules ask for what there is, and each rule says what to do.
    @Test(arguments: ["config/grafana-gatehouse.json", "config/prometheus-gatehouse.rules.yml"])
    func whatIsAskedForIsThere(_ path: String) throws {
        var whole = Self.sample
        whole.witnessed = 1
        let known = try Reading(MetricsText.text(of: whole)).kinds
        let octets = try Self.text(of: path)
        var asked: Set<String> = []
        for word in octets.split(whereSeparator: { !($0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_")) })
        where word.hasPrefix("gatehouse_") { asked.insert(String(word)) }
        #expect(asked.count >= 10)
        for word in asked {
            let family = ["_bucket", "_sum", "_count"].lazy.filter { word.hasSuffix($0) }
                .map { String(word.dropLast($0.count)) }.first { known[$0] == "histogram" }
            #expect(known[family ?? word] != nil, "\(path): there is no \(word)")
        }
        guard path.hasSuffix(".yml") else { return }
        let lines = octets.split(separator: "\n").map { $0.drop { $0 == " " } }
        let rules = lines.count { $0.hasPrefix("- alert:") }
        #expect(rules >= 8)
        for member in ["expr:", "severity:", "summary:", "action:"] {
            #expect(lines.count { $0.hasPrefix(member) } == rules, "each rule has \(member)")
        }
    }
}
