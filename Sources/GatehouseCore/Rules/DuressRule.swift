/// Opens as usual and tells the guard. Silent at the gate.
enum DuressRule {
    static func judge(_ facts: Facts) -> Verdict {
        facts.isDuress ? .note(.duress) : .abstain
    }
}
