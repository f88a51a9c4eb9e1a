/// Changes of the registry: small ones at once, large ones by portions.
extension Controller {
    /// Carries a change out that was found good, with its entry.
    mutating func change(
        _ order: Order, _ changes: [RegistryChange], to new: Registry?, _ now: Moment, _ effects: inout [Effect]
    )
        -> UInt64?
    {
        take(changes, to: new, now, &effects)
        return record(registryEntry(order, changes), now, &effects)
    }

    private func registryEntry(_ order: Order, _ changes: [RegistryChange]) -> JournalEntry {
        var entry = orderEntry(order, "done")
        entry.kind = .registry
        entry.detail["rows"] = .integer(Int64(changes.count))
        if changes.count == 1 {
            entry.detail["row"] = .text(changes[0].row.kind.word)
            entry.detail["id"] = .integer(Int64(changes[0].row.id))
            if case .end = changes[0] { entry.detail["ended"] = .boolean(true) }
        }
        return entry
    }

    /// Takes changes that were found good into the next revision. The entry has to follow in the same step. `new` is the
    /// registry on which they were tried.
    mutating func take(
        _ changes: [RegistryChange], to new: Registry? = nil, _ now: Moment, _ effects: inout [Effect]
    ) {
        let revision = registry.revision + 1
        if staged?.follows(changes, revision: revision) == false {
            giveUpStaged(.other("the register was changed meanwhile; look at the dry run again"), now, &effects)
        }
        if let new {
            registry = new
            registry.revision = revision
        } else {
            for change in changes { registry.apply(change, revision: revision) }
        }
        for change in changes { if let person = change.forgets { forgetTries(of: person, now, &effects) } }
        if !access.fits(registry) { access = AccessTable(site: site, registry: registry) }
        effects.append(.durable(.registry(changes, revision: revision)))
        effects.append(.durable(.ledger(ledger.apply(.confirmed(now.civil)))))
        retentionCheckAt = now.monotonic
    }

    /// The registry with changes of which later ones may lean on earlier ones, or what stands against them.
    func tried(_ changes: [RegistryChange]) -> Result<Registry, OrderRefusal> {
        var trial = registry
        for (row, change) in changes.enumerated() {
            if let problem = trial.problem(with: change) { return .failure(.registry(problem, row: row)) }
            trial.apply(change, revision: registry.revision)
        }
        return .success(trial)
    }

    // MARK: Large changes

    /// Begins a large change; its reply comes when all of it is on disk.
    mutating func stage(_ order: Order, _ changes: [RegistryChange], _ now: Moment) {
        staged = StagedChange(order, changes, beside: registry)
        stagedAt = now.monotonic
    }

    /// Tries the next portion; called once a turn, so that readers are served between two.
    mutating func advanceStaged(_ now: Moment, _ effects: inout [Effect]) {
        guard let at = stagedAt, at <= now.monotonic, var change = staged else { return }
        // One owner: what is tried is not copied.
        staged = nil
        let fault = change.tryPortion()
        let isTried = change.isTried
        staged = change
        if let fault {
            giveUpStaged(.registry(fault.problem, row: fault.row), now, &effects)
        } else if isTried {
            stagedAt = nil
            writeStaged(now, &effects)
        }
    }

    /// A portion is on disk.
    mutating func portionWritten(_ revision: UInt64, _ now: Moment, _ effects: inout [Effect]) {
        guard let staged, staged.revision == revision, stagedAt == nil else { return }
        writeStaged(now, &effects)
    }

    /// The next portion, or the end.
    private mutating func writeStaged(_ now: Moment, _ effects: inout [Effect]) {
        if let portion = staged?.nextPortion() { return effects.append(.durable(portion)) }
        guard let change = staged else { return }
        if let refusal = handoverRefusal(of: change.order, now) { return giveUpStaged(refusal, now, &effects) }
        staged = nil
        registry = change.trial
        registry.revision = change.revision
        for person in change.forgets { forgetTries(of: person, now, &effects) }
        if !access.fits(registry) { access = AccessTable(site: site, registry: registry) }
        effects.append(.durable(.registrySealed(revision: change.revision)))
        effects.append(.durable(.ledger(ledger.apply(.confirmed(now.civil)))))
        retentionCheckAt = now.monotonic
        let event = record(registryEntry(change.order, change.changes), now, &effects)
        effects.append(.reply(change.order.id, .done(event: event)))
    }

    /// Nothing of it comes into force.
    mutating func giveUpStaged(_ refusal: OrderRefusal, _ now: Moment, _ effects: inout [Effect]) {
        guard let change = staged else { return }
        staged = nil
        stagedAt = nil
        if change.hasWritten { effects.append(.durable(.registryDropped(revision: change.revision))) }
        recordOrder(change.order, "refused", reason: refusal.word, now, &effects)
        effects.append(.reply(change.order.id, .refused(refusal)))
    }
}
