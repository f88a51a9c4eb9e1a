internal import GatehouseCore

// The controller as a whole.

/// What most orders answer: the number of their entry, and whether it is on disk. Without a number the disk is late: the order
/// was carried out, and `health` says why its entry waits.
package struct Recorded: Codable, Hashable, Sendable {
    package var event: UInt64?
    package var durable: Bool
    package init(_ event: UInt64?) {
        self.event = event
        durable = event != nil
    }
}

/// What an order about a row answers.
package struct RecordedRow: Codable, Hashable, Sendable {
    package var id: UInt32
    package var event: UInt64?
    /// False where the row was that way already and nothing was written.
    package var changed: Bool?
    /// What people should know of it.
    package var warning: String?
    package init(id: UInt32, event: UInt64?, changed: Bool? = nil) {
        self.id = id
        self.event = event
        self.changed = changed
    }
}

package struct Status: AdminCommand {
    package static let name = CommandName.status
    package static let entry = CommandEntry.glance(
        .everyone, Sentence("portals, readers, counts, what stands against them"))
    package init() {}

    package struct Reply: Codable, Hashable, Sendable {
        package var site: String
        package var version: String
        /// Local time of the site, with its offset.
        package var time: String
        /// `trusted` or `untrusted`.
        package var clock: String
        package var epoch: UInt64
        package var entries: UInt64
        package var settled: Bool
        package var registry: Register
        package var portals: [Portal]
        package var readers: [ReaderView]
        /// What is owed to the alert channels of the configuration. What is sealed is not counted here.
        package var outbox: [Owed]
        package var release: Release
        package var handover: HandoverView?
        package var conditions: [ConditionView]
        /// Alarms that nobody has acknowledged.
        package var alarms: Int
        package var bounds: [Bound]
        /// Pictures of an older version that lie in clear still.
        package var clearPictures: Int
        package var cameras: [Camera]
        private enum CodingKeys: String, CodingKey {
            case site, version, time, clock, epoch, entries, settled, registry, portals, readers, outbox, release,
                handover
            case conditions, alarms, bounds, cameras
            case clearPictures = "clear_pictures"
        }

        package init(
            site: String, version: String, time: String, clock: String, epoch: UInt64, entries: UInt64, settled: Bool,
            registry: Register, portals: [Portal], readers: [ReaderView], outbox: [Owed], release: Release,
            handover: HandoverView?, conditions: [ConditionView], alarms: Int, bounds: [Bound],
            clearPictures: Int, cameras: [Camera]
        ) {
            self.cameras = cameras
            self.clearPictures = clearPictures
            self.site = site
            self.version = version
            self.time = time
            self.clock = clock
            self.epoch = epoch
            self.entries = entries
            self.settled = settled
            self.registry = registry
            self.portals = portals
            self.readers = readers
            self.outbox = outbox
            self.release = release
            self.handover = handover
            self.conditions = conditions
            self.alarms = alarms
            self.bounds = bounds
        }
    }
    package struct Register: Codable, Hashable, Sendable {
        package var revision: UInt64
        package var persons: Int
        package var credentials: Int
        package var tenancies: Int
        package var dwellings: Int
        package init(revision: UInt64, persons: Int, credentials: Int, tenancies: Int, dwellings: Int) {
            self.revision = revision
            self.persons = persons
            self.credentials = credentials
            self.tenancies = tenancies
            self.dwellings = dwellings
        }
    }
    package struct Portal: Codable, Hashable, Sendable {
        package var name: String
        package var posture: String
        /// `released` or `secured`.
        package var lock: String
        /// `closed`, `open`, `forced`, `heldOpen`, or `unknown` without a contact.
        package var door: String
        package var barrier: String?
        /// Its inputs of which no change came since the start: `contact`, `exit`, `safetyLoop` and so on. A level alone is what a
        /// cut wire has as well.
        package var neverHeard: [String]
        private enum CodingKeys: String, CodingKey {
            case name, posture, lock, door, barrier
            case neverHeard = "never_heard"
        }
        package init(
            name: String, posture: String, lock: String, door: String, barrier: String?, neverHeard: [String]
        ) {
            self.neverHeard = neverHeard
            self.name = name
            self.posture = posture
            self.lock = lock
            self.door = door
            self.barrier = barrier
        }
    }
    package struct Camera: Codable, Hashable, Sendable {
        package var name: String
        /// When its last picture was taken; nil where none of the newest 20,000 entries has one.
        package var last: String?
        package init(name: String, last: String?) {
            self.name = name
            self.last = last
        }
    }
    package struct Owed: Codable, Hashable, Sendable {
        package var destination: String
        package var owed: Int
        package var oldest: String
        package init(destination: String, owed: Int, oldest: String) {
            self.destination = destination
            self.owed = owed
            self.oldest = oldest
        }
    }
    /// From the last bit to the line of a grant, in microseconds.
    package struct Release: Codable, Hashable, Sendable {
        package var count: Int
        package var half: Int64
        package var most: Int64
        package var longest: Int64
        private enum CodingKeys: String, CodingKey {
            case count, half = "p50_us", most = "p99_us", longest = "longest_us"
        }
        package init(count: Int, half: Int64, most: Int64, longest: Int64) {
            self.count = count
            self.half = half
            self.most = most
            self.longest = longest
        }
    }
    /// A bound, and how often something met it since the start.
    package struct Bound: Codable, Hashable, Sendable {
        package var name: String
        package var waiting: Int?
        package var refused: UInt64
        package init(name: String, waiting: Int? = nil, refused: UInt64) {
            self.name = name
            self.waiting = waiting
            self.refused = refused
        }
    }
}

