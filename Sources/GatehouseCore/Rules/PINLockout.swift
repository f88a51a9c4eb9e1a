/// Slows down guessing, by reader and by person. While a pause runs no PIN is compared at all, so that trying on
/// brings nothing. Whoever cuts the power begins no new series: what is remembered is kept in the ledger.
package struct PINLockout: Sendable {
    package enum Subject: Hashable, Sendable {
        case reader(ReaderID)
        case person(UInt32)
    }

    /// What is kept of a subject over a restart.
    package struct Tries: Hashable, Sendable {
        package var wrongInARow: Int
        package var pauses: Int
        /// The local day of the latest wrong try, and how many that day had.
        package var day: Int32
        package var wrongToday: Int
        package var pausedUntil: CivilTime?

        package init(wrongInARow: Int, pauses: Int, day: Int32, wrongToday: Int, pausedUntil: CivilTime?) {
            self.wrongInARow = wrongInARow
            self.pauses = pauses
            self.day = day
            self.wrongToday = wrongToday
            self.pausedUntil = pausedUntil
        }
    }

    private struct Record: Sendable {
        var wrongInARow = 0
        var pauses = 0
        var lockedUntil: MonotonicTime?
        var day: Int32 = .min
        var wrongToday = 0
        var touched: MonotonicTime = .zero
    }

    /// Subjects remembered at once. At the bound the one not touched for longest is forgotten.
    package static let capacity = 4096

    private let settings: LockoutSettings
    private var records: [Subject: Record] = [:]

    package init(settings: LockoutSettings) { self.settings = settings }

    /// What was kept before a restart. A clock that is not trusted yet goes on from the newest entry and is behind rather
    /// than ahead: the rest of a pause is longer then, and never longer than the whole.
    package mutating func restore(_ kept: [Subject: Tries], at now: Moment) {
        for (subject, tries) in kept {
            let rest = tries.pausedUntil.map {
                min(pause(tries.pauses - 1), .milliseconds($0.milliseconds - now.civil.milliseconds))
            }
            records[subject] = Record(
                wrongInARow: tries.wrongInARow, pauses: tries.pauses,
                lockedUntil: rest.flatMap { $0 > .zero ? now.monotonic + $0 : nil }, day: tries.day,
                wrongToday: tries.wrongToday, touched: now.monotonic)
        }
    }

    package func isLocked(_ subject: Subject, at now: Moment) -> Bool {
        guard let record = records[subject] else { return false }
        if let until = record.lockedUntil, now.monotonic < until { return true }
        if case .reader = subject, record.day == now.localDay, record.wrongToday >= settings.triesPerReaderAndDay {
            return true
        }
        return false
    }

    /// Whether a wrong PIN was the latest.
    package func hasTried(_ subject: Subject) -> Bool { records[subject].map { $0.wrongInARow > 0 } ?? false }

    /// When PINs of the subject are compared again; nil where none waits.
    package func pauseEnd(_ subject: Subject, at now: Moment) -> MonotonicTime? {
        guard isLocked(subject, at: now) else { return nil }
        if let until = records[subject]?.lockedUntil, now.monotonic < until { return until }
        // The tries of the day are used up.
        return now.monotonic + .seconds(60 * Int(1440 - now.localMinute))
    }

    /// True when there was something to forget.
    package mutating func forget(_ subject: Subject) -> Bool { records.removeValue(forKey: subject) != nil }

    /// Subjects with a pause that runs, in an order of their own.
    package func paused(at now: MonotonicTime) -> [Subject] {
        records.filter { $0.value.lockedUntil.map { now < $0 } ?? false }.keys.sorted()
    }

    /// A right PIN. True when there was something to forgive.
    package mutating func noteRight(_ subject: Subject) -> Bool {
        guard var record = records[subject], record.wrongInARow > 0 || record.pauses > 0 else { return false }
        // The day's count of a reader stays: it bounds guessing across people.
        guard case .reader = subject else {
            records[subject] = nil
            return true
        }
        record.wrongInARow = 0
        record.pauses = 0
        record.lockedUntil = nil
        records[subject] = record
        return true
    }

    /// A wrong PIN: the pause that begins with it, and a subject that is forgotten for it.
    package mutating func noteWrong(_ subject: Subject, at now: Moment) -> (pause: Duration?, forgotten: Subject?) {
        var forgotten: Subject?
        if records[subject] == nil, records.count >= Self.capacity {
            forgotten = records.min { age($0, now) < age($1, now) }?.key
            if let forgotten { records[forgotten] = nil }
        }
        var record = records[subject] ?? Record()
        if record.day != now.localDay {
            record.day = now.localDay
            record.wrongToday = 0
        }
        record.touched = now.monotonic
        record.wrongToday += 1
        record.wrongInARow += 1
        defer { records[subject] = record }
        guard record.wrongInARow >= settings.tries else { return (nil, forgotten) }
        let pause = pause(record.pauses)
        record.pauses += 1
        // One try is left after the pause; the next wrong one starts the longer pause.
        record.wrongInARow = settings.tries - 1
        record.lockedUntil = now.monotonic + pause
        return (pause, forgotten)
    }

    /// A pause that runs is the last to be forgotten.
    private func age(_ record: (key: Subject, value: Record), _ now: Moment) -> (Int, Int32, MonotonicTime, Subject) {
        let isPaused = record.value.lockedUntil.map { now.monotonic < $0 } ?? false
        return (isPaused ? 1 : 0, record.value.day, record.value.touched, record.key)
    }

    /// What of the subject has to be kept; nil for nothing.
    package func kept(_ subject: Subject, at now: Moment) -> Tries? {
        records[subject].map { record in
            Tries(
                wrongInARow: record.wrongInARow, pauses: record.pauses, day: record.day, wrongToday: record.wrongToday,
                pausedUntil: record.lockedUntil.flatMap {
                    $0 > now.monotonic
                        ? CivilTime(milliseconds: now.civil.milliseconds + ($0 - now.monotonic).wholeMilliseconds)
                        : nil
                })
        }
    }

    private func pause(_ earlier: Int) -> Duration {
        min(settings.firstPause * (1 << min(max(earlier, 0), 12)), settings.longestPause)
    }
}

extension PINLockout.Subject: Comparable {
    /// Readers by name, then people by number.
    package static func < (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.reader(let one), .reader(let other)): one < other
        case (.person(let one), .person(let other)): one < other
        case (.reader, .person): true
        case (.person, .reader): false
        }
    }
}
