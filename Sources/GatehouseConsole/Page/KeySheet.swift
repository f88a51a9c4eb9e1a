internal import GatehouseAdmin
internal import GatehouseCore

/// What each key does.
struct KeySheet {
    let visitor: Visitor

    private var keys: [(keys: [String], what: Sentence)] {
        [
            (["j", "k"], Sentence("next, previous")), (["Enter"], Sentence("open what is chosen")),
            (["a"], Sentence("seen, with a note")), (["o"], Sentence("open a gate, with a reason")),
            (["1…9"], Sentence("a usual reason, or the gate of that number")), (["/"], Sentence("search")),
            (["."], Sentence("the picture large")), (["?"], Sentence("this sheet")), (["Esc"], Sentence("back")),
        ]
    }

    var dialog: HTML {
        let places = Place.allCases.filter { $0.needs.map(visitor.may) ?? true }
        return """
            <dialog id="keys" aria-labelledby="keys-title">
            <h2 id="keys-title">\(visitor.say("Keys"))</h2>
            <dl class="keys">
            \(places.map { "<dt><kbd>g</kbd> <kbd>\(String($0.key))</kbd></dt><dd>\(visitor.say($0.name))</dd>" as HTML })
            \(keys.map { line in "<dt>\(line.keys.map { "<kbd>\($0)</kbd> " as HTML })</dt><dd>\(visitor.say(line.what))</dd>" as HTML })
            </dl>
            <form method="dialog" class="row end"><button>\(visitor.say("Close")) <kbd>Esc</kbd></button></form>
            </dialog>
            """
    }
}

/// Words that scripts put together themselves, in the language of the page.
enum Scripts {
    static func words(_ language: Language) -> HTML {
        func say(_ text: Sentence.Text) -> String { Sentence(text).text(in: language) }
        // A number is put where the sign is.
        return """
            data-seconds="\(say("\("#") s ago"))" data-minutes="\(say("\("#") min ago"))" data-lost="\(say("No contact since \("#"): what is shown may be old."))" \
            data-contact="\(say("In contact again. Missed meanwhile: \("#")."))" data-alarm="\(say("Alarm"))" data-picture-of="\(say("Picture of entry \("#")"))"
            """
    }
}
