import ArgumentParser
import GatehouseAdmin
import GatehouseCore

struct Decide: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What would be decided.",
        discussion: "Example: gatehousectl decide --as T-7 --at wicket-in --when 2027-03-01T08:00")
    @Option(name: .customLong("as"), help: "A person's reference.") var person: String
    @Option(name: .customLong("at"), help: "An access point.") var point: String
    @Option(help: "Local time; now without it.") var when: String?
    @Option(help: "The card, if that is the question.") var card: String?
    @OptionGroup var common: Common

    func run() throws {
        try ask("decide", given([("as", person), ("at", point), ("when", when), ("card", card)]), common) { value in
            if common.isJSON { return print(value.line) }
            let reason = value["reason"]?.string.map { " (\(Words.reason($0, common.language)))" } ?? ""
            print(
                "\(value["at"]?.string ?? "")  \(Words.outcome(value["outcome"]?.string ?? "", common.language))\(reason)"
            )
            printRules(value)
        }
    }
}

struct WhoCan: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Everybody who would be let in at an access point.",
        discussion: """
            Past instants are answered by the registry of then, those to come by the one of now. Areas, used grants and
            company are left out of it.
            Examples:
              gatehousectl who-can wicket-in --when 2026-12-01T08:00
              gatehousectl who-can wicket-in --when 2026-12-01T08:00 --refused
            """)
    @Argument(help: "An access point.") var point: String
    @Option(help: "Local time; now without it.") var when: String?
    @Flag(help: "List who is refused, and why, instead.") var refused = false
    @OptionGroup var common: Common

    func run() throws {
        var arguments = given([("point", point), ("when", when)])
        if refused { arguments["refused"] = true }
        var rows = [["REFERENCE", "NAME", "ROLE", "REASON"]]
        try ask(
            "who-can", arguments, common,
            item: { value in
                if common.isJSON { return print(value.line) }
                rows.append(
                    ["reference", "name", "role"].map { plain(value[$0]?.string ?? "") }
                        + [value["reason"]?.string.map { Words.reason($0, common.language) } ?? ""])
            }
        ) { value in
            if common.isJSON { return print(value.line) }
            if rows.count > 1 { print(table(rows)) }
            print(
                "\(value["at"]?.string ?? "")  \(value["point"]?.string ?? ""): \(value["can"]?.integer ?? 0) can, \(value["without_credential"]?.integer ?? 0) more hold no credential; registry revision \(value["revision"]?.integer ?? 0)"
            )
            for (reason, count) in (value["refused"]?.object ?? [:]).sorted(by: { $0.key < $1.key }) {
                print("  refused: \(count.integer ?? 0) \(Words.reason(reason, common.language))")
            }
        }
    }
}

struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Past decisions with a proposed registry or policy: who would have been treated otherwise.",
        discussion: """
            Nothing is changed. FILES are those of an import (CSV), a configuration (.yaml), or both. What the gate and
            the ledger brought (areas, company, PIN, posture) stays as it was.
            Example: gatehousectl replay tenancies.csv new-policy.yaml --from 2026-11-23 --until 2026-11-24 --reason "new hours"
            """)
    @Argument(help: "CSV files of an import, a .yaml configuration.") var files: [String]
    @Option(help: "First moment, local time.") var from: String
    @Option(help: "The moment before which it ends.") var until: String
    @OptionGroup var common: Common

    func run() throws {
        let client = try connect(common)
        for file in files { try upload(file, as: "import chunk", common, client) }
        var rows = [["PERSON", "NAME", "BEFORE", "AFTER", "EVENTS", "FIRST", "LAST"]]
        try ask(
            "replay", given([("from", from), ("until", until)]), common, client: client,
            item: { value in
                if common.isJSON { return print(value.line) }
                if let problem = value["problem"]?.string { return complain(plain(problem)) }
                func words(_ key: String) -> String {
                    let word = value[key]?.string ?? ""
                    return word == "granted"
                        ? Words.outcome(word, common.language) : Words.reason(word, common.language)
                }
                rows.append(
                    [
                        plain(value["reference"]?.string ?? "?"), plain(value["name"]?.string ?? ""), words("before"),
                        words("after"),
                    ] + ["events", "first", "last"].map { "\(value[$0]?.integer ?? 0)" })
            }
        ) { value in
            if common.isJSON { return print(value.line) }
            if rows.count > 1 { print(table(rows)) }
            print(
                "\(value["decisions"]?.integer ?? 0) decisions: \(value["changed"]?.integer ?? 0) would come out otherwise, \(value["other_reason"]?.integer ?? 0) refused for another reason"
            )
            if let passed = value["passed_over"]?.integer, passed > 0 {
                print("\(passed) have no facts and were passed over")
            }
        }
    }
}
