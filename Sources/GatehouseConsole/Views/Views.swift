internal import GatehouseAdmin
internal import GatehouseCore

/// Which view an address is.
enum Views {
    static func view(_ visitor: Visitor, _ incoming: Incoming) throws(GateFault) -> View {
        let path = incoming.path
        switch (path[0], path.count) {
        case ("shift", 1): return try ShiftView.view(visitor, incoming)
        case ("shift", 2) where path[1] == "end": return try ShiftView.end(visitor)
        case ("live", 1): return try LiveView.view(visitor)
        case ("log", 1): return try LogView.view(visitor, incoming)
        case ("log", 2): if let event = UInt64(path[1]) { return try EntryPage.view(visitor, event, incoming) }
        case ("people", _): if let view = try PeopleViews.view(visitor, incoming) { return view }
        case ("credentials", _): if let view = try CredentialViews.view(visitor, incoming) { return view }
        case ("tenancies", _): if let view = try TenancyViews.view(visitor, incoming) { return view }
        case ("passes", _): if let view = try PassViews.view(visitor, incoming) { return view }
        case ("dwellings", _), ("vehicles", _): if let view = try HomeViews.view(visitor, incoming) { return view }
        case ("import", 1): if visitor.may(.importFiles) { return ImportView.view(visitor) }
        case ("rentals", _): if let view = try RentalViews.view(visitor, incoming) { return view }
        case ("reports", 1): return try ReportsView.view(visitor, incoming)
        case ("health", _): if let view = try HealthViews.view(visitor, incoming) { return view }
        case ("settings", 1): return SettingsView.view(visitor)
        default: break
        }
        return Notices.notFound(visitor)
    }
}

/// What a form asks for.
enum Acts {
    enum Outcome {
        /// Done: the browser goes there.
        case went(String)
        /// Something is to be said first.
        case shown(View)
    }

    static func carryOut(_ incoming: Incoming, _ visitor: Visitor) throws(GateFault) -> Outcome {
        let path = incoming.path
        switch (path.first, path.count) {
        case ("gates", 2): return try gate(path[1], incoming, visitor)
        case ("alarms", 2):
            guard let alarm = UInt64(path[1]) else { break }
            // Nothing counts as seen that was not on somebody's screen.
            guard incoming.form["shown"] == visitor.mark("alarm \(alarm)") else {
                return .shown(Notices.unseen(visitor))
            }
            _ = try visitor.gate.ask(AlarmAck(alarm: CountArgument(alarm)), reason: incoming.form["reason"])
            return .went("/shift?done=seen")
        case ("people", _): if let outcome = try PeopleActs.carryOut(incoming, visitor) { return outcome }
        case ("credentials", _): if let outcome = try CredentialActs.carryOut(incoming, visitor) { return outcome }
        case ("tenancies", _): if let outcome = try TenancyActs.carryOut(incoming, visitor) { return outcome }
        case ("passes", _): if let outcome = try PassActs.carryOut(incoming, visitor) { return outcome }
        case ("import", 1): if let outcome = try ImportActs.carryOut(incoming, visitor) { return outcome }
        default: break
        }
        return .shown(Notices.notFound(visitor))
    }

    private static func gate(_ name: String, _ incoming: Incoming, _ visitor: Visitor) throws(GateFault) -> Outcome {
        let (portal, reason) = (NameArgument(name), incoming.form["reason"])
        switch incoming.form["act"] {
        case "open":
            _ = try visitor.gate.ask(PortalOpen(portal: portal), reason: reason)
            return .went("/shift?done=opened")
        case "block":
            _ = try visitor.gate.ask(PortalBlock(portal: portal), reason: reason)
            return .went("/shift?done=blocked")
        case "normal":
            _ = try visitor.gate.ask(PortalNormal(portal: portal), reason: reason)
            return .went("/shift?done=normal")
        default: return .shown(Notices.notFound(visitor))
        }
    }
}
