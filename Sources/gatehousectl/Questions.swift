import ArgumentParser
import GatehouseAdmin
import GatehouseCore

struct DecideCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decide", abstract: words("What would be decided."),
        discussion: words("Example: gatehousectl decide --as T-7 --at wicket-in --when 2027-03-01T08:00"))
    @Option(name: .customLong("as"), help: told("A person: reference, name, card, plate.")) var person: String
    @Option(name: .customLong("at"), help: told("An access point.")) var point: String
    @Option(help: told("Local time; now without it.")) var when: String?
    @Option(help: told("The card, if that is the question.")) var card: String?
    @OptionGroup var common: Common

    func run() throws {
        let command = try Decide(
            person: argument("--as", person), point: argument("--at", point), when: argument("--when", when),
            card: argument("--card", card))
        try ask(command, common) { reply in
            let reason = reply.reason.map { " (\(Words.reason($0, common.language)))" } ?? ""
            print("\(reply.at)  \(Words.outcome(reply.outcome, common.language))\(reason)")
            printRules(reply.rules, reply.facts)
        }
    }
}

struct WhoCanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "who-can", abstract: words("Everybody who would be let in at an access point."),
        discussion: words(
            """
            Past instants are answered by the registry of then, those to come by the one of now. Areas, used grants and
            company are left out of it.
            Examples:
              gatehousectl who-can wicket-in --when 2026-12-01T08:00
              gatehousectl who-can wicket-in --when 2026-12-01T08:00 --refused
            """))
    @Argument(help: told("An access point.")) var point: String
    @Option(help: told("Local time; now without it.")) var when: String?
    @Flag(help: told("List who is refused, and why, instead.")) var refused = false
    @OptionGroup var common: Common

    func run() throws {
        let command = try WhoCan(
            point: argument("POINT", point), when: argument("--when", when), refused: refused ? true : nil)
        var rows = [[words("REFERENCE"), words("NAME"), words("ROLE"), words("REASON")]]
        try ask(
            command, common,
            item: { holder in
                rows.append([
                    plain(holder.reference ?? ""), plain(holder.name ?? ""), holder.role,
                    holder.reason.map { Words.reason($0, common.language) } ?? "",
                ])
            }
        ) { reply in
            if rows.count > 1 { print(table(rows)) }
            print(
                words(
                    "\(reply.at)  \(reply.point): \(reply.can) can, \(reply.withoutCredential) more hold no credential; registry revision \(reply.revision)"
                )
            )
            for (reason, count) in reply.refused.sorted(by: { $0.key < $1.key }) {
                print("  " + words("refused: \(count) \(Words.reason(reason, common.language))"))
            }
        }
    }
}

struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: words("Past decisions with a proposed registry or policy: who would have been treated otherwise."),
        discussion: words(
            """
            Nothing is changed. FILES are those of an import (CSV), a configuration (.yaml), or both. What the gate and
            the ledger brought (areas, company, PIN, posture) stays as it was.
            Example: gatehousectl replay tenancies.csv new-policy.yaml --from 2026-11-23 --until 2026-11-24 --reason "new hours"
            """))
    @Argument(help: told("CSV files of an import, a .yaml configuration.")) var files: [String]
    @Option(help: told("First moment, local time.")) var from: String
    @Option(help: told("The moment before which it ends.")) var until: String
    @OptionGroup var common: Common

    func run() throws {
        let client = try connect(common)
        for file in files { try upload(file, common, client) { ImportChunk(file: $0, data: $1) } }
        var rows = [
            [
                words("PERSON"), words("NAME"), words("BEFORE"), words("AFTER"), words("EVENTS"), words("FIRST"),
                words("LAST"),
            ]
        ]
        func outcome(_ word: String?) -> String {
            guard let word else { return "" }
            return word == "granted" ? Words.outcome(word, common.language) : Words.reason(word, common.language)
        }
        try ask(
            Replay(from: argument("--from", from), until: argument("--until", until)), common, client: client,
            item: { difference in
                if let problem = difference.problem { return complain(plain(problem)) }
                rows.append([
                    plain(difference.reference ?? "?"), plain(difference.name ?? ""), outcome(difference.before),
                    outcome(difference.after), "\(difference.events ?? 0)", difference.first.map { "\($0)" } ?? "",
                    difference.last.map { "\($0)" } ?? "",
                ])
            }
        ) { reply in
            if rows.count > 1 { print(table(rows)) }
            print(
                words(
                    "\(reply.decisions, "decision", "decisions"): \(reply.changed) would come out otherwise, \(reply.otherReason) refused for another reason"
                )
            )
            if reply.passedOver > 0 {
                print(
                    words(
                        "\(reply.passedOver, "decision has no facts and was", "decisions have no facts and were") passed over"
                    ))
            }
        }
    }
}
