internal import CSQLite

/// What SQLite refused: the attempt, the result code and SQLite's own words.
package struct DatabaseError: Error, CustomStringConvertible, Sendable {
    package let attempt: String
    package var code: Int32
    package let detail: String

    package var description: String { "\(attempt): \(detail) (SQLite \(code))" }
    /// The code of a file that is not what it should be.
    static let damage = SQLITE_CORRUPT
    /// Whether a statement names what is not there. SQLite has no code for it.
    var isMissing: Bool { code == SQLITE_ERROR && detail.hasPrefix("no such ") }
    /// Whether the file itself is damaged or no database; rows that its own constraints forbid are there by damage too, since no
    /// gate wrote them: an index that is made anew finds them.
    package var isDamage: Bool { [SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_CONSTRAINT].contains(code & 0xFF) }
}

/// One connection, used by one thread. A class because the connection is a thing with one life.
package final class Database {
    let handle: OpaquePointer
    package let path: String
    /// Kept for SQLite, which has its address.
    var changeHook: ChangeHook?

    package enum Mode { case readWrite, readOnly }

    package init(path: String, mode: Mode = .readWrite) throws(DatabaseError) {
        var handle: OpaquePointer?
        let flags =
            switch mode {
            case .readWrite: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            case .readOnly: SQLITE_OPEN_READONLY
            }
        let code = sqlite3_open_v2(path, &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard code == SQLITE_OK, let handle else {
            let detail = handle.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(handle)
            throw DatabaseError(attempt: "open \(path)", code: code, detail: detail)
        }
        self.handle = handle
        self.path = path
        sqlite3_busy_timeout(handle, 5000)
        let refused = csqlite_harden(handle)
        guard refused == SQLITE_OK else {
            throw DatabaseError(attempt: "open \(path)", code: refused, detail: "triggers cannot be switched off")
        }
    }

    deinit {
        if keepsLog {
            sqlite3_busy_timeout(handle, 0)
            _ = truncateLog()
        }
        sqlite3_close_v2(handle)
    }

    private var keepsLog = false

    /// The write-ahead file and its index stay beside the database when the last connection closes, emptied: a start on a disk
    /// without room has no need to make them.
    func keepLog() {
        var isKept: Int32 = 1
        keepsLog = sqlite3_file_control(handle, "main", SQLITE_FCNTL_PERSIST_WAL, &isKept) == SQLITE_OK
    }

    /// Runs statements that give no rows.
    package func execute(_ sql: String) throws(DatabaseError) {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw error(sql, code) }
    }

    package func prepare(_ sql: String) throws(DatabaseError) -> Statement {
        var statement: OpaquePointer?
        let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard code == SQLITE_OK, let statement else { throw error(sql, code) }
        return Statement(handle: statement, database: self)
    }

    /// Runs the body in one transaction that holds the write lock from its beginning. Rolls back when it throws.
    package func transaction<Result>(_ body: () throws -> Result) throws -> Result {
        try execute("BEGIN IMMEDIATE")
        do {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            // A failed COMMIT may have ended the transaction already; a second ROLLBACK then says so and harms nothing.
            try? execute("ROLLBACK")
            throw error
        }
    }

    /// Copies the whole database, while it is in use, page by page to a new file.
    package func copy(to path: String) throws(DatabaseError) {
        let target = try Database(path: path)
        guard let backup = sqlite3_backup_init(target.handle, "main", handle, "main") else {
            throw target.error("copy to \(path)", sqlite3_errcode(target.handle))
        }
        var code = sqlite3_backup_step(backup, 256)
        while code == SQLITE_OK || code == SQLITE_BUSY || code == SQLITE_LOCKED {
            code = sqlite3_backup_step(backup, 256)
        }
        sqlite3_backup_finish(backup)
        guard code == SQLITE_DONE else { throw target.error("copy to \(path)", code) }
    }

    /// Moves what the write-ahead file holds into the database, without making anybody wait.
    package func checkpoint() { sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil) }

    /// The same, and leaves nothing in the write-ahead file. False while somebody still reads from it.
    package func truncateLog() -> Bool {
        sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil) == SQLITE_OK
    }

    /// Whether no transaction is open.
    var isIdle: Bool { sqlite3_get_autocommit(handle) != 0 }

    /// Rows that the latest statement changed.
    package var changes: Int { Int(sqlite3_changes(handle)) }

    func has(table name: String) throws -> Bool {
        let row = try prepare("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?").bind(name)
        return try row.step() && row.integer(0) > 0
    }

    package var userVersion: Int {
        get throws(DatabaseError) {
            let statement = try prepare("PRAGMA user_version")
            return try statement.step() ? Int(statement.integer(0)) : 0
        }
    }

    func error(_ attempt: String, _ code: Int32) -> DatabaseError {
        DatabaseError(attempt: attempt, code: code, detail: String(cString: sqlite3_errmsg(handle)))
    }
}

