internal import GatehouseAdmin
internal import GatehouseCore

/// What went otherwise, said so that somebody knows what to do.
enum Notices {
    static func view(of fault: GateFault, _ visitor: Visitor) -> View {
        switch fault {
        // The frame says it.
        case .away: View(visitor.say("No contact"), nil, status: 503, again(visitor))
        case .refused(let refusal):
            View(
                visitor.say("Not done"), nil, status: refusal.code == "notAllowed" ? 403 : 422,
                """
                <div class="notice amber" role="alert"><p><strong>\(visitor.say("Nothing was changed."))</strong></p>
                <p>\(refusal.message)</p></div>
                \(again(visitor))
                """)
        }
    }

    static func fault(_ sentence: Sentence, _ visitor: Visitor) -> View {
        View(
            visitor.say("Not done"), nil, status: 422,
            "<div class=\"notice amber\" role=\"alert\"><p>\(visitor.say(sentence))</p></div>\(again(visitor))")
    }

    private static func again(_ visitor: Visitor) -> HTML {
        "<p class=\"row\"><a class=\"button\" href=\"/shift\" data-back=\"/shift\">\(visitor.say("Back to the shift")) <kbd>Esc</kbd></a></p>"
    }

    static func notFound(_ visitor: Visitor) -> View {
        View(
            visitor.say("Nothing is here"), nil, status: 404,
            "<div class=\"card empty\"><strong>\(visitor.say("There is no such page."))</strong>\(visitor.say("Choose a place at the left, or search with /."))</div>"
        )
    }

    /// An alarm that this session never had before it.
    static func unseen(_ visitor: Visitor) -> View {
        fault(Sentence("Nothing counts as seen that was not on your screen: go to the shift and look at it."), visitor)
    }

    /// A form of another page, or of a session that is over.
    static func foreignForm(_ visitor: Visitor) -> View {
        View(
            visitor.say("Not done"), nil, status: 403,
            """
            <div class="notice amber" role="alert"><p><strong>\(visitor.say("Nothing was changed."))</strong></p>
            <p>\(visitor.say("The form came from another page or from an earlier sign-in. Go back, load the page again and say it once more."))</p></div>
            \(again(visitor))
            """)
    }

    private static let dones: [String: Sentence] = [
        "opened": Sentence("Opened once. It stands in the log with your name."),
        "blocked": Sentence("Blocked: no card opens it."),
        "normal": Sentence("Cards decide again."), "seen": Sentence("Seen. It stands in the log with your note."),
        "settings": Sentence("Kept."), "saved": Sentence("Written into the register."),
        "suspended": Sentence("Suspended. It opens nothing from now on."), "resumed": Sentence("It opens again."),
        "gone": Sentence("Out of use. It opens no more."),
        "replaced": Sentence("The new card opens, and the old one does no more."),
        "tenancy": Sentence("The tenancy stands on the register, and its cards open from its first day on."),
        "movedOut": Sentence("Moved out: the tenancy has ended, and what was handed back opens no more."),
        "taken": Sentence("The files are in the register."),
    ]

    /// Said once, after an act; nil for a word that is none of ours.
    static func done(_ word: String, _ visitor: Visitor) -> HTML? {
        dones[word].map { "<div class=\"notice done\" role=\"status\"><p>\(visitor.say($0))</p></div>" as HTML }
    }
}

/// In place of a picture, where an image is asked for: drawn, so that a page has no broken one.
enum PictureNotice {
    static func answer(_ fault: GateFault, _ visitor: Visitor) -> Outgoing {
        let (text, status) =
            switch fault {
            case .away: (visitor.say("The gate's program does not answer."), 503)
            case .refused(let refusal): (refusal.message, 404)
            }
        let lines = text.split(separator: " ").reduce(into: [""]) { lines, word in
            if lines[lines.count - 1].count + word.count > 44 { lines.append("") }
            lines[lines.count - 1] += lines[lines.count - 1].isEmpty ? String(word) : " \(word)"
        }
        let markup: HTML = """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 360" width="640" height="360"><rect width="640" height="360" fill="#dcdcda"/>\
            \(lines.prefix(5).enumerated().map { place, line in
                "<text x=\"320\" y=\"\(172 + place * 26)\" text-anchor=\"middle\" font-family=\"sans-serif\" font-size=\"20\" fill=\"#33363b\">\(line)</text>" as HTML })</svg>
            """
        // An image element shows what comes with 200 alone in some browsers.
        var outgoing = Outgoing(200, "image/svg+xml", Array(markup.markup.utf8))
        outgoing.headers.append(("X-No-Picture", "\(status)"))
        return outgoing
    }
}
