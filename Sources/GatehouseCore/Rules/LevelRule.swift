/// Permits when an access level of the person covers the access point at this hour. With a clock that cannot be
/// trusted, an unlimited level still permits: the gate of one's home does not close because a battery died.
enum LevelRule {
    static func judge(_ facts: Facts) -> Verdict {
        guard facts.isCredentialKnown else { return .abstain }
        if facts.openLevels > 0 { return .permit }
        return facts.coveringLevels > 0 ? .deny(.notPermittedAtThisTime) : .deny(.unauthorized)
    }
}
