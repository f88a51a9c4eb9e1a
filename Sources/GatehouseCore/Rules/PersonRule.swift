/// A person who is suspended or barred is refused, whatever they hold.
enum PersonRule {
    static func judge(_ facts: Facts) -> Verdict {
        guard facts.isCredentialKnown else { return .abstain }
        switch facts.personStatus {
        case .active: return .abstain
        case .suspended: return .deny(.personSuspended)
        case .barred: return .deny(.personBarred)
        }
    }
}
