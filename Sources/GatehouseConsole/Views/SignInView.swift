internal import GatehouseAccounts
internal import GatehouseAdmin
internal import GatehouseCore

/// The door of the page.
struct SignInView {
    let language: Language
    let token: String
    /// Where somebody wanted to go.
    let to: String?
    let name: String?
    let fault: Sentence?
    let wantsCode: Bool

    private func say(_ text: Sentence.Text) -> String { Sentence(text).text(in: language) }

    /// A place of ours; nothing of what leads elsewhere.
    static func local(_ address: String?) -> String? {
        guard let address, address.first == "/", !address.hasPrefix("//"), !address.contains("\\"),
            address.unicodeScalars.allSatisfy({ $0.value > 32 && $0.value < 127 }), address.utf8.count <= 1024
        else { return nil }
        return address
    }

    var page: HTML {
        Frame.document(
            say("Sign in"), language, .auto, .none,
            """
            <main class="sign"><div>
            <h1>Gatehouse</h1>
            <p class="soft">\(say("Who may pass, and why"))</p>
            \(fault.map { "<div class=\"notice amber\" role=\"alert\"><p>\($0.text(in: language))</p></div>" as HTML } ?? .none)
            <form method="post" action="/sign-in" class="card">
            <input type="hidden" name="token" value="\(token)">
            \(to.map { "<input type=\"hidden\" name=\"to\" value=\"\($0)\">" as HTML } ?? .none)
            <label for="name">\(say("Name"))</label>
            <input id="name" name="name" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="64" required value="\(name ?? "")" \("autofocus", if: name == nil)>
            <label for="password">\(say("Password"))</label>
            <input id="password" name="password" type="password" autocomplete="current-password" maxlength="1024" required \("autofocus", if: name != nil)>
            \(wantsCode ? code : .none)
            <p class="row end"><button class="main">\(say("Sign in"))</button></p>
            </form>
            <p class="small soft">\(say("Accounts are made at the machine: gatehousectl console account add"))</p>
            </div></main>
            """)
    }

    private var code: HTML {
        """
        <label for="code">\(say("Code of the authenticator"))</label>
        <input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9 ]{6,8}" required>
        """
    }
}
