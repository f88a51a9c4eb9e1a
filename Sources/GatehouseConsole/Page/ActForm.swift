internal import GatehouseAdmin
internal import GatehouseCore

/// What was typed into a form that came to nothing, and why: the page is shown again with both.
struct Typed {
    var fields = Fields()
    /// In the language of whoever typed it.
    var refusal: String?

    func isOf(_ act: String) -> Bool { fields["act"] == act }
}

/// A form that does one thing: what was typed before stands in it, the refusal above its button, and the button says what will
/// happen. `act` names it among the forms of a page, and begins the names of its fields.
struct ActForm {
    let visitor: Visitor
    let address: String
    let act: String
    var typed = Typed()

    private var isTyped: Bool { typed.isOf(act) }

    func id(_ name: String) -> String { "\(act)-\(name)" }

    /// What stands in a field: what was typed, or else what is usual.
    func value(_ name: String, _ usual: String = "") -> String { isTyped ? typed.fields[name] ?? "" : usual }

    func html(_ button: String, isDanger: Bool = false, _ content: HTML) -> HTML {
        """
        <form method="post" action="\(address)" id="\(act)" class="act">
        <input type="hidden" name="token" value="\(visitor.token)"><input type="hidden" name="act" value="\(act)">
        \(content)
        \(refusal)
        <p class="row"><button class="\(isDanger ? "danger" : "main")">\(button)</button></p>
        </form>
        """
    }

    /// Behind a button of its own until it is wanted.
    func folded(_ title: String, _ button: String, isDanger: Bool = false, shortcut: Character? = nil, _ content: HTML)
        -> HTML
    {
        let key: HTML =
            shortcut.map { " <kbd>\(String($0))</kbd>" } ?? .none
        return """
            <details class="fold" \("open", if: isTyped)><summary class="button" \(shortcut.map { "data-shortcut=\"\(String($0))\"" as HTML } ?? .none)>\(title)\(key)</summary>
            <div class="card">\(html(button, isDanger: isDanger, content))</div></details>
            """
    }

    private var refusal: HTML {
        guard isTyped, let words = typed.refusal else { return .none }
        return """
            <div class="notice amber" role="alert"><p><strong>\(visitor.say("Nothing was changed."))</strong> \(words)</p></div>
            """
    }

    // MARK: Fields

    func field(
        _ name: String, _ label: String, usual: String = "", example: String = "", hint: String = "",
        isNeeded: Bool = false, isFirst: Bool = false, list: [String] = []
    ) -> HTML {
        """
        <div><label for="\(id(name))">\(label)</label>
        <input id="\(id(name))" name="\(name)" type="text" maxlength="200" autocomplete="off" value="\(value(name, usual))" placeholder="\(example)" \
        \("required", if: isNeeded) \("autofocus", if: isFirst) \(list.isEmpty ? .none : "list=\"\(id(name))-list\"" as HTML)>
        \(list.isEmpty ? .none : "<datalist id=\"\(id(name))-list\">\(list.map { "<option value=\"\($0)\"></option>" as HTML })</datalist>" as HTML)
        \(hint.isEmpty ? .none : "<p class=\"hint\">\(hint)</p>" as HTML)</div>
        """
    }

    func day(_ name: String, _ label: String, usual: String = "", isNeeded: Bool = false) -> HTML {
        """
        <div><label for="\(id(name))">\(label)</label>
        <input id="\(id(name))" name="\(name)" type="date" value="\(value(name, usual))" \("required", if: isNeeded)></div>
        """
    }

    func choice(_ name: String, _ label: String, _ options: [(value: String, shown: String)], usual: String = "")
        -> HTML
    {
        let chosen = value(name, usual)
        return """
            <div><label for="\(id(name))">\(label)</label><select id="\(id(name))" name="\(name)">\(options.map { option in
                "<option value=\"\(option.value)\" \("selected", if: option.value == chosen)>\(option.shown)</option>" as HTML })</select></div>
            """
    }

    func mark(_ name: String, _ label: String, value: String = "yes", isUsual: Bool = false) -> HTML {
        let isOn = isTyped ? typed.fields.values(name).contains(value) : isUsual
        return
            "<label class=\"inline\"><input type=\"checkbox\" name=\"\(name)\" value=\"\(value)\" \("checked", if: isOn)> <span>\(label)</span></label>"
    }

    func reason(_ usual: [Sentence], isNeeded: Bool = true) -> HTML {
        ReasonField(visitor: visitor, id: id("reason"), usual: usual, isNeeded: isNeeded, value: value("reason")).field
    }
}

extension Acts {
    /// Does it. Where the gate's program refuses, the page is shown again with what was typed and the words beside it.
    static func attempt(
        _ incoming: Incoming, again: (Typed) throws(GateFault) -> View, _ act: () throws(GateFault) -> Outcome
    ) throws(GateFault) -> Outcome {
        do throws(GateFault) { return try act() } catch {
            guard case .refused(let refusal) = error else { throw error }
            return try shown(incoming, refusal.message, again)
        }
    }

    static func shown(
        _ incoming: Incoming, _ refusal: String?, _ again: (Typed) throws(GateFault) -> View
    ) throws(GateFault) -> Outcome {
        var view = try again(Typed(fields: incoming.form, refusal: refusal))
        view.status = 422
        return .shown(view)
    }
}

extension Fields {
    func text(_ name: String) -> TextArgument? { self[name].map { TextArgument($0) } }
    func personal(_ name: String) -> PersonalArgument? { self[name].map { PersonalArgument($0) } }
}
