/// Changes of the registry: small ones at once, large ones by portions.
extension Controller {
    /// Carries a change out that was found good, with its entry.
    mutating func change(
        _ order: Order, _ changes: [RegistryChange], to new: Registry?, _ step: inout Step
    )
        -> UInt64?
    {
        apply(changes, to: new, &step)
        return record(registryEntry(order, changes), &step)
    }

    private func registryEntry(_ order: Order, _ changes: [RegistryChange]) -> JournalEntry {
        var entry = orderEntry(order, .done)
        entry.kind = .registry
        entry.detail[.rows] = .integer(Int64(changes.count))
        if changes.count == 1 {
            entry.detail[.row] = .text(changes[0].row.kind.word)
            entry.detail[.id] = .integer(Int64(changes[0].row.id))
            if case .end = changes[0] { entry.detail[.ended] = .boolean(true) }
        }
        return entry
    }

    /// Takes changes that were found good into the next revision. The entry has to follow in the same step. `new` is the
    /// registry on which they were tried.
    mutating func apply(_ changes: [RegistryChange], to new: Registry? = nil, _ step: inout Step) {
        let revision = registry.revision + 1
        if staged?.follows(changes, revision: revision) == false {
            giveUpStaged(.other(Sentence("the register was changed meanwhile; look at the dry run again")), &step)
        }
        if let new {
            registry = new
            registry.revision = revision
        } else {
            for change in changes { registry.apply(change, revision: revision) }
        }
        for change in changes { if let person = change.forgets { forgetTries(of: person, &step) } }
        if !access.fits(registry) { access = AccessTable(site: site, registry: registry) }
        step.yield(.durable(.registry(changes, revision: revision)))
        keep(.confirmed(step.now.civil), &step)
        retention.hasten(at: step.now.monotonic)
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
    mutating func advanceStaged(_ step: inout Step) {
        guard let at = stagedAt, at <= step.now.monotonic, var change = staged else { return }
        // One owner: what is tried is not copied.
        staged = nil
        let fault = change.tryPortion()
        let isTried = change.isTried
        staged = change
        if let fault {
            giveUpStaged(.registry(fault.problem, row: fault.row), &step)
        } else if isTried {
            stagedAt = nil
            writeStaged(&step)
        }
    }

    /// A portion is on disk.
    mutating func portionWritten(_ revision: UInt64, _ step: inout Step) {
        guard let staged, staged.revision == revision, stagedAt == nil else { return }
        writeStaged(&step)
    }

    /// The next portion, or the end.
    private mutating func writeStaged(_ step: inout Step) {
        if let portion = staged?.nextPortion(at: step.now.monotonic) { return step.yield(.durable(portion)) }
        guard let change = staged else { return }
        if let refusal = handoverRefusal(of: change.order, step.now) { return giveUpStaged(refusal, &step) }
        staged = nil
        registry = change.trial
        registry.revision = change.revision
        for person in change.forgets { forgetTries(of: person, &step) }
        if !access.fits(registry) { access = AccessTable(site: site, registry: registry) }
        step.yield(.durable(.registrySealed(revision: change.revision)))
        keep(.confirmed(step.now.civil), &step)
        retention.hasten(at: step.now.monotonic)
        let event = record(registryEntry(change.order, change.changes), &step)
        step.yield(.reply(change.order.id, .done(event: event)))
    }

    /// Nothing of it comes into force.
    mutating func giveUpStaged(_ refusal: OrderRefusal, _ step: inout Step) {
        guard let change = staged else { return }
        staged = nil
        stagedAt = nil
        if change.hasWritten { step.yield(.durable(.registryDropped(revision: change.revision))) }
        recordOrder(change.order, .refused, reason: refusal.word, &step)
        step.yield(.reply(change.order.id, .refused(refusal)))
    }
}
