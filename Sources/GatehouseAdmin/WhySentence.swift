internal import GatehouseCore

/// The one sentence that says why somebody was refused, in both languages.
package enum WhySentence {
    package static func text(_ reply: Why.Reply, _ language: Language) -> String {
        let entry = reply.entry
        let place = entry.point ?? entry.portal ?? "-"
        let outcome = entry.outcome.map { Words.outcome($0, language) } ?? ""
        let because = reply.cause.map { cause($0, language) } ?? entry.reason.map { Words.reason($0, language) }
        switch language {
        case .english:
            return "\(time(entry.at)) at \(place): \(outcome == "denied" ? "refused" : outcome)"
                + (because.map { ", \($0)" } ?? "")
        case .chinese: return "\(time(entry.at)) \(place)：\(outcome)" + (because.map { "，\($0)" } ?? "")
        }
    }

    /// To the minute, as people read it.
    private static func time(_ text: String) -> String {
        String(text.prefix(16)).replacing("T", with: " ")
    }

    private static func cause(_ cause: Why.Cause, _ language: Language) -> String {
        let subject = subject(cause, language)
        if cause.what == "suspendedByGuard" { return suspension(cause, subject, language) }
        switch language {
        case .english: return "\(subject) \(english(cause))\(ending(cause, language))"
        case .chinese: return "\(subject)\(chinese(cause))\(ending(cause, language))"
        }
    }

    /// Whoever suspended it at the gate, until when, and with which words.
    private static func suspension(_ cause: Why.Cause, _ subject: String, _ language: Language) -> String {
        let (since, until) = (time(cause.since ?? "-"), time(cause.until ?? "-"))
        let (by, note) = (cause.by ?? "-", cause.note ?? "-")
        return switch language {
        case .english: "\(subject) was suspended by guard \(by) at \(since) until \(until): \"\(note)\""
        case .chinese: "\(subject)已由保安 \(by) 于 \(since) 临时停用，至 \(until) 为止：“\(note)”"
        }
    }

    private static func subject(_ cause: Why.Cause, _ language: Language) -> String {
        let isChinese = language == .chinese
        if let kind = cause.kind {
            let words = kinds[kind] ?? (kind, kind)
            let value = cause.value.map { " \($0)" } ?? ""
            return isChinese ? "\(words.1)\(value)\(value.isEmpty ? "" : " ")" : "the \(words.0)\(value)"
        }
        return switch cause.what {
        case "tenancyEnded", "tenancyNotStarted": isChinese ? "租约" : "the tenancy"
        case "blocked", "lockdown": isChinese ? "该通道" : "the portal"
        case "employment": isChinese ? "任职" : "the employment"
        default: isChinese ? "该人员" : "the person"
        }
    }

    private static func english(_ cause: Why.Cause) -> String {
        switch cause.what {
        case "removed": "was taken off the register"
        case "notActive": "is valid from \(time(cause.from ?? "-")) on"
        case "expired": "was valid until \(time(cause.until ?? "-"))"
        case "usesExhausted": "was good for \(cause.uses ?? 0) uses, and all of them are over"
        case "tenancyEnded": "ended at \(time(cause.until ?? "-"))"
        case "tenancyNotStarted": "begins at \(time(cause.from ?? "-"))"
        case "employment":
            "is \(cause.from.map { "from \(time($0)) " } ?? "")\(cause.until.map { "until \(time($0))" } ?? "")"
        case "lockdown": "was in lockdown"
        default: "was \(statuses[cause.what]?.0 ?? cause.what)"
        }
    }

    private static func chinese(_ cause: Why.Cause) -> String {
        switch cause.what {
        case "removed": "已从登记中删除"
        case "notActive": "自 \(time(cause.from ?? "-")) 起才有效"
        case "expired": "有效期至 \(time(cause.until ?? "-"))"
        case "usesExhausted": "限用 \(cause.uses ?? 0) 次，已用完"
        case "tenancyEnded": "已于 \(time(cause.until ?? "-")) 到期"
        case "tenancyNotStarted": "自 \(time(cause.from ?? "-")) 起"
        case "employment": "期限 \(cause.from.map(time) ?? "") 至 \(cause.until.map(time) ?? "")"
        case "lockdown": "封锁中"
        default: "已\(statuses[cause.what]?.1 ?? cause.what)"
        }
    }

    /// Since when, by whom, with which words.
    private static func ending(_ cause: Why.Cause, _ language: Language) -> String {
        let isSpan = ["notActive", "expired", "usesExhausted", "tenancyEnded", "tenancyNotStarted", "employment"]
            .contains(cause.what)
        var parts: [String] = []
        switch language {
        case .english:
            if let since = cause.since {
                parts.append(isSpan ? "; so written at \(time(since))" : " since \(time(since))")
            }
            if let by = cause.by { parts.append("\(isSpan ? "" : ", reported") by \(by)") }
            if let note = cause.note { parts.append(": \"\(note)\"") }
            return parts.joined()
        case .chinese:
            if let since = cause.since { parts.append(isSpan ? "（登记于 \(time(since))" : "（自 \(time(since)) 起") }
            if let by = cause.by { parts.append(parts.isEmpty ? "（登记人 \(by)" : "，登记人 \(by)") }
            if !parts.isEmpty { parts.append("）") }
            if let note = cause.note { parts.append("：“\(note)”") }
            return parts.joined()
        }
    }

    private static let kinds: [String: (String, String)] = [
        "card": ("card", "卡"), "pin": ("PIN", "密码"), "face": ("face", "人脸"), "plate": ("plate", "车牌"),
    ]
    private static let statuses: [String: (String, String)] = [
        "lost": ("lost", "挂失"), "stolen": ("stolen", "报失被盗"), "suspended": ("suspended", "停用"),
        "damaged": ("damaged", "报损"), "returned": ("returned", "退还"), "barred": ("barred", "禁止进入"),
        "blocked": ("blocked", "禁止通行"),
    ]

    /// The number of a card for somebody who has to know which one is meant: its kind and its last digits.
    package static func masked(_ value: String) -> String {
        guard let colon = value.firstIndex(of: ":") else { return value }
        let digits = value[value.index(after: colon)...].filter(\.isNumber)
        return "\(value[...colon])…\(digits.suffix(digits.count >= 8 ? 4 : digits.count >= 5 ? 3 : 1))"
    }
}
