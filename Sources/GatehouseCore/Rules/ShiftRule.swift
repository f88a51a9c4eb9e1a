/// Staff and contractors come in their shift.
enum ShiftRule {
    static func judge(_ facts: Facts) -> Verdict {
        facts.isCredentialKnown && facts.isOffShift ? .deny(.offShift) : .abstain
    }
}
