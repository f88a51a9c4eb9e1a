internal import GatehouseAdmin
package import GatehouseCore

/// The registry as the files that `RegistryImport` reads, in pieces of bounded size. A PIN is not in them: only its
/// peppered hash exists. What leans on somebody who is gone stands in no file either; it admits nobody.
package struct RegistryExport: Sequence, IteratorProtocol, Sendable {
    package struct Piece: Hashable, Sendable {
        package var file: String
        package var octets: [UInt8]
    }

    /// A piece goes through a line of the admin socket, whose bound is 1 MiB.
    package static let pieceSize = 256 << 10

    private let rows: [RegistryRow]
    private let texts: Texts
    /// The file that is written, and the row that comes next in it.
    private var place = (file: 0, row: 0)
    private var octets: [UInt8] = []
    private var hasBegun = false

    package init(_ rows: [RegistryRow], calendar: SiteCalendar) {
        self.rows = rows
        texts = Texts(rows, calendar: calendar)
    }

    /// The next piece; the pieces of a file follow one another, and each file has at least one.
    package mutating func next() -> Piece? {
        guard place.file < ImportHeaders.all.count else { return nil }
        let header = ImportHeaders.all[place.file]
        if !hasBegun {
            octets = Array((header.columns.joined(separator: ",") + "\n").utf8)
            hasBegun = true
        }
        while octets.count < Self.pieceSize, place.row < rows.count {
            let row = rows[place.row]
            place.row += 1
            guard row.kind == header.kind, let values = texts.values(of: row) else { continue }
            octets += values.map(CSVCell.write).joined(separator: ",").utf8
            octets.append(10)
        }
        // A row of an older version may be longer than any piece.
        let piece = Piece(file: "\(header.name).csv", octets: Array(octets.prefix(Self.pieceSize)))
        octets.removeFirst(piece.octets.count)
        if octets.isEmpty, place.row == rows.count {
            place = (place.file + 1, 0)
            hasBegun = false
        }
        return piece
    }

    /// All of it at once.
    package var files: [(name: String, content: [UInt8])] {
        var files: [(name: String, content: [UInt8])] = []
        for piece in self {
            if files.last?.name == piece.file {
                files[files.count - 1].content += piece.octets
            } else {
                files.append((piece.file, piece.octets))
            }
        }
        return files
    }
}

extension RegistryExport {
    /// Rows as the fields of files.
    struct Texts: Sendable {
        private let calendar: SiteCalendar
        private var communities: [UInt32: String] = [:]
        private var dwellings: [UInt32: (community: String, code: String)] = [:]
        private var persons: [UInt32: String] = [:]
        private var plates: [UInt32: String] = [:]
        private var consents: [UInt32: String] = [:]
        /// Tenancies that run while another of their dwelling runs.
        private var beside: Set<UInt32> = []

        init(_ rows: [RegistryRow], calendar: SiteCalendar) {
            self.calendar = calendar
            var tenancies: [UInt32: [TenancyRow]] = [:]
            for row in rows {
                switch row {
                case .community(let row): communities[row.id] = row.code
                case .person(let row): persons[row.id] = row.reference
                case .vehicle(let row): plates[row.id] = row.plate
                case .consent(let row): if row.withdrawn == nil { consents[row.person] = row.basis }
                case .tenancy(let row): tenancies[row.dwelling, default: []].append(row)
                case .dwelling, .credential: break
                }
            }
            for case .dwelling(let row) in rows {
                guard let community = communities[row.community] else { continue }
                dwellings[row.id] = (community, row.code)
            }
            for others in tenancies.values where others.count > 1 {
                // In the order of their beginnings each overlaps what ends last before it, or nothing before it.
                var last: TenancyRow?
                for row in others.sorted(by: { ($0.starts, $0.id) < ($1.starts, $1.id) }) {
                    if let before = last, before.id != row.id, row.starts < before.ends {
                        beside.formUnion([row.id, before.id])
                    }
                    if row.ends > last?.ends ?? .min { last = row }
                }
            }
        }

        /// The fields in the order of the header; nil for a row that stands in no file.
        func values(of row: RegistryRow) -> [String]? {
            switch row {
            case .community, .person: break
            case .dwelling(let row): if dwellings[row.id] == nil { return nil }
            case .tenancy(let row):
                if dwellings[row.dwelling] == nil || !row.tenants.contains(where: { persons[$0] != nil }) { return nil }
            case .vehicle(let row): if dwellings[row.dwelling] == nil || persons[row.keeper] == nil { return nil }
            case .credential(let row):
                // The plate of a vehicle comes with it, and of a PIN there is only a hash.
                let hasVehicle = row.vehicle.map { plates[$0] != nil } ?? false
                if persons[row.person] == nil || row.kind == .pin || row.kind == .plate && hasVehicle { return nil }
            case .consent: return nil
            }
            return all(row)
        }

        /// The fields of a row that stands in no file too.
        func all(_ row: RegistryRow) -> [String]? {
            switch row {
            case .community(let row): return [row.code, row.name]
            case .dwelling(let row):
                return [communities[row.community] ?? "", row.code, row.use.rawValue, row.places.map { "\($0)" } ?? ""]
            case .person(let row):
                let home = row.dwelling.flatMap { dwellings[$0] }
                return [
                    row.reference, row.name, row.role.word, home?.community ?? "", home?.code ?? "",
                    row.groups.joined(separator: " "), bound(row.validFrom, isEnd: false),
                    bound(row.validUntil, isEnd: true), row.status.word,
                    row.responsible.flatMap { persons[$0] } ?? "", row.shift ?? "", row.needsTime ? "yes" : "",
                    row.phone, row.note,
                ]
            case .tenancy(let row):
                let home = dwellings[row.dwelling]
                return [
                    home?.community ?? "", home?.code ?? "",
                    RegistryFields.written(list: row.tenants.compactMap { persons[$0] }),
                    CalendarDay.text(row.firstDay), CalendarDay.text(row.lastDay), row.contract,
                    row.landlord.flatMap { persons[$0] } ?? "", beside.contains(row.id) ? "yes" : "",
                ]
            case .vehicle(let row):
                let home = dwellings[row.dwelling]
                return [row.plate, home?.community ?? "", home?.code ?? "", persons[row.keeper] ?? ""]
            case .credential(let row):
                return [
                    persons[row.person] ?? "", row.kind.word, row.label, "", row.isDuress ? "yes" : "",
                    bound(row.validFrom, isEnd: false), bound(row.validUntil, isEnd: true), row.status.word,
                    row.uses.map { "\($0)" } ?? "", row.firstUseSpan.map(span) ?? "",
                    row.vehicle.flatMap { plates[$0] } ?? "", row.kind == .face ? consents[row.person] ?? "" : "",
                    row.others.map(\.label).joined(separator: " "),
                ]
            case .consent: return nil
            }
        }

        private func bound(_ seconds: Int64?, isEnd: Bool) -> String {
            seconds.map { calendar.written($0, isEnd: isEnd) } ?? ""
        }

        private func span(_ seconds: UInt32) -> String {
            if seconds % 86400 == 0 { return "\(seconds / 86400) d" }
            return seconds % 3600 == 0 ? "\(seconds / 3600) h" : "\(seconds / 60) min"
        }
    }
}
