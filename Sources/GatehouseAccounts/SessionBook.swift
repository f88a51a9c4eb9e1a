package import GatehouseCore
internal import GatehouseCrypto

/// Somebody who is signed in with one browser.
package struct Session: Hashable, Sendable {
    package let name: AccountName
    package let role: AccountRole
    /// What its account was when it began; nil for one that began with a one-time token and has no account.
    package let stamp: Account.Stamp?
    package let began: MonotonicTime
    /// When it ends, whatever its owner does.
    package let ends: MonotonicTime
    package fileprivate(set) var used: MonotonicTime
    fileprivate let number: UInt64
}

/// The sessions of the page, in memory alone: 256 random bits each, of which the digest is kept. They end with the shift, after
/// 8 hours without use, and when their account changes. All of it by monotonic time: a clock that is set neither ends one nor
/// makes it longer.
package struct SessionBook: Sendable {
    package enum Finding: Hashable, Sendable {
        case open(Session)
        /// Told once; afterwards there is none.
        case over(Over)
        case none
    }
    package enum Over: Hashable, Sendable {
        case shiftEnded
        case idle
    }
    /// As many people are signed in as there is room for; nobody else's session goes for a new one.
    package struct Full: Error, Hashable, Sendable {}

    package static let limit = 512
    package static let limitOfOne = 16
    package static let idleLimit: Duration = .seconds(8 * 3600)

    private let shifts: ShiftChanges
    private var sessions: [[UInt8]: Session] = [:]
    private var begun: UInt64 = 0

    package init(shifts: ShiftChanges = ShiftChanges()) { self.shifts = shifts }

    package var count: Int { sessions.count }

    /// Begins a session, always under a new token: what a browser held before stays worthless. `instead` is that of the browser
    /// until now, which ends. Of 16 of one person the oldest goes.
    package mutating func begin(
        _ account: Account, instead: String? = nil, at moment: Moment, random: (Int) -> [UInt8]
    ) throws(Full) -> String {
        try begin(account.name, account.role, account.stamp, instead: instead, at: moment, random: random)
    }

    /// The same for whoever brought a one-time token.
    package mutating func begin(
        _ guest: OneTimeBook.Guest, instead: String? = nil, at moment: Moment, random: (Int) -> [UInt8]
    ) throws(Full) -> String {
        try begin(guest.name, guest.role, nil, instead: instead, at: moment, random: random)
    }

    private mutating func begin(
        _ name: AccountName, _ role: AccountRole, _ stamp: Account.Stamp?, instead: String?, at moment: Moment,
        random: (Int) -> [UInt8]
    ) throws(Full) -> String {
        let now = moment.monotonic
        if let instead { end(instead) }
        sessions = sessions.filter { Self.over($0.value, at: now) == nil }
        let own = sessions.filter { $0.value.name == name }
        if own.count >= Self.limitOfOne || (sessions.count >= Self.limit && !own.isEmpty) {
            sessions[own.min { $0.value.number < $1.value.number }?.key ?? []] = nil
        }
        guard sessions.count < Self.limit else { throw Full() }
        let octets = random(32)
        begun += 1
        sessions[Hash.sha256(octets)] = Session(
            name: name, role: role, stamp: stamp, began: now, ends: now + shifts.length(from: moment.localMinute),
            used: now, number: begun)
        return Base64.encode(octets, isURLSafe: true)
    }

    /// The session of a token. `counts`: whether this is a use of it, as a click is and a stream that stays open is not.
    package mutating func find(_ token: String, at now: MonotonicTime, counts: Bool = true) -> Finding {
        guard let digest = DeviceToken.digest(token), let session = sessions[digest] else { return .none }
        if let over = Self.over(session, at: now) {
            sessions[digest] = nil
            return .over(over)
        }
        if counts { sessions[digest]?.used = max(session.used, now) }
        return .open(sessions[digest] ?? session)
    }

    package mutating func end(_ token: String) {
        if let digest = DeviceToken.digest(token) { sessions[digest] = nil }
    }

    package mutating func endAll(of name: AccountName) { sessions = sessions.filter { $0.value.name != name } }

    /// Ends the sessions whose account is not what it was when they began.
    package mutating func settle(with book: AccountBook) {
        let stamps = Dictionary(uniqueKeysWithValues: book.accounts.map { ($0.name, $0.stamp) })
        sessions = sessions.filter { _, session in session.stamp == nil || stamps[session.name] == session.stamp }
    }

    private static func over(_ session: Session, at now: MonotonicTime) -> Over? {
        if now >= session.ends { return .shiftEnded }
        return now - session.used >= idleLimit ? .idle : nil
    }
}
