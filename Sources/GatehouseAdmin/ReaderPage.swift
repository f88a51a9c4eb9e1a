package import GatehouseCore

/// A reader on one page of 80 columns: what is wrong with it, then how it is heard, then what it says of itself.
package enum ReaderPage {
    package static func lines(_ reply: ReaderShow.Reply, _ language: Language) -> [String] {
        func say(_ sentence: Sentence) -> String { sentence.text(in: language) }
        let (reader, details) = (reply.first, reply.second)
        var lines = [
            PageText.joined(
                reader.name, PageText.word(reader.link, language), PageText.word(reader.security, language),
                reader.protocolName)
        ]
        let wrong = (details.conditions ?? []).flatMap { condition(HealthCode(rawValue: $0), $0, language) }
        let waits = [
            reader.slowedUntil.map {
                say(Sentence("asks for more, or takes cards slowly, until \(PageText.time($0))"))
            },
            reader.pinPausedUntil.map {
                say(Sentence("compares no PIN until \(PageText.time($0))"))
            },
        ].compactMap(\.self)
        lines += PageText.part(say(Sentence("WRONG NOW")), wrong + waits)
        lines += PageText.part(
            say(Sentence("WHERE IT IS")),
            [
                PageText.joined(
                    details.address.map { say(Sentence("address \($0)")) },
                    details.baud.map { say(Sentence("\($0) baud")) })
            ].filter { !$0.isEmpty })
        lines += PageText.part(
            say(Sentence("WHAT IT IS")),
            [
                PageText.joined(
                    details.vendor.map { say(Sentence("vendor \($0)")) },
                    details.model.map { say(Sentence("model \($0)")) },
                    details.version.map { say(Sentence("version \($0)")) },
                    (reader.serial ?? details.serialNumber.map { "\($0)" }).map { say(Sentence("serial \($0)")) },
                    details.firmware.map { say(Sentence("firmware \($0)")) })
            ].filter { !$0.isEmpty } + (details.says ?? []).map { "\($0.what): \($0.text)" })
        lines += PageText.part(say(Sentence("WHAT IT CAN")), abilities(details).map(say))
        let quirks = (details.quirks ?? []).map { word in ReaderQuirk(rawValue: word).map { say($0.sentence) } ?? word }
        lines += PageText.part(say(Sentence("WHAT IT DOES OTHERWISE")), quirks)
        let counted = (reader.counters ?? [:]).filter { $0.value != 0 }.sorted {
            ($1.value, $0.key) < ($0.value, $1.key)
        }
        lines += PageText.part(say(Sentence("COUNTED SINCE THE START")), counted.map { "\($0.key) \($0.value)" })
        return lines
    }

    private static func abilities(_ details: ReaderShow.Details) -> [Sentence] {
        [
            details.receiveSize.map { Sentence("takes frames of \($0, "octet", "octets")") },
            details.largestMessage.map { Sentence("takes messages of \($0, "octet", "octets") in parts") },
            details.passesCards == true ? Sentence("passes commands on to smart cards") : nil,
            details.extendedPackets == true ? Sentence("in extended packets too") : nil,
        ].compactMap(\.self)
    }

    /// What it is, and what to do; a newer daemon's word as it came.
    private static func condition(_ code: HealthCode?, _ word: String, _ language: Language) -> [String] {
        guard let code else { return [word] }
        let said = Words.condition(code, language)
        return ["\(Words.severity(code.severity, language)) \(said.sentence)", said.advice]
    }
}
