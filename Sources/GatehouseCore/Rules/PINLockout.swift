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

    /// What was kept before a restart. A clock that cannot be trusted says nothing of how long ago that was: the pause
    /// begins anew.
    package mutating func restore(_ kept: [Subject: Tries], at now: Moment) {
        for (subject, tries) in kept {
            let whole = pause(tries.pauses - 1)
            let rest = tries.pausedUntil.map { until -> Duration in
                guard now.isCivilTrusted else { return whole }
                return min(whole, .milliseconds(until.milliseconds - now.civil.milliseconds))
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
            forgotten = records.min { ($0.value.touched, "\($0.key)") < ($1.value.touched, "\($1.key)") }?.key
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
