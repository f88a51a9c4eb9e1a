internal import GatehouseAdmin
internal import GatehouseCore

/// The way of the rules as a path that one can read: what each was asked, what it said, and which of them decided.
struct RulePathList {
    let visitor: Visitor
    /// Pairs of a rule and its verdict, in the order in which they were asked.
    let rules: [[String]]

    private struct Step {
        var question: Sentence
        var answer: String
        /// Abstained: nothing spoke for or against.
        var isSilent = false
        var isDenial = false
    }

    var html: HTML {
        let steps = rules.filter { $0.count == 2 }.map { step($0[0], $0[1]) }
        guard !steps.isEmpty else { return .none }
        // The first refusal decides.
        let decider = steps.firstIndex(where: \.isDenial)
        let said = steps.enumerated().filter { !$0.element.isSilent }
        return """
            <section class="card"><h2>\(visitor.say("How it was decided"))</h2>
            <ol class="steps">\(said.map { place, step in item(step, isDecider: place == decider) })</ol>
            \(silent(steps))
            </section>
            """
    }

    private func item(_ step: Step, isDecider: Bool) -> HTML {
        "<li class=\"\("decided", if: isDecider)\">\(visitor.say(step.question)) <strong>\(step.answer)</strong></li>"
    }

    private func silent(_ steps: [Step]) -> HTML {
        let silent = steps.filter(\.isSilent)
        guard !silent.isEmpty else { return .none }
        return """
            <details><summary class="small">\(visitor.say("\(silent.count, "rule", "rules") had nothing to say"))</summary>
            <ul class="small soft">\(silent.map { "<li>\(visitor.say($0.question))</li>" as HTML })</ul></details>
            """
    }

    private func step(_ rule: String, _ verdict: String) -> Step {
        var step = Step(
            question: RuleName.allCases.first { $0.word == rule }?.question ?? Sentence(verbatim: rule), answer: verdict
        )
        switch verdict {
        case "abstain": step.isSilent = true
        case "permit": step.answer = visitor.say("yes")
        default:
            let word = verdict.drop { $0 != "(" }.dropFirst().dropLast()
            step.isDenial = verdict.hasPrefix("deny(")
            step.answer = Words.reason(String(word), visitor.language)
        }
        return step
    }
}

extension RuleName {
    /// What the rule asks, as people would.
    var question: Sentence {
        switch self {
        case .posture: Sentence("Does the gate stand open to cards at all?")
        case .reader: Sentence("Is the reader the one that was installed, and untouched?")
        case .guess: Sentence("Were numbers tried at this reader?")
        case .pin: Sentence("Is the PIN right, and not paused?")
        case .credential: Sentence("Is the card, PIN, face or plate known, valid and on?")
        case .uses: Sentence("Are uses left?")
        case .person: Sentence("May the person come at all?")
        case .holder: Sentence("Does a dwelling, a lease or a job stand behind the person?")
        case .host: Sentence("Is the host of the visitor still there?")
        case .bar: Sentence("Is the person barred from this place?")
        case .threat: Sentence("Does the level of threat let this group pass?")
        case .level: Sentence("Does an access level open this point at this time?")
        case .shift: Sentence("Is the worker on shift?")
        case .firstPerson: Sentence("Has the first person come?")
        case .factor: Sentence("Were all factors shown?")
        case .antiPassback: Sentence("Is the person on the side from which they come?")
        case .occupancy: Sentence("Is there room inside?")
        case .place: Sentence("Is a parking place of the dwelling free?")
        case .interlock: Sentence("Is the other door of the lock closed?")
        case .policyAge: Sentence("Are the rules fresh enough?")
        case .duress: Sentence("Was it opened under threat?")
        case .twoPerson: Sentence("Is the second person there?")
        case .escort: Sentence("Is an escort there?")
        }
    }
}
