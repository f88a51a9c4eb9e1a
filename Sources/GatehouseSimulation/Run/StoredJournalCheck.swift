internal import GatehouseCore
internal import GatehouseStore

/// The journal against itself: each decision asked again, each presentation with a picture or a reason.
struct StoredJournalCheck {
    let path: String
    let secrets: StoreSecrets

    func run() throws -> (violations: [String], decisionsCompared: Int) {
        var violations: [String] = []
        var compared = 0
        let reader = try JournalReader(path: path, secrets: secrets)
        var filter = JournalFilter()
        filter.kinds = [.decision, .exitRequest, .forced, .heldOpen]
        filter.isNewestFirst = false
        filter.limit = 5000
        filter.after = 0
        while true {
            let found = try reader.entries(filter)
            for stored in found {
                let entry = stored.entry
                if let facts = entry.facts, let path = entry.path {
                    let again = RuleBook.decide(facts)
                    if again.decision.word != entry.outcome || again.path != path {
                        violations.append("entry \(entry.sequence) is decided otherwise when asked again")
                    }
                    compared += 1
                }
                if stored.snapshot == nil {
                    violations.append(
                        "entry \(entry.sequence) (\(entry.kind.rawValue)) has neither a picture nor a reason")
                }
            }
            guard let last = found.last else { return (violations, compared) }
            filter.after = last.entry.sequence
        }
    }
}
