/// Access follows the home or the work: resident of a dwelling, tenant with a running tenancy, their household, staff and
/// contractors in employment, visitors during their visit.
enum HolderRule {
    static func judge(_ facts: Facts) -> Verdict {
        guard facts.isCredentialKnown else { return .abstain }
        switch facts.role {
        case .resident: return facts.hasDwelling ? .abstain : .deny(.noDwelling)
        case .household, .child:
            if facts.hasDwelling { return .abstain }
            return facts.tenancy == .none ? .deny(.noDwelling) : judge(facts.tenancy)
        case .staff, .contractor: return facts.employment == .inside ? .abstain : .deny(.employmentNotActive)
        case .visitor:
            // A visit is short: without the time nobody knows whether it is over.
            if !facts.isClockTrusted { return .deny(.clockNotTrusted) }
            return facts.employment == .inside ? .abstain : .deny(.visitNotActive)
        case .tenant: return judge(facts.tenancy)
        }
    }

    private static func judge(_ tenancy: TenancyStanding) -> Verdict {
        switch tenancy {
        case .running: .abstain
        case .grace: .note(.grace)
        case .coming: .deny(.tenancyNotStarted)
        case .ended: .deny(.tenancyEnded)
        case .none: .deny(.noTenancy)
        }
    }
}
