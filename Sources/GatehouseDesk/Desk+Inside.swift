internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseRegister
internal import GatehouseStore

extension Desk {
    /// Who is in an area and in those within it, by the ledger; without a name, in all areas that the configuration names, for
    /// the street is no place to be called out from. Nobody is left out: it has no bound but the people who are there.
    func listInside(_ command: Inside, _ call: Call) throws -> Inside.Reply {
        let settings = try ask { $0.controller.site.areas }
        let crossed = configuration.site.accessPoints.flatMap { [$0.fromArea, $0.toArea] }.compactMap(\.self)
        let known = Set(crossed).union(settings.keys)
        let wanted: Set<AreaID>
        if let name = command.area {
            guard known.contains(AreaID(name.argumentText)) else {
                throw unknown(
                    Sentence("area"), name.argumentText, among: known.map(\.name).sorted(), code: "unknownArea")
            }
            wanted = Self.areas(within: AreaID(name.argumentText), settings)
        } else {
            wanted = settings.isEmpty ? known : Set(settings.keys)
        }
        let (now, presences) = try ask { view in
            (view.now.civil, view.controller.ledger.presences.filter { wanted.contains($0.value.area) })
        }
        let reader = try reader()
        try look(call, .people(presences.keys.sorted()))
        let rows = FoundRows(reader, fields.calendar, now: now.seconds)
        var found: [Inside.Somebody] = []
        for (id, presence) in presences {
            try call.check()
            let row = try rows.person(id)
            found.append(
                Inside.Somebody(
                    area: presence.area.name, reference: row?.reference, name: row?.name,
                    dwelling: try row.flatMap { try rows.home(of: $0) }.flatMap { try rows.code(ofDwelling: $0) },
                    since: text(presence.since), needsTime: row?.needsTime == true ? true : nil))
        }
        // As it is read out: by area, house by house.
        found.sort {
            ($0.area, $0.dwelling ?? "", $0.reference ?? "", $0.since)
                < ($1.area, $1.dwelling ?? "", $1.reference ?? "", $1.since)
        }
        for one in found { try call.list(one) }
        return Inside.Reply(
            at: text(now), people: found.count, areas: Dictionary(grouping: found, by: \.area).mapValues(\.count))
    }

    /// An area with all that lie in it, however deep.
    private static func areas(within area: AreaID, _ settings: [AreaID: AreaSettings]) -> Set<AreaID> {
        var found: Set<AreaID> = [area]
        var isMore = true
        while isMore {
            isMore = false
            for (inner, setting) in settings where setting.within.map(found.contains) ?? false {
                if found.insert(inner).inserted { isMore = true }
            }
        }
        return found
    }
}
