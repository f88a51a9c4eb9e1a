internal import GatehouseCore

/// What will happen, by time; equal times in the order of their adding.
struct Agenda {
    enum Event {
        case visit(PortalID)
        case door(PortalID, isOpen: Bool)
        case button(PortalID, isPressed: Bool)
        case picture(CaptureRequest)
        case receipt(OutboxItem)
        case fireQuiet, fireReset
        case posture(PortalID, Posture)
        case webhookBack
        case networkTime
        case trouble
        case readerTrouble
        case command
    }
    private var items: [(at: MonotonicTime, event: Event)] = []

    var earliest: MonotonicTime? { items.first?.at }

    mutating func add(_ at: MonotonicTime, _ event: Event) {
        let place = items.firstIndex { $0.at > at } ?? items.count
        items.insert((at, event), at: place)
    }
    mutating func removeFirst() -> Event { items.removeFirst().event }
    mutating func drop(_ isDropped: (Event) -> Bool) { items.removeAll { isDropped($0.event) } }
}
