/// The factors that the access point asks for, all of one person.
enum FactorRule {
    static func judge(_ facts: Facts) -> Verdict {
        guard facts.isCredentialKnown else { return .abstain }
        if !facts.doFactorsAgree { return .deny(.factorsDisagree) }
        return facts.isCombinationComplete ? .abstain : .deny(.factorMissing)
    }
}
