internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseRegister
internal import GatehouseStore

extension CommandDesk {
    // MARK: Communities and dwellings

    func addCommunity(_ call: Call) throws -> JSON {
        let reader = try reader()
        let code = try fields.identifier(call.text("community") ?? "", "community")
        guard try community(code, reader) == nil else {
            throw CommandRefusal(code: "exists", message: "the community is on the register")
        }
        let row = CommunityRow(
            id: try newID(.community, reader), code: code, name: String((call.text("name") ?? "").prefix(128)))
        return done(row.id, try order(call, .registry([.put(.community(row))])))
    }

    func putDwelling(_ call: Call) throws -> JSON {
        let reader = try reader()
        let text = call.text("dwelling") ?? ""
        var row: DwellingRow
        if call.request.command == "dwelling add" {
            let parts = text.split(separator: "/", maxSplits: 1).map(String.init)
            guard parts.count == 2, let community = try community(parts[0], reader) else {
                throw CommandRefusal(
                    code: "unknownCommunity", message: "write it as community/dwelling; the community has to be there")
            }
            let known = try reader.rows(.dwelling, by: .dwelling(code: parts[1])).contains {
                if case .dwelling(let row) = $0 { row.community == community.id } else { false }
            }
            guard !known, parts[1].utf8.count <= 64 else {
                throw CommandRefusal(code: "exists", message: "the dwelling is on the register; use dwelling change")
            }
            row = DwellingRow(id: try newID(.dwelling, reader), community: community.id, code: parts[1], use: .owned)
        } else {
            row = try dwelling(text, reader)
        }
        if let use = call.text("use") { row.use = try fields.use(use) }
        if let places = call.text("places") {
            row.places = places == "open" ? nil : try fields.count(places, atMost: 255).map { UInt8($0) }
        }
        return done(row.id, try order(call, .registry([.put(.dwelling(row))])))
    }

    func showDwelling(_ call: Call) throws -> JSON {
        let reader = try reader()
        let row = try dwelling(call.text("dwelling") ?? "", reader)
        try order(call, .look(person: nil))
        let view = try view()
        var object = view.json(.dwelling(row)).object ?? [:]
        for (kind, name) in [
            (RegistryKind.person, "residents"), (.tenancy, "tenancies"), (.vehicle, "vehicles"),
        ] {
            object[name] = .array(try reader.rows(kind, by: .at(dwelling: row.id)).map(view.json))
        }
        object["history"] = .array(try history(.dwelling, row.id, reader))
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
            row = try tenancy(call, reader)
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
        if let landlord = call.text("landlord") { row.landlord = try person(call, reference: landlord).id }
        return done(row.id, try order(call, .registry([.put(.tenancy(row))])))
    }

    private func tenancy(_ call: Call, _ reader: JournalReader) throws -> TenancyRow {
        guard let id = call.count("id").flatMap({ UInt32(exactly: $0) }),
            case .tenancy(let row)? = try reader.row(.tenancy, id)
        else { throw CommandRefusal(code: "unknownRow", message: "there is no tenancy of that number") }
        return row
    }

    /// Notice, early end, handing back.
    func stepTenancy(_ call: Call) throws -> JSON {
        let row = try tenancy(call, reader())
        let now = try ask { $0.now().civil }
        let event: TenancyEvent
        switch call.request.command {
        case "tenancy notice": event = .giveNotice
        case "tenancy hand-back": event = .handBack
        default:
            let at = try call.text("at").map { try fields.instant($0) } ?? now
            event = .terminate(at: at.seconds, day: fields.calendar.local(at: at).day)
        }
        let next = try Self.step(row, event, at: now)
        return done(row.id, try order(call, .registry([.put(.tenancy(next))])))
    }

    private static func step(_ row: TenancyRow, _ event: TenancyEvent, at now: CivilTime) throws -> TenancyRow {
        do { return try row.after(event, at: now.seconds).get() } catch {
            throw CommandRefusal(code: error.rawValue, message: error.sentence)
        }
    }

    /// A tenancy that goes on from another: same dwelling and people unless told otherwise, from the day after.
    func renewTenancy(_ call: Call) throws -> JSON {
        let reader = try reader()
        let old = try tenancy(call, reader)
        let now = try ask { $0.now().civil }
        let renewed = try Self.step(old, .renew, at: now)
        var next = old
        next.id = try newID(.tenancy, reader)
        next.renews = old.id
        next.step = .registered
        next.firstDay = old.lastDay + 1
        next.starts = old.ends
        let until = call.text("until") ?? ""
        next.lastDay = try fields.day(until)
        next.ends = try fields.endAfter(until)
        if let contract = call.text("contract") { next.contract = String(contract.prefix(64)) }
        return done(next.id, try order(call, .registry([.put(.tenancy(renewed)), .put(.tenancy(next))])))
    }
}
