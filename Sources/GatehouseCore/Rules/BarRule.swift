/// An access level that bars a group beats every level that permits.
enum BarRule {
    static func judge(_ facts: Facts) -> Verdict {
        facts.isCredentialKnown && facts.isBarred ? .deny(.barredHere) : .abstain
    }
}
