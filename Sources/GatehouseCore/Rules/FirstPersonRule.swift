/// Nobody before the one who has to be here first.
enum FirstPersonRule {
    static func judge(_ facts: Facts) -> Verdict {
        facts.isCredentialKnown && facts.firstPerson == .missing ? .deny(.firstPersonMissing) : .abstain
    }
}
