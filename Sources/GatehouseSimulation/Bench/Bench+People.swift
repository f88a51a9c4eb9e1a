internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseStore
internal import Glibc

extension Bench {
    /// A million past decisions read from the journal and asked again with another policy.
    static func people(_ folder: String, _ report: (String) -> Void) throws {
        let path = "\(folder)/gatehouse-bench-people.db"
        func clear() { for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) } }
        clear()
        defer { clear() }
        let keys = KeyRing(master: SecretKey([UInt8](repeating: 1, count: 32)))
        let primitives = keys.primitives(epoch: 1)
        let writer = StoreWriter(path: path, secrets: keys.storeSecrets, epoch: 1, run: "bench")
        var dice = Dice(seed: 4)
        let virtual = VirtualSite(dice: &dice, start: 1_800_000_000, days: 1, primitives: primitives)
        var restored = Restored()
        for change in virtual.changes { restored.registry.apply(change, revision: 1) }
        let before = Controller(site: virtual.site, restored: restored, primitives: primitives)
        var proposal = virtual.site
        proposal.policy.schedules = [
            Schedule(name: "daytime", windows: [TimeWindow(days: .everyWeekday, from: 480, to: 1080)])
        ]
        let after = Controller(site: proposal, restored: restored, primitives: primitives)

        let events = 1_000_000
        let calendar = SiteCalendar(fixedOffset: 0)
        var sequence: UInt64 = 0
        var number: UInt64 = 0
        while sequence < events {
            var effects: [DurableEffect] = []
            for _ in 0..<10_000 {
                sequence += 1
                let civil = CivilTime(seconds: 1_800_000_000 + Int64(sequence))
                let moment = calendar.moment(monotonic: .zero, civil: civil, isTrusted: true)
                let person = UInt32(dice.below(virtual.cardCount)) + 1
                let point = VirtualSite.point(VirtualSite.portals[dice.below(2)], isEntry: dice.isOne(in: 2))
                guard
                    let answer = before.whatIf(
                        card: VirtualSite.card(UInt64(person)), person: person, at: point, now: moment)
                else { continue }
                var entry = entry(sequence)
                entry.civil = civil
                entry.accessPoint = point
                entry.person = person
                entry.credential = person
                entry.facts = answer.facts
                entry.path = answer.path
                entry.outcome = answer.decision.word
                entry.reason = answer.decision.reason?.word
                effects.append(.record(entry))
            }
            number += 1
            try writer.commit(CommitGate.Batch(number: number, effects: effects))
        }
        let reader = try JournalReader(path: path, secrets: keys.storeSecrets)
        var changed = 0
        let began = seconds()
        let counts = try reader.decisions(from: CivilTime(seconds: 0), until: CivilTime(seconds: 4_000_000_000)) {
            past in
            let moment = calendar.moment(monotonic: .zero, civil: past.at, isTrusted: past.facts.isClockTrusted)
            guard let answer = after.again(past, card: nil, before: before, at: moment) else { return }
            if answer.decision.isGranted != past.wasGranted { changed += 1 }
        }
        let spent = seconds() - began
        report(
            "replay of \(counts.read) decisions: \(Int(Double(counts.read) / spent)) a second (bound 200000), \(changed) come out otherwise"
        )
    }
}
