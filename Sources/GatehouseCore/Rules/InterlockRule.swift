/// Of portals in an interlock one at a time.
enum InterlockRule {
    static func judge(_ facts: Facts) -> Verdict {
        facts.isCredentialKnown && facts.isInterlocked ? .deny(.interlocked) : .abstain
    }
}
