internal import GatehouseCore

/// Kinds of which a long journal has few are found without reading it. Those that come with every card have no part in the index:
/// no page is written for them, and they are found from the end of the journal. Frozen.
enum V0008 {
    /// The most frequent first: a commit asks no further than the term that is false. A list of `NOT IN` would be built anew for
    /// each row.
    static let frequent = [
        "decision", "sealed", "passage", "snapshot", "exitRequest", "order", "look", "health", "delivery",
    ]

    /// What a question says so that the index serves it.
    static let rare = frequent.map { "kind <> '\($0)'" }.joined(separator: " AND ")

    static let sql = "CREATE INDEX journal_rare ON journal (kind, seq) WHERE \(rare);"
}

extension EntryKind {
    var isRare: Bool { !V0008.frequent.contains(rawValue) }
}
