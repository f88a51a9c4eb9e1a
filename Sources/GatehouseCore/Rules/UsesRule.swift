/// Every grant that the credential is good for was given.
enum UsesRule {
    static func judge(_ facts: Facts) -> Verdict {
        facts.isCredentialKnown && facts.isUsedUp ? .deny(.usesExhausted) : .abstain
    }
}
