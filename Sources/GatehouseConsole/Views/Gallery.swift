internal import GatehouseAccounts
internal import GatehouseAdmin
internal import GatehouseCore

/// Every component in every state, with made-up data and without a daemon: where the page is made, and what its pictures are taken of.
enum Gallery {
    struct Data: Decodable {
        var entries: [EntryView]
        var alarms: [String: [AlarmView]]
        var status: Status.Reply
        var quiet: Status.Reply
        var rules: [[String]]
    }

    static let data = WireJSON.decode(Data.self, PackageResources.gallery_json)

    /// Nil for what is no address of it.
    static func answer(_ incoming: Incoming) -> Outgoing? {
        guard let data else { return nil }
        switch (incoming.path.first, incoming.path.count) {
        case ("gallery", 1): return .page(page(data, visitor(incoming)))
        case ("gallery", 2) where incoming.path[1] == "sign-in": return .page(signIn(visitor(incoming)))
        case ("picture", 2): return picture(incoming.path[1])
        default: return nil
        }
    }

    private static func visitor(_ incoming: Incoming) -> Visitor {
        let language = incoming.query["lang"].flatMap(Language.init(rawValue:)) ?? .english
        let palette = incoming.query["palette"].flatMap(Palette.init(rawValue:)) ?? .light
        return Visitor(
            account: "zhang", shown: "张伟", role: .manager, language: language, palette: palette, token: "gallery",
            gate: Gate(path: "", language: language, person: nil))
    }

    private static func page(_ data: Data, _ visitor: Visitor) -> HTML {
        let parts: [(name: String, shown: HTML)] = [
            ("Eyes", HTML(queues(data, visitor))), ("StreamList", streams(data, visitor)),
            ("RulePathList", RulePathList(visitor: visitor, rules: data.rules).html),
            ("Notices", HTML(notices(visitor).map(\.body))),
            ("HealthViews", "<ul>\(data.status.conditions.map { HealthViews.condition($0, visitor) })</ul>"),
            (
                "LogFilter",
                LogFilter(
                    visitor: visitor,
                    query: Fields([.init(name: "decision", value: "denied"), .init(name: "from", value: "\"<b>")]),
                    portals: data.status.portals.map(\.name)
                ).form
            ),
            (
                "Bar",
                HTML(
                    [("07:00", 412), ("08:00", 97), ("09:00", 0)].map { Bar(name: $0.0, count: $0.1, most: 412).html })
            ),
            ("SettingsView", SettingsView.view(visitor).body),
        ]
        let body = HTML(
            parts.map { "<section data-part=\"\($0.name)\"><h2>\($0.name)</h2>\($0.shown)</section>" as HTML })
        return Frame(visitor: visitor, status: data.status).page(View("Gallery", .shift, body))
    }

    private static func queues(_ data: Data, _ visitor: Visitor) -> [HTML] {
        let seen = data.alarms["seen"] ?? [], time = data.status.time
        return [
            Eyes(visitor: visitor, alarms: [], time: time),
            Eyes(visitor: visitor, alarms: (data.alarms["one"] ?? []) + seen, time: time, pictured: 14),
            Eyes(visitor: visitor, alarms: data.alarms["many"] ?? [], time: time),
            Eyes(visitor: visitor, alarms: data.alarms["over"] ?? [], time: time, pictured: 13),
        ].map(\.content)
    }

    private static func streams(_ data: Data, _ visitor: Visitor) -> HTML {
        let today = SiteTime.day(data.status.time)
        return StreamList(visitor: visitor, entries: data.entries, today: today).html
            + StreamList(visitor: visitor, entries: [], today: today).html
            + "<div class=\"card\">\(GateRail(visitor: visitor, status: data.quiet).content)</div>"
    }

    private static func notices(_ visitor: Visitor) -> [View] {
        let refusal = CommandRefusal(
            code: "unknownAlarm",
            message: Sentence(
                "The form came from another page or from an earlier sign-in. Go back, load the page again and say it once more."
            )
        ).said(in: visitor.language)
        return [
            Notices.view(of: .refused(refusal), visitor), Notices.foreignForm(visitor), Notices.notFound(visitor),
            View("", nil, Notices.done("opened", visitor) ?? .none),
        ]
    }

    private static func signIn(_ visitor: Visitor) -> HTML {
        SignInView(
            language: visitor.language, token: "gallery", to: nil, name: "zhang",
            fault: Sentence("Name, password or code is not right."), wantsCode: true
        ).page
    }

    /// Drawn; 13 is the one that is broken.
    private static func picture(_ number: String) -> Outgoing {
        guard number != "13" else { return .text("", status: 404) }
        let drawn: HTML = """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 360"><rect width="640" height="360" fill="#8a96a3"/><rect y="250" width="640" height="110" fill="#5c656e"/>\
            <rect x="270" y="60" width="130" height="230" fill="#3c444c"/><circle cx="335" cy="150" r="30" fill="#c7a58c"/><rect x="300" y="180" width="70" height="100" fill="#31506f"/></svg>
            """
        return Outgoing(200, "image/svg+xml", Array(drawn.markup.utf8))
    }
}
