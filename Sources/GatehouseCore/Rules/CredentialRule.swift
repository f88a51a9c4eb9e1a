/// Known, enabled, not suspended by a guard, and within its validity.
enum CredentialRule {
    static func judge(_ facts: Facts) -> Verdict {
        guard facts.isCredentialKnown else {
            // A wrong or a locked PIN is named by the rule for PINs.
            return facts.factorsGiven == [.pin] && facts.pin != .notAsked ? .abstain : .deny(.unknownCredential)
        }
        guard facts.credentialStatus == .enabled else { return .deny(.credentialNotEnabled) }
        guard !facts.isSuspendedByGuard else { return .deny(.suspendedByGuard) }
        switch facts.credentialWindow {
        case .inside: return .abstain
        case .before: return .deny(.credentialNotActive)
        case .after: return .deny(.credentialExpired)
        }
    }
}
