internal import GatehouseCore

/// Who is where, to be called out at a gathering point.
package struct Inside: AdminCommand {
    package static let name = CommandName.inside
    /// In a fire it waits behind no export.
    package static let entry = CommandEntry.glance(
        [.guard_, .manager], Sentence("who is in an area, by name and dwelling: the list for a gathering point"))
    package typealias Item = Somebody
    package var area: NameArgument?
    package init(area: NameArgument? = nil) { self.area = area }

    package struct Somebody: Codable, Hashable, Sendable {
        package var area: String
        /// Nil of somebody who has left the register since.
        package var reference: String?
        package var name: String?
        package var dwelling: String?
        /// When they came into the area.
        package var since: String
        /// They walk slowly, or not at all.
        package var needsTime: Bool?
        private enum CodingKeys: String, CodingKey {
            case area, reference, name, dwelling, since
            case needsTime = "needs_time"
        }
        package init(
            area: String, reference: String?, name: String?, dwelling: String?, since: String, needsTime: Bool?
        ) {
            self.area = area
            self.reference = reference
            self.name = name
            self.dwelling = dwelling
            self.since = since
            self.needsTime = needsTime
        }
    }
    package struct Reply: Codable, Hashable, Sendable {
        package var at: String
        package var people: Int
        /// People by area, those of areas within it not counted.
        package var areas: [String: Int]
        package init(at: String, people: Int, areas: [String: Int]) {
            self.at = at
            self.people = people
            self.areas = areas
        }
    }
}
