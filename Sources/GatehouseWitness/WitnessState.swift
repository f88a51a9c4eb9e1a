package import GatehouseCrypto

/// All that a witness remembers. A witness that forgets signs a second history: every change is on the disk before anything is signed.
package struct WitnessState: Hashable, Sendable {
    /// Logs that were ever signed for or that signed what was refused. None is forgotten, not even one that is no longer watched.
    package static let mostLogs = 256
    package static let mostRefusals = 16
    package static let mostStrangers = 64
    package static let mostHistories = 4

    /// Seconds of civil time since 1970, as in a cosignature.
    package typealias Seconds = UInt64

    package enum Why: String, CaseIterable, Sendable {
        // What nobody has to hold a key for.
        case malformed, unknownLog, notSigned
        // What the log itself signed.
        /// Its old size is above its new one.
        case goesBack
        /// It has fewer entries than were seen.
        case behind
        /// It does not show that it goes on from what was seen.
        case noExtension
        /// As many entries as were seen, and other ones.
        case otherRoot
    }

    /// Requests of one kind that were refused.
    package struct Refusal: Hashable, Sendable {
        package var why: Why
        /// Whose checkpoint it was, by itself; empty where it could not be read.
        package var origin: String
        /// Of the checkpoint that was offered, where the log signed it.
        package var size: UInt64?
        package var first: Seconds
        package var last: Seconds
        package var count: UInt64 = 1
    }

    /// Two checkpoints of one log, both with its signature, of which the later one was not signed here.
    package struct Histories: Hashable, Sendable {
        package var seen: SignedNote
        package var offered: SignedNote
        package var first: Seconds
        package var last: Seconds
        package var count: UInt64 = 1

        /// Whether the two prove it by themselves: as many entries, and other ones. Else whoever has the log can tell.
        package var areProof: Bool {
            guard let seen = try? Checkpoint(text: seen.text), let offered = try? Checkpoint(text: offered.text)
            else { return false }
            return seen.size == offered.size && seen.root != offered.root
        }
    }

    /// What was cosigned last of a log.
    package struct Head: Hashable, Sendable {
        package let checkpoint: Checkpoint
        /// With the log's own line alone. The witness's line follows from it and the time.
        package let note: SignedNote
        package let cosigned: Seconds

        package init(note: SignedNote, cosigned: Seconds) throws(EvidenceFault) {
            checkpoint = try Checkpoint(text: note.text)
            self.note = note
            self.cosigned = cosigned
        }
    }

    package struct Log: Hashable, Sendable {
        package var head: Head?
        /// The newest first.
        package var refusals: [Refusal] = []
        /// What was not shown to go on from what was cosigned: the first ones, and the newest at the end.
        package var histories: [Histories] = []
    }

    /// When this memory began. No clock that is behind it is believed.
    package private(set) var since: Seconds
    package var logs: [String: Log] = [:]
    /// Refused requests that no watched log signed, the newest first.
    package var strangers: [Refusal] = []

    package init(since: Seconds) { self.since = since }

    /// What was cosigned last of an origin, as the rules ask for it.
    package func seen(_ origin: String) -> (size: UInt64, root: [UInt8])? {
        logs[origin]?.head.map { ($0.checkpoint.size, $0.checkpoint.root) }
    }

    /// The earliest time at which this log may be signed for.
    package func earliest(_ origin: String) -> Seconds { max(since, logs[origin]?.head?.cosigned ?? 0) }

    package func hasRoom(for origin: String) -> Bool { logs[origin] != nil || logs.count < Self.mostLogs }

    // MARK: Changes

    /// Whether it is a refusal of a kind that was not there.
    package mutating func note(stranger refusal: Refusal) -> Bool {
        Self.note(refusal, in: &strangers, most: Self.mostStrangers)
    }

    /// The same of what a watched log signed. Where there is no room for another log, nothing is kept.
    package mutating func note(_ refusal: Refusal) -> Bool {
        guard hasRoom(for: refusal.origin) else { return false }
        return Self.note(refusal, in: &logs[refusal.origin, default: Log()].refusals, most: Self.mostRefusals)
    }

    private static func note(_ refusal: Refusal, in list: inout [Refusal], most: Int) -> Bool {
        var refusal = refusal
        let place = list.firstIndex {
            $0.why == refusal.why && $0.origin == refusal.origin && $0.size == refusal.size
        }
        if let place {
            let before = list.remove(at: place)
            (refusal.first, refusal.count) = (before.first, before.count &+ refusal.count)
        }
        list.insert(refusal, at: 0)
        list.removeLast(max(0, list.count - most))
        return place == nil
    }

    /// What is cosigned next. Whatever was offered of it before without a proof is proved now.
    package mutating func take(_ head: Head) {
        var log = logs[head.checkpoint.origin] ?? Log()
        log.head = head
        log.histories.removeAll { !$0.areProof && $0.offered.text == head.note.text }
        logs[head.checkpoint.origin] = log
    }

    /// After a clock that ran ahead was put right: what was signed for a time that is to come counts as signed now. What was seen stays. The
    /// count of logs comes back.
    package mutating func accept(clock now: Seconds) -> Int {
        since = min(since, now)
        var count = 0
        for (origin, log) in logs {
            guard let head = log.head, head.cosigned > now,
                let accepted = try? Head(note: head.note, cosigned: now)
            else { continue }
            logs[origin]?.head = accepted
            count += 1
        }
        return count
    }

    /// Keeps what was offered beside what was seen. Whether these two were not there.
    package mutating func keep(_ offered: SignedNote, beside head: Head, at now: Seconds) -> Bool {
        let origin = head.checkpoint.origin
        var histories = logs[origin]?.histories ?? []
        if let place = histories.firstIndex(where: { $0.seen == head.note && $0.offered == offered }) {
            histories[place].last = now
            histories[place].count &+= 1
            logs[origin]?.histories = histories
            return false
        }
        let new = Histories(seen: head.note, offered: offered, first: now, last: now)
        if histories.count == Self.mostHistories {
            // Nothing that proves something goes for what does not.
            let place = histories.lastIndex { !$0.areProof } ?? (new.areProof ? histories.count - 1 : nil)
            guard let place else { return false }
            histories.remove(at: place)
        }
        logs[origin]?.histories = histories + [new]
        return true
    }
}
