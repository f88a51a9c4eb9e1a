internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseStore

extension CommandDesk {
    // MARK: Finding

    func person(_ reference: String, _ reader: JournalReader) throws -> PersonRow? {
        for case .person(let row) in try reader.rows(.person) where row.reference == reference { return row }
        return nil
    }

    func person(_ call: Call, reference: String? = nil) throws -> PersonRow {
        let reference = reference ?? call.text("reference") ?? call.text("person") ?? ""
        guard let row = try person(reference, reader()) else {
            throw CommandRefusal(
                code: "unknownPerson", message: "nobody on the register has the reference \"\(reference.prefix(40))\"")
        }
        return row
    }

    /// A dwelling by `community/code`, or by its code where that is unique.
    private func dwelling(_ text: String, _ reader: JournalReader) throws -> DwellingRow {
        var codes: [UInt32: String] = [:]
        for case .community(let row) in try reader.rows(.community) { codes[row.id] = row.code }
        var found: [DwellingRow] = []
        for case .dwelling(let row) in try reader.rows(.dwelling) {
            if row.code == text || "\(codes[row.community] ?? "")/\(row.code)" == text { found.append(row) }
        }
        guard let first = found.first else {
            throw CommandRefusal(
                code: "unknownDwelling",
                message: "there is no dwelling \"\(text.prefix(40))\"; write it as community/dwelling")
        }
        guard found.count == 1 else {
            throw CommandRefusal(
                code: "ambiguous",
                message: "\"\(text.prefix(40))\" stands in several communities; write community/dwelling")
        }
        return first
    }

    // MARK: Persons

    func putPerson(_ call: Call) throws -> JSON {
        let reader = try reader()
        let reference = call.text("reference") ?? ""
        let old = try person(reference, reader)
        if call.request.command == "person add" {
            guard old == nil else {
                throw CommandRefusal(code: "exists", message: "the reference is taken; use person change")
            }
        } else if old == nil {
            throw CommandRefusal(
                code: "unknownPerson", message: "nobody on the register has the reference \"\(reference.prefix(40))\"")
        }
        let role = try call.text("role").map { try fields.role($0) } ?? old?.role ?? .resident
        var row =
            try old ?? PersonRow(id: newID(.person, reader), reference: reference, name: "", role: role, groups: [])
        row.role = role
        if let name = call.text("name") { row.name = String(name.prefix(128)) }
        if let text = call.text("dwelling") { row.dwelling = try dwelling(text, reader).id }
        if call.text("groups") != nil || old == nil {
            row.groups = try fields.groups(call.text("groups") ?? "", role: role)
        }
        if let from = call.text("from") { row.validFrom = try fields.start(from) }
        if let until = call.text("until") { row.validUntil = try fields.endAfter(until) }
        if let status = call.text("status") { row.status = try fields.personStatus(status) }
        let event = try order(call, .registry([.put(.person(row))]))
        return ["id": .integer(Int64(row.id)), "event": event.map { .integer(Int64($0)) } ?? .null]
    }

    func showPerson(_ call: Call) throws -> JSON {
        let reader = try reader()
        let row = try person(call)
        try order(call, .look(person: row.id))
        var tenancies: [JSON] = []
        for case .tenancy(let tenancy) in try reader.rows(.tenancy) where tenancy.tenants.contains(row.id) {
            tenancies.append(json(.tenancy(tenancy)))
        }
        var credentials: [JSON] = []
        for case .credential(let credential) in try reader.rows(.credential) where credential.person == row.id {
            credentials.append(json(.credential(credential)))
        }
        var object = json(.person(row)).object ?? [:]
        object["tenancies"] = .array(tenancies)
        object["credentials"] = .array(credentials)
        object["history"] = .array(try history(.person, row.id, reader))
        return .object(object)
    }

    // MARK: Tenancies

    func putTenancy(_ call: Call) throws -> JSON {
        let reader = try reader()
        var row: TenancyRow
        if call.request.command == "tenancy add" {
            row = TenancyRow(
                id: try newID(.tenancy, reader), dwelling: try dwelling(call.text("dwelling") ?? "", reader).id,
                tenants: [],
                firstDay: 0, lastDay: 0, starts: 0, ends: 0)
        } else {
            guard let id = call.count("id").flatMap({ UInt32(exactly: $0) }),
                case .tenancy(let old)? = try reader.row(.tenancy, id)
            else {
                throw CommandRefusal(code: "unknownRow", message: "there is no tenancy of that number")
            }
            row = old
        }
        if let tenants = call.text("tenants") {
            row.tenants = try tenants.split(separator: " ").map { try person(call, reference: String($0)).id }
        }
        if let from = call.text("from") {
            row.firstDay = try fields.day(from)
            row.starts = try fields.start(from)
        }
        if let until = call.text("until") {
            row.lastDay = try fields.day(until)
            row.ends = try fields.endAfter(until)
        }
        if let contract = call.text("contract") { row.contract = String(contract.prefix(64)) }
        let event = try order(call, .registry([.put(.tenancy(row))]))
        return ["id": .integer(Int64(row.id)), "event": event.map { .integer(Int64($0)) } ?? .null]
    }

