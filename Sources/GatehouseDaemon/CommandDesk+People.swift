internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseRegister
internal import GatehouseRuntime
internal import GatehouseStore

extension CommandDesk {
    // MARK: Persons

    /// How texts become rows, with the schedules that the gate goes by now.
    func liveFields() throws -> RegistryFields {
        var fields = fields
        fields.names?.schedules = Set(try ask { $0.shell.controller.site.policy.schedules.map(\.name) })
        return fields
    }

    func putPerson(_ call: Call) throws -> JSON {
        let reader = try reader()
        let source = StoredRegister(reader: reader)
        let fields = try liveFields()
        let reference = try call.given("reference") ?? ""
        let old = try fields.findPerson(reference, in: source)
        if call.request.command == "person add" {
            guard old == nil else {
                throw CommandRefusal(code: "exists", message: "the reference is taken; use person change")
            }
        } else if old == nil {
            _ = try fields.person(reference, "reference", in: source)
        }
        var texts = PersonTexts()
        texts.reference = reference
        texts.name = try call.given("name")
        texts.role = try call.given("role")
        texts.dwelling = try call.given("dwelling")
        texts.groups = try call.given("groups")
        texts.from = try call.given("from")
        texts.until = try call.given("until")
        texts.status = try call.given("status")
        texts.responsible = try call.given("responsible")
        texts.shift = try call.given("shift")
        texts.needsTime = try call.given("needs-time")
        if old != nil { try call.saysSomething(beside: ["reference"]) }
        var days = KnownDays()
        var row = try fields.person(texts, changing: old, id: 0, in: source, &days)
        if old == nil { row.id = try newID(.person, reader) }
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
        let source = StoredRegister(reader: reader)
        let holder = try fields.person(try call.given("person") ?? "", "person", in: source)
        var texts = try credentialTexts(call)
        texts.kind = try call.given("kind")
        texts.bound = try call.given("bound")
        texts.duress = try call.given("duress")
        let kind = try fields.at("kind") { try fields.kind(texts.kind ?? "") }
        switch kind {
        case .card: texts.value = try call.given("card")
        case .pin: texts.value = try call.given("pin")
        case .face:
            let module = try call.given("module") ?? ""
            _ = try fields.at("module") { try fields.faceModule(module) }
            texts.value = "\(module):\(try call.given("user") ?? "")"
        case .plate:
            throw CommandRefusal(code: "malformed", message: "a plate belongs to a vehicle: use vehicle add")
        }
        var row: CredentialRow
        do {
            let new = try fields.presented(texts, by: holder.id)
            var days = KnownDays()
            row = try fields.credential(texts, new, of: holder.id, changing: nil, id: 0, in: source, &days)
        } catch var problem as FieldProblem where problem.field == "value" {
            problem.field = kind == .face ? "user" : kind.word
            throw problem
        }
        try explain(&row, call, texts)
        var changes: [RegistryChange] = []
        if kind == .face {
            try checkOtherWay(holder)
            if let basis = try call.given("consent") { changes = try consentChanges(of: holder, basis: basis) }
        }
        row.id = try newID(.credential, reader)
        try checkAlonePINs([.put(.credential(row))]) { try reader.rows(.credential) }
        let event = try order(call, .registry(changes + [.put(.credential(row))]))
        var answer = done(row.id, event).object ?? [:]
        if kind == .card, let card = CardNumber(row.label), let warning = fields.cards.warning(card) {
            answer["warning"] = .string(warning)
        }
        return .object(answer)
    }

    private func credentialTexts(_ call: Call) throws -> CredentialTexts {
        var texts = CredentialTexts()
        texts.status = try call.given("status")
        texts.from = try call.given("from")
        texts.until = try call.given("until")
        texts.uses = try call.given("uses")
        texts.firstUse = try call.given("first-use")
        texts.vehicle = try call.given("vehicle")
        return texts
    }

    /// Why it is off; enabled again it needs no words.
    private func explain(_ row: inout CredentialRow, _ call: Call, _ texts: CredentialTexts) throws {
        if row.status == .enabled {
            row.note = ""
        } else if texts.status != nil, let reason = call.request.reason, !reason.isEmpty {
            row.note = try fields.note(reason)
        }
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
        try call.saysSomething(beside: ["id"])
        let texts = try credentialTexts(call)
        var days = KnownDays()
        row = try fields.credential(
            texts, nil, of: row.person, changing: row, id: row.id, in: StoredRegister(reader: try reader()), &days)
        try explain(&row, call, texts)
        let event = try order(call, .registry([.put(.credential(row))]))
        return done(row.id, event)
    }

    // MARK: Vehicles

    private func vehicle(_ text: String, _ reader: JournalReader) throws -> VehicleRow {
        try fields.vehicle(text, "plate", in: StoredRegister(reader: reader))
    }

    /// The vehicle, and its plate as a credential of the keeper.
    func putVehicle(_ call: Call) throws -> JSON {
        let reader = try reader()
        let source = StoredRegister(reader: reader)
        var texts = VehicleTexts()
        texts.plate = try call.given("plate")
        texts.keeper = try call.given("keeper")
        texts.dwelling = try call.given("dwelling")
        let plate = try fields.at("plate") { try fields.plate(texts.plate ?? "") }
        let there = try source.vehicle(plate)
        if call.request.command == "vehicle add" {
            guard there == nil else {
                throw CommandRefusal(code: "exists", message: "the plate is on the register; use vehicle change")
            }
        } else {
            _ = try vehicle(plate, reader)
            try call.saysSomething(beside: ["plate"])
        }
        var row = try fields.vehicle(texts, changing: there, id: 0, in: source)
        if there == nil { row.id = try newID(.vehicle, reader) }
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
