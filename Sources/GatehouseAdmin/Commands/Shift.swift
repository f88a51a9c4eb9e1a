internal import GatehouseCore

// What one shift hands to the next.

package struct ShiftEnd: AdminCommand {
    package static let name = CommandName.shiftEnd
    package static let entry = CommandEntry.question(
        [.guard_, .manager], Sentence("what a shift hands over: alarms, postures, readers, openings by hand"))
    /// 12 hours ago without it.
    package var since: TextArgument?
    package init(since: TextArgument? = nil) { self.since = since }

    package struct Reply: Codable, Hashable, Sendable {
        package var site: String
        package var from: String
        package var at: String
        /// Whose page it is.
        package var by: String
        package var alarms: [AlarmView]
        /// Portals that are not as they usually are.
        package var portals: [Status.Portal]
        package var offline: [String]
        /// What was opened by hand, by whomever, in its order.
        package var opened: [EntryView]
        /// The entry of this page.
        package var event: UInt64?
        package init(
            site: String, from: String, at: String, by: String, alarms: [AlarmView], portals: [Status.Portal],
            offline: [String], opened: [EntryView], event: UInt64?
        ) {
            self.site = site
            self.from = from
            self.at = at
            self.by = by
            self.alarms = alarms
            self.portals = portals
            self.offline = offline
            self.opened = opened
            self.event = event
        }
    }
}
