/// A registry that nobody has confirmed for too long admits some classes of holders no more.
enum PolicyAgeRule {
    static func judge(_ facts: Facts) -> Verdict {
        facts.isCredentialKnown && facts.isPolicyTooOld ? .deny(.policyTooOld) : .abstain
    }
}
