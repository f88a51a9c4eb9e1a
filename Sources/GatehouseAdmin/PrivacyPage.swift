package import GatehouseCore

/// What is kept of people, and that nothing older is there.
package enum PrivacyPage {
    package static func lines(_ reply: PrivacyStatus.Reply, _ language: Language) -> [String] {
        func say(_ sentence: Sentence) -> String { sentence.text(in: language) }
        let kept = reply.keptDays.map { say(Sentence("kept for \(Int($0), "day", "days")")) }
        var lines = [PageText.joined(PageText.time(reply.at), kept ?? say(Sentence("kept without end")))]
        // What should not be there comes first.
        if reply.olderThanKept > 0 {
            lines.append(say(Sentence("\(reply.olderThanKept, "value is", "values are") older than they may be")))
        }
        if !reply.overdue.isEmpty {
            lines.append(say(Sentence("\(reply.overdue.count, "face is", "faces are") overdue to leave the modules")))
            lines += PageText.wrapped(reply.overdue.map { "#\($0)" }.joined(separator: " "))
        }
        lines += [
            "",
            say(Sentence("\(reply.personalValues, "personal value", "personal values") beside the journal")),
            reply.oldest.map { say(Sentence("the oldest of \(PageText.time($0))")) },
            say(Sentence("\(reply.erasedValues, "value was", "values were") erased")),
            say(Sentence("\(reply.faceDeletionsDue, "face has", "faces have") to leave the modules")),
            say(Sentence("\(reply.picturesToErase, "picture waits", "pictures wait") to be deleted")),
        ].compactMap(\.self)
        lines += reply.classes.flatMap { ["", say(noun($0))] + details($0).map(say) }
        return lines
    }

    private static func noun(_ kept: PrivacyStatus.Reply.Kept) -> Sentence {
        switch kept.name {
        case "ended":
            Sentence("\(kept.rows, "ended state", "ended states") of the register with names and numbers in it")
        case "alerts": Sentence("\(kept.rows, "alert that is", "alerts that are") settled")
        case "entries": Sentence("\(kept.rows, "entry", "entries") of the journal, by numbers alone")
        default: Sentence("\(kept.rows, "row", "rows") of where a picture lies or why there is none")
        }
    }

    private static func details(_ kept: PrivacyStatus.Reply.Kept) -> [Sentence] {
        [
            kept.older > 0 ? Sentence("\(kept.older, "of them is", "of them are") older than they may be") : nil,
            kept.days.map { Sentence("kept for \(Int($0), "day", "days")") } ?? Sentence("kept without end"),
            kept.oldest.map { Sentence("the oldest of \(PageText.time($0))") },
        ].compactMap(\.self)
    }
}

/// What the site has of one person, for that person: the whole of it, in words.
package enum PersonReportPage {
    package static func lines(_ reply: PersonReport.Reply, _ language: Language) -> [String] {
        func say(_ sentence: Sentence) -> String { sentence.text(in: language) }
        let details = PersonDetails(
            tenancies: reply.tenancies, credentials: reply.credentials, vehicles: reply.vehicles, responsibleFor: [],
            history: reply.history, homes: reply.homes, off: [])
        var lines = PersonPage.lines(Joined(reply.person, details), language)
        lines += PageText.part(say(Sentence("WHERE THEY ARE")), [reply.area].compactMap(\.self))
        lines += PageText.part(
            say(Sentence("CONSENTS")),
            reply.consents.map { consent in
                PageText.joined(
                    consent.basis, consent.given.map { say(Sentence("given \(PageText.time($0))")) },
                    consent.withdrawn.map { say(Sentence("withdrawn \(PageText.time($0))")) },
                    consent.deleteBy.map { say(Sentence("the face is gone by \(PageText.time($0))")) },
                    consent.deleted.map { say(Sentence("it left the module \(PageText.time($0))")) })
            })
        lines += PageText.part(
            say(Sentence("PASSES OF THEIR VISITORS")),
            reply.passes.map { pass in
                PageText.joined(
                    pass.pass, pass.state.map { PageText.word($0, language) },
                    PageText.span(pass.from, pass.until, language), pass.visitor, pass.phone)
            })
        lines += PageText.part(
            say(Sentence("WHO LOOKED")),
            reply.looks.map { look in
                PageText.joined(
                    PageText.time(look.at), say(Sentence("entry \(look.entry)")), look.actor, look.command,
                    PageText.word(look.scope, language))
            })
        lines += ["", say(Sentence("\(reply.entries, "entry", "entries") above"))]
        return lines
    }
}
