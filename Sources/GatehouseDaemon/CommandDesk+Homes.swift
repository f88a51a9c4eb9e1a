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
        var texts = CommunityTexts()
        texts.community = try call.given("community")
        texts.name = try call.given("name")
        var row = try fields.community(texts, changing: nil, id: 0)
        guard try community(row.code, reader) == nil else {
            throw CommandRefusal(code: "exists", message: "the community is on the register")
        }
        row.id = try newID(.community, reader)
        return done(row.id, try order(call, .registry([.put(.community(row))])))
    }

    func putDwelling(_ call: Call) throws -> JSON {
        let reader = try reader()
        let source = StoredRegister(reader: reader)
        let text = try call.given("dwelling") ?? ""
        var texts = DwellingTexts()
        texts.use = try call.given("use")
        texts.places = try call.given("places")
        var row: DwellingRow
        if call.request.command == "dwelling add" {
            let parts = text.split(separator: "/", maxSplits: 1).map(String.init)
            guard parts.count == 2, let community = try source.community(parts[0]) else {
                throw FieldProblem(
                    "dwelling", "write it as community/dwelling; the community has to be there",
                    code: "unknownCommunity")
            }
            guard try fields.findDwelling(parts[1], in: community, source) == nil else {
                throw CommandRefusal(code: "exists", message: "the dwelling is on the register; use dwelling change")
            }
            row = try fields.dwelling(texts, code: parts[1], community: community.id, changing: nil, id: 0)
            row.id = try newID(.dwelling, reader)
        } else {
            let old = try dwelling(text, reader)
            try call.saysSomething(beside: ["dwelling"])
            row = try fields.dwelling(texts, code: old.code, community: old.community, changing: old, id: old.id)
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
        let source = StoredRegister(reader: reader)
        var texts = TenancyTexts()
        texts.tenants = try call.given("tenants")
        texts.from = try call.given("from")
        texts.until = try call.given("until")
        texts.contract = try call.given("contract")
        texts.landlord = try call.given("landlord")
        var old: TenancyRow?
        let home: UInt32
        if call.request.command == "tenancy add" {
            home = try dwelling(try call.given("dwelling") ?? "", reader).id
        } else {
            let row = try tenancy(call, reader)
            try call.saysSomething(beside: ["id", "beside"])
            (old, home) = (row, row.dwelling)
        }
        var row = try fields.tenancy(texts, changing: old, at: home, id: 0, in: source)
        if old.map({ $0.starts != row.starts || $0.ends != row.ends }) ?? true { try checkBeside(row, call, source) }
        if old == nil { row.id = try newID(.tenancy, reader) }
        return done(row.id, try order(call, .registry([.put(.tenancy(row))])))
    }

    /// Two tenancies of a dwelling run at once only where somebody says so.
    private func checkBeside(_ row: TenancyRow, _ call: Call, _ source: StoredRegister) throws {
        if call.flag("beside") { return }
        var name = call.text("dwelling") ?? "the dwelling"
        if call.text("dwelling") == nil, case .dwelling(let home)? = try source.reader.row(.dwelling, row.dwelling) {
            name = home.code
        }
        if let problem = fields.overlap(row, among: try source.tenancies(of: row.dwelling), name) { throw problem }
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
        next.id = 0
        next.renews = old.id
        next.step = .registered
        next.firstDay = old.lastDay + 1
        next.starts = old.ends
        var texts = TenancyTexts()
        texts.until = try call.given("until") ?? ""
        texts.contract = try call.given("contract")
        // The days are those after the old one's: an end of then is no end of now.
        next.lastDay = next.firstDay - 1
        let source = StoredRegister(reader: reader)
        next = try fields.tenancy(texts, changing: next, at: next.dwelling, id: 0, in: source)
        try checkBeside(next, call, source)
        next.id = try newID(.tenancy, reader)
        return done(next.id, try order(call, .registry([.put(.tenancy(renewed)), .put(.tenancy(next))])))
    }
}
