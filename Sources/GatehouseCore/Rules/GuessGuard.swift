/// Notices that somebody tries card numbers at a reader, and makes trying on worthless without locking residents out
/// (checks A8 and K21): after five different unknown numbers in a minute there is an alarm, and for fifteen minutes a
/// reader with a keypad asks for card and PIN, and one without takes one card each ten seconds.
package struct GuessGuard: Sendable {
    private struct Record: Sendable {
        /// Unknown numbers of the last minute, each once with its latest moment.
        var unknown: [(key: CredentialKey, at: MonotonicTime)] = []
        var alertUntil: MonotonicTime?
        /// Where cards are taken slowly: when the next one is.
        var nextCardAt: MonotonicTime = .zero
    }

    package static let numbers = 5
    package static let window: Duration = .seconds(60)
    package static let span: Duration = .seconds(900)
    package static let interval: Duration = .seconds(10)

    private var records: [ReaderID: Record] = [:]

    package init() {}

    package func isAlert(_ reader: ReaderID, at now: MonotonicTime) -> Bool {
        records[reader]?.alertUntil.map { now < $0 } ?? false
    }

    /// Whether a reader without a keypad takes this card now. Asking counts as taking.
    package mutating func takesCard(_ reader: ReaderID, at now: MonotonicTime) -> Bool {
        guard isAlert(reader, at: now) else { return true }
        guard now >= records[reader]!.nextCardAt else { return false }
        records[reader]!.nextCardAt = now + Self.interval
        return true
    }

    package enum Alert: Hashable, Sendable { case none, begun, prolonged }

    /// An unknown number was shown: what it makes of the alert.
    package mutating func noteUnknown(_ key: CredentialKey, at reader: ReaderID, now: MonotonicTime) -> Alert {
        var record = records[reader] ?? Record()
        defer { records[reader] = record }
        record.unknown.removeAll { $0.key == key || now - $0.at > Self.window }
        record.unknown.append((key, now))
        guard record.unknown.count >= Self.numbers else { return .none }
        record.unknown.removeAll()
        let isNew = record.alertUntil.map { now >= $0 } ?? true
        record.alertUntil = now + Self.span
        record.nextCardAt = now + Self.interval
        return isNew ? .begun : .prolonged
    }

    /// When the alert of a reader ends; nil for none.
    package func alertEnd(_ reader: ReaderID, at now: MonotonicTime) -> MonotonicTime? {
        records[reader]?.alertUntil.flatMap { now < $0 ? $0 : nil }
    }

    /// Ends an alert by hand. True when there was one.
    package mutating func end(_ reader: ReaderID) -> Bool {
        guard records[reader]?.alertUntil != nil else { return false }
        records[reader] = nil
        return true
    }

    /// An alert from before a restart that has so long to go.
    package mutating func restore(_ reader: ReaderID, for rest: Duration, at now: MonotonicTime) {
        records[reader, default: Record()].alertUntil = now + min(rest, Self.span)
        records[reader]!.nextCardAt = now + Self.interval
    }

    /// Alerts that run, by reader.
    package func alerts(at now: MonotonicTime) -> [(reader: ReaderID, rest: Duration)] {
        records.compactMap { reader, record in
            record.alertUntil.flatMap { $0 > now ? (reader, $0 - now) : nil }
        }.sorted { $0.reader < $1.reader }
    }

    /// Readers whose alert has ended, in their order.
    package mutating func ended(at now: MonotonicTime) -> [ReaderID] {
        let over = records.filter { $0.value.alertUntil.map { $0 <= now } ?? false }.keys.sorted()
        for reader in over { records[reader] = nil }
        return over
    }

    package var nextDeadline: MonotonicTime? { records.values.compactMap(\.alertUntil).min() }
}
