/// The posture of the portal: free passage and fire let everybody through, blocked nobody, lockdown named staff.
enum PostureRule {
    static func judge(_ facts: Facts) -> Verdict {
        switch facts.posture {
        case .secure: .abstain
        case .free: .note(.freePassage)
        case .fire: .note(.fire)
        case .blocked: .deny(.blocked)
        case .lockdown: facts.mayPassLockdown ? .abstain : .deny(.lockedDown)
        }
    }
}
