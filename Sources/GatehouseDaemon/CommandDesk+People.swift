internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseRegister
internal import GatehouseStore

extension CommandDesk {
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
        if let reference = call.text("responsible") { row.responsible = try person(call, reference: reference).id }
        if let shift = call.text("shift") {
            row.shift = shift == "none" ? nil : try fields.identifier(shift, "schedule")
        }
        if call.text("needs-time") != nil { row.needsTime = call.flag("needs-time") }
        return done(row.id, try order(call, .registry([.put(.person(row))])))
    }

    func showPerson(_ call: Call) throws -> JSON {
        let reader = try reader()
        let row = try person(call)
        try order(call, .look(person: row.id))
        let view = try view()
        var object = view.json(.person(row)).object ?? [:]
        for (kind, name) in [
            (RegistryKind.tenancy, "tenancies"), (.credential, "credentials"), (.vehicle, "vehicles"),
            (.person, "responsible_for"),
        ] {
            object[name] = .array(try reader.rows(kind, by: .of(person: row.id)).map(view.json))
        }
        object["history"] = .array(try history(.person, row.id, reader))
        return .object(object)
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
        case .plate:
            throw CommandRefusal(code: "malformed", message: "a plate belongs to a vehicle: use vehicle add")
        }
        let (key, label) = try fields.key(kind, value, person: holder.id, isBound: isBound)
        var row = CredentialRow(
            id: try newID(.credential, reader), person: holder.id, kind: fields.kind(kind, ofLabel: label), key: key,
            label: label,
            isDuress: call.flag("duress"))
        try change(&row, call)
        try checkAlonePINs([.put(.credential(row))]) { try reader.rows(.credential) }
        var changes: [RegistryChange] = []
        if kind == .face {
            try checkOtherWay(holder)
            if let basis = call.text("consent") { changes = try consentChanges(of: holder, basis: basis) }
        }
        let event = try order(call, .registry(changes + [.put(.credential(row))]))
        return done(row.id, event)
    }

    /// The configuration was weighed against guessing with a number of PINs that stand alone: more may not be given.
    func checkAlonePINs(_ changes: [RegistryChange], present: () throws -> [RegistryRow]) throws {
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
        return done(row.id, event)
    }

    private func change(_ row: inout CredentialRow, _ call: Call) throws {
        if let status = call.text("status") { row.status = try fields.credentialStatus(status) }
        // Why it is off; enabled again it needs no words.
        if row.status == .enabled {
            row.note = ""
        } else if call.text("status") != nil, let reason = call.request.reason {
            row.note = String(reason.prefix(256))
        }
        if let uses = call.text("uses") { row.uses = try fields.uses(uses) }
        if let span = call.text("first-use") { row.firstUseSpan = span == "none" ? nil : try fields.span(span) }
        if let plate = call.text("vehicle") { row.vehicle = try vehicle(plate, reader()).id }
        if let from = call.text("from") { row.validFrom = try fields.instant(from).seconds }
        if let until = call.text("until") {
            row.validUntil = until.contains("T") ? try fields.instant(until).seconds : try fields.endAfter(until)
        }
    }

    // MARK: Vehicles

    private func vehicle(_ text: String, _ reader: JournalReader) throws -> VehicleRow {
        let plate = try fields.plate(text)
        for case .vehicle(let row) in try reader.rows(.vehicle, by: .plate(plate)) { return row }
        throw CommandRefusal(code: "unknownVehicle", message: "no vehicle on the register has the plate \"\(plate)\"")
    }

    /// The vehicle, and its plate as a credential of the keeper.
    func putVehicle(_ call: Call) throws -> JSON {
        let reader = try reader()
        let plate = try fields.plate(call.text("plate") ?? "")
        var row: VehicleRow
        if call.request.command == "vehicle add" {
            guard try reader.rows(.vehicle, by: .plate(plate)).isEmpty else {
                throw CommandRefusal(code: "exists", message: "the plate is on the register; use vehicle change")
            }
            let keeper = try person(call, reference: call.text("keeper") ?? "")
            let home = try call.text("dwelling").map { try dwelling($0, reader).id } ?? keeper.dwelling
            guard let home else {
                throw CommandRefusal(
                    code: "unknownDwelling", message: "the keeper has no dwelling of their own: give --dwelling")
            }
            row = VehicleRow(id: try newID(.vehicle, reader), dwelling: home, keeper: keeper.id, plate: plate)
        } else {
            row = try vehicle(plate, reader)
            if let keeper = call.text("keeper") { row.keeper = try person(call, reference: keeper).id }
            if let home = call.text("dwelling") { row.dwelling = try dwelling(home, reader).id }
        }
        let (key, label) = fields.key(plate: plate)
        let old = try plateCredential(of: row, reader)
        let credential = fields.plateCredential(
            of: row, id: try old?.id ?? newID(.credential, reader), key, label, old: old)
        return done(row.id, try order(call, .registry([.put(.vehicle(row)), .put(.credential(credential))])))
    }

    private func plateCredential(of vehicle: VehicleRow, _ reader: JournalReader) throws -> CredentialRow? {
        try credentials(of: vehicle, reader).first { $0.kind == .plate }
    }

    private func credentials(of vehicle: VehicleRow, _ reader: JournalReader) throws -> [CredentialRow] {
        var found: [CredentialRow] = []
        // The keeper may have changed since: what was theirs is looked at too.
        for state in try reader.history(.vehicle, vehicle.id) {
            guard case .vehicle(let row) = state.row else { continue }
            for case .credential(let one) in try reader.rows(.credential, by: .of(person: row.keeper))
            where one.vehicle == vehicle.id && !found.contains(where: { $0.id == one.id }) {
                found.append(one)
            }
        }
        return found
    }

    func showVehicle(_ call: Call) throws -> JSON {
        let reader = try reader()
        let row = try vehicle(call.text("plate") ?? "", reader)
        try order(call, .look(person: row.keeper))
        let view = try view()
        var object = view.json(.vehicle(row)).object ?? [:]
        object["credentials"] = .array(try credentials(of: row, reader).map { view.json(.credential($0)) })
        object["history"] = .array(try history(.vehicle, row.id, reader))
        return .object(object)
    }

    /// Ends the vehicle with its plate and tags.
    func removeVehicle(_ call: Call) throws -> JSON {
        let reader = try reader()
        let row = try vehicle(call.text("plate") ?? "", reader)
        let ends = try credentials(of: row, reader).map { RegistryChange.end(.credential, id: $0.id) }
        return done(row.id, try order(call, .registry(ends + [.end(.vehicle, id: row.id)])))
    }
}
