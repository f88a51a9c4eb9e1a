/// No more vehicles of a dwelling than it has places.
enum PlaceRule {
    static func judge(_ facts: Facts) -> Verdict {
        facts.isCredentialKnown && facts.place == .missing ? .deny(.placesTaken) : .abstain
    }
}
