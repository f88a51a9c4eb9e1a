extension Controller {
    /// Once a local day: what was kept long enough goes, class by class and as one entry, and withdrawn consents are looked after; passes that
    /// are over go within the hour. A clock that cannot be trusted erases nothing.
    mutating func settleRetention(_ step: inout Step) {
        guard retention.isDue(at: step.now.monotonic) else { return }
        dropPasses(&step)
        set(.faceDeletionDue, "", registry.hasOverdueDeletion(at: step.now.civil.seconds), &step)
        guard let limits = retention.limits(site.policy, lastDay: ledger.retentionDay, step.now) else { return }
        keep(.retention(day: step.now.localDay), &step)
        var entry = JournalEntry(kind: .erasure)
        entry.result = .retention
        if let before = limits.personal {
            step.yield(.durable(.erasePersonal(before: before)))
            entry.detail[.before] = .integer(before.milliseconds)
        }
        if let before = limits.ended {
            step.yield(.durable(.eraseEnded(before: before)))
            entry.detail[.endedBefore] = .integer(before.milliseconds)
        }
        if let before = limits.alerts {
            step.yield(.durable(.dropAlerts(before: before)))
            entry.detail[.alertsBefore] = .integer(before.milliseconds)
        }
        record(entry, &step)
    }

    /// The person is a number from here on.
    mutating func erase(_ person: UInt32, _ rows: [RegistryRowID], _ step: inout Step) {
        move(person, to: nil, &step)
        for row in rows where row.kind == .credential && ledger.uses[row.id] != nil {
            keep(.use(credential: row.id, nil), &step)
        }
        forgetTries(of: person, &step)
        step.yield(.durable(.erase(person: person, rows)))
        step.yield(.eraseSnapshots)
    }
}
