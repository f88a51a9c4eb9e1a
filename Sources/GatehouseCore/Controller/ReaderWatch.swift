/// What is known of the devices under the readers' names: who they are, whether their tables are those of the register,
/// and the noise on their lines.
struct ReaderWatch: Sendable {
    private var standings: [ReaderID: ReaderStanding]
    private var faceDifferences: [ReaderID: FaceTableDifference] = [:]
    private var faults = FaultCounters()

    init(standings: [ReaderID: ReaderStanding]) { self.standings = standings }

    // MARK: Who it is

    func standing(of reader: ReaderID) -> ReaderStanding? { standings[reader] }

    /// Whether another device answers in the place of the one that was accepted.
    func isSwapped(_ reader: ReaderID) -> Bool { standings[reader]?.stranger != nil }

    /// Readers with another device in their place, in their order.
    var swapped: [ReaderID] { standings.filter { $0.value.stranger != nil }.keys.sorted() }

    /// What a device that says who it is comes to. Each but `sameAgain` changes what is kept.
    enum Finding: Hashable, Sendable {
        /// The first device under this name is taken as it is.
        case first
        case swapEnded
        case firmwareChanged(before: String)
        /// Another device in the place of this one.
        case swapped(ReaderIdentity)
    }

    mutating func hear(_ identity: ReaderIdentity, of reader: ReaderID) -> [Finding] {
        guard var standing = standings[reader] else {
            standings[reader] = ReaderStanding(known: identity)
            return [.first]
        }
        var findings: [Finding] = []
        if identity.isSameDevice(as: standing.known) {
            if standing.stranger != nil {
                standing.stranger = nil
                findings.append(.swapEnded)
            }
            // A device that did not say it this time has not changed.
            if !identity.firmware.isEmpty, identity.firmware != standing.known.firmware {
                findings.append(.firmwareChanged(before: standing.known.firmware))
                standing.known.firmware = identity.firmware
            }
        } else if standing.stranger?.isSameDevice(as: identity) != true {
            standing.stranger = identity
            standing.acceptedBy = nil
            findings.append(.swapped(standing.known))
        }
        standings[reader] = standing
        return findings
    }

    /// A person takes the new device: it, and the one before. Nil when there is none to take.
    mutating func accept(_ reader: ReaderID, by name: String) -> (device: ReaderIdentity, before: ReaderIdentity)? {
        guard let standing = standings[reader], let stranger = standing.stranger else { return nil }
        standings[reader] = ReaderStanding(known: stranger, acceptedBy: name)
        return (stranger, standing.known)
    }

    /// The device has its key: who accepted it need not be remembered. False when nobody was.
    mutating func forgetWhoAccepted(_ reader: ReaderID) -> Bool {
        guard standings[reader]?.acceptedBy != nil else { return false }
        standings[reader]?.acceptedBy = nil
        return true
    }

    // MARK: Its table, its line

    /// The table of a face module beside the register's: how they differ, and whether that is news.
    mutating func compare(
        _ present: Set<UInt16>, with expected: Set<UInt16>, of reader: ReaderID
    ) -> (difference: FaceTableDifference, isNew: Bool) {
        let difference = FaceTableDifference(
            unknown: present.subtracting(expected).count, missing: expected.subtracting(present).count)
        let before = faceDifferences.updateValue(difference, forKey: reader)
        return (difference, difference != before ?? FaceTableDifference())
    }

    mutating func noteUnreadable(_ fault: ReadFault, of reader: ReaderID, at now: MonotonicTime) {
        faults.add(fault, of: reader, at: now)
    }

    mutating func unreadableOfTheMinute(at now: MonotonicTime) -> [(ReaderID, [ReadFault: Int])] {
        faults.flush(at: now)
    }

    var nextDeadline: MonotonicTime? { faults.flushAt }
}

/// How many users of a face module and of the register have no counterpart.
struct FaceTableDifference: Hashable, Sendable {
    var unknown = 0
    var missing = 0
}

/// Bad frames by reader and kind, gathered for a minute so that noise cannot fill the journal (promise P11).
struct FaultCounters: Sendable {
    private var counts: [ReaderID: [ReadFault: Int]] = [:]
    private(set) var flushAt: MonotonicTime?

    mutating func add(_ fault: ReadFault, of reader: ReaderID, at now: MonotonicTime) {
        counts[reader, default: [:]][fault, default: 0] += 1
        if flushAt == nil { flushAt = now + .seconds(60) }
    }

    mutating func flush(at now: MonotonicTime) -> [(ReaderID, [ReadFault: Int])] {
        guard let flushAt, flushAt <= now else { return [] }
        self.flushAt = nil
        defer { counts = [:] }
        return counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
