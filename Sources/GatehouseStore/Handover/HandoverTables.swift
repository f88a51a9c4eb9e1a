internal import GatehouseCore

/// What of the database is handed over, table by table, and its rows as octets.
enum HandoverTables {
    /// In this order. Rows go as they are, but for `personal.value`, `registry.sealed` and `picture_key.sealed`: these are opened, and sealed
    /// anew under the receiver's key.
    static let carried = [
        "journal", "personal", "snapshot", "registry", "revision", "area", "ledger", "reader_identity", "checkpoint",
        "picture_file", "picture_key",
    ]
    /// With the reason.
    static let leftOut = [
        "meta": "belongs to one database", "watch": "the watchlist stays with its authority",
        "outbox": "owed to the old operator's receivers", "owed_picture": "asked of the old site's cameras",
        "erasure": "pictures on their way out: they count as expired",
        "mark": "keyed digests, made anew", "journal_node": "follows from the journal, made anew",
        "journal_run": "follows from the journal, made anew", "standing": "follows from the journal, made anew",
        "head": "keyed for one database, made anew",
    ]

    /// Every table of the schema has to stand in one of the lists, so that none is lost without a word.
    static func checkSchema(_ database: Database) throws {
        let tables = try database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        while try tables.step() {
            let name = tables.text(0)
            guard carried.contains(name) || leftOut[name] != nil || name.hasPrefix("sqlite_") else {
                throw Archive.Refusal(Sentence("nobody has said whether the table \(name) is handed over"))
            }
        }
    }

    static func columns(_ table: String, _ database: Database) throws -> [String] {
        let statement = try database.prepare("SELECT name FROM pragma_table_info(?) ORDER BY cid").bind(table)
        var names: [String] = []
        while try statement.step() { names.append(statement.text(0)) }
        return names
    }
}

/// A value of SQLite.
enum HandoverValue: Hashable {
    case null
    case integer(Int64)
    case text([UInt8])
    case octets([UInt8])

    var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
    var octets: [UInt8]? { if case .octets(let value) = self { value } else { nil } }
    var string: String? { if case .text(let value) = self { String(decoding: value, as: UTF8.self) } else { nil } }
    var bindable: (any Bindable)? {
        switch self {
        case .null: nil
        case .integer(let value): value
        case .text(let value): String(decoding: value, as: UTF8.self)
        case .octets(let value): value
        }
    }

    func write(into body: inout [UInt8]) {
        switch self {
        case .null: body.append(0)
        case .integer(let value):
            body.append(1)
            body += UInt64(bitPattern: value).bigEndianOctets
        case .text(let value): Self.write(2, value, &body)
        case .octets(let value): Self.write(3, value, &body)
        }
    }

    private static func write(_ kind: UInt8, _ value: [UInt8], _ body: inout [UInt8]) {
        body.append(kind)
        body += Archive.length(value.count)
        body += value
    }

    /// The values of a row; nil for octets that are no row.
    static func read(_ body: ArraySlice<UInt8>) -> [HandoverValue]? {
        var values: [HandoverValue] = []
        var position = body.startIndex
        while position < body.endIndex {
            let kind = body[position]
            position += 1
            switch kind {
            case 0: values.append(.null)
            case 1:
                guard body.endIndex - position >= 8 else { return nil }
                let number = body[position..<(position + 8)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
                values.append(.integer(Int64(bitPattern: number)))
                position += 8
            case 2, 3:
                guard body.endIndex - position >= 4 else { return nil }
                let count = body[position..<(position + 4)].reduce(0) { $0 << 8 | Int($1) }
                position += 4
                guard body.endIndex - position >= count else { return nil }
                let octets = Array(body[position..<(position + count)])
                values.append(kind == 2 ? .text(octets) : .octets(octets))
                position += count
            default: return nil
            }
        }
        return values
    }
}
