/// Nobody enters an area that, by the ledger, they have not left; where it is timed, nobody enters again so soon.
enum AntiPassbackRule {
    static func judge(_ facts: Facts) -> Verdict {
        guard facts.isCredentialKnown else { return .abstain }
        switch (facts.passbackPolicy, facts.passback) {
        case (.off, _), (_, .clear), (.timed, .violated), (.soft, .recent), (.hard, .recent): return .abstain
        case (.soft, .violated): return .note(.softAntipassback)
        case (.hard, .violated), (.timed, .recent): return .deny(.antipassbackViolation)
        }
    }
}
