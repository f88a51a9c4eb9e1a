internal import GatehouseCore

/// A case file for somebody outside: entries with their proofs, and what they may see beside them.
package struct CaseExport: AdminCommand {
    package static let name = CommandName.caseExport
    package static let entry = CommandEntry.question(
        [.manager, .auditor], needsReason: true,
        Sentence("a case file: entries with their proofs, for an officer or a court"))
    package typealias Item = Piece

    /// Numbers and ranges: `1207,1300-1310`.
    package var events: TextArgument?
    /// All of one person, which needs a second one who says the same.
    package var person: PersonalArgument?
    package var from: TextArgument?
    package var until: TextArgument?
    /// The number of a court's order, for more than 72 hours.
    package var court: TextArgument?
    package var pictures: FlagArgument?

    package init(
        events: TextArgument? = nil, person: PersonalArgument? = nil, from: TextArgument? = nil,
        until: TextArgument? = nil, court: TextArgument? = nil, pictures: FlagArgument? = nil
    ) {
        self.events = events
        self.person = person
        self.from = from
        self.until = until
        self.court = court
        self.pictures = pictures
    }

    /// The files, one behind the other, in pieces.
    package struct Piece: Codable, Hashable, Sendable {
        package var file: String
        package var data: OctetsArgument
        package init(file: String, data: OctetsArgument) {
            self.file = file
            self.data = data
        }
    }

    package struct Reply: Codable, Hashable, Sendable {
        /// The entry of the export.
        package var event: UInt64
        package var entries: Int
        package var pictures: Int
        package var files: Int
        /// Of all files together.
        package var size: Int
        /// By which others check the entries.
        package var key: String
        package var witnesses: [String]
        /// Whether they are as many as the policy of the site asks for; left out where it asks for none.
        package var enough: Bool?
        package init(
            event: UInt64, entries: Int, pictures: Int, files: Int, size: Int, key: String, witnesses: [String],
            enough: Bool?
        ) {
            self.event = event
            self.entries = entries
            self.pictures = pictures
            self.files = files
            self.size = size
            self.key = key
            self.witnesses = witnesses
            self.enough = enough
        }
    }

    /// More entries are several cases.
    package static let mostEntries = 256

    /// The numbers of a list, in their order and each of them once; nil where it is none. A list of too many ends at one more than may be.
    package static func numbers(_ text: String) -> [UInt64]? {
        var found: Set<UInt64> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { number(String($0)) }
            guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1], first <= last
            else { return nil }
            let room = UInt64(mostEntries)
            found.formUnion(first...min(last, first + room))
            if found.count > mostEntries { break }
        }
        return found.sorted()
    }

    private static func number(_ text: String) -> UInt64? {
        let digits = text.filter { $0 != " " }
        guard let value = try? CountArgument(argument: digits), value.value > 0 else { return nil }
        return value.value
    }
}
