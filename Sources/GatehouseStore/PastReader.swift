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
                    sequence: UInt64(clamping: statement.integer(0)), at: CivilTime(milliseconds: statement.integer(1)),
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
                // Erased since: nobody's any more.
                if statement.octets(4).isEmpty { continue }
                let end = statement.optionalInteger(5).map { UInt64(clamping: $0) }
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

    // MARK: Privacy

    /// Every credential that a person ever had, with whether it is present.
    package func everCredentials(of person: UInt32) throws -> [(row: CredentialRow, isPresent: Bool)] {
        try everRows(.credential, of: person).compactMap { id in
            let states = try history(.credential, id)
            guard case .credential(let row)? = states.last?.row, row.person == person else { return nil }
            return (row, states.last?.to == nil)
        }
    }

    /// Every row that names a person, ended ones too: their own, and what was ever theirs.
    package func everRows(of person: UInt32) throws -> [RegistryRowID] {
        var rows = [RegistryRowID(.person, person)]
        for kind in [RegistryKind.credential, .vehicle, .consent] {
            rows += try everRows(kind, of: person).map { RegistryRowID(kind, $0) }
        }
        return rows
    }

    /// Present rows by their marks, also those whose seal is broken; ended ones have none, and each is opened.
    private func everRows(_ kind: RegistryKind, of person: UInt32) throws -> [UInt32] {
        let mark = RegistryMark.of(person: person)
        return try database.snapshot {
            let present = try database.prepare("SELECT id FROM mark WHERE mark = ? AND kind = ?")
                .bind(secrets.mark(Array(mark.text.utf8)), Int64(kind.rawValue))
            var found: Set<UInt32> = []
            while try present.step() { found.insert(UInt32(clamping: present.integer(0))) }
            let ended = try database.prepare(
                """
                SELECT kind, id, from_revision, plain, sealed, to_revision FROM registry
                WHERE kind = ? AND to_revision IS NOT NULL
                """
            ).bind(Int64(kind.rawValue))
            while try ended.step() {
                let end = ended.optionalInteger(5).map { UInt64(clamping: $0) }
                guard let row = RegistryRows.read(ended, to: end, secrets),
                    RegistryMarks.all(of: row).contains(mark)
                else { continue }
                found.insert(row.id)
            }
            return found.sorted()
        }
    }

    /// Values beside the journal: how many there are, how many of them are older than they may be, when the oldest was
    /// written, how many commitments have lost theirs, and how many pictures wait for their deletion.
    package func personalCounts(
        before cutOff: CivilTime?
    ) throws -> (kept: Int, older: Int, oldest: CivilTime?, erased: Int, pictures: Int) {
        func count(_ sql: String, _ values: (any Bindable)?...) throws -> Int64? {
            let statement = try database.prepare(sql)
            try statement.bind(all: values)
            return try statement.step() ? statement.optionalInteger(0) : nil
        }
        let kept = try count("SELECT count(*) FROM personal") ?? 0
        let older = try cutOff.map {
            try count(
                "SELECT count(*) FROM personal JOIN journal ON journal.seq = personal.seq WHERE journal.at < ?",
                $0.milliseconds) ?? 0
        }
        let oldest = try count("SELECT at FROM journal WHERE seq = (SELECT min(seq) FROM personal)")
        let pictures = try count("SELECT count(*) FROM erasure") ?? 0
        var committed = 0
        let leaves = try database.prepare("SELECT leaf FROM journal WHERE instr(leaf, CAST('personal' AS BLOB)) > 0")
        while try leaves.step() {
            committed += JournalEntry.read(canonicalBytes: leaves.octets(0))?.commitments.count ?? 0
        }
        return (
            Int(kept), Int(older ?? 0), oldest.map { CivilTime(milliseconds: $0) }, committed - Int(kept), Int(pictures)
        )
    }

    /// Pictures that wait for their deletion.
    package func pendingErasures(limit: Int) throws -> [(event: UInt64, camera: String)] {
        let statement = try database.prepare("SELECT event, camera FROM erasure ORDER BY event LIMIT \(max(1, limit))")
        var found: [(event: UInt64, camera: String)] = []
        while try statement.step() { found.append((UInt64(clamping: statement.integer(0)), statement.text(1))) }
        return found
    }
}
