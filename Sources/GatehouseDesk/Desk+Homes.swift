internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseRegister
internal import GatehouseStore

extension Desk {
    // MARK: Communities and dwellings

    func addCommunity(_ command: CommunityAdd, _ call: Call) throws -> RecordedRow {
        let reader = try reader()
        var texts = CommunityTexts()
        texts.community = command.community.argumentText
        texts.name = command.name.argumentText
        var row = try fields.community(texts, changing: nil, id: 0)
        guard try StoredRegister(reader: reader).community(row.code) == nil else {
            throw CommandRefusal(code: "exists", message: Sentence("the community is on the register"))
        }
        row.id = try ids.next(.community, reader)
        return RecordedRow(id: row.id, event: try order(call, .registry([.put(.community(row))])))
    }

    func addDwelling(_ command: DwellingAdd, _ call: Call) throws -> RecordedRow {
        let reader = try reader()
        let source = StoredRegister(reader: reader)
        let parts = command.dwelling.argumentText.split(separator: "/", maxSplits: 1).map(String.init)
        guard parts.count == 2, let community = try source.community(parts[0]) else {
            throw FieldProblem(
                "dwelling", Sentence("write it as community/dwelling; the community has to be there"),
                code: "unknownCommunity")
        }
        guard try fields.findDwelling(parts[1], in: community, source) == nil else {
            throw CommandRefusal(
                code: "exists", message: Sentence("the dwelling is on the register; use dwelling change"))
        }
        var row = try fields.dwelling(
            texts(command.use, command.places), code: parts[1], community: community.id, changing: nil, id: 0)
        row.id = try ids.next(.dwelling, reader)
        return RecordedRow(id: row.id, event: try order(call, .registry([.put(.dwelling(row))])))
    }

    func changeDwelling(_ command: DwellingChange, _ call: Call) throws -> RecordedRow {
        let old = try dwelling(command.dwelling, reader(), call)
        try saysSomething(command.use, command.places, beside: .dwellingChange)
        let row = try fields.dwelling(
            texts(command.use, command.places), code: old.code, community: old.community, changing: old, id: old.id)
        if row == old { return RecordedRow(id: row.id, event: nil, changed: false) }
        return RecordedRow(id: row.id, event: try order(call, .registry([.put(.dwelling(row))])))
    }

    private func texts(_ use: TextArgument?, _ places: TextArgument?) -> DwellingTexts {
        var texts = DwellingTexts()
        texts.use = use?.argumentText
        texts.places = places?.argumentText
        return texts
    }

    func removeDwelling(_ command: DwellingRemove, _ call: Call) throws -> RecordedRow {
        let reader = try reader()
        let row = try dwelling(command.dwelling, reader, call)
        let now = try now().seconds
        let lives = try reader.rows(.person, by: .at(dwelling: row.id)).count
        let runs = try tenancies(.at(dwelling: row.id), reader).count { $0.state(at: now).isOpen }
        let stand = try vehicles(.at(dwelling: row.id), reader).count
        guard lives + runs + stand == 0 else {
            throw CommandRefusal(
                code: "stillUsed",
                message:
                    Sentence(
                        "\(lives, "person", "people"), \(runs, "tenancy", "tenancies") and \(stand, "vehicle", "vehicles") belong to the dwelling; end or move them first"
                    )
            )
        }
        return RecordedRow(
            id: row.id, event: try order(call, .registry([.end(.dwelling, id: row.id)]), cause: cause(nil, call)))
    }

    func showDwelling(_ command: DwellingShow, _ call: Call) throws -> DwellingShow.Reply {
        let reader = try reader()
        let row = try dwelling(command.dwelling, reader, call)
        let residents = try reader.rows(.person, by: .at(dwelling: row.id)).compactMap {
            if case .person(let row) = $0 { row } else { nil }
        }
        let found = try tenancies(.at(dwelling: row.id), reader)
        let parked = try vehicles(.at(dwelling: row.id), reader)
        try look(call, .people(residents.map(\.id) + found.flatMap(\.tenants) + parked.map(\.keeper)))
        let views = try views()
        let details = DwellingShow.Details(
            residents: residents.map(views.view), tenancies: found.map(views.view),
            vehicles: parked.map(views.view),
            history: try history(.dwelling, row.id, reader) {
                if case .dwelling(let row) = $0 { views.view(row) } else { nil }
            },
            home: try FoundRows(reader, fields.calendar, now: try now().seconds).code(ofDwelling: row.id),
            people: try named(found.flatMap(\.tenants) + parked.map(\.keeper), reader))
        return Joined(views.view(row), details)
    }

