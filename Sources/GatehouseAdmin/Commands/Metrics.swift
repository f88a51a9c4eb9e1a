internal import GatehouseCore

/// Figures for whoever watches many gates by a program: counts, ages and states, and nobody by name.
package struct Metrics: AdminCommand {
    package static let name = CommandName.metrics
    package static let entry = CommandEntry.glance(
        .everyone, Sentence("figures for a monitoring system: counts, ages and states"))
    package init() {}

    package struct Reply: Codable, Hashable, Sendable {
        package var site: String
        package var version: String
        package var uptime: Int64
        package var clock: String
        package var entries: UInt64
        package var decisions: [Count]
        package var release: Release
        package var waiting: Waiting
        package var outbox: [Owed]
        package var readers: [Reader]
        package var portals: [Portal]
        package var conditions: [Count]
        /// Alarms that nobody has acknowledged.
        package var alarms: Int
        /// Milliseconds since a head of the journal was signed, and since enough witnesses had signed one; nil where none was since
        /// the start.
        package var checkpoint: Int64?
        package var witnessed: Int64?
        private enum CodingKeys: String, CodingKey {
            case site, version, clock, entries, decisions, release, waiting, outbox, readers, portals, conditions,
                alarms
            case uptime = "uptime_ms", checkpoint = "checkpoint_ms", witnessed = "witnessed_ms"
        }

        package init(
            site: String, version: String, uptime: Int64, clock: String, entries: UInt64, decisions: [Count],
            release: Release, waiting: Waiting, outbox: [Owed], readers: [Reader], portals: [Portal],
            conditions: [Count], alarms: Int, checkpoint: Int64?, witnessed: Int64?
        ) {
            self.site = site
            self.version = version
            self.uptime = uptime
            self.clock = clock
            self.entries = entries
            self.decisions = decisions
            self.release = release
            self.waiting = waiting
            self.outbox = outbox
            self.readers = readers
            self.portals = portals
            self.conditions = conditions
            self.alarms = alarms
            self.checkpoint = checkpoint
            self.witnessed = witnessed
        }
    }

    /// How many of a kind: `granted`, `denied`; `info`, `warning`, `fault`, `alarm`.
    package struct Count: Codable, Hashable, Sendable {
        package var kind: String
        package var count: UInt64
        package init(kind: String, count: UInt64) {
            self.kind = kind
            self.count = count
        }
    }

    /// From the last bit to the line of a grant, since the start. `within` counts those that took no longer than the bound of
    /// the same place in `bounds`; behind them come all.
    package struct Release: Codable, Hashable, Sendable {
        /// In microseconds.
        package static let bounds: [Int64] = [1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000]
        package var within: [UInt64]
        package var count: UInt64
        package var sum: Int64
        private enum CodingKeys: String, CodingKey {
            case within, count
            case sum = "sum_us"
        }

        package init() {
            within = Self.bounds.map { _ in 0 }
            count = 0
            sum = 0
        }

        package mutating func add(microseconds: Int64) {
            count += 1
            sum += max(0, microseconds)
            for (index, bound) in Self.bounds.enumerated() where microseconds <= bound { within[index] += 1 }
        }
    }

    /// Entries that are decided and not yet on disk, and how long the oldest of them has waited.
    package struct Waiting: Codable, Hashable, Sendable {
        package var entries: Int
        package var oldest: Int64
        private enum CodingKeys: String, CodingKey {
            case entries
            case oldest = "oldest_ms"
        }
        package init(entries: Int, oldest: Int64) {
            self.entries = entries
            self.oldest = oldest
        }
    }

    package struct Owed: Codable, Hashable, Sendable {
        package var destination: String
        package var owed: Int
        package var oldest: Int64
        private enum CodingKeys: String, CodingKey {
            case destination, owed
            case oldest = "oldest_ms"
        }
        package init(destination: String, owed: Int, oldest: Int64) {
            self.destination = destination
            self.owed = owed
            self.oldest = oldest
        }
    }

    package struct Reader: Codable, Hashable, Sendable {
        package var name: String
        /// `online`, `offline`, or `neverHeard` since the start.
        package var link: String
        package var counters: [String: Int64]
        package init(name: String, link: String, counters: [String: Int64]) {
            self.name = name
            self.link = link
            self.counters = counters
        }
    }

    package struct Portal: Codable, Hashable, Sendable {
        package var name: String
        package var posture: String
        package var lock: String
        package var door: String
        package init(name: String, posture: String, lock: String, door: String) {
            self.name = name
            self.posture = posture
            self.lock = lock
            self.door = door
        }
    }
}
