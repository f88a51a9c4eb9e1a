/// A visitor comes to somebody who lives or works here.
enum HostRule {
    static func judge(_ facts: Facts) -> Verdict {
        facts.isCredentialKnown && facts.host == .missing ? .deny(.hostGone) : .abstain
    }
}
