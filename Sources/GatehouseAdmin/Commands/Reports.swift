internal import GatehouseCore

// What an office tells others of a month: counts, and nobody's name.

package struct ReportMonth: AdminCommand {
    package static let name = CommandName.reportMonth
    package static let entry = CommandEntry.question(
        [.manager, .auditor],
        Sentence("counts of a month by day and gate: grants, passages, refusals, alarms, openings by hand"))
    package typealias Item = Day
    /// `2026-10`.
    package var month: TextArgument
    package init(month: TextArgument) { self.month = month }

    /// A day at a gate; `portal` is left out for what belongs to none.
    package struct Day: Codable, Hashable, Sendable {
        package var day: String
        package var portal: String?
        package var granted = 0
        package var taken = 0
        package var refused = 0
        package var reasons: [String: Int] = [:]
        package var alarms = 0
        package var openings = 0
        package init(day: String, portal: String?) {
            self.day = day
            self.portal = portal
        }
    }

    package struct Reply: Codable, Hashable, Sendable {
        package var site: String
        package var month: String
        /// Of all gates and days.
        package var granted: Int
        package var taken: Int
        package var refused: Int
        package var reasons: [String: Int]
        package var alarms: Int
        package var openings: Int
        /// Passages in each hour of the day, 24 numbers, of all gates and days.
        package var hours: [Int]
        package init(site: String, month: String, days: [Day], hours: [Int] = []) {
            self.hours = hours
            self.site = site
            self.month = month
            granted = days.reduce(0) { $0 + $1.granted }
            taken = days.reduce(0) { $0 + $1.taken }
            refused = days.reduce(0) { $0 + $1.refused }
            alarms = days.reduce(0) { $0 + $1.alarms }
            openings = days.reduce(0) { $0 + $1.openings }
            reasons = days.reduce(into: [:]) { $0.merge($1.reasons, uniquingKeysWith: +) }
        }
    }
}
