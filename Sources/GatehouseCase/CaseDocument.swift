package import GatehouseAdmin
package import GatehouseCore

/// A case as programs read it (`case.json`). What an entry says is in its leaf; here it stands readable, with what the site's register and
/// rules say to it.
package struct CaseDocument: Codable, Hashable, Sendable {
    /// A sentence in both languages.
    package struct Both: Codable, Hashable, Sendable {
        package var en: String
        package var zh: String
        package init(_ say: (Language) -> String) { (en, zh) = (say(.english), say(.chinese)) }
    }

    package struct Picture: Codable, Hashable, Sendable {
        /// The entry that has its digest.
        package var entry: UInt64
        /// Left out where it is not enclosed.
        package var file: String?
        /// Why it is not.
        package var without: Both?
        package init(entry: UInt64, file: String?, without: Both?) {
            self.entry = entry
            self.file = file
            self.without = without
        }
    }

    /// What the rules said of an attempt, without those that had nothing to say.
    package struct Rule: Codable, Hashable, Sendable {
        package var rule: String
        package var verdict: String
        package var words: Both
        package init(rule: String, verdict: String, words: Both) {
            self.rule = rule
            self.verdict = verdict
            self.words = words
        }
    }

    package struct Entry: Codable, Hashable, Sendable {
        package var view: EntryView
        /// What happened, and why.
        package var told: Both
        package var rules: [Rule]
        /// Whether the rules, asked again with the facts of the leaf, say the same.
        package var again: Bool?
        package var pictures: [Picture]
        package init(view: EntryView, told: Both, rules: [Rule], again: Bool?, pictures: [Picture]) {
            self.view = view
            self.told = told
            self.rules = rules
            self.again = again
            self.pictures = pictures
        }
    }

    /// Who made it, for what, and how it was asked for.
    package struct Export: Codable, Hashable, Sendable {
        /// Its entry in the journal.
        package var entry: UInt64
        package var at: String
        package var by: String
        package var account: String?
        /// Who had asked for the same before.
        package var with: String?
        package var reason: String
        package var court: String?
        /// The reference of a person whose entries these are, and their span.
        package var person: String?
        package var from: String?
        package var until: String?
        package init(
            entry: UInt64, at: String, by: String, account: String?, with: String?, reason: String, court: String?,
            person: String?, from: String?, until: String?
        ) {
            self.entry = entry
            self.at = at
            self.by = by
            self.account = account
            self.with = with
            self.reason = reason
            self.court = court
            self.person = person
            self.from = from
            self.until = until
        }
    }

    /// The head that the entries are proved under.
    package struct Head: Codable, Hashable, Sendable {
        package var size: UInt64
        package var root: String
        /// Names of the witnesses that signed it.
        package var witnesses: [String]
        /// Whether they are as many as the site's policy asks for; left out where it asks for none.
        package var enough: Bool?
        package init(size: UInt64, root: String, witnesses: [String], enough: Bool?) {
            self.size = size
            self.root = root
            self.witnesses = witnesses
            self.enough = enough
        }
    }

    package static let form = "gatehouse case"
    package var form = Self.form
    package var version = 1
    package var site: String
    package var gatehouse: String
    /// Of the journal, as policies write it; and of the list, in hexadecimal.
    package var key: String
    package var siteKey: String
    package var export: Export
    package var head: Head
    package var entries: [Entry]

    private enum CodingKeys: String, CodingKey {
        case form, version, site, gatehouse, key
        case siteKey = "site_key"
        case export, head, entries
    }

    package init(
        site: String, gatehouse: String, key: String, siteKey: String, export: Export, head: Head, entries: [Entry]
    ) {
        self.site = site
        self.gatehouse = gatehouse
        self.key = key
        self.siteKey = siteKey
        self.export = export
        self.head = head
        self.entries = entries
    }
}
