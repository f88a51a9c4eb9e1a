internal import GatehouseCore

/// Where people are, the postures, and whether there is a fire: remembered from the entries as they reached the disk,
/// beside whatever the store makes of them. A restart that knows less or more has lost something.
struct DiskMemory: Equatable {
    private(set) var areas: [UInt32: String] = [:]
    private(set) var postures: [String: Posture] = [:]
    private(set) var isFire = false

    mutating func take(_ entry: JournalEntry, _ site: Site) {
        switch entry.kind {
        case .passage:
            guard entry.outcome == "taken" || entry.outcome == "unknown", let person = entry.person,
                let point = site.accessPoints.first(where: { $0.id == entry.accessPoint })
            else { return }
            areas[person] = entry.outcome == "taken" ? point.toArea?.name : nil
        case .posture:
            if let portal = entry.portal, let word = entry.outcome { postures[portal.name] = Posture(word: word) }
        case .fire where entry.outcome == "active" || entry.outcome == "reset": isFire = entry.outcome == "active"
        default: break
        }
    }
}

extension World {
    /// Holds what a restart goes on from against what reached the disk.
    func compare(_ restored: Restored, with disk: DiskMemory) {
        if restored.isFire != disk.isFire {
            violation("after the restart fire is \(restored.isFire), by the entries on disk \(disk.isFire)")
        }
        for portal in VirtualSite.portals {
            let (now, before) = (restored.postures[portal] ?? .secure, disk.postures[portal.name] ?? .secure)
            if now != before { violation("after the restart \(portal) is \(now), by the entries on disk \(before)") }
        }
        let areas = restored.ledger.presences.mapValues(\.area.name)
        for person in Set(areas.keys).union(disk.areas.keys).sorted() where areas[person] != disk.areas[person] {
            violation(
                "after the restart person \(person) is in \(areas[person] ?? "no area"), by the entries on disk in \(disk.areas[person] ?? "none")"
            )
        }
    }
}
