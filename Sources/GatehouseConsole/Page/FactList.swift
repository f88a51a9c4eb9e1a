internal import GatehouseAdmin
internal import GatehouseCore

/// Names and what stands for them. What is not there takes no line.
struct FactList {
    let visitor: Visitor
    private var rows: [(Sentence, HTML)] = []

    init(_ visitor: Visitor) { self.visitor = visitor }

    mutating func add(_ name: Sentence, _ value: String?) {
        if let value, !value.isEmpty { rows.append((name, HTML.name(value))) }
    }

    mutating func add(_ name: Sentence, html: HTML?) {
        if let html { rows.append((name, html)) }
    }

    var html: HTML {
        "<dl class=\"facts\">\(rows.map { "<dt>\(visitor.say($0.0))</dt><dd>\($0.1)</dd>" as HTML })</dl>"
    }
}

/// Rows under one another with a title; nothing where there are none.
struct Listing {
    let title: String
    let heads: [String]
    let rows: [[HTML]]

    var html: HTML {
        guard !rows.isEmpty else { return .none }
        return """
            <h2>\(title)</h2>
            <div class="scroll"><table><thead><tr>\(heads.map { "<th scope=\"col\">\($0)</th>" as HTML })</tr></thead>
            <tbody data-rows>\(rows.map(row))</tbody></table></div>
            """
    }

    private func row(_ cells: [HTML]) -> HTML {
        "<tr><th scope=\"row\">\(cells.first ?? .none)</th>\(cells.dropFirst().map { "<td>\($0)</td>" as HTML })</tr>"
    }
}

/// How something of the register stands: what keeps somebody out, or has to be looked after, is marked.
enum StateMark {
    static func html(_ word: String, _ visitor: Visitor, shown: String? = nil) -> HTML {
        let text = shown ?? Words.state(word, visitor.language)
        let isMarked = [
            "suspended", "barred", "lost", "stolen", "damaged", "overstay", "notice", "revoked", "unknownSignature",
        ].contains(word)
        return isMarked ? "<span class=\"mark amber\">\(text)</span>" : "\(text)"
    }
}

/// Where a row of the register has its page.
enum RegisterLink {
    static func person(_ reference: String) -> String { "/people/\(Fields.encoded(reference))" }
    static func credential(_ id: UInt32) -> String { "/credentials/\(id)" }
    static func tenancy(_ id: UInt32) -> String { "/tenancies/\(id)" }
    static func vehicle(_ plate: String) -> String { "/vehicles/\(Fields.encoded(plate))" }
    static func pass(_ pass: String) -> String { "/passes/\(Fields.encoded(pass))" }
    /// `community/dwelling`: a stroke parts the parts of an address.
    static func dwelling(_ code: String) -> String {
        "/dwellings/" + code.split(separator: "/").map { Fields.encoded(String($0)) }.joined(separator: "/")
    }

    static func html(_ address: String, _ shown: String) -> HTML {
        "<a class=\"open\" href=\"\(address)\">\(HTML.name(shown))</a>"
    }

    /// A dwelling by its code; one whose code is not known stands as it is.
    static func home(_ code: String?, _ visitor: Visitor) -> HTML {
        guard let code else { return .none }
        return visitor.may(.dwellingShow) && code.contains("/")
            ? "<a href=\"\(dwelling(code))\">\(HTML.name(code))</a>" : HTML.name(code)
    }
}

/// Spans as people read them.
enum SpanText {
    static func html(_ from: String?, _ until: String?, _ visitor: Visitor) -> HTML {
        let (from, until) = (from.map(SiteTime.minute), until.map(SiteTime.minute))
        let text =
            switch (from, until) {
            case (let from?, let until?): visitor.say("from \(from) until \(until)")
            case (let from?, nil): visitor.say("from \(from)")
            case (nil, let until?): visitor.say("until \(until)")
            case (nil, nil): ""
            }
        return "<span class=\"figures\">\(text)</span>"
    }

    static func days(_ first: String, _ last: String, _ visitor: Visitor) -> HTML {
        "<span class=\"figures\">\(visitor.say("\(first) to \(last)"))</span>"
    }
}

/// The latest changes of a row, the newest first, each with its entry.
enum ChangeList {
    static func html<Row>(_ history: [PastState<Row>], _ visitor: Visitor, _ what: (Row) -> HTML) -> HTML {
        guard !history.isEmpty else { return .none }
        let rows = history.suffix(8).reversed().map { state in
            let entry = state.entry.map { entry in
                "<a href=\"/log/\(entry)\">\(visitor.say("entry \(entry)"))</a>" as HTML
            }
            return
                "<li class=\"spread\"><span>\(what(state.row))</span><span class=\"small soft\">\(state.at.map { SiteTime.html($0) } ?? .none) \(entry ?? .none)</span></li>"
                as HTML
        }
        return
            "<details class=\"fold\"><summary class=\"small\">\(visitor.say("Changes"))</summary><ul class=\"card\">\(rows)</ul></details>"
    }
}

/// The line above a page: back, and what else there is to do.
enum PageActions {
    static func html(back: String, _ name: String, _ actions: HTML = .none) -> HTML {
        "<div class=\"row no-print actions\"><a class=\"button\" href=\"\(back)\" data-back=\"\(back)\">\(name) <kbd>Esc</kbd></a>\(actions)</div>"
    }

    static func link(_ address: String, _ name: String, key: Character? = nil, if isTheirs: Bool = true) -> HTML {
        guard isTheirs else { return .none }
        let shown: HTML = key.map { " <kbd>\(String($0))</kbd>" } ?? .none
        let shortcut: HTML = key.map { "data-shortcut=\"\(String($0))\"" } ?? .none
        return "<a class=\"button\" href=\"\(address)\" \(shortcut)>\(name)\(shown)</a>"
    }
}
