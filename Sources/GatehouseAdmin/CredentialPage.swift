package import GatehouseCore

/// A credential on one page of 80 columns: whether it opens first, then whose it is and how long.
package enum CredentialPage {
    package static func lines(_ reply: CredentialShow.Reply, _ language: Language) -> [String] {
        func say(_ sentence: Sentence) -> String { sentence.text(in: language) }
        let (view, details) = (reply.first, reply.second)
        let off = details.suspended ?? details.off
        var lines = [
            PageText.joined(
                "\(view.id)", PageText.word(view.kind, language), view.value,
                status(view, off, language))
        ]
        lines += PageText.wrapped(
            PageText.joined(details.holder?.name, details.holder?.reference, details.home, details.plate))
        lines += PageText.wrapped(
            PageText.joined(
                PageText.span(view.from, view.until, language), limits(view, language),
                view.duress ? say(Sentence("raises a silent alarm")) : nil, view.note.map { "\"\($0)\"" }))
        lines += PageText.part(say(Sentence("READ ELSEWHERE AS")), view.also ?? [])
        lines += PageText.changes(details.history, language) { past in
            PageText.joined(
                PageText.word(past.status, language), PageText.span(past.from, past.until, language),
                past.note.map { "\"\($0)\"" })
        }
        return lines
    }

    /// One line of a list.
    static func line(_ view: CredentialView, _ off: PersonDetails.Off?, _ language: Language) -> String {
        PageText.joined(
            "\(view.id)", PageText.word(view.kind, language), view.value,
            view.also.map { Sentence("also \($0)").text(in: language) }, status(view, off, language),
            PageText.span(view.from, view.until, language), view.note.map { "\"\($0)\"" })
    }

    package static func limits(_ view: CredentialView, _ language: Language) -> String? {
        let uses = view.uses.map { Sentence("good for \(Int($0), "grant", "grants")").text(in: language) }
        let span = view.firstUseSeconds.map {
            Sentence("over \(PageText.length(Int($0), language)) after its first grant").text(in: language)
        }
        let said = PageText.joined(uses, span)
        return said.isEmpty ? nil : said
    }

    /// How it stands, since when and by whom.
    package static func status(_ view: CredentialView, _ off: PersonDetails.Off?, _ language: Language) -> String {
        let word = Sentence(verbatim: PageText.word(view.status, language))
        let since = off?.since.map(PageText.time)
        if let off, let until = off.until.map(PageText.time) {
            return Sentence("suspended by guard \(off.by ?? "-") at \(since ?? "-") until \(until)").text(in: language)
        }
        let sentence =
            switch (since, off?.by) {
            case (let since?, let by?): Sentence("\(word) since \(since), by \(by)")
            case (let since?, nil): Sentence("\(word) since \(since)")
            case (nil, let by?): Sentence("\(word), by \(by)")
            case (nil, nil): word
            }
        return sentence.text(in: language)
    }
}

/// A vehicle with its plate and tags.
package enum VehiclePage {
    package static func lines(_ reply: VehicleShow.Reply, _ language: Language) -> [String] {
        let (vehicle, details) = (reply.first, reply.second)
        var lines = [
            PageText.joined(
                vehicle.plate, details.holder?.name, details.holder?.reference, details.home ?? "#\(vehicle.dwelling)")
        ]
        lines += PageText.part(
            Sentence("PLATE AND TAGS").text(in: language),
            details.credentials.map { CredentialPage.line($0, nil, language) })
        lines += PageText.changes(details.history, language) { past in
            past.keeper == vehicle.keeper && past.dwelling == vehicle.dwelling
                ? past.plate : PageText.joined(past.plate, "#\(past.keeper)", "#\(past.dwelling)")
        }
        return lines
    }
}

/// A visitor's pass: whether it opens, where and how often, and who answers for it.
package enum PassPage {
    /// Passes in columns of a terminal of 80: the access points stand on a line of their own where they do not fit behind.
    package static func table(_ passes: [PassView], _ language: Language) -> [String] {
        func say(_ sentence: Sentence) -> String { sentence.text(in: language) }
        let head = [
            Sentence("PASS"), Sentence("VISITOR"), Sentence("HOST"), Sentence("UNTIL"), Sentence("LEFT"),
            Sentence("STATE"), Sentence("POINTS"),
        ].map(say)
        let rows = passes.map { pass in
            [
                pass.pass, pass.visitor ?? "-", pass.host ?? "-", pass.until.map(PageText.time) ?? "-",
                pass.left.map { "\($0)" } ?? say(Sentence("any")), pass.state.map { PageText.word($0, language) } ?? "",
                (pass.points ?? []).joined(separator: " "),
            ]
        }
        // A pass's number and a time to the minute take 16 places each; names are cut before either is.
        let most = [16, 12, 10, 16, 5, 8]
        let widths = most.indices.map { column in
            min(most[column], ([head] + rows).map { Columns.width($0[column]) }.max() ?? 0)
        }
        return ([head] + rows).flatMap { row -> [String] in
            let start = zip(row, widths).map { Columns.fit($0, $1) }.joined(separator: "  ")
            let points = row[most.count]
            if Columns.width(start) + 2 + Columns.width(points) <= 80 { return ["\(start)  \(points)"] }
            return [start] + Columns.wrap(points, first: 76, others: 76).map { "    \($0)" }
        }
    }

    package static func lines(_ pass: PassView, _ language: Language) -> [String] {
        func say(_ sentence: Sentence) -> String { sentence.text(in: language) }
        var lines = [
            PageText.joined(
                pass.pass, pass.state.map { PageText.word($0, language) },
                PageText.span(pass.from, pass.until, language))
        ]
        lines += PageText.wrapped(
            PageText.joined(
                pass.visitor, pass.phone, pass.host.map { say(Sentence("host \($0)")) },
                pass.plate ?? (pass.hasPlate == true ? say(Sentence("with a plate")) : nil),
                pass.issuer.map { say(Sentence("issued by \($0)")) }))
        if let uses = pass.uses {
            lines += PageText.wrapped(say(Sentence("used \(pass.used ?? 0) of \(Int(uses), "time", "times")")))
        }
        lines += PageText.part(say(Sentence("OPENS")), pass.points ?? [])
        let counts = (pass.counts ?? [:]).sorted { $0.key < $1.key }
        lines += PageText.part(say(Sentence("USED AT")), counts.map { "\($0.key) \($0.value)" })
        return lines
    }
}
