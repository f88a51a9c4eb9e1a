/// Credentials that a guard took out of use until the office is there.
extension Controller {
    /// Whether a guard took it out of use, and the office is not there yet. What had ended by the latest time in force has ended.
    func isSuspended(_ record: CredentialRecord, at seconds: Int64) -> Bool {
        ledger.suspensions[record.id]?.holds(at: max(seconds, ledger.ended?.seconds ?? .min)) ?? false
    }

    func refusalToSuspend(_ order: Order, _ now: Moment) -> OrderRefusal? {
        if !order.hasReason { return .reasonMissing }
        switch order.verb {
        case .suspend(let id, let until):
            guard let record = registry.credential(id: id) else { return .unknownCredential }
            if record.status != .enabled { return .credentialOff(record.status) }
            return Suspension(until: until, event: 0).holds(at: now.civil.seconds) ? nil : .suspensionTooLong
        case .endSuspension(let id): return ledger.suspensions[id] == nil ? .notSuspended : nil
        default: return nil
        }
    }

    mutating func suspend(_ id: UInt32, until: CivilTime, _ order: Order, _ step: inout Step) -> UInt64? {
        var entry = suspensionEntry(id, order)
        entry.detail[.until] = .integer(until.milliseconds)
        let event = record(entry, &step)
        keep(.suspension(credential: id, Suspension(until: until, event: event ?? 0)), &step)
        set(.credentialSuspended, "\(id)", true, &step)
        tellManager(of: order, event, &step, credential: id)
        settleSuspensions(&step)
        return event
    }

    mutating func endSuspension(_ id: UInt32, _ order: Order, _ step: inout Step) -> UInt64? {
        let event = record(suspensionEntry(id, order), &step)
        end(suspensionOf: id, &step)
        settleSuspensions(&step)
        return event
    }

    private func suspensionEntry(_ id: UInt32, _ order: Order) -> JournalEntry {
        var entry = orderEntry(order, .done)
        entry.credential = id
        entry.person = registry.credential(id: id)?.person
        return entry
    }

    private mutating func end(suspensionOf id: UInt32, _ step: inout Step) {
        keep(.suspension(credential: id, nil), &step)
        set(.credentialSuspended, "\(id)", false, &step)
    }

    /// Those that stood when the daemon ended, each a condition again.
    mutating func raiseSuspensions(_ step: inout Step) {
        for id in ledger.suspensions.keys.sorted() { set(.credentialSuspended, "\(id)", true, &step) }
        settleSuspensions(&step)
    }

    /// Ends those whose time is over, and those of which the office has said what becomes of the credential.
    mutating func settleSuspensions(_ step: inout Step) {
        suspensionsEndAt = nil
        guard !ledger.suspensions.isEmpty else { return }
        let latest = max(step.now.civil, ledger.ended ?? step.now.civil)
        for id in ledger.suspensions.keys.sorted() {
            let isOver = ledger.suspensions[id].map { $0.until <= latest } ?? true
            if isOver || registry.credential(id: id)?.status != .enabled { end(suspensionOf: id, &step) }
        }
        guard let next = ledger.suspensions.values.map(\.until).min() else { return }
        // A clock may be set: it is looked at again within the hour.
        suspensionsEndAt = step.now.monotonic + max(.milliseconds(1), min(next - step.now.civil, .seconds(3600)))
    }

    /// Owes the manager word of what a guard ordered. No name and no card number leaves the gate with it.
    mutating func tellManager(
        of order: Order, _ event: UInt64?, _ step: inout Step, portal: PortalID? = nil, credential: UInt32? = nil
    ) {
        guard order.actor.role == .guard_ else { return }
        var fields = ["order": order.verb.word]
        fields["portal"] = portal?.name
        fields["credential"] = credential.map { "\($0)" }
        raise(.guardOrder, event: event, fields, &step)
    }
}

extension Order.Verb {
    /// What an alert calls it.
    fileprivate var word: String {
        switch self {
        case .suspend: "suspend"
        case .posture(_, let posture): posture.word
        default: "order"
        }
    }
}
