internal import GatehouseAdmin
internal import GatehouseCore
internal import GatehouseThreads

/// Holds each person of the console to the pace of an account of their own, so that a flood of one shuts out no other. Their
/// lines come over connections that people share: what is too fast is refused and not left unread.
struct PersonPaces {
    static let lines = Pace(perSecond: 100, burst: 400)
    /// A list of the largest size may come at once.
    static let octets = Pace(perSecond: 8 << 20, burst: 96 << 20)
    /// People at a time.
    static let limit = 256

    private struct Paces {
        var lines: TokenBucket
        var octets: TokenBucket

        mutating func opens(at now: MonotonicTime) -> MonotonicTime {
            max(lines.opens(at: now), octets.opens(at: now))
        }
    }
    private var paces: [Giver: Paces] = [:]

    /// Whether a line of so many octets is taken. Of an account itself the socket keeps the pace.
    mutating func take(_ count: Int, of giver: Giver, at now: MonotonicTime) -> Bool {
        guard giver.person != nil else { return true }
        if paces[giver] == nil, paces.count >= Self.limit {
            let waiting = paces.filter { giver, paces in
                var paces = paces
                return paces.opens(at: now) > now
            }
            guard waiting.count < Self.limit else { return false }
            paces = waiting
        }
        var own =
            paces[giver] ?? Paces(lines: TokenBucket(Self.lines, at: now), octets: TokenBucket(Self.octets, at: now))
        guard own.opens(at: now) <= now else { return false }
        own.lines.take(1, at: now)
        own.octets.take(count, at: now)
        paces[giver] = own
        return true
    }
}
