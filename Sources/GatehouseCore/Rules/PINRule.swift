/// A wrong PIN, or one that came while PINs are not compared.
enum PINRule {
    static func judge(_ facts: Facts) -> Verdict {
        switch facts.pin {
        case .notAsked, .right: .abstain
        case .wrong: .deny(.invalidPIN)
        case .locked: .deny(.tooManyTries)
        }
    }
}