    // MARK: Credentials

    func addCredential(_ call: Call) throws -> JSON {
        let reader = try reader()
        let holder = try person(call)
        let kind = try fields.kind(call.text("kind") ?? "")
        let isBound = call.flag("bound")
        let value: String
        switch kind {
        case .card: value = call.text("card") ?? ""
        case .pin: value = call.text("pin") ?? ""
        case .face:
            value = "\(call.text("module") ?? ""):\(call.text("user") ?? call.count("user").map(String.init) ?? "")"
        }
        let (key, label) = try fields.key(kind, value, person: holder.id, isBound: isBound)
        var row = CredentialRow(
            id: try newID(.credential, reader), person: holder.id, kind: kind, key: key, label: label,
            isDuress: call.flag("duress"))
        try change(&row, call)
        try checkAlonePINs([.put(.credential(row))]) { try reader.rows(.credential) }
        let event = try order(call, .registry([.put(.credential(row))]))
        return ["id": .integer(Int64(row.id)), "event": event.map { .integer(Int64($0)) } ?? .null]
    }

    /// The configuration was weighed against guessing with a number of PINs that stand alone: more may not be given.
    private func checkAlonePINs(_ changes: [RegistryChange], present: () throws -> [RegistryRow]) throws {
        func isAlone(_ row: RegistryRow) -> Bool {
            guard case .credential(let row) = row else { return false }
            return row.kind == .pin && row.label == RegistryFields.aloneLabel
        }
        var added: Set<UInt32> = []
        for case .put(let row) in changes where isAlone(row) { added.insert(row.id) }
        guard !added.isEmpty else { return }
        let all = try added.union(present().filter(isAlone).map(\.id))
        let limit = configuration.site.lockout.alonePINs
        guard all.count > limit else { return }
        throw CommandRefusal(
            code: "tooManyPINs",
            message:
                "\(all.count) PINs would stand alone and lockout.alone_pins allows \(limit); bind PINs to cards, or raise it with alone_digits"
        )
    }

    func changeCredential(_ call: Call) throws -> JSON {
        guard let id = call.count("id").flatMap({ UInt32(exactly: $0) }),
            case .credential(var row)? = try reader().row(.credential, id)
        else {
            throw CommandRefusal(code: "unknownRow", message: "there is no credential of that number")
        }
        try change(&row, call)
        let event = try order(call, .registry([.put(.credential(row))]))
        return ["id": .integer(Int64(row.id)), "event": event.map { .integer(Int64($0)) } ?? .null]
    }

    private func change(_ row: inout CredentialRow, _ call: Call) throws {
        if let status = call.text("status") { row.status = try fields.credentialStatus(status) }
        if let from = call.text("from") { row.validFrom = try fields.instant(from).seconds }
        if let until = call.text("until") {
            row.validUntil = until.contains("T") ? try fields.instant(until).seconds : try fields.endAfter(until)
        }
    }

    func show(_ call: Call, _ kind: RegistryKind) throws -> JSON {
        let reader = try reader()
        guard let id = call.count("id").flatMap({ UInt32(exactly: $0) }), let row = try reader.row(kind, id) else {
            throw CommandRefusal(code: "unknownRow", message: "there is no \(kind.word) of that number")
        }
        try order(call, .look(person: nil))
        var object = json(row).object ?? [:]
        object["history"] = .array(try history(kind, id, reader))
        return .object(object)
    }

    private func history(_ kind: RegistryKind, _ id: UInt32, _ reader: JournalReader) throws -> [JSON] {
        try reader.history(kind, id).map { state in
            var object = json(state.row).object ?? [:]
            object["from_revision"] = .integer(Int64(state.from))
            object["to_revision"] = state.to.map { .integer(Int64($0)) } ?? .null
            return .object(object)
        }
    }

    // MARK: Import and export

    func importFiles(_ call: Call) throws -> JSON {
        let files = takeUploads(call.connection)
        guard !files.isEmpty else { throw CommandRefusal(code: "noFiles", message: "no file was sent") }
        let reader = try reader()
        let rows = try RegistryKind.allCases.flatMap { try reader.rows($0) }
        var importer = RegistryImport(fields: fields, present: RegistryImport.Present(rows))
        let plan = importer.plan(files)
        let isDryRun = call.flag("dry-run")
        var event: UInt64?
        try checkAlonePINs(plan.changes) { rows }
        if !isDryRun, plan.problems.isEmpty, !plan.changes.isEmpty {
            event = try order(call, .registry(plan.changes))
        } else {
            try order(call, plan.problems.isEmpty ? .look(person: nil) : .refused(reason: "importRefused"))
        }
        for problem in plan.problems.prefix(1000) { call.reply(.item(["problem": .string(problem.text)])) }
        for difference in plan.differences.prefix(isDryRun ? 100_000 : 0) {
            call.reply(
                .item([
                    "file": .string(difference.file), "line": .integer(Int64(difference.line)),
                    "what": .string(difference.what),
                ]))
        }
        guard plan.problems.isEmpty else {
            throw CommandRefusal(
                code: "importRefused", message: "\(plan.problems.count) lines are wrong; nothing was changed")
        }
        return [
            "changes": .integer(Int64(plan.changes.count)), "unchanged": .integer(Int64(plan.unchanged)),
            "applied": .boolean(!isDryRun), "event": event.map { .integer(Int64($0)) } ?? .null,
        ]
    }

