/// Levels that rest while the threat level is high: refused by that name, not as somebody without a level.
enum ThreatRule {
    static func judge(_ facts: Facts) -> Verdict {
        facts.isCredentialKnown && facts.suspendedLevels > 0 && facts.openLevels == 0 ? .deny(.threatLevel) : .abstain
    }
}
