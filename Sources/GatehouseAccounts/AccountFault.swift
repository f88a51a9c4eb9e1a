package import GatehouseCore

/// Why accounts cannot be read, written or changed: what, where and what to do.
package enum AccountFault: Error, Hashable, Sendable {
    /// A call of the system failed, with its own words.
    case system(attempt: String, path: String, reason: String)
    case noFile(path: String)
    case noPlainFile(path: String)
    /// Others than its owner may read or write it.
    case openFile(path: String)
    case tooLarge(path: String)
    case inUse(path: String)
    case unreadable(path: String, line: Int, what: Problem)
    case badName(String)
    case badShown
    case isThere(AccountName)
    case notThere(AccountName)
    case tooMany
    case badPassword(PasswordRule.Refusal)
    case noMemory

    /// What a file of accounts may not say.
    package enum Problem: Hashable, Sendable {
        case notJSON
        case doubled(String)
        case missing(String)
        case unknown(String)
        case bad(String)
        case version
        case account(String)
    }

    package var sentence: Sentence {
        switch self {
        case .system(let attempt, let path, let reason): Sentence(verbatim: "\(attempt) \(path): \(reason)")
        case .noFile(let path):
            Sentence("\(path): there are no accounts; gatehousectl console account add NAME makes the first")
        case .noPlainFile(let path): Sentence("\(path) is no plain file")
        case .openFile(let path): Sentence("\(path): others than its owner can read or write it; chmod 600 \(path)")
        case .tooLarge(let path): Sentence("\(path) is larger than such a file may be")
        case .inUse(let path): Sentence("\(path) is being changed by another program; try again")
        case .unreadable(let path, let line, let what): Sentence("\(path), line \(line): \(what.sentence)")
        case .badName(let name):
            Sentence("\"\(name)\" is no name of an account: 1 to 64 letters, digits, dots, underscores or hyphens")
        case .badShown: Sentence("a full name has 1 to 64 characters and no control characters")
        case .isThere(let name): Sentence("there is an account \(name.text) already")
        case .notThere(let name): Sentence("there is no account \(name.text)")
        case .tooMany: Sentence("there is room for \(AccountBook.limit) accounts; remove one first")
        case .badPassword(let refusal): refusal.sentence
        case .noMemory: Sentence("there is not enough memory to check a password")
        }
    }
}

extension AccountFault.Problem {
    fileprivate var sentence: Sentence {
        switch self {
        case .notJSON: Sentence("not the JSON that a file of accounts is; nothing was changed")
        case .doubled(let member): Sentence("\"\(member)\" is said twice")
        case .missing(let member): Sentence("\"\(member)\" is missing")
        case .unknown(let member): Sentence("there is no member \"\(member)\" here")
        case .bad(let member): Sentence("\"\(member)\" has a value that it cannot have")
        case .version: Sentence("written by another version; this one reads \"version\": 1")
        case .account(let name): Sentence("the account \(name) stands here twice")
        }
    }
}
