import GatehouseCore

/// Offences against one secured reader and what they lead to: the third in a minute ends the session, each end makes the
/// next pause twice as long, and people are told once of each kind until there was quiet.
struct OSDPVigilance: Sendable {
    static let limit = 3
    static let window: Duration = .seconds(60)
    static let firstPause: Duration = .seconds(1)
    static let longestPause: Duration = .seconds(32)
    /// After this time without an offence nothing stands any more.
    static let quiet: Duration = .seconds(600)

    /// The reader proved its key: what spoke against the key is over.
    private static let endedByKey: Set<SecurityBreach> = [.noKey, .wrongKey, .refusesSecurity]

    /// Handshakes a minute that a bad wire may cost: one lost reply in 250 of a reader that is polled every 20 ms are
    /// twelve.
    static let renewalLimit = 40

    private var offences: [MonotonicTime] = []
    private var renewals: [MonotonicTime] = []
    private var pause = firstPause
    private var told: Set<SecurityBreach> = []
    private var lastBreach = MonotonicTime.zero

    /// True with the third of a minute.
    mutating func offence(at now: MonotonicTime) -> Bool {
        lastBreach = now
        offences.removeAll { now - $0 >= Self.window }
        offences.append(now)
        guard offences.count >= Self.limit else { return false }
        offences = []
        return true
    }

    /// False for a refused repeat that is one too many for a bad wire.
    mutating func admitsRenewal(at now: MonotonicTime) -> Bool {
        renewals.removeAll { now - $0 >= Self.window }
        guard renewals.count < Self.renewalLimit else { return false }
        renewals.append(now)
        return true
    }

    mutating func breach(_ breach: SecurityBreach, at now: MonotonicTime) -> [ReaderSignal] {
        lastBreach = now
        return told.insert(breach).inserted ? [.breach(breach)] : []
    }

    /// How long the reader is left alone now.
    mutating func nextPause() -> Duration {
        defer { pause = min(pause * 2, Self.longestPause) }
        return pause
    }

    mutating func keyProven() -> [ReaderSignal] { forget(Self.endedByKey) }

    mutating func timePassed(at now: MonotonicTime) -> [ReaderSignal] {
        guard now - lastBreach >= Self.quiet else { return [] }
        pause = Self.firstPause
        return forget(told)
    }

    private mutating func forget(_ kinds: Set<SecurityBreach>) -> [ReaderSignal] {
        guard !told.isEmpty else { return [] }
        told.subtract(kinds)
        return told.isEmpty ? [.breach(nil)] : []
    }
}
