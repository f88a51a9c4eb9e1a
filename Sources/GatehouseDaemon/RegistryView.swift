internal import GatehouseAdmin
internal import GatehouseCore
internal import GatehouseRegister

/// Rows of the registry for people: words, and times of the site.
struct RegistryView: Sendable {
    let calendar: SiteCalendar
    /// Seconds; where a tenancy stands is told as of then.
    let now: Int64

    func time(_ seconds: Int64?) -> JSON {
        seconds.map { .string(EntryView.time(CivilTime(seconds: $0), calendar)) } ?? .null
    }

    func json(_ row: RegistryRow) -> JSON {
        func id(_ id: UInt32?) -> JSON { id.map { .integer(Int64($0)) } ?? .null }
        switch row {
        case .community(let row):
            return ["id": id(row.id), "community": .string(row.code), "name": .string(row.name)]
        case .dwelling(let row):
            return [
                "id": id(row.id), "dwelling": .string(row.code), "use": .string(row.use.rawValue),
                "places": row.places.map { .integer(Int64($0)) } ?? .null,
            ]
        case .person(let row):
            return [
                "id": id(row.id), "reference": .string(row.reference), "name": .string(row.name),
                "role": .string(row.role.word), "status": .string(row.status.word), "dwelling": id(row.dwelling),
                "groups": .array(row.groups.map { .string($0) }), "from": time(row.validFrom),
                "until": time(row.validUntil), "responsible": id(row.responsible),
                "shift": row.shift.map { .string($0) } ?? .null,
                "needs_time": row.needsTime ? .boolean(true) : .null,
            ]
        case .tenancy(let row):
            return [
                "id": id(row.id), "dwelling": id(row.dwelling), "tenants": .array(row.tenants.map { id($0) }),
                "first_day": .string(CalendarDay.text(row.firstDay)),
                "last_day": .string(CalendarDay.text(row.lastDay)),
                "starts": time(row.starts), "ends": time(row.ends), "contract": .string(row.contract),
                "landlord": id(row.landlord), "state": .string(row.state(at: now).rawValue), "renews": id(row.renews),
            ]
        case .credential(let row):
            return [
                "id": id(row.id), "person": id(row.person), "kind": .string(row.kind.word),
                "value": .string(row.kind == .pin ? "" : row.label), "status": .string(row.status.word),
                "from": time(row.validFrom), "until": time(row.validUntil), "duress": .boolean(row.isDuress),
                "note": row.note.isEmpty ? .null : .string(row.note),
                "uses": row.uses.map { .integer(Int64($0)) } ?? .null,
                "first_use_seconds": id(row.firstUseSpan), "vehicle": id(row.vehicle),
            ]
        case .consent(let row):
            return [
                "id": id(row.id), "person": id(row.person), "basis": .string(row.basis), "guardian": id(row.guardian),
                "given": time(row.given), "withdrawn": time(row.withdrawn), "delete_by": time(row.deleteBy),
                "deleted": time(row.deleted),
            ]
        case .vehicle(let row):
            return [
                "id": id(row.id), "plate": .string(row.plate), "dwelling": id(row.dwelling), "keeper": id(row.keeper),
            ]
        }
    }
}
