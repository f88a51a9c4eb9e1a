internal import GatehouseCore

package struct PrivacyStatus: AdminCommand {
    package static let name = CommandName.privacyStatus
    package static let entry = CommandEntry.question(
        [.manager, .auditor], Sentence("what is kept for how long, and that nothing older is there"))
    package init() {}

    package struct Reply: Codable, Hashable, Sendable {
        package var at: String
        package var personalValues: Int
        package var keptDays: Int64?
        package var olderThanKept: Int
        package var erasedValues: Int
        package var oldest: String?
        package var faceDeletionsDue: Int
        package var overdue: [UInt32]
        package var picturesToErase: Int
        /// The other classes of what is kept.
        package var classes: [Kept]

        /// A class: how long it is kept by the policy, how much of it there is, and how much is older than it may be.
        package struct Kept: Codable, Hashable, Sendable {
            package var name: String
            /// Left out where it is kept without end.
            package var days: Int64?
            package var rows: Int
            package var older: Int
            package var oldest: String?
            package init(name: String, days: Int64?, rows: Int, older: Int, oldest: String?) {
                self.name = name
                self.days = days
                self.rows = rows
                self.older = older
                self.oldest = oldest
            }
        }
        private enum CodingKeys: String, CodingKey {
            case at
            case personalValues = "personal_values"
            case keptDays = "kept_days"
            case olderThanKept = "older_than_kept"
            case erasedValues = "erased_values"
            case oldest
            case faceDeletionsDue = "face_deletions_due"
            case overdue
            case picturesToErase = "pictures_to_erase"
            case classes
        }
        package init(
            at: String, personalValues: Int, keptDays: Int64?, olderThanKept: Int, erasedValues: Int, oldest: String?,
            faceDeletionsDue: Int, overdue: [UInt32], picturesToErase: Int, classes: [Kept]
        ) {
            self.at = at
            self.personalValues = personalValues
            self.keptDays = keptDays
            self.olderThanKept = olderThanKept
            self.erasedValues = erasedValues
            self.oldest = oldest
            self.faceDeletionsDue = faceDeletionsDue
            self.overdue = overdue
            self.picturesToErase = picturesToErase
            self.classes = classes
        }
    }
}
