internal import GatehouseCore
internal import GatehouseRegister
internal import GatehouseStore
internal import GatehouseThreads

/// The index by which people are found: in memory alone, made from the sealed rows when somebody looks for the first time,
/// and kept up by what orders change.
///
/// The database tells how a row stands, never the order: what is noted here is only which rows to read again. Of an order
/// whose entry is on disk a row is read once; of one whose end nobody knows it is read with each question until it must be over.
final class Finder: Sendable {
    private struct Note {
        var number: UInt64
        var since: MonotonicTime
        /// What came of it is on disk.
        var isSettled: Bool
    }
    private struct Notes {
        var rows: [RegistryRowID: Note] = [:]
        /// So much changed that all is read again.
        var everything: Note?
        var next: UInt64 = 0
    }
    private struct Book {
        var index: FindIndex?
        var revision: UInt64 = 0
    }
    private let book = Guarded(Book())
    private let notes = Guarded(Notes())

    /// Rows that are read again one by one; more of them make the index anew.
    private static let mostRows = 500
    /// Longer than any order lives.
    private static let longestOrder: Duration = .seconds(900)
    private static let kinds: [RegistryKind] = [.person, .dwelling, .credential, .vehicle]

    /// Rows of an order, before anybody knows what comes of it or when that is on disk.
    func note(_ verb: Order.Verb, at now: MonotonicTime, isSettled: Bool) {
        let changes: [RegistryChange]
        switch verb {
        case .registry(let all): changes = all
        case .erase(_, let ends, _): changes = ends
        default: return
        }
        notes.withLock { notes in
            notes.next += 1
            var note = Note(number: notes.next, since: now, isSettled: isSettled)
            if changes.count + notes.rows.count > Self.mostRows {
                let others = Array(notes.rows.values) + [notes.everything].compactMap(\.self)
                note.isSettled = isSettled && others.allSatisfy(\.isSettled)
                notes.everything = note
                notes.rows = [:]
                return
            }
            for change in changes {
                let id =
                    switch change {
                    case .put(let row): RegistryRowID(row.kind, row.id)
                    case .end(let kind, let id): RegistryRowID(kind, id)
                    }
                if Self.kinds.contains(id.kind) { notes.rows[id] = note }
            }
        }
    }

    /// Asks the index as the register stands on disk. `isLevel` says whether all that was decided is there.
    func ask<Value>(
        _ reader: JournalReader, at now: MonotonicTime, counts: RegistryCounts, isLevel: () throws -> Bool,
        check: () throws -> Void, _ question: (FindIndex) throws -> Value
    ) throws -> Value {
        try book.withLock { book in
            let noted = notes.withLock { $0 }
            let revision = try reader.lastRevision()
            let isStale = noted.everything.map { $0.isSettled || book.revision != revision } ?? false
            if book.index == nil || isStale {
                book.index = nil
                book.index = try Self.build(reader, counts, check)
            } else {
                for id in noted.rows.keys {
                    if let row = try reader.row(id.kind, id.id) {
                        book.index?.put(row)
                    } else {
                        book.index?.remove(id)
                    }
                }
            }
            book.revision = revision
            try forget(noted, at: now, isLevel)
            return try question(book.index ?? FindIndex())
        }
    }

    private static func build(
        _ reader: JournalReader, _ counts: RegistryCounts, _ check: () throws -> Void
    ) throws -> FindIndex {
        var index = FindIndex()
        index.reserve(people: counts.persons, credentials: counts.credentials)
        var count = 0
        for kind in kinds {
            try reader.each(kind) { row in
                count += 1
                if count % 1024 == 0 { try check() }
                index.put(row)
            }
        }
        return index
    }

    /// What was read and cannot change any more by what was noted.
    private func forget(_ read: Notes, at now: MonotonicTime, _ isLevel: () throws -> Bool) throws {
        let all = Array(read.rows.values) + [read.everything].compactMap(\.self)
        guard !all.isEmpty else { return }
        func isOld(_ note: Note) -> Bool { now - note.since > Self.longestOrder }
        let isLevel = try all.contains { !$0.isSettled && isOld($0) } ? isLevel() : false
        func isOver(_ note: Note) -> Bool { note.isSettled || isLevel && isOld(note) }
        notes.withLock { notes in
            for (id, note) in read.rows where isOver(note) && notes.rows[id]?.number == note.number {
                notes.rows[id] = nil
            }
            if let note = read.everything, isOver(note), notes.everything?.number == note.number {
                notes.everything = nil
            }
        }
    }
}
