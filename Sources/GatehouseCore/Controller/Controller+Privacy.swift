extension Controller {
    /// Once a local day: values that were kept long enough are erased, and withdrawn consents are looked after; passes that
    /// are over go within the hour. A clock that cannot be trusted erases nothing.
    mutating func settleRetention(_ now: Moment, _ effects: inout [Effect]) {
        if let at = retentionCheckAt, now.monotonic < at { return }
        retentionCheckAt = now.monotonic + .seconds(3600)
        dropPasses(now, &effects)
        set(.faceDeletionDue, "", registry.hasOverdueDeletion(at: now.civil.seconds), now, &effects)
        guard now.isCivilTrusted, let days = site.policy.personalDays, ledger.retentionDay != now.localDay else {
            return
        }
        let before = now.civil + .seconds(-days * 86400)
        effects.append(.durable(.ledger(ledger.apply(.retention(day: now.localDay)))))
        effects.append(.durable(.erasePersonal(before: before)))
        var entry = JournalEntry(kind: .erasure)
        entry.outcome = "retention"
        entry.detail["before"] = .integer(before.milliseconds)
        record(entry, now, &effects)
    }

    /// The person is a number from here on.
    mutating func erase(_ person: UInt32, _ rows: [RegistryRowID], _ now: Moment, _ effects: inout [Effect]) {
        ledger.move(person, to: nil)
        effects.append(.durable(.area(person: person, nil)))
        for row in rows where row.kind == .credential && ledger.uses[row.id] != nil {
            effects.append(.durable(.ledger(ledger.apply(.use(credential: row.id, nil)))))
        }
        forgetTries(of: person, now, &effects)
        effects.append(.durable(.erase(person: person, rows)))
        effects.append(.eraseSnapshots)
    }
}
