internal import GatehouseAdmin
package import GatehouseCore

/// The registry as the files that `RegistryImport` reads. A PIN is not in them: only its peppered hash exists.
package struct RegistryExport {
    package private(set) var files: [(name: String, content: [UInt8])] = []

    package init(_ rows: [RegistryRow], calendar: SiteCalendar) {
        let texts = Texts(rows, calendar: calendar)
        for header in ImportHeaders.all {
            var text = header.columns.joined(separator: ",") + "\n"
            for row in rows where row.kind == header.kind {
                guard let values = texts.values(of: row) else { continue }
                text += values.map(CSVCell.write).joined(separator: ",") + "\n"
            }
            files.append(("\(header.name).csv", Array(text.utf8)))
        }
    }
}

extension RegistryExport {
    /// Rows as the fields of files.
    struct Texts {
        private let calendar: SiteCalendar
        private var communities: [UInt32: String] = [:]
        private var dwellings: [UInt32: (community: String, code: String)] = [:]
        private var persons: [UInt32: String] = [:]
        private var plates: [UInt32: String] = [:]
        private var consents: [UInt32: String] = [:]

        init(_ rows: [RegistryRow], calendar: SiteCalendar) {
            self.calendar = calendar
            for row in rows {
                switch row {
                case .community(let row): communities[row.id] = row.code
                case .person(let row): persons[row.id] = row.reference
                case .vehicle(let row): plates[row.id] = row.plate
                case .consent(let row): if row.withdrawn == nil { consents[row.person] = row.basis }
                case .dwelling, .tenancy, .credential: break
                }
            }
            for case .dwelling(let row) in rows { dwellings[row.id] = (communities[row.community] ?? "", row.code) }
        }

        /// The fields in the order of the header; nil for a row that stands in no file.
        func values(of row: RegistryRow) -> [String]? {
            // The plate comes with its vehicle, and of a PIN there is only a hash.
            if case .credential(let row) = row, row.kind == .pin || row.kind == .plate { return nil }
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
                    row.groups.joined(separator: " "), first(row.validFrom), last(row.validUntil), row.status.word,
                    row.responsible.flatMap { persons[$0] } ?? "", row.shift ?? "", row.needsTime ? "yes" : "",
                ]
            case .tenancy(let row):
                let home = dwellings[row.dwelling]
                return [
                    home?.community ?? "", home?.code ?? "",
                    row.tenants.compactMap { persons[$0] }.joined(separator: " "),
                    date(row.firstDay), date(row.lastDay), row.contract, row.landlord.flatMap { persons[$0] } ?? "",
                ]
            case .vehicle(let row):
                let home = dwellings[row.dwelling]
                return [row.plate, home?.community ?? "", home?.code ?? "", persons[row.keeper] ?? ""]
            case .credential(let row):
                return [
                    persons[row.person] ?? "", row.kind.word, row.label, "", row.isDuress ? "yes" : "",
                    first(row.validFrom), last(row.validUntil), row.status.word, row.uses.map { "\($0)" } ?? "",
                    row.firstUseSpan.map { $0 % 86400 == 0 ? "\($0 / 86400) d" : "\($0 / 60) min" } ?? "",
                    row.vehicle.flatMap { plates[$0] } ?? "", row.kind == .face ? consents[row.person] ?? "" : "",
                ]
            case .consent: return nil
            }
        }

        private func first(_ seconds: Int64?) -> String { seconds.map { date(day($0)) } ?? "" }
        private func last(_ seconds: Int64?) -> String { seconds.map { date(day($0 - 1)) } ?? "" }
        private func day(_ seconds: Int64) -> Int32 { calendar.local(at: CivilTime(seconds: seconds)).day }
        private func date(_ day: Int32) -> String { CalendarDay.text(day) }
    }
}
