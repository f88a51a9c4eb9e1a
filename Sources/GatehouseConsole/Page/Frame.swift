internal import GatehouseAccounts
internal import GatehouseAdmin
internal import GatehouseCore

/// What stands around every view: where one is, what waits, the gates.
struct Frame {
    let visitor: Visitor
    /// Nil where the daemon does not answer.
    let status: Status.Reply?
    var metrics: Metrics.Reply?
    /// Said once, after an act.
    var said: HTML = .none

    private func say(_ text: Sentence.Text) -> String { visitor.say(text) }

    func page(_ view: View) -> HTML {
        let site = status?.site ?? say("No answer")
        return document(
            "\(view.title) · \(site)",
            """
            <a class="skip" href="#content">\(say("To the content"))</a>
            <div class="frame\(" wide", if: view.isWide)">
            <nav class="places" aria-label="\(say("Places"))">
            <div class="site">\(HTML.name(site))</div>
            \(Place.allCases.filter { $0 != .settings && isTheirs($0) }.map { link($0, view.place) })
            <div class="below">
            <a href="#keys" data-dialog="keys"><span>\(say("Keys"))</span> <kbd>?</kbd></a>
            \(link(.settings, view.place))
            </div>
            </nav>
            <main id="content" tabindex="-1">
            <header><h1>\(view.title)</h1><div class="row small soft">\(HTML.name(visitor.shown)) · \(Words.state(visitor.role.word, visitor.language))
            <span class="hide-small">· <time class="clock" data-clock>\(time)</time></span></div></header>
            <div id="link" role="status" aria-live="polite"></div>
            \(status == nil ? away : .none)
            \(said)
            \(view.body)
            </main>
            \(view.isWide ? .none : rail)
            </div>
            \(KeySheet(visitor: visitor).dialog)
            <dialog id="picture" class="large" aria-label="\(say("Picture"))"><form method="dialog"><button>\(say("Close")) <kbd>Esc</kbd></button></form><img alt=""></dialog>
            """)
    }

    private var time: String { status.map { SiteTime.clock($0.time) } ?? "" }

    /// A page without the frame: signing in, and faults before it.
    func document(_ title: String, _ body: HTML) -> HTML {
        Self.document(title, visitor.language, visitor.palette, Scripts.words(visitor.language), body)
    }

    static func document(
        _ title: String, _ language: Language, _ palette: Palette, _ words: HTML, _ body: HTML
    ) -> HTML {
        """
        <!DOCTYPE html>
        <html lang="\(language == .chinese ? "zh-CN" : "en")" data-palette="\(palette.rawValue)">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>\(title)</title>
        <link rel="icon" href="\(Assets.address("mark.svg"))">
        <link rel="stylesheet" href="\(Assets.address("page.css"))">
        <script type="module" src="\(Assets.address("page.js"))"></script>
        </head>
        <body \(words)>
        \(body)
        </body>
        </html>
        """
    }

    private func isTheirs(_ place: Place) -> Bool { place.needs.map(visitor.may) ?? true }

    private func link(_ place: Place, _ here: Place?) -> HTML {
        let waiting = place == .shift ? status?.alarms ?? 0 : 0
        let conditions = place == .health ? status?.conditions.filter { $0.severity != "info" }.count ?? 0 : 0
        return """
            <a href="/\(place.rawValue)" data-go="\(String(place.key))" \("aria-current=\"page\"", if: place == here)><span>\(visitor.say(place.name))</span> \
            <span class="count red" \("data-count=\"alarms\"", if: place == .shift) \("hidden", if: waiting + conditions == 0)>\(waiting + conditions)</span></a>
            """
    }

    private var away: HTML {
        """
        <div class="notice red" role="alert"><p><strong>\(say("The gate's program does not answer."))</strong></p>
        <p>\(say("Gates go on deciding where only this page has lost it. If cards are not read either: gatehousectl health at the machine, then the installer."))</p></div>
        """
    }

    private var rail: HTML {
        """
        <aside class="gates" aria-label="\(say("Gates"))" id="gates">
        \(status.map { GateRail(visitor: visitor, status: $0, metrics: metrics).content } ?? "<p class=\"soft\">\(say("Nothing is known of the gates now."))</p>")
        </aside>
        """
    }
}
