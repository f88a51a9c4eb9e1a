internal import GatehouseAccounts
internal import GatehouseAdmin
internal import GatehouseCore

/// Somebody who is signed in, as a page needs to know them.
struct Visitor: Sendable {
    /// The name of the account, as entries have it.
    var account: String
    /// How people call them.
    var shown: String
    var role: Role
    var language: Language
    var palette: Palette
    /// What a form of this session carries.
    var token: String
    /// What a page carries of a thing that was on it, and nobody else can say.
    var mark: @Sendable (String) -> String
    var gate: Gate

    func say(_ text: Sentence.Text) -> String { Sentence(text).text(in: language) }
    func say(_ sentence: Sentence) -> String { sentence.text(in: language) }

    /// Whether their role may give a command at all: what they may not is not offered.
    func may(_ command: CommandName) -> Bool { command.entry.roles.contains(role) }
}

/// A place of the page, in the order of the keys that lead there.
enum Place: String, CaseIterable, Sendable {
    case shift, live, log, people, rentals, reports, health, settings

    /// The letter behind `g`.
    var key: Character {
        switch self {
        case .shift: "s"
        case .live: "l"
        case .log: "o"
        case .people: "p"
        case .rentals: "r"
        case .reports: "t"
        case .health: "h"
        case .settings: "e"
        }
    }

    var name: Sentence {
        switch self {
        case .shift: Sentence("Shift")
        case .live: Sentence("Live")
        case .log: Sentence("Log")
        case .people: Sentence("People")
        case .rentals: Sentence("Rentals")
        case .reports: Sentence("Reports")
        case .health: Sentence("Health")
        case .settings: Sentence("Account")
        }
    }

    /// What somebody has to be allowed to, for the place to be theirs.
    var needs: CommandName? {
        switch self {
        case .shift, .live, .log: .log
        case .people: .find
        case .rentals: .tenancyReport
        case .reports: .reportMonth
        case .health, .settings: nil
        }
    }
}

/// A view of the page, before it has its frame.
struct View {
    var title: String
    var place: Place?
    /// Without the gates at its side.
    var isWide = false
    var body: HTML
    var status = 200

    init(_ title: String, _ place: Place?, isWide: Bool = false, status: Int = 200, _ body: HTML) {
        self.title = title
        self.place = place
        self.isWide = isWide
        self.status = status
        self.body = body
    }
}
