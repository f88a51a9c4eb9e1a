package import GatehouseCore

/// Entries of the journal by what they are found by.
extension JournalReader {
    /// What a question for rare kinds says, so that their index serves it.
    package static let rare = V0008.rare

    /// The conditions of a filter, and what is bound to them.
    static func condition(_ filter: JournalFilter) -> (sql: String, values: [(any Bindable)?]) {
        var conditions: [String] = []
        var values: [(any Bindable)?] = []
        func condition(_ sql: String, _ value: (any Bindable)?) {
            guard let value else { return }
            conditions.append(sql)
            values.append(value)
        }
        condition("at >= ?", filter.from?.milliseconds)
        condition("at < ?", filter.until?.milliseconds)
        condition("seq > ?", filter.after.map { Int64(clamping: $0) })
        condition("seq < ?", filter.before.map { Int64(clamping: $0) })
        condition("person = ?", filter.person.map { Int64($0) })
        condition("credential = ?", filter.credential.map { Int64($0) })
        condition("about = ?", filter.about.map { Int64(clamping: $0) })
        condition("point = ?", filter.accessPoint)
        condition("portal = ?", filter.portal)
        let kinds = filter.kinds.isEmpty ? EntryKind.allCases.filter(\.isEvent) : filter.kinds
        // All kinds are no condition: a question that names each of them is answered by no index.
        if kinds.count < EntryKind.allCases.count {
            conditions.append("kind IN (\(kinds.map { "'\($0.rawValue)'" }.joined(separator: ", ")))")
            // Said again, so that the index of what is rare serves it.
            if kinds.allSatisfy(\.isRare) { conditions.append(rare) }
        }
        if !filter.outcomes.isEmpty {
            conditions.append("outcome IN (\(filter.outcomes.map { _ in "?" }.joined(separator: ", ")))")
            values += filter.outcomes
        }
        return (conditions.isEmpty ? "1" : conditions.joined(separator: " AND "), values)
    }

    /// The newest entries of a filter with a limit, or the first behind a number, in their order and without what stands beside
    /// them; and whether more fit. How many more is not counted: that would read the whole journal.
    package func page(_ filter: JournalFilter) throws -> (entries: [StoredEntry], hasMore: Bool) {
        let (condition, values) = Self.condition(filter)
        let order = filter.isNewestFirst ? "DESC" : "ASC"
        let statement = try database.prepare(
            "SELECT leaf FROM journal WHERE \(condition) ORDER BY seq \(order) LIMIT \(filter.limit + 1)")
        try statement.bind(all: values)
        var found: [StoredEntry] = []
        while try statement.step() {
            if let stored = Self.stored(statement.octets(0)) { found.append(stored) }
        }
        let hasMore = found.count > filter.limit
        if hasMore { found.removeLast() }
        return (filter.isNewestFirst ? found.reversed() : found, hasMore)
    }

    private static func stored(_ leaf: [UInt8]) -> StoredEntry? {
        JournalEntry.read(canonicalBytes: leaf).map { entry, epoch, commitments in
            StoredEntry(
                entry: entry, epoch: epoch, personal: [], snapshot: nil, hasPersonal: !commitments.isEmpty)
        }
    }

    /// The same entry with its picture, and with what is sealed beside it.
    package func whole(_ stored: StoredEntry, withPersonal: Bool) throws -> StoredEntry {
        var stored = stored
        stored.snapshot = try snapshot(stored.entry.sequence)
        if withPersonal, stored.hasPersonal { stored.personal = try personal(stored.entry.sequence) }
        return stored
    }

    /// The numbers between which the entries of a filter are that a limit lets through, and how many there are without it.
    package func span(_ filter: JournalFilter) throws -> (first: UInt64, last: UInt64, count: UInt64) {
        let (condition, values) = Self.condition(filter)
        let order = filter.isNewestFirst ? "DESC" : "ASC"
        let limit = filter.limit > 0 ? "ORDER BY seq \(order) LIMIT \(filter.limit)" : ""
        let statement = try database.prepare(
            """
            SELECT coalesce(min(seq), 0), coalesce(max(seq), 0), count(*)
            FROM (SELECT seq FROM journal WHERE \(condition) \(limit))
            """)
        try statement.bind(all: values)
        guard try statement.step() else { return (0, 0, 0) }
        let found = UInt64(clamping: statement.integer(2))
        let range = (UInt64(clamping: statement.integer(0)), UInt64(clamping: statement.integer(1)))
        statement.reset()
        guard filter.limit > 0, found == UInt64(filter.limit) else { return (range.0, range.1, found) }
        let all = try database.prepare("SELECT count(*) FROM journal WHERE \(condition)")
        try all.bind(all: values)
        return (range.0, range.1, try all.step() ? UInt64(clamping: all.integer(0)) : found)
    }

    /// Calls the body for each entry, in the order of the journal: with a limit the newest ones, or the first behind a
    /// number. What the body throws ends it.
    package func each(
        _ filter: JournalFilter, withPersonal: Bool = false, _ body: (StoredEntry) throws -> Void
    ) throws {
        let (condition, values) = Self.condition(filter)
        let limit = filter.limit > 0 ? "LIMIT \(filter.limit)" : ""
        let sql =
            filter.isNewestFirst && filter.limit > 0
            ? "SELECT leaf FROM (SELECT seq, leaf FROM journal WHERE \(condition) ORDER BY seq DESC \(limit)) ORDER BY seq"
            : "SELECT leaf FROM journal WHERE \(condition) ORDER BY seq \(limit)"
        let statement = try database.prepare(sql)
        try statement.bind(all: values)
        while try statement.step() {
            guard let stored = Self.stored(statement.octets(0)) else { continue }
            try body(whole(stored, withPersonal: withPersonal))
        }
    }

    package func entries(_ filter: JournalFilter, withPersonal: Bool = false) throws -> [StoredEntry] {
        var found: [StoredEntry] = []
        try each(filter, withPersonal: withPersonal) { found.append($0) }
        return found
    }

    /// Who looked at a person: by name, at a view of entries that they stand in, or at the whole register.
    package func looks(at person: UInt32) throws -> [(entry: JournalEntry, scope: String)] {
        let statement = try database.prepare(
            "SELECT leaf FROM journal WHERE kind = 'look' AND (person = ? OR person IS NULL) ORDER BY seq")
        let stands = try database.prepare(
            "SELECT 1 FROM journal WHERE person = ? AND seq BETWEEN ? AND ? AND kind NOT IN ('look', 'sealed') LIMIT 1")
        try statement.bind(Int64(person))
        var found: [(entry: JournalEntry, scope: String)] = []
        while try statement.step() {
            guard let entry = JournalEntry.read(canonicalBytes: statement.octets(0))?.entry else { continue }
            if entry.person == person {
                found.append((entry, "person"))
                continue
            }
            switch entry.detail["scope"]?.text {
            case "register": found.append((entry, "register"))
            case "entries":
                guard let first = entry.detail["from"]?.integer, let last = entry.detail["through"]?.integer else {
                    continue
                }
                try stands.bind(Int64(person), first, last)
                if try stands.step() {
                    found.append((entry, "view"))
                    stands.reset()
                }
            default: continue
            }
        }
        return found
    }
}
