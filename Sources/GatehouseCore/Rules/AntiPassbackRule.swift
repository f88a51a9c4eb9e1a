/// Nobody enters an area that, by the ledger, they have not left.
enum AntiPassbackRule {
    static func judge(_ facts: Facts) -> Verdict {
        guard facts.isCredentialKnown, facts.passback == .violated else { return .abstain }
        switch facts.passbackPolicy {
        case .off: return .abstain
        case .soft: return .note(.softAntipassback)
        case .hard: return .deny(.antipassbackViolation)
        }
    }
}
