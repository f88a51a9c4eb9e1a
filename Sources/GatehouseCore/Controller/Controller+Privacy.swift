extension Controller {
    /// Once a local day: values that were kept long enough are erased, and withdrawn consents are looked after; passes that
    /// are over go within the hour. A clock that cannot be trusted erases nothing.
    mutating func settleRetention(_ step: inout Step) {
        if let at = retentionCheckAt, step.now.monotonic < at { return }
        retentionCheckAt = step.now.monotonic + .seconds(3600)
        dropPasses(&step)
        set(.faceDeletionDue, "", registry.hasOverdueDeletion(at: step.now.civil.seconds), &step)
        guard step.now.isCivilTrusted, let days = site.policy.personalDays, ledger.retentionDay != step.now.localDay
        else {
            return
        }
        let before = step.now.civil + .seconds(-days * 86400)
        step.yield(.durable(.ledger(ledger.apply(.retention(day: step.now.localDay)))))
        step.yield(.durable(.erasePersonal(before: before)))
        var entry = JournalEntry(kind: .erasure)
        entry.outcome = "retention"
        entry.detail["before"] = .integer(before.milliseconds)
        record(entry, &step)
    }

    /// The person is a number from here on.
    mutating func erase(_ person: UInt32, _ rows: [RegistryRowID], _ step: inout Step) {
        ledger.move(person, to: nil)
        step.yield(.durable(.area(person: person, nil)))
        for row in rows where row.kind == .credential && ledger.uses[row.id] != nil {
            step.yield(.durable(.ledger(ledger.apply(.use(credential: row.id, nil)))))
        }
        forgetTries(of: person, &step)
        step.yield(.durable(.erase(person: person, rows)))
        step.yield(.eraseSnapshots)
    }
}
