internal import GatehouseCore

/// A keyed digest of all rows that decide, table by table: the exclusive or of each row's HMAC, and how many there are.
/// It follows each change at a constant cost. It is only ever written sealed (see `StoreHead`): who cannot see sums cannot
/// combine rows to an equal one.
struct StateDigest: Hashable, Sendable {
    /// What stands under the head. The order is that of the digest's parts; a new table is added at the end.
    enum Table: String, CaseIterable, Sendable {
        case registry, mark, revision, ledger, area, watch, standing, erasure, outbox, meta
        case readerIdentity = "reader_identity"
        case owedPicture = "owed_picture"
        case run = "journal_run"

        /// Values of `meta` that change with every batch and decide nothing.
        static let unkeptMeta = ["batch"]

        /// What of the table is left out: what changes with every batch and decides nothing, and what is settled.
        var condition: String {
            switch self {
            case .meta: "key NOT IN (\(Self.unkeptMeta.map { "'\($0)'" }.joined(separator: ", ")))"
            case .outbox: "state = 'owed'"
            default: "1"
            }
        }
    }

    struct Part: Hashable, Sendable {
        var rows: Int64 = 0
        var sum = [UInt8](repeating: 0, count: 32)
    }

    private(set) var parts = [Part](repeating: Part(), count: Table.allCases.count)

    subscript(table: Table) -> Part { parts[Self.place[table] ?? 0] }

    private static let place = Dictionary(
        uniqueKeysWithValues: Table.allCases.enumerated().map { ($1, $0) })

    /// Tells the rows of a table from others of it.
    func mark(of table: Table) -> [UInt8] { self[table].sum + UInt64(bitPattern: self[table].rows).bigEndianOctets }

    mutating func add(_ digest: [UInt8], to place: Int, rows: Int64) {
        for index in 0..<32 { parts[place].sum[index] ^= digest[index] }
        parts[place].rows += rows
    }

    /// Tables in which two states differ.
    func differences(from other: StateDigest) -> [Table] {
        zip(Table.allCases, zip(parts, other.parts)).filter { $1.0 != $1.1 }.map(\.0)
    }
}

extension StateDigest {
    /// The digest of what stands in the tables.
    init(_ database: Database, _ secrets: StoreSecrets, of tables: [Table] = Table.allCases) throws {
        let digest = secrets.rowDigests()
        for (place, table) in Table.allCases.enumerated() where tables.contains(table) {
            let rows = try database.prepare("SELECT * FROM \(table.rawValue) WHERE \(table.condition)")
            let columns = rows.columnCount
            while try rows.step() {
                var octets = [UInt8(place)]
                for column in 0..<columns { rows.append(column, to: &octets) }
                add(digest(octets), to: place, rows: 1)
            }
        }
    }

    var canonical: CanonicalValue { .array(parts.map { .array([.integer($0.rows), .octets($0.sum)]) }) }

    /// A head of an older program knows fewer tables: the rest counts as empty.
    init?(_ value: CanonicalValue?) {
        guard let values = value?.array, values.count <= parts.count else { return nil }
        for (place, value) in values.enumerated() {
            guard let pair = value.array, pair.count == 2, let rows = pair[0].integer, let sum = pair[1].octets,
                sum.count == 32
            else { return nil }
            parts[place] = Part(rows: rows, sum: sum)
        }
    }
}

/// Follows the changes of a connection. A class because the connection calls it.
final class StateFollower {
    private(set) var state: StateDigest

    private init(_ state: StateDigest) { self.state = state }

    /// Hears the connection from here on.
    static func follow(_ database: Database, from state: StateDigest, _ secrets: StoreSecrets) -> StateFollower {
        let follower = StateFollower(state)
        let digest = secrets.rowDigests()
        let outbox = StateDigest.Table.allCases.firstIndex(of: .outbox)
        let meta = StateDigest.Table.allCases.firstIndex(of: .meta)
        database.hear(
            Database.ChangeHook(tables: StateDigest.Table.allCases.map(\.rawValue)) {
                [unowned follower] table, old, new in
                for (row, count) in [(old, -1), (new, 1)] as [([UInt8]?, Int64)] {
                    guard let row else { continue }
                    if table == outbox, text(8, row) != "owed" { continue }
                    if table == meta, StateDigest.Table.unkeptMeta.contains(text(0, row)) { continue }
                    follower.state.add(digest([UInt8(table)] + row), to: table, rows: count)
                }
            })
        return follower
    }

    /// A text of a row by its column.
    private static func text(_ column: Int, _ row: [UInt8]) -> String {
        var position = 0
        for index in 0...column {
            let type = row[position]
            position += 1
            guard type >= 2 else {
                position += type == 1 ? 8 : 0
                continue
            }
            let count = row[position..<(position + 4)].reduce(0) { $0 << 8 | Int($1) }
            position += 4
            if index == column { return String(decoding: row[position..<(position + count)], as: UTF8.self) }
            position += count
        }
        return ""
    }

    /// Of a transaction that came to nothing.
    func rollBack(to state: StateDigest) { self.state = state }
}
