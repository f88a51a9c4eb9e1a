extension Controller {
    /// Once a local day: values that were kept long enough are erased, and withdrawn consents are looked after; passes that
    /// are over go within the hour. A clock that cannot be trusted erases nothing.
    mutating func settleRetention(_ step: inout Step) {
        guard retention.isDue(at: step.now.monotonic) else { return }
        dropPasses(&step)
        set(.faceDeletionDue, "", registry.hasOverdueDeletion(at: step.now.civil.seconds), &step)
        let limit = retention.limit(days: site.policy.personalDays, lastDay: ledger.retentionDay, step.now)
        guard let before = limit else { return }
        keep(.retention(day: step.now.localDay), &step)
        step.yield(.durable(.erasePersonal(before: before)))
        var entry = JournalEntry(kind: .erasure)
        entry.result = .retention
        entry.detail[.before] = .integer(before.milliseconds)
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
