/// An entry of the log as a line of CSV.
package enum EntryCSV {
    package static var header: String { columns.map(\.name).joined(separator: ",") }

    package static func line(_ entry: EntryView) -> String {
        columns.map { CSVCell.write($0.value(entry) ?? "") }.joined(separator: ",")
    }

    private static let columns: [(name: String, value: @Sendable (EntryView) -> String?)] = [
        ("seq", { "\($0.seq)" }), ("at", { $0.at }), ("kind", { $0.kind }), ("portal", { $0.portal }),
        ("point", { $0.point }), ("reader", { $0.reader }), ("outcome", { $0.outcome }), ("reason", { $0.reason }),
        ("person", { $0.person.map { "\($0)" } }), ("reference", { $0.reference }), ("name", { $0.name }),
        ("credential", { $0.credential.map { "\($0)" } }), ("about", { $0.about.map { "\($0)" } }),
        ("actor", { $0.actor }), ("picture", { $0.picture?.path ?? $0.picture?.reason }),
    ]
}