package struct ConditionView: Codable, Hashable, Sendable {
    package var code: String
    package var severity: String
    package var subject: String
    package var since: String
    package var sentence: String
    package var advice: String
    package init(code: String, severity: String, subject: String, since: String, sentence: String, advice: String) {
        self.code = code
        self.severity = severity
        self.subject = subject
        self.since = since
        self.sentence = sentence
        self.advice = advice
    }
}

package struct Health: AdminCommand {
    package static let name = CommandName.health
    package static let entry = CommandEntry.glance(.everyone, Sentence("conditions that stand, and what to do"))
    package init() {}

    package struct Reply: Codable, Hashable, Sendable {
        package var conditions: [ConditionView]
        /// Alarms that nobody has acknowledged yet.
        package var alarms: Int
        /// Readers and inputs of which nothing came since the start, as a walk test names them: `contact:wicket`.
        package var neverHeard: [String]
        private enum CodingKeys: String, CodingKey {
            case conditions, alarms
            case neverHeard = "never_heard"
        }
        package init(conditions: [ConditionView], alarms: Int, neverHeard: [String]) {
            self.conditions = conditions
            self.alarms = alarms
            self.neverHeard = neverHeard
        }
    }
}

package struct AreaList: AdminCommand {
    package static let name = CommandName.areaList
    package static let entry = CommandEntry.glance(.everyone, Sentence("how many people and vehicles are in each area"))
    package init() {}

    package struct Reply: Codable, Hashable, Sendable {
        package var threat: Int
        package var areas: [Area]
        package init(threat: Int, areas: [Area]) {
            self.threat = threat
            self.areas = areas
        }
    }
    package struct Area: Codable, Hashable, Sendable {
        package var area: String
        package var people: Int
        package var limit: Int?
        package var vehicles: Int
        package init(area: String, people: Int, limit: Int?, vehicles: Int) {
            self.area = area
            self.people = people
            self.limit = limit
            self.vehicles = vehicles
        }
    }
}

package struct PolicyConfirm: AdminCommand {
    package static let name = CommandName.policyConfirm
    package static let entry = CommandEntry.change(.office, Sentence("the registry and the policy are up to date"))
    package typealias Reply = Recorded
    package init() {}
}

/// The state was found older or other than it was written; two people say that what stands now holds.
package struct JournalSettle: AdminCommand {
    package static let name = CommandName.journalSettle
    package static let entry = CommandEntry(
        [.manager, .auditor], needsReason: true, lane: .register, life: .change,
        Sentence("what was found older or other than it was written holds as it stands now"))
    package typealias Reply = Recorded
    package init() {}
}

package struct ClockAccept: AdminCommand {
    package static let name = CommandName.clockAccept
    package static let entry = CommandEntry(
        [.manager, .installer], needsReason: true, lane: .openings, life: .order,
        Sentence("the machine's clock is right as it stands"))
    package typealias Reply = Recorded
    /// What had ended by the time that was in force runs again: that time was never right. Two people say so.
    package var reopen: FlagArgument?
    package init(reopen: FlagArgument? = nil) { self.reopen = reopen }
}

package struct Threat: AdminCommand {
    package static let name = CommandName.threat
    package static let entry = CommandEntry.opening(
        [.manager, .guard_], Sentence("raise or end the threat level, 0 to 3"))
    package typealias Reply = Recorded
    package var level: CountArgument
    package init(level: CountArgument) { self.level = level }
}

package struct BackupMake: AdminCommand {
    package static let name = CommandName.backup
    package static let entry = CommandEntry.question(
        [.manager, .installer], needsReason: true,
        Sentence("an encrypted copy of the database, in a folder of the configuration")
    )
    /// A folder of `files.backups`; the first one when it is left out.
    package var directory: TextArgument?
    package init(directory: TextArgument?) { self.directory = directory }

    package struct Reply: Codable, Hashable, Sendable {
        package var path: String
        package var event: UInt64?
        package init(path: String, event: UInt64?) {
            self.path = path
            self.event = event
        }
    }
}
