/// Access follows the home or the work: resident of a dwelling, tenant with a running tenancy, staff in employment.
enum HolderRule {
    static func judge(_ facts: Facts) -> Verdict {
        guard facts.isCredentialKnown else { return .abstain }
        switch facts.role {
        case .resident: return facts.hasDwelling ? .abstain : .deny(.noDwelling)
        case .staff: return facts.employment == .inside ? .abstain : .deny(.employmentNotActive)
        case .tenant:
            switch facts.tenancy {
            case .running: return .abstain
            case .coming: return .deny(.tenancyNotStarted)
            case .ended: return .deny(.tenancyEnded)
            case .none: return .deny(.noTenancy)
            }
        }
    }
}
