package import GatehouseCore
internal import Glibc

/// Signs the heads of a journal and keeps them in two places: a table of the database, and a file beside it. Only what is on disk is
/// signed, and only what begins with all that either place says was signed before. Used by the writer's thread alone.
package final class CheckpointKeeper {
    package struct Made: Hashable, Sendable {
        package var origin: String
        package var size: UInt64
        package var root: [UInt8]
        /// The signed note.
        package var note: [UInt8]
    }

    /// Why nothing was signed. What stands in the database is not what this gate wrote before.
    package enum Refusal: Error, Hashable, Sendable, CustomStringConvertible {
        /// Fewer entries than were signed.
        case behind(Place, signed: UInt64, present: UInt64)
        /// As many, but others.
        case differs(Place, signed: UInt64)

        package enum Place: String, Hashable, Sendable { case table, file }

        package var description: String {
            switch self {
            case .behind(let place, let signed, let present):
                "the \(place.rawValue) says that \(signed) entries were signed; \(present) are there"
            case .differs(let place, let signed):
                "the first \(signed) entries are not those that the \(place.rawValue) says were signed"
            }
        }
    }

    /// Older ones follow from the journal, to the octet.
    static let keptRows = 4096

    private let path: String
    private let secrets: StoreSecrets
    private let signer: CheckpointSigner
    private var database: Database?

    package init(path: String, secrets: StoreSecrets, signer: CheckpointSigner) {
        self.path = path
        self.secrets = secrets
        self.signer = signer
    }

    package static func file(besides database: String) -> String { database + ".checkpoint" }

    /// The newest head, signed now or before. Nil where the journal has no tree yet. Throws a `Refusal` where it would contradict what was
    /// signed; the next call looks again.
    package func make() throws -> Made? {
        let database: Database
        if let open = self.database {
            database = open
        } else {
            database = try StoreWriter.open(path: path)
            database.keepLog()
            self.database = database
        }
        do { return try make(in: database) } catch {
            // After a failed sync another connection asks the disk anew.
            self.database = nil
            throw error
        }
    }

    /// The same, as whoever asked hears it.
    package func answer() -> CheckpointAnswer {
        do { return try make().map { .made($0) } ?? .nothingYet } catch let refusal as Refusal {
            return .refused(refusal)
        } catch { return .failed("\(error)") }
    }

    /// Puts a witness's line below the head of so many entries. Nil where there is no such head, or the line does not fit.
    package func add(_ line: String, of witness: String, size: UInt64, _ witnesses: CheckpointWitnesses) throws -> Made?
    {
        guard let database else { return nil }
        let row = try database.prepare("SELECT root, note FROM checkpoint WHERE origin = ? AND size = ?")
        guard try row.bind(signer.reader.origin, Int64(clamping: size)).step() else { return nil }
        let (root, note) = (row.octets(0), row.octets(1))
        row.reset()
        guard signer.reader.open(note)?.root == root, let cosigned = witnesses.add(note, witness, line) else {
            return nil
        }
        guard cosigned != note else {
            return Made(origin: signer.reader.origin, size: size, root: root, note: note)
        }
        let update = try database.prepare("UPDATE checkpoint SET note = ? WHERE origin = ? AND size = ?")
        try update.bind(cosigned, signer.reader.origin, Int64(clamping: size)).run()
        return Made(origin: signer.reader.origin, size: size, root: root, note: cosigned)
    }

    private func make(in database: Database) throws -> Made? {
        let prover = try JournalProver(database, secrets.sha256)
        guard try prover.hasTree else { return nil }
        let size = try prover.size
        let inTable = try newest(database)
        let inFile = Files.read(Self.file(besides: path), atMost: 65_536).flatMap(signer.reader.open)
        for (place, signed) in [
            (Refusal.Place.table, inTable.map { ($0.size, $0.root) }), (.file, inFile.map { ($0.size, $0.root) }),
        ] {
            guard let signed else { continue }
            guard signed.0 <= size else { throw Refusal.behind(place, signed: signed.0, present: size) }
            guard try prover.root(size: signed.0) == signed.1 else { throw Refusal.differs(place, signed: signed.0) }
        }
        if let inTable, inTable.size == size, inFile?.size == size { return inTable }
        let root = try prover.root(size: size)
        let made = Made(origin: signer.reader.origin, size: size, root: root, note: try signer.sign(size, root))
        try keep(made, database)
        return made
    }

    /// A row that this gate's key did not sign says nothing; `journal verify` names it.
    private func newest(_ database: Database) throws -> Made? {
        let rows = try database.prepare("SELECT size, note FROM checkpoint WHERE origin = ? ORDER BY size DESC")
        try rows.bind(signer.reader.origin)
        while try rows.step() {
            let (size, note) = (UInt64(clamping: rows.integer(0)), rows.octets(1))
            guard let opened = signer.reader.open(note), opened.size == size else { continue }
            return Made(origin: signer.reader.origin, size: size, root: opened.root, note: note)
        }
        return nil
    }

    private func keep(_ made: Made, _ database: Database) throws {
        let size = Int64(clamping: made.size)
        try database.transaction {
            let insert = try database.prepare(
                "INSERT OR REPLACE INTO checkpoint (origin, size, root, note) VALUES (?, ?, ?, ?)")
            try insert.bind(made.origin, size, made.root, made.note).run()
            let tidy = try database.prepare(
                """
                DELETE FROM checkpoint WHERE origin = ?1 AND size <
                    (SELECT size FROM checkpoint WHERE origin = ?1 ORDER BY size DESC LIMIT 1 OFFSET ?2)
                """)
            try tidy.bind(made.origin, Int64(Self.keptRows - 1)).run()
        }
        try Files.replace(Self.file(besides: path), with: made.note)
    }

    /// The note that was signed last, as the file beside a database has it, or its table.
    static func lastNote(_ path: String) -> String? {
        let octets =
            Files.read(file(besides: path), atMost: LeafBound.text)
            ?? (Files.exists(path) ? try? stored(path)?.note : nil)
        return octets.flatMap { String(validating: $0, as: UTF8.self) }
    }

    /// The note over so many entries, of the log that signed most of them where none is named. Needs no key; nil where there is none.
    package static func stored(_ path: String, origin: String? = nil, size: UInt64? = nil) throws -> Made? {
        let database = try Database(path: path, mode: .readOnly)
        guard try Migrations.check(database) >= 10 else { return nil }
        let row = try database.prepare(
            """
            SELECT origin, size, root, note FROM checkpoint
            WHERE (?1 IS NULL OR origin = ?1) AND (?2 IS NULL OR size = ?2) ORDER BY size DESC, origin LIMIT 1
            """)
        guard try row.bind(origin, size.map { Int64(clamping: $0) }).step() else { return nil }
        return Made(
            origin: row.text(0), size: UInt64(clamping: row.integer(1)), root: row.octets(2), note: row.octets(3))
    }

    /// The notes of a log over so many entries or more, the newest first. Needs no key.
    package static func stored(_ path: String, origin: String, covering size: UInt64) throws -> [Made] {
        let database = try Database(path: path, mode: .readOnly)
        let row = try database.prepare(
            "SELECT size, root, note FROM checkpoint WHERE origin = ? AND size >= ? ORDER BY size DESC")
        try row.bind(origin, Int64(clamping: size))
        var found: [Made] = []
        while try row.step() {
            found.append(
                Made(
                    origin: origin, size: UInt64(clamping: row.integer(0)), root: row.octets(1), note: row.octets(2)))
        }
        return found
    }
}

/// What whoever asks for a checkpoint hears.
package enum CheckpointAnswer: Sendable {
    case made(CheckpointKeeper.Made)
    /// The journal has no tree before its first commit.
    case nothingYet
    case withoutKey
    case refused(CheckpointKeeper.Refusal)
    case failed(String)

    package var isFailure: Bool { if case .failed = self { true } else { false } }
}
