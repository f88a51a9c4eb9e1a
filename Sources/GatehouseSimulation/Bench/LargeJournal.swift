internal import GatehouseAdmin
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseStore

/// A journal of any length from one generator, written by the store's own writer: the same rows for every figure that is asked of it.
struct LargeJournal {
    static let people: UInt32 = 3000
    static let start = CivilTime(seconds: 1_764_000_000)
    /// From one entry to the next: ten million fill some 300 days.
    static let step: Int64 = 2600

    let rows: UInt64
    let primitives: Primitives

    var end: CivilTime { at(rows + 1) }
    func at(_ sequence: UInt64) -> CivilTime {
        CivilTime(milliseconds: Self.start.milliseconds + Int64(sequence) * Self.step)
    }

    func write(path: String, secrets: StoreSecrets) throws {
        let writer = StoreWriter(path: path, secrets: secrets, epoch: 1, run: "large")
        var number: UInt64 = 1
        var effects: [DurableEffect] = [.registry(register, revision: 1)]
        var first = JournalEntry(kind: .registry)
        (first.sequence, first.civil, first.registryRevision) = (1, at(1), 1)
        effects.append(.record(first))
        for sequence in 2...rows {
            effects.append(.record(entry(sequence)))
            guard effects.count >= 5000 || sequence == rows else { continue }
            try writer.commit(CommitGate.Batch(number: number, effects: effects))
            number += 1
            effects.removeAll(keepingCapacity: true)
            writer.idle()
        }
    }

    private var register: [RegistryChange] {
        var changes: [RegistryChange] = [.put(.community(CommunityRow(id: 1, code: "c", name: "Lotus")))]
        for id in 1...Self.people / 3 {
            changes.append(.put(.dwelling(DwellingRow(id: id, community: 1, code: "1-\(id)", use: .owned))))
        }
        for id in 1...Self.people {
            changes.append(
                .put(
                    .person(
                        PersonRow(
                            id: id, reference: "R-\(id)", name: "Person \(id)", role: .resident,
                            dwelling: (id - 1) / 3 + 1, groups: ["residents"]))))
            let card = Self.card(id)
            changes.append(
                .put(
                    .credential(
                        CredentialRow(
                            id: id, person: id, kind: .card, key: CredentialKey(card: card, primitives: primitives),
                            label: card.description))))
        }
        return changes
    }

    private static func card(_ id: UInt32) -> CardNumber {
        CardNumber(format: "H10301", facility: 118, number: UInt64(id))
    }

    /// Entries as a busy gate has them: a decision and its passage, refusals, exits; here and there an order, a condition, a second
    /// vehicle. The lane is quiet.
    func entry(_ sequence: UInt64) -> JournalEntry {
        var dice = Dice(seed: sequence)
        let isLane = dice.isOne(in: 5000)
        let isIn = dice.isOne(in: 2)
        let person = UInt32(dice.below(Int(Self.people)) + 1)
        var entry = JournalEntry(kind: .decision)
        switch sequence % 20 {
        case 0...9: entry.outcome = "granted"
        case 10: (entry.outcome, entry.reason) = ("denied", "TenancyEnded")
        case 11...17: (entry.kind, entry.outcome, entry.about) = (.passage, "taken", sequence - 11)
        case 18: entry.kind = .exitRequest
        default: odd(&entry, sequence)
        }
        entry.sequence = sequence
        entry.civil = at(sequence)
        entry.monotonic = MonotonicTime(nanoseconds: Self.step * Int64(sequence) * 1_000_000)
        entry.isCivilTrusted = true
        entry.registryRevision = 1
        entry.portal = entry.portal ?? (isLane ? "lane" : "wicket")
        guard entry.kind == .decision || entry.kind == .passage else { return entry }
        entry.accessPoint = isLane ? "lane-in" : isIn ? "wicket-in" : "wicket-out"
        entry.person = person
        guard entry.kind == .decision else { return entry }
        entry.reader = isLane ? "lane-scan" : isIn ? "wicket-in" : "wicket-out"
        entry.credential = person
        entry.facts = Facts()
        entry.path = RuleBook.decide(Facts()).path
        entry.personal = [PersonalField(name: .cardNumber, value: Array(Self.card(person).description.utf8))]
        return entry
    }

    /// One in twenty: orders, what was looked at, conditions; one in 200,000 a second vehicle.
    private func odd(_ entry: inout JournalEntry, _ sequence: UInt64) {
        entry.portal = "wicket"
        if sequence % 200_000 == 19 {
            (entry.kind, entry.portal) = (.tailgated, "lane")
            return
        }
        switch sequence / 20 % 3 {
        case 0:
            (entry.kind, entry.result, entry.actor) = (.order, .done, "uid 1003 (guard)")
            entry.detail[.command] = .text("portal open portal=wicket")
            entry.personal = [PersonalField(name: .note, value: Array("parcel for \(sequence)".utf8))]
        case 1:
            (entry.kind, entry.actor) = (.look, "uid 1001 (manager)")
            entry.detail[.scope] = .text("register")
        default: (entry.kind, entry.result, entry.reason) = (.health, .off, "readerOffline")
        }
    }
}
