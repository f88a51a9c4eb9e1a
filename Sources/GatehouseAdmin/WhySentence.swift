package import GatehouseCore

/// The one sentence that says why somebody was refused, in both languages.
package enum WhySentence {
    package static func text(_ reply: Why.Reply, _ language: Language) -> String {
        let entry = reply.entry
        let place = entry.point ?? entry.portal ?? "-"
        let outcome = entry.outcome.map { Words.outcome($0, language) } ?? ""
        let at = time(entry.at)
        let because = reply.cause.map(cause) ?? entry.reason.map { Sentence(verbatim: Words.reason($0, language)) }
        let isRefusal = entry.outcome == "denied"
        let sentence =
            switch because {
            case let because? where isRefusal: Sentence("\(at) at \(place): refused, \(because)")
            case let because?: Sentence("\(at) at \(place): \(outcome), \(because)")
            case nil where isRefusal: Sentence("\(at) at \(place): refused")
            case nil: Sentence("\(at) at \(place): \(outcome)")
            }
        return sentence.text(in: language)
    }

    /// To the minute, as people read it.
    private static func time(_ text: String) -> String {
        String(text.prefix(16)).replacing("T", with: " ")
    }

    /// What was so, since when, by whom, and with which words.
    private static func cause(_ cause: Why.Cause) -> Sentence {
        if cause.what == "suspendedByGuard" { return suspension(cause) }
        let what = statement(cause)
        guard let note = cause.note else { return what }
        return Sentence("\(what): \"\(note)\"")
    }

    /// Whoever suspended it at the gate, until when, and with which words.
    private static func suspension(_ cause: Why.Cause) -> Sentence {
        let (since, until) = (time(cause.since ?? "-"), time(cause.until ?? "-"))
        let (by, note) = (cause.by ?? "-", cause.note ?? "-")
        return Sentence("\(subject(cause)) was suspended by guard \(by) at \(since) until \(until): \"\(note)\"")
    }

    private static func statement(_ cause: Why.Cause) -> Sentence {
        let what = fact(cause)
        let isSpan = ["notActive", "expired", "usesExhausted", "tenancyEnded", "tenancyNotStarted", "employment"]
            .contains(cause.what)
        switch (cause.since.map(time), cause.by) {
        case (let since?, let by?) where isSpan: return Sentence("\(what); so written at \(since) by \(by)")
        case (let since?, nil) where isSpan: return Sentence("\(what); so written at \(since)")
        case (nil, let by?) where isSpan: return Sentence("\(what); so written by \(by)")
        case (let since?, let by?): return Sentence("\(what) since \(since), reported by \(by)")
        case (let since?, nil): return Sentence("\(what) since \(since)")
        case (nil, let by?): return Sentence("\(what), reported by \(by)")
        case (nil, nil): return what
        }
    }

    /// Who or what it is about.
    private static func subject(_ cause: Why.Cause) -> Sentence {
        if let kind = cause.kind {
            let noun =
                switch kind {
                case "card": Sentence("card")
                case "pin": Sentence("PIN")
                case "face": Sentence("face")
                case "plate": Sentence("plate")
                default: Sentence(verbatim: kind)
                }
            return cause.value.map { Sentence("the \(noun) \($0)") } ?? Sentence("the \(noun)")
        }
        return switch cause.what {
        case "tenancyEnded", "tenancyNotStarted": Sentence("the tenancy")
        case "blocked", "lockdown": Sentence("the portal")
        case "employment": Sentence("the employment")
        default: Sentence("the person")
        }
    }

    private static func fact(_ cause: Why.Cause) -> Sentence {
        let subject = subject(cause)
        let (from, until) = (cause.from.map(time), cause.until.map(time))
        switch cause.what {
        case "removed": return Sentence("\(subject) was taken off the register")
        case "notActive": return Sentence("\(subject) is valid from \(from ?? "-") on")
        case "expired": return Sentence("\(subject) was valid until \(until ?? "-")")
        case "usesExhausted":
            return Sentence("\(subject) was good for \(cause.uses ?? 0, "use", "uses"), and all of them are over")
        case "tenancyEnded": return Sentence("\(subject) ended at \(until ?? "-")")
        case "tenancyNotStarted": return Sentence("\(subject) begins at \(from ?? "-")")
        case "employment":
            return switch (from, until) {
            case (let from?, let until?): Sentence("\(subject) is from \(from) until \(until)")
            case (let from?, nil): Sentence("\(subject) is from \(from)")
            default: Sentence("\(subject) is until \(until ?? "-")")
            }
        case "lockdown": return Sentence("\(subject) was in lockdown")
        default: return Sentence("\(subject) was \(status(cause.what))")
        }
    }

    private static func status(_ word: String) -> Sentence {
        switch word {
        case "lost": Sentence("lost")
        case "stolen": Sentence("stolen")
        case "suspended": Sentence("suspended")
        case "damaged": Sentence("damaged")
        case "returned": Sentence("returned")
        case "barred": Sentence("barred")
        case "blocked": Sentence("blocked")
        default: Sentence(verbatim: word)
        }
    }

    /// The number of a card for somebody who has to know which one is meant: its kind and its last digits.
    package static func masked(_ value: String) -> String {
        guard let colon = value.firstIndex(of: ":") else { return value }
        let digits = value[value.index(after: colon)...].filter(\.isNumber)
        return "\(value[...colon])…\(digits.suffix(digits.count >= 8 ? 4 : digits.count >= 5 ? 3 : 1))"
    }
}