    // MARK: Vehicles

    func addVehicle(_ command: VehicleAdd, _ call: Call) throws -> RecordedRow {
        let reader = try reader()
        let source = source(reader, call)
        var texts = VehicleTexts()
        texts.plate = command.plate.argumentText
        texts.keeper = command.keeper.argumentText
        texts.dwelling = command.dwelling?.argumentText
        let plate = try fields.at("plate") { try fields.plate(command.plate.argumentText) }
        guard try source.vehicle(plate) == nil else {
            throw CommandRefusal(code: "exists", message: Sentence("the plate is on the register; use vehicle change"))
        }
        var row = try fields.vehicle(texts, changing: nil, id: 0, in: source)
        row.id = try ids.next(.vehicle, reader)
        return try putVehicle(row, reader, call)
    }

    func changeVehicle(_ command: VehicleChange, _ call: Call) throws -> RecordedRow {
        let reader = try reader()
        let old = try vehicle(command.plate, reader, call)
        try saysSomething(command.keeper, command.dwelling, beside: .vehicleChange)
        var texts = VehicleTexts()
        texts.plate = old.plate
        texts.keeper = command.keeper?.argumentText
        texts.dwelling = command.dwelling?.argumentText
        let row = try fields.vehicle(texts, changing: old, id: old.id, in: source(reader, call))
        if row == old { return RecordedRow(id: row.id, event: nil, changed: false) }
        return try putVehicle(row, reader, call)
    }

    /// The vehicle, and its plate as a credential of the keeper.
    private func putVehicle(_ row: VehicleRow, _ reader: JournalReader, _ call: Call) throws -> RecordedRow {
        let (key, label) = fields.key(plate: row.plate)
        let old = try credentials(of: row, reader).first { $0.kind == .plate }
        let credential = fields.plateCredential(
            of: row, id: try old?.id ?? ids.next(.credential, reader), key, label, old: old)
        let changes: [RegistryChange] = [.put(.vehicle(row)), .put(.credential(credential))]
        return RecordedRow(id: row.id, event: try order(call, .registry(changes)))
    }

    private func credentials(of vehicle: VehicleRow, _ reader: JournalReader) throws -> [CredentialRow] {
        var found: [CredentialRow] = []
        // The keeper may have changed since: what was theirs is looked at too.
        for state in try reader.history(.vehicle, vehicle.id) {
            guard case .vehicle(let row) = state.row else { continue }
            for one in try credentials(of: row.keeper, reader)
            where one.vehicle == vehicle.id && !found.contains(where: { $0.id == one.id }) {
                found.append(one)
            }
        }
        return found
    }

    func showVehicle(_ command: VehicleShow, _ call: Call) throws -> VehicleShow.Reply {
        let reader = try reader()
        let row = try vehicle(command.plate, reader, call)
        try look(call, .people([row.keeper]))
        let views = try views()
        let details = VehicleShow.Details(
            credentials: try credentials(of: row, reader).map(views.view),
            history: try history(.vehicle, row.id, reader) {
                if case .vehicle(let row) = $0 { views.view(row) } else { nil }
            }, holder: try named([row.keeper], reader).first, home: try homes([row.dwelling], reader).first?.dwelling)
        return Joined(views.view(row), details)
    }

    /// Ends the vehicle with its plate and tags.
    func removeVehicle(_ command: VehicleRemove, _ call: Call) throws -> RecordedRow {
        let reader = try reader()
        let row = try vehicle(command.plate, reader, call)
        let ends = try credentials(of: row, reader).map { RegistryChange.end(.credential, id: $0.id) }
        let changes = ends + [.end(.vehicle, id: row.id)]
        return RecordedRow(id: row.id, event: try order(call, .registry(changes), cause: cause(nil, call)))
    }
}
