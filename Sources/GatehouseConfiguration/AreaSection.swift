internal import GatehouseCore

/// `areas` and `interlocks`: what lies behind the portals, and which of them wait for one another.
enum AreaSection {
    static func read(_ top: MappingReader, _ site: inout Site) {
        let named = Set(site.accessPoints.flatMap { [$0.fromArea, $0.toArea] }.compactMap(\.self))
        let areas = top.namedGroups("areas", names: .identifier(of: AreaTag.self), count: 0...64) {
            name, group -> (AreaSettings, MappingReader)? in
            let limit = group.optional("limit", .integer(in: 1...100_000))
            let within = group.optional("within", .identifier(of: AreaTag.self))
            let isParking = group.optional("parking", .boolean, default: false)
            return (AreaSettings(limit: limit, within: within, isParking: isParking), group)
        }
        for area in areas { site.areas[area.name] = area.value.0 }
        for area in areas {
            let (settings, group) = area.value
            if !named.contains(area.name), !areas.contains(where: { $0.value.0.within == area.name }) {
                top.error(
                    at: "areas", Sentence("no access point leads to or from area '\(area.name)'"),
                    suggestion: Nearest.match(for: area.name.name, among: Set(named.map(\.name))).map {
                        Sentence("did you mean '\($0)'?")
                    })
            }
            guard let within = settings.within else { continue }
            if site.areas[within] == nil {
                group.missing(at: "within", Sentence("there is no area '\(within)'"))
            } else if liesInItself(area.name, site) {
                group.error(at: "within", Sentence("area '\(area.name)' would lie in itself"))
            }
        }
        let portals = Set(site.portals.map(\.id))
        site.interlocks = top.groups("interlocks", count: 0...16) { group -> [PortalID]? in
            let members = group.list("portals", of: .identifier(of: PortalTag.self), count: 2...16)
            for portal in members where !portals.contains(portal) {
                group.missing(at: "portals", Sentence("there is no portal '\(portal)'"))
            }
            return members
        }
    }

    private static func liesInItself(_ area: AreaID, _ site: Site) -> Bool {
        var next = site.areas[area]?.within
        for _ in 0...site.areas.count {
            guard let here = next else { return false }
            if here == area { return true }
            next = site.areas[here]?.within
        }
        return true
    }
}
