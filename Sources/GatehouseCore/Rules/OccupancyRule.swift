/// No more people in an area than it takes.
enum OccupancyRule {
    static func judge(_ facts: Facts) -> Verdict {
        facts.isCredentialKnown && facts.isAreaFull ? .deny(.occupancyFull) : .abstain
    }
}
