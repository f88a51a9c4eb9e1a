internal import GatehouseAdmin
package import GatehouseCore
internal import GatehouseCrypto

/// What a check came to, for people: what is proved, by what, and what is not.
package enum CaseVerdict {
    package static func lines(_ check: CaseCheck, _ language: Language) -> [String] {
        guard check.isWhole else {
            let faults = check.faults.map { Sentence("FAULT  \($0.sentence)") }
            return (faults + [Sentence("The case file is NOT whole.")]).map { $0.text(in: language) }
        }
        let (before, after) = (about(check), proof(check) + trust(check) + [Sentence("The case file is whole.")])
        return before.map { $0.text(in: language) } + entries(check, language) + after.map { $0.text(in: language) }
    }

    private static func about(_ check: CaseCheck) -> [Sentence] {
        guard let document = check.document else { return [] }
        let export = document.export
        return [
            Sentence(
                "Case file of \(document.site), made at \(export.at) by \(export.account ?? export.by): \"\(export.reason)\""
            )
        ]
    }

    private static func entries(_ check: CaseCheck, _ language: Language) -> [String] {
        zip(check.entries, check.document?.entries ?? []).flatMap { proved, readable in
            let told = language == .chinese ? readable.told.zh : readable.told.en
            var lines = [Sentence("entry \(proved.entry.sequence)  \(readable.view.at)  \(told)").text(in: language)]
            lines.append("  " + Sentence("in the journal itself: \(facts(proved.entry))").text(in: language))
            if !proved.opened.isEmpty {
                let names = proved.opened.map(\.name).joined(separator: ", ")
                lines.append("  " + Sentence("bound to it: \(names)").text(in: language))
            }
            if let picture = proved.picture {
                lines.append("  " + Sentence("its picture: \(picture)").text(in: language))
            }
            return lines
        }
    }

    /// What the leaf says, in its own words: whatever stands above it in sentences is the site's.
    private static func facts(_ entry: JournalEntry) -> String {
        let facts = [
            ("kind", entry.kind.rawValue), ("outcome", entry.outcome), ("reason", entry.reason),
            ("portal", entry.portal?.name), ("point", entry.accessPoint?.name),
            ("person", entry.person.map { "#\($0)" }),
            ("credential", entry.credential.map { "#\($0)" }), ("about", entry.about.map { "\($0)" }),
            ("clock", entry.isCivilTrusted ? nil : "untrusted"),
        ]
        return facts.compactMap { name, value in value.map { "\(name) \($0)" } }.joined(separator: ", ")
    }

    private static func proof(_ check: CaseCheck) -> [Sentence] {
        guard let head = check.head else { return [] }
        var lines = [
            Sentence(
                "Proved: \(check.entries.count, "entry stands", "entries stand") in the journal \(head.origin), when it had \(head.size, "entry", "entries"), and nobody has changed them since."
            )
        ]
        for witness in check.witnesses {
            lines.append(Sentence("Witnessed by \(witness.name) at \(utc(witness.seconds))."))
        }
        if !check.witnesses.isEmpty, !check.areWitnessesGiven {
            lines.append(
                Sentence(
                    "The keys of the witnesses came with the case itself: a policy of your own has them from elsewhere."
                ))
        }
        if check.witnesses.isEmpty { lines.append(Sentence("Not witnessed: it rests on the gate's own key.")) }
        lines.append(
            Sentence(
                "Not proved by that, and signed by the site: names, dwellings and the words of the rules. What was not asked for is not in the case."
            ))
        return lines
    }

    private static func trust(_ check: CaseCheck) -> [Sentence] {
        guard let key = check.key else { return [] }
        var lines = [
            Sentence("Key of the journal: \("\(key)")"),
            Sentence("Fingerprint: \(CaseKey.fingerprint(key.publicKey))"),
        ]
        if !check.isKeyGiven {
            lines.append(
                Sentence(
                    "This key came with the case itself, and anybody can make one. Compare it with the one on the wall of the residents' committee, with a witness's, or with gatehousectl journal checkpoint at the gate; --key KEY does it."
                ))
        }
        return lines
    }

    /// Civil time without a zone of anybody: `2026-11-28 10:00:00 UTC`.
    private static func utc(_ seconds: UInt64) -> String {
        let seconds = Int64(clamping: min(seconds, 253_402_300_799))
        let date = CalendarDay.date(Int32(clamping: seconds / 86400))
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let day = "\(date.year)-\(two(Int64(date.month)))-\(two(Int64(date.day)))"
        return "\(day) \(two(seconds / 3600 % 24)):\(two(seconds / 60 % 60)):\(two(seconds % 60)) UTC"
    }
}