    func export(_ call: Call) throws -> JSON {
        try order(call, .look(person: nil))
        let reader = try reader()
        var communities: [UInt32: String] = [:]
        var dwellings: [UInt32: (community: String, code: String)] = [:]
        var persons: [UInt32: String] = [:]
        func send(_ file: String, _ header: String, _ lines: [[String]]) {
            var text = header + "\n"
            for line in lines { text += line.map(CSVReader.write).joined(separator: ",") + "\n" }
            call.reply(.item(["file": .string(file), "data": .string(Base64.encode(Array(text.utf8)))]))
        }
        var lines: [[String]] = []
        for case .community(let row) in try reader.rows(.community) {
            communities[row.id] = row.code
            lines.append([row.code, row.name])
        }
        send("communities.csv", "community,name", lines)
        lines = []
        for case .dwelling(let row) in try reader.rows(.dwelling) {
            dwellings[row.id] = (communities[row.community] ?? "", row.code)
            lines.append([communities[row.community] ?? "", row.code, row.use.rawValue])
        }
        send("dwellings.csv", "community,dwelling,use", lines)
        lines = []
        for case .person(let row) in try reader.rows(.person) {
            persons[row.id] = row.reference
            let home = row.dwelling.flatMap { dwellings[$0] }
            lines.append([
                row.reference, row.name, row.role.word, home?.community ?? "", home?.code ?? "",
                row.groups.joined(separator: " "),
                row.validFrom.map(date) ?? "", row.validUntil.map { date($0 - 1) } ?? "", row.status.word,
            ])
        }
        send("residents.csv", "reference,name,role,community,dwelling,groups,from,until,status", lines)
        lines = []
        for case .tenancy(let row) in try reader.rows(.tenancy) {
            let home = dwellings[row.dwelling]
            lines.append([
                home?.community ?? "", home?.code ?? "", row.tenants.compactMap { persons[$0] }.joined(separator: " "),
                date(day: row.firstDay), date(day: row.lastDay), row.contract,
            ])
        }
        send("tenancies.csv", "community,dwelling,tenants,from,until,contract", lines)
        lines = []
        // A PIN cannot be exported: only its peppered hash exists.
        for case .credential(let row) in try reader.rows(.credential) where row.kind != .pin {
            lines.append([
                persons[row.person] ?? "", row.kind.word, row.label, "", row.isDuress ? "yes" : "",
                row.validFrom.map(date) ?? "",
                row.validUntil.map { date($0 - 1) } ?? "", row.status.word,
            ])
        }
        send("credentials.csv", "reference,kind,value,bound,duress,from,until,status", lines)
        return ["files": 5]
    }

    // MARK: Rows for people

    private func date(_ seconds: Int64) -> String {
        date(day: fields.calendar.local(at: CivilTime(seconds: seconds)).day)
    }

    private func date(day: Int32) -> String {
        let date = CalendarDay.date(day)
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(date.year)-\(two(date.month))-\(two(date.day))"
    }

    private func json(_ row: RegistryRow) -> JSON {
        func time(_ seconds: Int64?) -> JSON {
            seconds.map { .string(EntryView.time(CivilTime(seconds: $0), fields.calendar)) } ?? .null
        }
        switch row {
        case .community(let row):
            return ["id": .integer(Int64(row.id)), "community": .string(row.code), "name": .string(row.name)]
        case .dwelling(let row):
            return ["id": .integer(Int64(row.id)), "dwelling": .string(row.code), "use": .string(row.use.rawValue)]
        case .person(let row):
            return [
                "id": .integer(Int64(row.id)), "reference": .string(row.reference), "name": .string(row.name),
                "role": .string(row.role.word), "status": .string(row.status.word),
                "dwelling": row.dwelling.map { .integer(Int64($0)) } ?? .null,
                "groups": .array(row.groups.map { .string($0) }),
                "from": time(row.validFrom), "until": time(row.validUntil),
            ]
        case .tenancy(let row):
            return [
                "id": .integer(Int64(row.id)), "dwelling": .integer(Int64(row.dwelling)),
                "tenants": .array(row.tenants.map { .integer(Int64($0)) }),
                "first_day": .string(date(day: row.firstDay)),
                "last_day": .string(date(day: row.lastDay)), "starts": time(row.starts), "ends": time(row.ends),
                "contract": .string(row.contract),
            ]
        case .credential(let row):
            return [
                "id": .integer(Int64(row.id)), "person": .integer(Int64(row.person)), "kind": .string(row.kind.word),
                "value": .string(row.kind == .pin ? "" : row.label), "status": .string(row.status.word),
                "from": time(row.validFrom), "until": time(row.validUntil), "duress": .boolean(row.isDuress),
            ]
        }
    }
}
