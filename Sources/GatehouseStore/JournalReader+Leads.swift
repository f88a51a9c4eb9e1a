package import GatehouseCore

extension JournalReader {
    /// Every sealed note from a time until before an entry, opened, oldest first. One that no key here opens is left out.
    package func eachNote(
        from: CivilTime, before end: UInt64, _ body: (WatchlistNote, JournalEntry, _ epoch: UInt64) throws -> Void
    ) throws {
        let rows = try database.prepare(
            "SELECT leaf FROM journal WHERE kind = 'sealed' AND seq < ? AND at >= ? ORDER BY seq")
        try rows.bind(Int64(clamping: end), from.milliseconds)
        defer { rows.reset() }
        while try rows.step() {
            guard let (entry, epoch, _) = JournalEntry.read(canonicalBytes: rows.octets(0)),
                let sealed = entry.detail[.note]?.octets,
                let plain = secrets.openNote(sealed, entry.sequence, epoch)
            else { continue }
            if let note = try WatchlistNote(octets: plain) ?? earlierHit(plain, beside: entry) {
                try body(note, entry, epoch)
            }
        }
    }

    /// A note of 0.2.0 has the id of an entry alone; the decision stands before it.
    private func earlierHit(_ plain: [UInt8], beside entry: JournalEntry) throws -> WatchlistNote? {
        guard plain.count == 64, plain[0] != 0 else { return nil }
        var note = WatchlistNote(.hit)
        note.entry = String(decoding: plain.prefix { $0 != 0 }, as: UTF8.self)
        note.expires = CivilTime(milliseconds: .max)
        return try asked(
            "SELECT seq, portal FROM journal WHERE seq < ? AND kind = 'decision' ORDER BY seq DESC LIMIT 1",
            Int64(clamping: entry.sequence)
        ) { rows in
            guard try rows.step() else { return nil }
            (note.event, note.portal) = (UInt64(clamping: rows.integer(0)), rows.optionalText(1) ?? "")
            return note
        }
    }

    /// What the notes of earlier runs say of leads, and of the pictures of those that live.
    package func leadHistory(from: CivilTime, before end: UInt64) throws -> LeadHistory {
        var history = LeadHistory()
        try eachNote(from: from, before: end) { note, entry, _ in history.hear(note, at: entry.civil) }
        for hit in history.hits.values {
            if let digest = try digest(of: hit.note.event) { history.picture(digest, of: hit.note.event) }
        }
        return history
    }

    private func digest(of event: UInt64) throws -> [UInt8]? {
        try asked(
            "SELECT digest FROM snapshot WHERE event = ? AND state = 'stored' LIMIT 1", Int64(clamping: event)
        ) { try $0.step() ? $0.octets(0) : nil }
    }
}
