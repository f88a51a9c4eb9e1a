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
    /// It is dropped then.
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
}

/// How an item left the outbox.
package enum OutboxEnd: Hashable, Sendable {
    case delivered(receipt: String)
    /// Refused for good by the receiver, or given up after the bound of tries.
    case abandoned(reason: String)
    case expired
}

/// The alerts of one destination that are equally urgent.
package struct OutboxLane: Hashable, Comparable, Sendable {
    package var destination: DestinationID
    package var urgency: AlertUrgency
    package init(_ destination: DestinationID, _ urgency: AlertUrgency) {
        self.destination = destination
        self.urgency = urgency
    }
    package static func < (left: Self, right: Self) -> Bool {
        (left.destination, left.urgency.rawValue) < (right.destination, right.urgency.rawValue)
    }
}

extension OutboxItem {
    package var lane: OutboxLane { OutboxLane(destination, kind.urgency) }
}

/// Delivers each lane in order, one item at a time, again and again with a growing pause; what is more urgent goes first,
/// and waits for nothing that is less so. Rows beyond the window stay in the store and are asked for when the window has
/// emptied.
package struct Outbox: Sendable {
    package enum Output: Hashable, Sendable {
        case deliver(OutboxItem, attempt: Int)
        case settle(OutboxItem, OutboxEnd)
        /// Fetch the first rows of the lane.
        case load(OutboxLane)
    }

    private struct Queue: Sendable {
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

        /// The first one has left, and the next begins anew.
        mutating func removeFirst() -> OutboxItem {
            inFlight = nil
            attempts = 0
            retryAt = nil
            return items.removeFirst()
        }
    }

    /// Items of a lane that are held in memory. More wait in the store.
    package static let window = 256
    /// Tries after which a destination is said not to take its alerts.
    static let patience = 3
    /// Tries before an item is abandoned with an entry: with the pauses below, about three weeks.
    package static let mostAttempts = 500
    package static let firstPause: Duration = .seconds(1)
    package static let longestPause: Duration = .seconds(3600)
    /// A delivery whose receipt does not come in this time is tried again.
    package static let answerTimeout: Duration = .seconds(60)

    private var queues: [OutboxLane: Queue] = [:]
    private var isConnected = false

    package init() {}

    package var pendingCount: Int { queues.values.reduce(0) { $0 + $1.items.count } }

    package mutating func add(_ item: OutboxItem) {
        var queue = queues[item.lane] ?? Queue()
        if queue.hasMore || queue.items.count >= Self.window {
            queue.hasMore = true
            queue.latest = item.id
        } else {
            queue.items.append(item)
        }
        queues[item.lane] = queue
    }

    /// Rows that came back from the store, in order. Fewer than the window means that there are no more.
    package mutating func loaded(_ items: [OutboxItem], for lane: OutboxLane, isLast: Bool) {
        var queue = queues[lane] ?? Queue()
        queue.isLoading = false
        let last = queue.items.last?.id ?? 0
        queue.items += items.filter { $0.id > last }
        queue.hasMore = !isLast || queue.latest > (queue.items.last?.id ?? 0)
        queue.lacksLatest = queue.hasMore && queue.items.isEmpty
        queues[lane] = queue
    }

    /// The uplink came or went. What was in flight is sent again to a new one: at least once, one key.
    package mutating func uplink(isConnected: Bool) {
        self.isConnected = isConnected
        for lane in queues.keys.sorted() {
            queues[lane]!.inFlight = nil
            queues[lane]!.retryAt = nil
        }
    }

    package mutating func delivered(_ id: UInt64, receipt: String) -> [Output] {
        // A receipt for anything but what is in flight is a repeat, or was made up.
        guard let lane = lane(withHead: id), queues[lane]!.inFlight == id else { return [] }
        return end(id, .delivered(receipt: receipt))
    }

    package mutating func failed(_ id: UInt64, reason: String, isFinal: Bool, at now: MonotonicTime) -> [Output] {
        guard let lane = lane(withHead: id), queues[lane]!.inFlight == id else { return [] }
        if isFinal || queues[lane]!.attempts >= Self.mostAttempts { return end(id, .abandoned(reason: reason)) }
        queues[lane]!.inFlight = nil
        let exponent = min(queues[lane]!.attempts, 12)
        queues[lane]!.retryAt = now + min(Self.firstPause * (1 << exponent), Self.longestPause)
        return []
    }

    /// Sends what may be sent now.
    package mutating func advance(at now: Moment) -> [Output] {
        var outputs: [Output] = []
        for lane in queues.keys.sorted() {
            var queue = queues[lane]!
            while let first = queue.items.first, let expires = first.expires, expires <= now.civil {
                outputs.append(.settle(queue.removeFirst(), .expired))
            }
            if queue.items.isEmpty, queue.hasMore, !queue.isLoading {
                if queue.lacksLatest {
                    queue.lacksLatest = false
                    queue.loadAt = now.monotonic + Self.firstPause
                }
                if queue.loadAt.map({ $0 <= now.monotonic }) ?? true {
                    queue.loadAt = nil
                    queue.isLoading = true
                    outputs.append(.load(lane))
                }
            }
            if let retryAt = queue.retryAt, retryAt <= now.monotonic {
                queue.retryAt = nil
                queue.inFlight = nil
            }
            if isConnected, queue.inFlight == nil, queue.retryAt == nil, let first = queue.items.first,
                !isMoreUrgentOut(lane)
            {
                queue.inFlight = first.id
                queue.attempts += 1
                queue.retryAt = now.monotonic + Self.answerTimeout
                outputs.append(.deliver(first, attempt: queue.attempts))
            }
            queues[lane] = queue
        }
        return outputs
    }

    package var nextDeadline: MonotonicTime? {
        queues.values.compactMap { $0.loadAt ?? (isConnected && !$0.items.isEmpty ? $0.retryAt : nil) }.min()
    }

    /// Whether the destination has not taken an alert again and again, in any of its lanes.
    func isStuck(_ destination: DestinationID) -> Bool {
        AlertUrgency.allCases.contains { urgency in
            queues[OutboxLane(destination, urgency)].map { $0.attempts > Self.patience && !$0.items.isEmpty } ?? false
        }
    }

    /// Whether the destination has something out that is more urgent than this lane.
    private func isMoreUrgentOut(_ lane: OutboxLane) -> Bool {
        AlertUrgency.allCases.contains { urgency in
            urgency.rawValue < lane.urgency.rawValue
                && queues[OutboxLane(lane.destination, urgency)]?.inFlight != nil
        }
    }

    private func lane(withHead id: UInt64) -> OutboxLane? {
        queues.keys.sorted().first { queues[$0]!.items.first?.id == id }
    }

    private mutating func end(_ id: UInt64, _ end: OutboxEnd) -> [Output] {
        guard let lane = lane(withHead: id) else { return [] }
        return [.settle(queues[lane]!.removeFirst(), end)]
    }
}
