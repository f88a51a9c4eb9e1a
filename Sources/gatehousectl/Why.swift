import ArgumentParser
import GatehouseAdmin
import GatehouseCore

struct WhyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why", abstract: words("Why somebody was refused, in a sentence. Needs --reason."),
        discussion: words(
            """
            Without WHEN the last refusal of the last 72 hours; with it the refusal nearest to it, within 36 hours.
            Examples:
              gatehousectl why 李伟 --reason "asks at the desk"
              gatehousectl why R-1001 "yesterday 18:00" --reason "complaint of 26 November"
            """))
    @Argument(help: told("A person: reference, name, card, plate, dwelling.")) var person: String
    @Argument(help: told("When, local time: 18:00, yesterday 18:00, 2h ago.")) var when: String?
    @OptionGroup var common: Common

    func run() throws {
        let language = common.language
        try ask(Why(person: argument("PERSON", person), when: argument("WHEN", when)), common) { reply in
            printFolded(plain(WhySentence.text(reply, language)))
            let event = reply.entry.seq
            print(
                "  "
                    + (reply.cause?.event.map { words("entry \(event), brought about by entry \($0)") }
                        ?? words("entry \(event)")))
            for rule in reply.rules where rule.count == 2 {
                printFolded("\(rule[0])  \(verdict(rule[1]))", indent: 2)
            }
            guard !reply.others.isEmpty else { return }
            print(words("other refusals:"))
            for other in reply.others {
                let reason = other.reason.map { Words.reason($0, language) } ?? ""
                print("  \(other.at.prefix(16).replacing("T", with: " "))  \(other.point ?? "-")  \(reason)")
            }
            if let leftOut = reply.leftOut { print("  " + words("and \(leftOut) more")) }
        }
    }
}
