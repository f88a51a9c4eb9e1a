internal import GatehouseAdmin
internal import GatehouseCore

/// The gates at the side of a page: how each is, what can be done with it, and the one line that says whether all is well.
struct GateRail {
    let visitor: Visitor
    let status: Status.Reply
    /// Ages of heads and signatures; nil where they are not known.
    var metrics: Metrics.Reply?

    private func say(_ text: Sentence.Text) -> String { visitor.say(text) }

    var content: HTML {
        """
        <h2 class="spread">\(say("Gates")) \("<kbd>o</kbd>", if: opens)</h2>
        \(status.portals.enumerated().map { gate($1, $0 + 1) })
        <div class="sound">\(soundness)</div>
        """
    }

    private var opens: Bool { visitor.may(.portalOpen) || visitor.may(.portalBlock) }

    private func gate(_ portal: Status.Portal, _ number: Int) -> HTML {
        """
        <section class="gate" aria-label="\(portal.name)">
        <div class="spread"><span class="name">\(HTML.name(portal.name))</span> \(state(portal))</div>
        \(opens ? actions(portal, number) : .none)
        </section>
        """
    }

    private func state(_ portal: Status.Portal) -> HTML {
        let door =
            portal.door == "closed" || portal.door == "unknown" ? nil : Words.state(portal.door, visitor.language)
        let posture = portal.posture == "secure" ? nil : Words.outcome(portal.posture, visitor.language)
        let lock = portal.lock == "released" ? say("released") : say("secured")
        let words = [posture, door].compactMap(\.self)
        let tone = portal.door == "forced" || portal.posture == "fire" ? "red" : words.isEmpty ? "" : "amber"
        return "<span class=\"mark \(tone)\">\((words.isEmpty ? [lock] : words).joined(separator: " · "))</span>"
    }

    private func actions(_ portal: Status.Portal, _ number: Int) -> HTML {
        let isUsual = portal.posture == "secure"
        return """
            <details data-gate="\(portal.name)"><summary class="button">\(say("Open…"))<span class="unseen"> \(portal.name)</span> \("<kbd>\(number)</kbd>", if: number < 10)</summary>
            <form method="post" action="/gates/\(Fields.encoded(portal.name))">
            <input type="hidden" name="token" value="\(visitor.token)">
            \(ReasonField(visitor: visitor, id: "why-\(portal.name)", usual: ReasonField.openings).field)
            <p class="row">
            <button class="main" name="act" value="open">\(say("Open once"))</button>
            \("<button name=\"act\" value=\"block\">\(say("Block"))</button>", if: isUsual && visitor.may(.portalBlock))
            \("<button name=\"act\" value=\"normal\">\(say("Back to normal"))</button>", if: !isUsual && visitor.may(.portalNormal))
            </p></form></details>
            """
    }

    /// The journal, and how long ago somebody outside has seen it.
    private var whole: Sentence {
        func minutes(_ age: Int64) -> Int { Int(max(1, age / 60_000)) }
        return switch (metrics?.witnessed, metrics?.checkpoint) {
        case (let age?, _):
            Sentence("All quiet: the journal is whole, witnessed \(minutes(age), "minute", "minutes") ago")
        case (nil, let age?):
            Sentence("All quiet: the journal is whole, signed \(minutes(age), "minute", "minutes") ago")
        case (nil, nil): Sentence("All quiet: the journal is whole")
        }
    }

    /// The sentence that nobody else can say: what was written is whole, and somebody else has seen it.
    private var soundness: HTML {
        let worst = status.conditions.first
        guard let worst else {
            return
                "<p><span class=\"mark\">\(visitor.say(whole))</span><br><span class=\"small soft\">\(say("\(Int64(clamping: status.entries), "entry", "entries")"))</span></p>"
        }
        let tone = worst.severity == "alarm" || worst.severity == "fault" ? "red" : "amber"
        return """
            <p><span class="mark \(tone)">\(worst.sentence)</span></p>
            <p class="small"><a href="/health">\(say("\(status.conditions.count, "condition stands", "conditions stand")"))</a></p>
            """
    }
}

/// A reason, with the usual ones a key away.
struct ReasonField {
    let visitor: Visitor
    let id: String
    let usual: [Sentence]
    var isNeeded = true
    var value = ""

    static let openings = [
        Sentence("delivery"), Sentence("visitor, host called"), Sentence("resident without card"),
        Sentence("ambulance or police"),
        Sentence("maintenance"),
    ]

    var field: HTML {
        """
        <label for="\(id)">\(visitor.say("Reason"))</label>
        <input id="\(id)" name="reason" list="\(id)-usual" maxlength="200" autocomplete="off" value="\(value)" \("required", if: isNeeded)>
        <datalist id="\(id)-usual">\(usual.map { "<option value=\"\(visitor.say($0))\"></option>" as HTML })</datalist>
        <div class="row usual">\(usual.enumerated().map { place, reason in
            "<button type=\"button\" class=\"small\" data-fill=\"\(id)\">\(visitor.say(reason)) <kbd>\(place + 1)</kbd></button>" as HTML })</div>
        """
    }
}
