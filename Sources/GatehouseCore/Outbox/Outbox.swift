/// Something owed to somebody: an alert on its way to one destination. The row is written in the transaction of the
/// event that caused it.
package struct OutboxItem: Hashable, Sendable {
    /// Counts up for ever; the order per destination.
    package var id: UInt64
    package var destination: DestinationID
    package var kind: AlertKind
    /// The entry that caused it.
    package var event: UInt64
    /// Receivers drop what they have seen under this key.
    package var idempotencyKey: String
    package var created: CivilTime
    /// A sealed alert is dropped when its watchlist entry has expired.
    package var expires: CivilTime?
    package var content: OutboxContent

    package init(
        id: UInt64, destination: DestinationID, kind: AlertKind, event: UInt64, idempotencyKey: String,
        created: CivilTime, expires: CivilTime? = nil, content: OutboxContent
    ) {
        self.id = id
        self.destination = destination
        self.kind = kind
        self.event = event
        self.idempotencyKey = idempotencyKey
        self.created = created
        self.expires = expires
        self.content = content
    }
}

package enum OutboxContent: Hashable, Sendable {
    /// Minimal fields, no names and no numbers.
    case plain([String: String])
    /// The lead for the issuer; the writer seals it to the issuer's certificate before it touches the disk.
    case lead(WatchlistLead)
    /// A sealed envelope (CMS, DER).
    case sealed([UInt8])
}

/// How an item left the outbox.
package enum OutboxEnd: Hashable, Sendable {
    case delivered(receipt: String)
    /// Refused for good by the receiver, or given up after the bound of tries.
    case abandoned(reason: String)
    case expired
}

/// Delivers in order, one item a destination at a time, again and again with a growing pause. Rows beyond the
/// window stay in the store and are asked for when the window has emptied.
package struct Outbox: Sendable {
    package enum Output: Hashable, Sendable {
        case deliver(OutboxItem, attempt: Int)
        case settle(OutboxItem, OutboxEnd)
        /// Fetch rows of the destination behind this one.
        case load(DestinationID, after: UInt64)
    }

    private struct Lane: Sendable {
        var items: [OutboxItem] = []
        /// Rows in the store that are not in `items`.
        var hasMore = false
        /// The latest row that went to the store alone: what is read before it is on disk lacks it.
        var latest: UInt64 = 0
        /// The store lacked it: when it is asked again.
        var lacksLatest = false
        var loadAt: MonotonicTime?
        var isLoading = false
        var inFlight: UInt64?
        var attempts = 0
        var retryAt: MonotonicTime?
    }

    /// Items of a destination that are held in memory. More wait in the store.
    package static let window = 256
    /// Tries before an item is abandoned with an entry: with the pauses below, about three weeks.
    package static let mostAttempts = 500
    package static let firstPause: Duration = .seconds(1)
    package static let longestPause: Duration = .seconds(3600)
    /// A delivery whose receipt does not come in this time is tried again.
    package static let answerTimeout: Duration = .seconds(60)

    private var lanes: [DestinationID: Lane] = [:]
    private var isConnected = false

    package init() {}

    package var pendingCount: Int { lanes.values.reduce(0) { $0 + $1.items.count } }

    package mutating func add(_ item: OutboxItem) {
        var lane = lanes[item.destination] ?? Lane()
        if lane.hasMore || lane.items.count >= Self.window {
            lane.hasMore = true
            lane.latest = item.id
        } else {
            lane.items.append(item)
        }
        lanes[item.destination] = lane
    }

    /// Rows that came back from the store, in order. Fewer than the window means that there are no more.
    package mutating func loaded(_ items: [OutboxItem], for destination: DestinationID, isLast: Bool) {
        var lane = lanes[destination] ?? Lane()
        lane.isLoading = false
        let last = lane.items.last?.id ?? 0
        lane.items += items.filter { $0.id > last }
        lane.hasMore = !isLast || lane.latest > (lane.items.last?.id ?? 0)
        lane.lacksLatest = lane.hasMore && lane.items.isEmpty
        lanes[destination] = lane
    }

    /// The uplink came or went. What was in flight is sent again to a new one: at least once, one key.
    package mutating func uplink(isConnected: Bool) {
        self.isConnected = isConnected
        for destination in lanes.keys.sorted() {
            lanes[destination]!.inFlight = nil
            lanes[destination]!.retryAt = nil
        }
    }

    package mutating func delivered(_ id: UInt64, receipt: String) -> [Output] {
        end(id, .delivered(receipt: receipt))
    }

    package mutating func failed(_ id: UInt64, reason: String, isFinal: Bool, at now: MonotonicTime) -> [Output] {
        for destination in lanes.keys.sorted() where lanes[destination]!.items.first?.id == id {
            if isFinal || lanes[destination]!.attempts >= Self.mostAttempts {
                return end(id, .abandoned(reason: reason))
            }
            lanes[destination]!.inFlight = nil
            let exponent = min(lanes[destination]!.attempts, 12)
            lanes[destination]!.retryAt = now + min(Self.firstPause * (1 << exponent), Self.longestPause)
        }
        return []
    }

    /// Sends what may be sent now.
    package mutating func advance(at now: Moment) -> [Output] {
        var outputs: [Output] = []
        for destination in lanes.keys.sorted() {
            var lane = lanes[destination]!
            while let first = lane.items.first, let expires = first.expires, expires <= now.civil {
                lane.items.removeFirst()
                lane.inFlight = nil
                lane.attempts = 0
                lane.retryAt = nil
                outputs.append(.settle(first, .expired))
            }
            if lane.items.isEmpty, lane.hasMore, !lane.isLoading {
                if lane.lacksLatest {
                    lane.lacksLatest = false
                    lane.loadAt = now.monotonic + Self.firstPause
                }
                if lane.loadAt.map({ $0 <= now.monotonic }) ?? true {
                    lane.loadAt = nil
                    lane.isLoading = true
                    outputs.append(.load(destination, after: 0))
                }
            }
            if let retryAt = lane.retryAt, retryAt <= now.monotonic {
                lane.retryAt = nil
                lane.inFlight = nil
            }
            if isConnected, lane.inFlight == nil, lane.retryAt == nil, let first = lane.items.first {
                lane.inFlight = first.id
                lane.attempts += 1
                lane.retryAt = now.monotonic + Self.answerTimeout
                outputs.append(.deliver(first, attempt: lane.attempts))
            }
            lanes[destination] = lane
        }
        return outputs
    }

    package var nextDeadline: MonotonicTime? {
        lanes.values.compactMap { $0.loadAt ?? (isConnected && !$0.items.isEmpty ? $0.retryAt : nil) }.min()
    }

    private mutating func end(_ id: UInt64, _ end: OutboxEnd) -> [Output] {
        for destination in lanes.keys.sorted() {
            // A receipt for anything but the head is a repeat: the head alone is ever in flight.
            guard let item = lanes[destination]!.items.first, item.id == id else { continue }
            lanes[destination]!.items.removeFirst()
            lanes[destination]!.inFlight = nil
            lanes[destination]!.attempts = 0
            lanes[destination]!.retryAt = nil
            return [.settle(item, end)]
        }
        return []
    }
}
