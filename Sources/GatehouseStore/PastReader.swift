package import GatehouseCore

extension JournalReader {
    /// Decisions of a span of time in their order. Those without facts that this version knows are passed over and
    /// counted.
    @discardableResult
    package func decisions(
        from: CivilTime, until: CivilTime, _ body: (PastDecision) throws -> Void
    ) throws -> (read: Int, passedOver: Int) {
        let statement = try database.prepare(
            """
            SELECT seq, at, point, person, credential, outcome, reason, leaf FROM journal
            WHERE kind = 'decision' AND at >= ? AND at < ? ORDER BY seq
            """)
        try statement.bind(from.milliseconds, until.milliseconds)
        var (read, passedOver) = (0, 0)
        // The same few words come again and again.
        var points: [String: AccessPointID] = [:]
        while try statement.step() {
            guard let values = CanonicalValue.integers(under: "facts", of: statement.octets(7)),
                let facts = Facts(values: values)
            else {
                passedOver += 1
                continue
            }
            let name = statement.text(2)
            let point = points[name] ?? AccessPointID(name)
            points[name] = point
            read += 1
            try body(
                PastDecision(
                    sequence: UInt64(statement.integer(0)), at: CivilTime(milliseconds: statement.integer(1)),
                    accessPoint: point, person: statement.optionalInteger(3).map { UInt32(clamping: $0) },
                    credential: statement.optionalInteger(4).map { UInt32(clamping: $0) }, outcome: statement.text(5),
                    reason: statement.optionalText(6), facts: facts))
        }
        return (read, passedOver)
    }

    /// The registry that was in force with a revision. A row whose seal is broken is left out and counted.
    package func registry(asOf revision: UInt64) throws -> (registry: Registry, damaged: Int) {
        var registry = Registry(revision: revision)
        var damaged = 0
        let statement = try database.prepare(
            """
            SELECT kind, id, from_revision, plain, sealed, to_revision FROM registry
            WHERE kind = ?1 AND from_revision <= ?2 AND (to_revision IS NULL OR to_revision > ?2) ORDER BY id
            """)
        for kind in RegistryKind.allCases {
            try statement.bind(Int64(kind.rawValue), Int64(clamping: revision))
            while try statement.step() {
                let end = statement.optionalInteger(5).map { UInt64($0) }
                guard let row = RegistryRows.read(statement, to: end, secrets),
                    registry.problem(with: .put(row), isLoading: true) == nil
                else {
                    damaged += 1
                    continue
                }
                registry.apply(.put(row), revision: revision)
            }
            statement.reset()
        }
        return (registry, damaged)
    }

    /// The number of a card that an entry keeps; nil when it was erased or there is none.
    package func card(of sequence: UInt64) throws -> CardNumber? {
        guard let entry = try entry(sequence, withPersonal: true) else { return nil }
        for (name, value) in entry.personal where name == PersonalField.Name.cardNumber.rawValue {
            return CardNumber(String(decoding: value, as: UTF8.self))
        }
        for (name, value) in entry.personal where name == PersonalField.Name.plate.rawValue {
            return CardNumber("PLATE:\(String(decoding: value, as: UTF8.self))")
        }
        return nil
    }

    /// Who was let in since a moment: on how many local days (of the given offset to UTC), and when last.
    package func seen(since: CivilTime, offset: Int64) throws -> [UInt32: (days: Int, last: CivilTime)] {
        let statement = try database.prepare(
            """
            SELECT person, count(DISTINCT (at + ?2) / 86400000), max(at) FROM journal
            WHERE person IS NOT NULL AND kind = 'decision' AND outcome <> 'denied' AND at >= ?1 GROUP BY person
            """)
        try statement.bind(since.milliseconds, offset * 1000)
        var seen: [UInt32: (days: Int, last: CivilTime)] = [:]
        while try statement.step() {
            seen[UInt32(clamping: statement.integer(0))] = (
                Int(statement.integer(1)), CivilTime(milliseconds: statement.integer(2))
            )
        }
        return seen
    }

    /// How often somebody came whose tenancy is over.
    package func attemptsAfterTenancy(since: CivilTime) throws -> [UInt32: Int] {
        let statement = try database.prepare(
            """
            SELECT person, count(*) FROM journal
            WHERE person IS NOT NULL AND kind = 'decision' AND reason = 'TenancyEnded' AND at >= ? GROUP BY person
            """)
        try statement.bind(since.milliseconds)
        var attempts: [UInt32: Int] = [:]
        while try statement.step() { attempts[UInt32(clamping: statement.integer(0))] = Int(statement.integer(1)) }
        return attempts
    }
}
