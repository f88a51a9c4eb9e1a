/// Notices that somebody tries card numbers, fast or slowly, at one reader or going from one to the next, and makes trying on
/// worthless without locking residents out (checks A8 and K21). `docs/guessing.md` says what is left to a guesser.
package struct GuessGuard: Sendable {
    /// So many different unknown numbers within a span are an alarm.
    package struct Window: Hashable, Sendable {
        package var numbers: Int
        package var span: Duration
    }

    package struct Tried: Hashable, Sendable {
        /// A keyed digest of the number: what was tried is kept nowhere.
        package var mark: UInt64
        package var at: MonotonicTime
    }

    /// By reader, and by site over all of them.
    package static let windows = [
        Window(numbers: 5, span: .seconds(60)), Window(numbers: 10, span: .seconds(3600)),
        Window(numbers: 30, span: .seconds(86_400)),
    ]
    /// The shortest alert, from the last number that made one.
    package static let span: Duration = .seconds(900)
    package static let interval: Duration = .seconds(10)
    /// Of each reader as many are remembered as the longest window asks for.
    package static let most = 30
    package static let longest: Duration = .seconds(86_400)

    /// By reader, the latest at the end.
    private var tried: [ReaderID: [Tried]] = [:]
    private var alerts: [ReaderID: MonotonicTime] = [:]
    /// Where cards are taken slowly: when the next one is.
    private var nextCardAt: [ReaderID: MonotonicTime] = [:]
    private var siteAlert: MonotonicTime?

    package init() {}

    package func isAlert(_ reader: ReaderID, at now: MonotonicTime) -> Bool { alertEnd(reader, at: now) != nil }

    /// When the alert of a reader ends; nil for none.
    package func alertEnd(_ reader: ReaderID, at now: MonotonicTime) -> MonotonicTime? {
        alerts[reader].flatMap { now < $0 ? $0 : nil }
    }

    /// Whether a reader without a keypad takes this card now. Asking counts as taking.
    package mutating func takesCard(_ reader: ReaderID, at now: MonotonicTime) -> Bool {
        guard isAlert(reader, at: now) else { return true }
        if let next = nextCardAt[reader], now < next { return false }
        nextCardAt[reader] = now + Self.interval
        return true
    }

    /// An unknown number was shown. Gives the readers whose alert begins with it, and those whose alert became longer.
    package mutating func noteUnknown(
        _ mark: UInt64, at reader: ReaderID, now: MonotonicTime
    ) -> (begun: [ReaderID], prolonged: [ReaderID]) {
        forgetOld(at: now)
        var own = tried[reader] ?? []
        own.removeAll { $0.mark == mark }
        own.append(Tried(mark: mark, at: now))
        tried[reader] = own.suffix(Self.most)
        let here = Self.full(own, at: now)
        let everywhere = Self.full(distinct, at: now)
        if let end = everywhere?.until { siteAlert = max(siteAlert ?? end, end) }
        // While somebody goes round, each reader at which an unknown number is shown is one of theirs.
        let roaming = siteAlert.flatMap { now < $0 ? $0 : nil }
        guard let until = [here?.until, roaming].compactMap(\.self).max() else { return ([], []) }
        var begun: [ReaderID] = []
        var prolonged: [ReaderID] = []
        // Where no reader is full by itself, it takes all of them to be full: each one is.
        var theirs: [ReaderID] = []
        if here == nil, let everywhere {
            theirs = tried.keys.sorted().filter { now - tried[$0]!.last!.at <= everywhere.span }
        }
        for other in [reader] + theirs.filter({ $0 != reader }) {
            let end = other == reader ? until : everywhere!.until
            guard alerts[other].map({ $0 < end }) ?? true else { continue }
            if isAlert(other, at: now) { prolonged.append(other) } else { begun.append(other) }
            alerts[other] = end
        }
        nextCardAt[reader] = now + Self.interval
        return (begun, prolonged)
    }

    /// Numbers that were shown at several readers count once.
    private var distinct: [Tried] {
        var latest: [UInt64: MonotonicTime] = [:]
        for one in tried.keys.sorted().flatMap({ tried[$0]! }) {
            latest[one.mark] = max(latest[one.mark] ?? one.at, one.at)
        }
        return latest.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map { Tried(mark: $0.key, at: $0.value) }
    }

    /// When the windows that are full are quiet again (less than half as many in them) and no sooner than the shortest alert,
    /// with the longest of them; nil where none is full.
    private static func full(
        _ tried: [Tried], at now: MonotonicTime
    ) -> (until: MonotonicTime, span: Duration)? {
        var found: (until: MonotonicTime, span: Duration)?
        for window in windows where tried.count >= window.numbers {
            guard now - tried[tried.count - window.numbers].at <= window.span else { continue }
            let quiet = tried[tried.count - window.numbers / 2].at + window.span
            found = (max(found?.until ?? now + span, quiet), window.span)
        }
        return found
    }

    private mutating func forgetOld(at now: MonotonicTime) {
        for reader in tried.keys.sorted() {
            tried[reader]!.removeAll { now - $0.at >= Self.longest }
            if tried[reader]!.isEmpty { tried[reader] = nil }
        }
    }

    /// What is remembered of a reader.
    package func numbers(at reader: ReaderID) -> [Tried] { tried[reader] ?? [] }
    package var readers: [ReaderID] { tried.keys.sorted() }

    /// Ends an alert by hand, and forgets what brought it about. True when there was one.
    package mutating func end(_ reader: ReaderID) -> Bool {
        guard alerts.removeValue(forKey: reader) != nil else { return false }
        tried[reader] = nil
        nextCardAt[reader] = nil
        if Self.isQuiet(distinct) { siteAlert = nil }
        return true
    }

    private static func isQuiet(_ tried: [Tried]) -> Bool {
        !windows.contains { window in
            tried.count >= window.numbers
                && tried[tried.count - 1].at - tried[tried.count - window.numbers].at <= window.span
        }
    }

    /// An alert from before a restart that has so long to go.
    package mutating func restore(_ reader: ReaderID, for rest: Duration, at now: MonotonicTime) {
        alerts[reader] = now + min(rest, Self.longest)
        nextCardAt[reader] = now + Self.interval
    }

    /// Numbers from before a restart, the oldest first.
    package mutating func restore(_ reader: ReaderID, numbers: [Tried]) {
        tried[reader] = numbers.suffix(Self.most)
    }

    /// Alerts that run, by reader.
    package func alerts(at now: MonotonicTime) -> [(reader: ReaderID, rest: Duration)] {
        alerts.compactMap { reader, until in until > now ? (reader, until - now) : nil }
            .sorted { $0.reader < $1.reader }
    }

    /// Readers whose alert has ended, and readers of which a number is a day old, in their order.
    package mutating func ended(at now: MonotonicTime) -> (alerts: [ReaderID], numbers: [ReaderID]) {
        let over = alerts.filter { $0.value <= now }.keys.sorted()
        for reader in over { (alerts[reader], nextCardAt[reader]) = (nil, nil) }
        let old = tried.filter { _, all in all.contains { now - $0.at >= Self.longest } }.keys.sorted()
        forgetOld(at: now)
        return (over, old)
    }

    package var nextDeadline: MonotonicTime? {
        let oldest = tried.values.compactMap(\.first?.at).min().map { $0 + Self.longest }
        return [alerts.values.min(), oldest].compactMap(\.self).min()
    }
}
