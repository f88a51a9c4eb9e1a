internal import CSQLite
internal import Glibc

extension Database {
    /// Who hears of each row that this connection changes, whatever statement does it. A class because SQLite keeps its
    /// address.
    final class ChangeHook {
        /// The tables that are of interest, by the name that SQLite gives.
        fileprivate let tables: [(name: [CChar], number: Int)]
        fileprivate let take: (_ table: Int, _ old: [UInt8]?, _ new: [UInt8]?) -> Void

        init(tables: [String], take: @escaping (_ table: Int, _ old: [UInt8]?, _ new: [UInt8]?) -> Void) {
            self.tables = tables.enumerated().map { (Array($1.utf8CString), $0) }
            self.take = take
        }

        fileprivate func number(of name: UnsafePointer<CChar>) -> Int? {
            tables.first { strcmp($0.name, name) == 0 }?.number
        }
    }

    /// Calls the hook before each change of a row. One at a time for a connection; it lives as long as the connection.
    func hear(_ hook: ChangeHook) {
        changeHook = hook
        let address = Unmanaged.passUnretained(hook).toOpaque()
        sqlite3_preupdate_hook(
            handle,
            { context, handle, operation, _, table, _, _ in
                guard let context, let handle, let table else { return }
                let hook = Unmanaged<ChangeHook>.fromOpaque(context).takeUnretainedValue()
                guard let number = hook.number(of: table) else { return }
                let old = operation == SQLITE_INSERT ? nil : Database.row(handle, sqlite3_preupdate_old)
                let new = operation == SQLITE_DELETE ? nil : Database.row(handle, sqlite3_preupdate_new)
                hook.take(number, old, new)
            }, address)
    }

    private static func row(
        _ handle: OpaquePointer,
        _ column: (OpaquePointer?, Int32, UnsafeMutablePointer<OpaquePointer?>?) -> Int32
    ) -> [UInt8] {
        var octets: [UInt8] = []
        for position in 0..<sqlite3_preupdate_count(handle) {
            var value: OpaquePointer?
            guard column(handle, position, &value) == SQLITE_OK, let value else {
                preconditionFailure("a changed row without its column \(position)")
            }
            append(value, to: &octets)
        }
        return octets
    }

    /// A value with its type: 0, 1 and eight octets, or 2 (text) and 3 (octets) with their length in four.
    static func append(_ value: OpaquePointer, to octets: inout [UInt8]) {
        let type = sqlite3_value_type(value)
        switch type {
        case SQLITE_NULL: return octets.append(0)
        case SQLITE_INTEGER:
            octets.append(1)
            return withUnsafeBytes(of: sqlite3_value_int64(value).bigEndian) { octets.append(contentsOf: $0) }
        default: break
        }
        octets.append(type == SQLITE_TEXT ? 2 : 3)
        let start = sqlite3_value_blob(value)
        let count = Int(sqlite3_value_bytes(value))
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: count).bigEndian) { octets.append(contentsOf: $0) }
        octets += UnsafeRawBufferPointer(start: start, count: count)
    }
}
