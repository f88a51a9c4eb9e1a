/// Slows down guessing, by reader and by person. While a pause runs no PIN is compared at all, so that trying on
/// brings nothing.
package struct PINLockout: Sendable {
    package enum Subject: Hashable, Sendable {
        case reader(ReaderID)
        case person(UInt32)
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

    package func isLocked(_ subject: Subject, at now: Moment) -> Bool {
        guard let record = records[subject] else { return false }
        if let until = record.lockedUntil, now.monotonic < until { return true }
        if case .reader = subject, record.day == now.localDay, record.wrongToday >= settings.triesPerReaderAndDay {
            return true
        }
        return false
    }

    /// Takes one result. The duration of a pause that starts with it comes back.
    package mutating func note(_ subject: Subject, isRight: Bool, at now: Moment) -> Duration? {
        if isRight {
            // The day's count of a reader stays: it bounds guessing across people.
            if records[subject] != nil {
                records[subject]!.wrongInARow = 0
                records[subject]!.pauses = 0
                records[subject]!.lockedUntil = nil
            }
            return nil
        }
        if records[subject] == nil, records.count >= Self.capacity {
            let oldest = records.min { ($0.value.touched, "\($0.key)") < ($1.value.touched, "\($1.key)") }
            if let oldest { records[oldest.key] = nil }
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
        guard record.wrongInARow >= settings.tries else { return nil }
        let factor = 1 << min(record.pauses, 12)
        let pause = min(settings.firstPause * factor, settings.longestPause)
        record.pauses += 1
        // One try is left after the pause; the next wrong one starts the longer pause.
        record.wrongInARow = settings.tries - 1
        record.lockedUntil = now.monotonic + pause
        return pause
    }
}
