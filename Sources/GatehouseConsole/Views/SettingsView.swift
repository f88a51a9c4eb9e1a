internal import GatehouseAccounts
internal import GatehouseAdmin
internal import GatehouseCore

/// What somebody may choose of their own account.
enum SettingsView {
    static func view(_ visitor: Visitor) -> View {
        func say(_ text: Sentence.Text) -> String { visitor.say(text) }
        func mark(_ name: String, _ value: String, _ shown: String, _ isChosen: Bool) -> HTML {
            "<label class=\"inline\"><input type=\"radio\" name=\"\(name)\" value=\"\(value)\" \("checked", if: isChosen)> \(shown)</label> "
        }
        return View(
            say("Account"), .settings,
            """
            <section class="card narrow">
            <p><strong>\(HTML.name(visitor.shown))</strong> <span class="soft">\(HTML.name(visitor.account)) · \(Words.state(visitor.role.word, visitor.language))</span></p>
            <form method="post" action="/settings"><input type="hidden" name="token" value="\(visitor.token)">
            <fieldset><legend>\(say("Language"))</legend><div class="row">
            \(mark("language", "en", "English", visitor.language == .english))\(mark("language", "zh", "中文", visitor.language == .chinese))</div></fieldset>
            <fieldset><legend>\(say("Colours"))</legend><div class="row">
            \(mark("palette", "auto", say("as the machine"), visitor.palette == .auto))\(mark("palette", "light", say("light"), visitor.palette == .light))\
            \(mark("palette", "dark", say("dark, for the night"), visitor.palette == .dark))</div></fieldset>
            <p class="row"><button class="main">\(say("Keep"))</button></p></form>
            <p class="hint">\(say("A password, an authenticator or a role is changed at the machine: gatehousectl console account change"))</p>
            </section>
            <form method="post" action="/sign-out"><input type="hidden" name="token" value="\(visitor.token)"><button>\(say("Sign out"))</button></form>
            """)
    }
}
