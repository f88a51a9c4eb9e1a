internal import GatehouseCore

extension RegistryImport {
    /// Ends the rows of these kinds that no line named, those that lean on others first. PINs and faces stand in no file
    /// that was exported: they end with their person, as a plate ends with its vehicle; consents stay.
    mutating func endOthers(_ kinds: Set<RegistryKind>, _ rows: [RegistryRow]) {
        func isNamed(_ row: RegistryRow) -> Bool { seen(row.kind, row.id) != nil }
        var gone: [RegistryKind: Set<UInt32>] = [:]
        for row in rows where kinds.contains(row.kind) && !isNamed(row) {
            if case .credential(let one) = row, one.kind != .card { continue }
            if row.kind == .consent { continue }
            gone[row.kind, default: []].insert(row.id)
        }
        for case .credential(let one) in rows where !isNamed(.credential(one)) {
            let isLeft = gone[.person]?.contains(one.person) ?? false
            let isSold = one.vehicle.flatMap { gone[.vehicle]?.contains($0) } ?? false
            if isLeft || isSold { gone[.credential, default: []].insert(one.id) }
        }
        var changes: [RegistryChange] = []
        for kind in RegistryKind.allCases.reversed() {
            for row in rows where row.kind == kind && gone[kind]?.contains(row.id) == true {
                changes.append(.end(kind, id: row.id))
                if case .credential(let one) = row { present.end(one) }
                if case .tenancy(let one) = row { present.end(one) }
                plan.differences.append(
                    Difference(
                        file: "register", line: 0, verb: .end, subject: Sentence("\(kind.noun) \(name(of: row))")))
            }
        }
        plan.ended = changes.count
        plan.changes = changes + plan.changes
    }

    private func name(of row: RegistryRow) -> String {
        switch row {
        case .community(let row): row.code
        case .dwelling(let row): row.code
        case .person(let row): row.reference
        case .vehicle(let row): row.plate
        case .tenancy, .credential, .consent: "#\(row.id)"
        }
    }

    /// Says of each changed row which fields change, and how.
    mutating func describeChanges(_ rows: [RegistryRow]) {
        guard !changedRows.isEmpty else { return }
        let puts = plan.changes.compactMap { if case .put(let row) = $0 { row } else { nil } }
        let (before, after) = (
            RegistryExport.Texts(rows, calendar: fields.calendar),
            RegistryExport.Texts(rows + puts, calendar: fields.calendar)
        )
        var old: [RegistryKind: [UInt32: RegistryRow]] = [:]
        let changed = Set(changedRows.map { RowKey(kind: $0.row.kind, id: $0.row.id) })
        for row in rows where changed.contains(RowKey(kind: row.kind, id: row.id)) {
            old[row.kind, default: [:]][row.id] = row
        }
        for (index, row) in changedRows {
            guard let was = old[row.kind]?[row.id].flatMap(before.all), let new = after.all(row) else { continue }
            let columns = ImportHeaders.all.first { $0.kind == row.kind }?.columns ?? []
            for (position, column) in columns.enumerated() where was[position] != new[position] {
                plan.differences[index].fields.append((column, was[position], new[position]))
            }
        }
    }
}