/// A prepared statement: bind from 1, step, read columns from 0. Ends with its last owner. A class so that it can
/// stand in a cache.
package final class Statement {
    private let handle: OpaquePointer
    private let database: Database
    fileprivate init(handle: OpaquePointer, database: Database) {
        self.handle = handle
        self.database = database
    }

    deinit { sqlite3_finalize(handle) }

    @discardableResult
    package func bind(_ values: (any Bindable)?...) throws(DatabaseError) -> Statement { try bind(all: values) }

    @discardableResult
    package func bind(all values: [(any Bindable)?]) throws(DatabaseError) -> Statement {
        sqlite3_reset(handle)
        for (index, value) in values.enumerated() {
            let position = Int32(index + 1)
            let code = value?.bind(to: handle, at: position) ?? sqlite3_bind_null(handle, position)
            guard code == SQLITE_OK else { throw database.error("bind \(position) of \(sql)", code) }
        }
        return self
    }

    /// True while there is a row.
    package func step() throws(DatabaseError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE:
            sqlite3_reset(handle)
            return false
        case let code:
            let error = database.error(sql, code)
            sqlite3_reset(handle)
            throw error
        }
    }

    /// Runs a statement that gives no rows.
    package func run() throws(DatabaseError) {
        while try step() {}
    }

    package func reset() { sqlite3_reset(handle) }

    package var columnCount: Int32 { sqlite3_column_count(handle) }

    package func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }
    package func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }
    package func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }
    package func text(_ column: Int32) -> String {
        guard let text = sqlite3_column_text(handle, column) else { return "" }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self)
    }
    package func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }
    package func octets(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(handle, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }

    /// The value of a column as an archive keeps it.
    func value(_ column: Int32) -> HandoverValue {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_NULL: .null
        case SQLITE_INTEGER: .integer(integer(column))
        case SQLITE_TEXT: .text(octets(column))
        default: .octets(octets(column))
        }
    }

    /// The same, straight behind the octets of a row.
    package func append(_ column: Int32, to body: inout [UInt8]) {
        let type = sqlite3_column_type(handle, column)
        switch type {
        case SQLITE_NULL: return body.append(0)
        case SQLITE_INTEGER:
            body.append(1)
            return withUnsafeBytes(of: integer(column).bigEndian) { body.append(contentsOf: $0) }
        default: break
        }
        body.append(type == SQLITE_TEXT ? 2 : 3)
        let start = sqlite3_column_blob(handle, column)
        let count = Int(sqlite3_column_bytes(handle, column))
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: count).bigEndian) { body.append(contentsOf: $0) }
        body += UnsafeRawBufferPointer(start: start, count: count)
    }

    /// The octets of a column, straight behind others.
    func append(octetsOf column: Int32, to body: inout [UInt8]) {
        let start = sqlite3_column_blob(handle, column)
        body += UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
    }

    private var sql: String { sqlite3_sql(handle).map { String(cString: $0) } ?? "statement" }
}

// SQLITE_TRANSIENT is a cast that Swift does not import: SQLite copies the value before the call ends.
private let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

/// What a statement takes: Int64, String and [UInt8].
package protocol Bindable {
    /// Binds the value and gives SQLite's result code.
    func bind(to statement: OpaquePointer, at position: Int32) -> Int32
}

extension Int64: Bindable {
    package func bind(to statement: OpaquePointer, at position: Int32) -> Int32 {
        sqlite3_bind_int64(statement, position, self)
    }
}

extension String: Bindable {
    package func bind(to statement: OpaquePointer, at position: Int32) -> Int32 {
        sqlite3_bind_text(statement, position, self, Int32(utf8.count), transient)
    }
}

extension [UInt8]: Bindable {
    package func bind(to statement: OpaquePointer, at position: Int32) -> Int32 {
        isEmpty
            ? sqlite3_bind_zeroblob(statement, position, 0)
            : sqlite3_bind_blob(statement, position, self, Int32(count), transient)
    }
}
