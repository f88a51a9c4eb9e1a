internal import GatehouseCore

/// A reader on one page of 80 columns: what is wrong with it, then how it is heard, then what it says of itself.
package enum ReaderPage {
    package static func lines(_ reply: ReaderShow.Reply, _ language: Language) -> [String] {
        func say(_ english: String, _ chinese: String) -> String { language == .chinese ? chinese : english }
        let (reader, details) = (reply.first, reply.second)
        var lines = [
            PageText.joined(
                reader.name, PageText.word(reader.link, language), PageText.word(reader.security, language),
                reader.protocolName)
        ]
        let wrong = (details.conditions ?? []).flatMap { condition(HealthCode(rawValue: $0), $0, language) }
        let waits = [
            reader.slowedUntil.map {
                say(
                    "asks for more, or takes cards slowly, until \(PageText.time($0))",
                    "至 \(PageText.time($0)) 多要一项凭证或放慢刷卡")
            },
            reader.pinPausedUntil.map {
                say("compares no PIN until \(PageText.time($0))", "至 \(PageText.time($0)) 不比对密码")
            },
        ].compactMap(\.self)
        lines += PageText.part(say("WRONG NOW", "当前问题"), wrong + waits)
        lines += PageText.part(
            say("WHERE IT IS", "位置"),
            [
                PageText.joined(
                    details.address.map { say("address \($0)", "地址 \($0)") },
                    details.baud.map { say("\($0) baud", "波特率 \($0)") })
            ].filter { !$0.isEmpty })
        lines += PageText.part(
            say("WHAT IT IS", "设备"),
            [
                PageText.joined(
                    details.vendor.map { say("vendor \($0)", "厂商 \($0)") },
                    details.model.map { say("model \($0)", "型号 \($0)") },
                    details.version.map { say("version \($0)", "版本 \($0)") },
                    (reader.serial ?? details.serialNumber.map { "\($0)" }).map { say("serial \($0)", "序列号 \($0)") },
                    details.firmware.map { say("firmware \($0)", "固件 \($0)") })
            ].filter { !$0.isEmpty } + (details.says ?? []).map { "\($0.what): \($0.text)" })
        let counted = (reader.counters ?? [:]).filter { $0.value != 0 }.sorted {
            ($1.value, $0.key) < ($0.value, $1.key)
        }
        lines += PageText.part(say("COUNTED SINCE THE START", "启动以来的计数"), counted.map { "\($0.key) \($0.value)" })
        return lines
    }

    /// What it is, and what to do; a newer daemon's word as it came.
    private static func condition(_ code: HealthCode?, _ word: String, _ language: Language) -> [String] {
        guard let code else { return [word] }
        let said = Words.condition(code, language)
        return ["\(Words.severity(code.severity, language)) \(said.sentence)", said.advice]
    }
}
