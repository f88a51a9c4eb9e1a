internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseRegister
internal import GatehouseStore

/// Lists of what stands on the register: the first rows that fit, and how many more there are.
extension Desk {
    private static let mostListed: UInt64 = 1000
    private static let usuallyListed: UInt64 = 100

    /// Rows of a kind that fit, of which those that are shown are looked at before they are.
    private func list(
        _ kind: RegistryKind, _ limit: CountArgument?, _ reader: JournalReader, _ call: Call,
        by order: ((RegistryRow, RegistryRow) -> Bool)? = nil, people: (RegistryRow) throws -> Int? = { _ in nil },
        where fits: (RegistryRow) throws -> Bool
    ) throws -> FoundCount {
        let limit = limit?.value ?? Self.usuallyListed
        guard (1...Self.mostListed).contains(limit) else {
            throw CommandRefusal(
                code: "malformed",
                message: Sentence(
                    "\"limit\" has to be a number from 1 to \(Self.mostListed); the whole register is \"export\""))
        }
        var found: [RegistryRow] = []
        var count = 0
        var read = 0
        try reader.each(kind) { row in
            read += 1
            if read % 1024 == 0 { try call.check() }
            guard try fits(row) else { return }
            count += 1
            // With an order all that fits is kept until it is cut.
            if order != nil || found.count < limit { found.append(row) }
        }
        if let order { found.sort(by: order) }
        let shown = found.prefix(Int(limit))
        try look(call, .people(shown.flatMap { self.people(of: $0) }))
        let rows = FoundRows(reader, fields.calendar, now: try now().seconds)
        for row in shown {
            var view = try view(row, rows)
            if let count = try people(row) { view.people = count }
            try call.list(view)
        }
        return FoundCount(count: shown.count, leftOut: count > shown.count ? count - shown.count : nil)
    }

    func listPeople(_ command: PersonList, _ call: Call) throws -> FoundCount {
        let reader = try reader()
        let role = try command.role.map { text in try fields.at("role") { try fields.role(text.argumentText) } }
        let status = try command.status.map { text in
            try fields.at("status") { try fields.personStatus(text.argumentText) }
        }
        let end = try command.endsBefore.map { try instant("ends-before", $0, call, .ahead) }
        let group = command.group?.argumentText
        var people: Set<UInt32>?
        if let dwelling = command.dwelling {
            let home = try self.dwelling(dwelling, reader, call)
            let rows = FoundRows(reader, fields.calendar, now: try now().seconds)
            people = Set(try rows.people(of: home.id).map(\.id))
        }
        return try list(.person, command.limit, reader, call) { row in
            guard case .person(let row) = row else { return false }
            return role.map { $0 == row.role } ?? true && status.map { $0 == row.status } ?? true
                && people.map { $0.contains(row.id) } ?? true && group.map(row.groups.contains) ?? true
                && end.map { end in row.validUntil.map { $0 <= end } ?? false } ?? true
        }
    }

    func listDwellings(_ command: DwellingList, _ call: Call) throws -> FoundCount {
        let reader = try reader()
        let use = try command.use.map { text in try fields.at("use") { try fields.use(text.argumentText) } }
        let community = try command.community.map { text in
            guard let row = try StoredRegister(reader: reader).community(text.argumentText) else {
                throw CommandRefusal(code: "unknownCommunity", message: Sentence("there is no community of that code"))
            }
            return row.id
        }
        let isEmpty = command.empty?.isOn ?? false
        let now = try now().seconds
        // By the registry in memory: a list of thousands asks nobody's name.
        var counts = try ask { view in
            var counts: [UInt32: Int] = [:]
            for (_, person) in view.controller.registry.presentPersons
            where person.dwelling != 0 && person.role != .visitor {
                counts[person.dwelling, default: 0] += 1
            }
            return counts
        }
        try reader.each(.tenancy) { row in
            guard case .tenancy(let row) = row, row.starts <= now, now < row.ends else { return }
            counts[row.dwelling, default: 0] += row.tenants.count
        }
        return try list(
            .dwelling, command.limit, reader, call,
            people: { row in if case .dwelling(let row) = row { counts[row.id] ?? 0 } else { nil } }
        ) { row in
            guard case .dwelling(let row) = row else { return false }
            return use.map { $0 == row.use } ?? true && community.map { $0 == row.community } ?? true
                && (!isEmpty || counts[row.id] == nil)
        }
    }

    /// Those that end first come first.
    func listTenancies(_ command: TenancyList, _ call: Call) throws -> FoundCount {
        let reader = try reader()
        let state = try command.state.map { text in
            let said = text.argumentText
            guard
                let state = TenancyState(rawValue: said)
                    ?? TenancyState.allCases.first(where: { Words.state($0.rawValue, .chinese) == said })
            else {
                throw unknown(
                    Sentence("state of a tenancy"), text.argumentText, among: TenancyState.allCases.map(\.rawValue),
                    code: "malformed")
            }
            return state
        }
        let end = try command.endsBefore.map { try instant("ends-before", $0, call, .ahead) }
        let home = try command.dwelling.map { try dwelling($0, reader, call).id }
        let now = try now().seconds
        func last(of row: RegistryRow) -> Int64 { if case .tenancy(let row) = row { row.ends } else { 0 } }
        return try list(.tenancy, command.limit, reader, call, by: { (last(of: $0), $0.id) < (last(of: $1), $1.id) }) {
            guard case .tenancy(let row) = $0 else { return false }
            return state.map { $0 == row.state(at: now) } ?? true && home.map { $0 == row.dwelling } ?? true
                // Somebody who asks what ends means what has not ended.
                && end.map { row.ends > now && row.ends <= $0 } ?? true
        }
    }

    func listCredentials(_ command: CredentialList, _ call: Call) throws -> FoundCount {
        let reader = try reader()
        let kind = try command.kind.map { text in try fields.at("kind") { try fields.kind(text.argumentText) } }
        let status = try command.status.map { text in
            try fields.at("status") { try fields.credentialStatus(text.argumentText) }
        }
        let end = try command.endsBefore.map { try instant("ends-before", $0, call, .ahead) }
        let holder = try command.person.map { try person($0, "person", reader, call).id }
        return try list(.credential, command.limit, reader, call) { row in
            guard case .credential(let row) = row else { return false }
            return kind.map { $0 == row.kind } ?? true && status.map { $0 == row.status } ?? true
                && holder.map { $0 == row.person } ?? true
                && end.map { end in row.validUntil.map { $0 <= end } ?? false } ?? true
        }
    }

    func listVehicles(_ command: VehicleList, _ call: Call) throws -> FoundCount {
        let reader = try reader()
        let home = try command.dwelling.map { try dwelling($0, reader, call).id }
        let keeper = try command.keeper.map { try person($0, "keeper", reader, call).id }
        return try list(.vehicle, command.limit, reader, call) { row in
            guard case .vehicle(let row) = row else { return false }
            return home.map { $0 == row.dwelling } ?? true && keeper.map { $0 == row.keeper } ?? true
        }
    }
}
