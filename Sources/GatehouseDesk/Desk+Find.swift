internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseRegister
internal import GatehouseStore

/// Looking for somebody or something. What is found is bounded, what is left out is counted, and each person that is shown
/// has the look in their own report.
extension Desk {
    static let mostFound: UInt64 = 200
    static let usuallyFound = 40
    /// At the gate somebody is looked for, and not the register read.
    static let mostFoundByGuards = 20

    func find(_ command: Find, _ call: Call) throws -> FoundCount {
        let query = FindQuery(command.text.argumentText)
        guard !query.isTooShort else {
            throw CommandRefusal(
                code: "tooShort",
                message: Sentence("\"text\" is too short: two letters or digits, or one Chinese character"))
        }
        let isOffice = call.actor.role == .manager
        let limit =
            isOffice
            ? Int(try bounded(command.limit, Self.mostFound) ?? UInt64(Self.usuallyFound))
            : min(Self.mostFoundByGuards, Int(clamping: command.limit?.value ?? UInt64.max))
        let reader = try reader()
        let rows = FoundRows(reader, fields.calendar, now: try now().seconds)
        let all = try hits(query, command.text.argumentText, rows, reader, isOffice: isOffice, call)
        let shown = all.prefix(limit)
        var views: [FoundRow] = []
        var seen: [UInt32] = []
        for id in shown {
            try call.check()
            guard let row = try reader.row(id.kind, id.id) else { continue }
            views.append(try view(row, rows, forGuard: !isOffice))
            seen += people(of: row)
        }
        let passes = try foundPasses(command.text.argumentText, query, rows, reader, isOffice: isOffice, call)
        for pass in passes.prefix(max(0, limit - views.count)) {
            views.append(pass.row)
            seen += [pass.host].compactMap(\.self)
        }
        try look(call, .people(seen))
        for view in views { try call.list(view) }
        let (fits, told) = (all.count + passes.count, views.count)
        return FoundCount(count: told, leftOut: fits > limit ? fits - limit : nil)
    }

    private func bounded(_ limit: CountArgument?, _ most: UInt64) throws -> UInt64? {
        guard let limit else { return nil }
        guard (1...most).contains(limit.value) else {
            throw CommandRefusal(code: "malformed", message: Sentence("\"limit\" has to be a number from 1 to \(most)"))
        }
        return limit.value
    }

    /// The rows that fit, people first. To a guard people alone, whatever they are found by.
    private func hits(
        _ query: FindQuery, _ text: String, _ rows: FoundRows, _ reader: JournalReader, isOffice: Bool, _ call: Call
    ) throws -> [RegistryRowID] {
        let found = try index(reader, call) { index in
            (
                people: index.people(query).map(\.id) + (isOffice ? phones(text, index) : []),
                dwellings: index.dwellings(query),
                vehicles: index.vehicles(query).map(\.id),
                credentials: isOffice ? index.credentials(query).map(\.id) : []
            )
        }
        var people: [UInt32] = []
        if let holder = try holder(ofCard: text) { people.append(holder) }
        let home = try StoredRegister(reader: reader).exactDwelling(text, fields)
        if let home { people += try rows.people(of: home.id).map(\.id) }
        people += found.people
        if !isOffice {
            for id in found.vehicles.prefix(Self.mostFoundByGuards) {
                if case .vehicle(let row)? = try reader.row(.vehicle, id) { people.append(row.keeper) }
            }
        }
        var known: Set<UInt32> = []
        var all = people.filter { known.insert($0).inserted }.map { RegistryRowID(.person, $0) }
        guard isOffice else { return all }
        var homes = found.dwellings.map(\.id)
        if let home, !homes.contains(home.id) { homes.insert(home.id, at: 0) }
        all += homes.map { RegistryRowID(.dwelling, $0) }
        all += found.vehicles.map { RegistryRowID(.vehicle, $0) }
        var cards = found.credentials
        if let card = try credential(ofCard: text), !cards.contains(card) { cards.insert(card, at: 0) }
        return all + cards.map { RegistryRowID(.credential, $0) }
    }

    /// Who has the telephone number, or one that ends so. Guards find nobody by it.
    private func phones(_ text: String, _ index: FindIndex) -> [UInt32] {
        Phones.Query(text).map { index.people(withPhone: $0).map(\.id) } ?? []
    }

    /// A question to the index of names, which is made first where there is none.
    func index<Value>(_ reader: JournalReader, _ call: Call, _ question: (FindIndex) throws -> Value) throws -> Value {
        let counts = try ask { $0.controller.registry.counts }
        return try finder.ask(
            reader, at: surroundings.monotonic(), counts: counts,
            isLevel: { try self.ask { $0.controller.registry.revision } == reader.lastRevision() },
            check: { try call.check() }, question)
    }

    /// The credential of a card that is written as it is printed.
    func credential(ofCard text: String) throws -> UInt32? {
        let text = ImportText.halfWidth(text)
        // A plate is a card without the name of its format.
        guard let colon = text.firstIndex(of: ":") else {
            guard let plate = try? fields.plate(text) else { return nil }
            let key = fields.key(plate: plate).key
            return try ask { $0.controller.registry.credential(for: key)?.id }
        }
        // Formats are named in capitals, and typed as it comes.
        let capitals = text[..<colon].uppercased() + text[colon...]
        guard let card = try? fields.card(text.hasPrefix("TEXT:") ? text : capitals) else { return nil }
        let key = CredentialKey(card: card, primitives: primitives)
        return try ask { $0.controller.registry.credential(for: key)?.id }
    }

    func holder(ofCard text: String) throws -> UInt32? {
        guard let id = try credential(ofCard: text) else { return nil }
        return try ask { $0.controller.registry.credential(id: id)?.person }
    }

    func view(_ row: RegistryRow, _ rows: FoundRows, forGuard: Bool = false) throws -> FoundRow {
        switch row {
        case .person(let row): try rows.view(row, forGuard: forGuard)
        case .dwelling(let row): try rows.view(row)
        case .tenancy(let row): try rows.view(row)
        case .credential(let row): try rows.view(row, forGuard: forGuard)
        case .vehicle(let row): try rows.view(row)
        case .community(let row): FoundRow(kind: "community", id: row.id, value: row.code)
        case .consent(let row): FoundRow(kind: "consent", id: row.id)
        }
    }

    /// Who is shown with a row.
    func people(of row: RegistryRow) -> [UInt32] {
        switch row {
        case .person(let row): [row.id]
        case .tenancy(let row): Array(row.tenants.prefix(1))
        case .credential(let row): [row.person]
        case .vehicle(let row): [row.keeper]
        case .consent(let row): [row.person]
        case .community, .dwelling: []
        }
    }
}
