/// Some come only with somebody who may bring them in.
enum EscortRule {
    static func judge(_ facts: Facts) -> Verdict {
        facts.isCredentialKnown && facts.escort == .missing ? .deny(.escortMissing) : .abstain
    }
}
