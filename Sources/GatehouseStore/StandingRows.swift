internal import GatehouseCore

/// What a start takes up again of the journal, in rows under the head: how each portal stands, a fire, whether the last run
/// ended well, which watchlist entries were withdrawn. The columns beside a leaf are for questions that people ask, and no
/// start believes them.
enum StandingRows {
    private static let fire = "fire"
    private static let run = "run"
    /// Names the machine's start of the last run.
    private static let boot = "boot"
    private static func posture(_ portal: PortalID) -> String { "posture/\(portal.name)" }
    private static let withdrawn = "withdrawn/"

    /// The row that an entry moves; nil for most.
    private static func row(of entry: JournalEntry) -> (key: String, value: CanonicalValue)? {
        switch (entry.kind, entry.portal) {
        case (.posture, let portal?): entry.outcome.map { (posture(portal), .text($0)) }
        case (.fire, nil) where entry.outcome == "active" || entry.outcome == "reset":
            (fire, .boolean(entry.outcome == "active"))
        case (.start, nil): (run, .text(EntryKind.start.rawValue))
        case (.stop, nil): (run, .text(EntryKind.stop.rawValue))
        case (.watchlist, _) where entry.outcome == "withdrawn":
            entry.detail["entry"]?.octets.map { ("\(withdrawn)\(entry.sequence)", .octets($0)) }
        default: nil
        }
    }

    static let setSQL =
        "INSERT INTO standing (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"

    static func hear(_ entry: JournalEntry, _ statement: Statement) throws {
        if entry.kind == .start, let name = entry.detail[.boot]?.text {
            try statement.bind(boot, CanonicalValue.text(name).encoded()).run()
        }
        guard let (key, value) = row(of: entry) else { return }
        try statement.bind(key, value.encoded()).run()
    }

    static func read(_ database: Database, site: Site, into restored: inout Restored) throws -> Bool {
        let rows = try database.prepare("SELECT key, value FROM standing ORDER BY key")
        var values: [String: CanonicalValue] = [:]
        while try rows.step() {
            guard let value = CanonicalValue(decoding: rows.octets(1)) else { continue }
            values[rows.text(0)] = value
            if rows.text(0).hasPrefix(withdrawn), let entry = value.octets {
                restored.watchlistTombstones.append(entry)
            }
        }
        for portal in site.portals {
            restored.postures[portal.id] = values[posture(portal.id)]?.text.flatMap { Posture(word: $0) }
        }
        restored.boot = values[boot]?.text
        restored.isFire = values[fire]?.boolean ?? false
        return values[run]?.text != EntryKind.start.rawValue
    }

    /// Of rows that nobody can prove those stay that keep people out, or let them out of a fire.
    static func keepWhatTakesAway(_ database: Database) throws {
        let rows = try database.prepare("SELECT key, value FROM standing")
        var dropped: [String] = []
        while try rows.step() {
            let key = rows.text(0)
            let posture = CanonicalValue(decoding: rows.octets(1))?.text.flatMap { Posture(word: $0) }
            let isKept = key == fire || key.hasPrefix(withdrawn) || posture == .blocked || posture == .lockdown
            if !isKept { dropped.append(key) }
        }
        let drop = try database.prepare("DELETE FROM standing WHERE key = ?")
        for key in dropped { try drop.bind(key).run() }
    }

    /// Of a database from before these rows: from the leaves of the entries that its columns name, once.
    static func build(_ database: Database) throws {
        try database.execute("DELETE FROM standing")
        let leaves = try database.prepare(
            """
            SELECT leaf FROM journal WHERE kind IN ('posture', 'fire', 'stop', 'start')
            UNION ALL SELECT leaf FROM journal WHERE kind = 'watchlist' AND outcome = 'withdrawn'
            """)
        var entries: [JournalEntry] = []
        while try leaves.step() {
            if let entry = JournalEntry.read(canonicalBytes: leaves.octets(0))?.entry { entries.append(entry) }
        }
        let set = try database.prepare(setSQL)
        for entry in entries.sorted(by: { $0.sequence < $1.sequence }) { try hear(entry, set) }
    }
}
