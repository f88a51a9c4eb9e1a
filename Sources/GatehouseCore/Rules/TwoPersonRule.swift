/// Two people at once, each with a credential of their own.
enum TwoPersonRule {
    static func judge(_ facts: Facts) -> Verdict {
        facts.isCredentialKnown && facts.company == .missing ? .deny(.secondPersonMissing) : .abstain
    }
}
