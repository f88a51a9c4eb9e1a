/// While somebody tries numbers at a reader without a keypad, a card within ten seconds of the last is compared with
/// nothing.
enum GuessRule {
    static func judge(_ facts: Facts) -> Verdict {
        facts.isGuessPaused ? .deny(.tooManyTries) : .abstain
    }
}
