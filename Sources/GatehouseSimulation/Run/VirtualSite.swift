internal import GatehouseCore
internal import GatehouseCrypto

/// A small community made from a seed: two portals, two areas, residents, tenants whose leases begin and end while the
/// simulation runs, and staff.
struct VirtualSite {
    let site: Site
    let changes: [RegistryChange]
    var model = ReferenceModel()
    let cardCount: Int

    static let portals: [PortalID] = ["lane", "wicket"]

    static func point(_ portal: PortalID, isEntry: Bool) -> AccessPointID {
        AccessPointID("\(portal)-\(isEntry ? "in" : "out")")
    }
    static func reader(_ portal: PortalID, isEntry: Bool) -> ReaderID {
        ReaderID("reader-\(portal)-\(isEntry ? "in" : "out")")
    }
    static func card(_ number: UInt64) -> CardNumber { CardNumber(format: "H10301", facility: 7, number: number) }

    private static func settings() -> Site {
        var portals: [PortalSettings] = []
        var points: [AccessPointSettings] = []
        for id in Self.portals {
            var portal = PortalSettings(id: id)
            portal.cameras = [CameraID("cam-\(id)")]
            portal.hasContact = true
            portals.append(portal)
            for isEntry in [true, false] {
                var point = AccessPointSettings(
                    id: Self.point(id, isEntry: isEntry), portal: id, readers: [Self.reader(id, isEntry: isEntry)])
                point.fromArea = isEntry ? "street" : "inside"
                point.toArea = isEntry ? "inside" : "street"
                point.antiPassback = id == "wicket" ? .hard : .soft
                points.append(point)
            }
        }
        return Site(
            name: "virtual", portals: portals, accessPoints: points,
            policy: AccessPolicy(
                schedules: [Schedule(name: "daytime", windows: [TimeWindow(days: .everyWeekday, from: 360, to: 1320)])],
                levels: [
                    AccessLevel(name: "homes", groups: ["residents"], accessPoints: points.map(\.id)),
                    AccessLevel(name: "work", groups: ["staff"], accessPoints: points.map(\.id), schedule: 0),
                ]),
            alerts: [
                AlertRoute(destination: "desk", kinds: [.forced, .heldOpen, .fire, .duress]),
                AlertRoute(destination: "street", kinds: [.fire, .forced]),
            ])
    }

    init(dice: inout Dice, start: Int64, days: Int, primitives: Primitives) {
        site = Self.settings()
        var changes: [RegistryChange] = [.put(.community(CommunityRow(id: 1, code: "virtual", name: "Virtual")))]
        for dwelling in 1...40 as ClosedRange<UInt32> {
            changes.append(
                .put(
                    .dwelling(
                        DwellingRow(
                            id: dwelling, community: 1, code: "1-\(dwelling)",
                            use: dwelling.isMultiple(of: 3) ? .let_ : .owned))))
        }
        var tenancy: UInt32 = 1
        for id in 1...120 as ClosedRange<UInt32> {
            let role: PersonRole = id % 10 == 0 ? .staff : id % 3 == 0 ? .tenant : .resident
            let status: PersonStatus = dice.isOne(in: 40) ? (dice.isOne(in: 2) ? .suspended : .barred) : .active
            let group = role == .staff ? "staff" : "residents"
            let home: UInt32? = role == .resident ? (id % 40) + 1 : nil
            changes.append(
                .put(
                    .person(
                        PersonRow(
                            id: id, reference: "P\(id)", name: "Person \(id)", role: role, status: status,
                            dwelling: home, groups: [group]))))
            model.holders.append(.init(id: id, role: role, status: status, hasHome: home != nil, group: group))
            if role == .tenant, !dice.isOne(in: 12) {
                let first = start + Int64(dice.below(days * 86400)) - Int64(days * 43200)
                let ends = first + Int64(3600 + dice.below(max(1, days) * 86400))
                changes.append(
                    .put(
                        .tenancy(
                            TenancyRow(
                                id: tenancy, dwelling: 3, tenants: [id], firstDay: 0, lastDay: 0, starts: first,
                                ends: ends))))
                model.rentals.append(.init(holder: id, starts: first, ends: ends))
                tenancy += 1
            }
            let cardStatus: CredentialStatus = dice.isOne(in: 30) ? .lost : .enabled
            let number = Self.card(UInt64(id))
            changes.append(
                .put(
                    .credential(
                        CredentialRow(
                            id: id, person: id, kind: .card, key: CredentialKey(card: number, primitives: primitives),
                            label: number.description, status: cardStatus))))
            model.cards.append(.init(number: UInt64(id), holder: id, status: cardStatus))
        }
        cardCount = 120
        self.changes = changes
    }
}
