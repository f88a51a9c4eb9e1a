package import GatehouseCore

/// What an account may do at most; the words of the daemon's roles, of which an auditor's and an installer's work is not done
/// through the page.
package enum AccountRole: String, Hashable, Sendable, CaseIterable {
    case viewer
    case `guard`
    case manager
}

/// The colours that somebody wants to see.
package enum Palette: String, Hashable, Sendable, CaseIterable {
    case auto
    case light
    case dark
}

/// Somebody who may sign in to the page.
package struct Account: Hashable, Sendable {
    package let name: AccountName
    /// The full name, as colleagues read it; the account's name where there is none.
    package private(set) var shown: String?
    package private(set) var role: AccountRole
    package private(set) var password: PasswordHash
    package private(set) var timeCode: TimeCodeSecret?
    /// The step of the last time code that was taken: a code counts once.
    package internal(set) var lastStep: Int64?
    package let since: CivilTime
    package var language: Language?
    package var palette: Palette
    package private(set) var isDisabled = false
    /// SHA-256 of the tokens of browsers that signed in, the one used last at the end.
    package internal(set) var devices: [[UInt8]] = []
    /// Counts the changes that end the sessions of an account: role, password, time code, disabled.
    package internal(set) var generation: Int64 = 1

    package static let deviceLimit = 8
    /// Characters of a full name.
    package static let shownLimit = 64

    package init(
        name: AccountName, shown: String? = nil, role: AccountRole, password: PasswordHash, since: CivilTime,
        language: Language? = nil, palette: Palette = .auto
    ) throws(AccountFault) {
        (self.name, self.role, self.password, self.since) = (name, role, password, since)
        (self.language, self.palette) = (language, palette)
        try show(as: shown)
    }

    package var display: String { shown ?? name.text }

    /// What sessions of this account are bound to; another one ends them.
    package var stamp: Stamp { Stamp(since: since, generation: generation) }
    package struct Stamp: Hashable, Sendable {
        package let since: CivilTime
        package let generation: Int64
    }

    package mutating func show(as shown: String?) throws(AccountFault) {
        guard let shown else { return self.shown = nil }
        let text = Composed.text(shown)
        let isHarmless = text.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse: false
            default: true
            }
        }
        let hasInk = text.unicodeScalars.contains { !$0.properties.isWhitespace }
        guard hasInk, isHarmless, text.unicodeScalars.count <= Self.shownLimit else { throw .badShown }
        self.shown = text
    }

    package mutating func take(role: AccountRole) {
        guard role != self.role else { return }
        self.role = role
        generation += 1
    }

    /// Another password: whoever was signed in with the old one is out, and no browser has a lane of its own any more.
    package mutating func take(password: PasswordHash) {
        self.password = password
        devices = []
        generation += 1
    }

    /// The same password under dearer parameters.
    mutating func takeRehashed(_ password: PasswordHash) { self.password = password }

    package mutating func take(timeCode: TimeCodeSecret?) {
        self.timeCode = timeCode
        lastStep = nil
        generation += 1
    }

    package mutating func take(isDisabled: Bool) {
        guard isDisabled != self.isDisabled else { return }
        self.isDisabled = isDisabled
        generation += 1
    }

    /// Keeps a browser's token, at the end; past the limit the one that was used longest ago goes.
    mutating func keep(device digest: [UInt8]) {
        devices.removeAll { $0 == digest }
        devices.append(digest)
        devices.removeFirst(max(0, devices.count - Self.deviceLimit))
    }
}
