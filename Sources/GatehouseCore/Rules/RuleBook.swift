/// The rules in the order in which they are asked. The number is stable: it stands in stored rule paths.
package enum RuleName: UInt8, Hashable, Sendable, CaseIterable {
    case posture = 1
    case reader = 2
    case guess = 11
    case pin = 3
    case credential = 4
    case uses = 12
    case person = 5
    case holder = 6
    case host = 13
    case bar = 15
    case threat = 14
    case level = 7
    case shift = 16
    case firstPerson = 17
    case factor = 8
    case antiPassback = 9
    case occupancy = 18
    case place = 19
    case interlock = 20
    case policyAge = 23
    case duress = 10
    /// Last: whoever lacks only company may wait for it.
    case twoPerson = 21
    case escort = 22

    package var word: String {
        switch self {
        case .posture: "posture"
        case .reader: "reader"
        case .guess: "guess"
        case .pin: "pin"
        case .credential: "credential"
        case .person: "person"
        case .holder: "holder"
        case .level: "level"
        case .factor: "factor"
        case .antiPassback: "antiPassback"
        case .duress: "duress"
        case .uses: "uses"
        case .host: "host"
        case .bar: "bar"
        case .threat: "threat"
        case .shift: "shift"
        case .firstPerson: "firstPerson"
        case .occupancy: "occupancy"
        case .place: "place"
        case .interlock: "interlock"
        case .policyAge: "policyAge"
        case .twoPerson: "twoPerson"
        case .escort: "escort"
        }
    }
}

/// What each rule said, in order: the rule path of a decision. Two octets a rule (name, verdict).
package struct RulePath: Hashable, Sendable {
    package private(set) var octets: [UInt8]

    init() {
        octets = []
        octets.reserveCapacity(RuleName.allCases.count * 2)
    }

    /// Reads stored octets; nil when a rule or a verdict is not known to this version.
    package init?(octets: [UInt8]) {
        guard octets.count % 2 == 0 else { return nil }
        for index in stride(from: 0, to: octets.count, by: 2) {
            guard RuleName(rawValue: octets[index]) != nil, Verdict(code: octets[index + 1]) != nil else { return nil }
        }
        self.octets = octets
    }

    mutating func append(_ rule: RuleName, _ verdict: Verdict) {
        octets.append(rule.rawValue)
        octets.append(verdict.code)
    }

    package var steps: [(rule: RuleName, verdict: Verdict)] {
        stride(from: 0, to: octets.count, by: 2).map {
            (RuleName(rawValue: octets[$0])!, Verdict(code: octets[$0 + 1])!)
        }
    }

    /// What the same rules say of the facts now: a path may come from a version that had fewer.
    package func agrees(with facts: Facts) -> Bool {
        steps.allSatisfy { RuleBook.judge($0.rule, facts) == $0.verdict }
    }

    package func contains(_ observation: Observation) -> Bool {
        let code = Verdict.note(observation).code
        return stride(from: 1, to: octets.count, by: 2).contains { octets[$0] == code }
    }
}

/// Asks every rule, always all of them: a duress note is never lost behind a denial. The first denial names the
/// reason; what nobody permits is denied.
package enum RuleBook {
    package static func decide(_ facts: Facts) -> (decision: AccessDecision, path: RulePath) {
        var path = RulePath()
        var denial: DenialReason?
        var isPermitted = false
        var isDuress = false
        for rule in RuleName.allCases {
            let verdict = judge(rule, facts)
            path.append(rule, verdict)
            switch verdict {
            case .abstain: break
            case .permit: isPermitted = true
            case .deny(let reason): denial = denial ?? reason
            case .note(.duress): isDuress = true
            case .note: break
            }
        }
        if let denial { return (.denied(denial), path) }
        guard isPermitted else { return (.denied(.unauthorized), path) }
        return (isDuress ? .grantedUnderDuress : .granted, path)
    }

    static func judge(_ rule: RuleName, _ facts: Facts) -> Verdict {
        switch rule {
        case .posture: PostureRule.judge(facts)
        case .reader: ReaderRule.judge(facts)
        case .guess: GuessRule.judge(facts)
        case .pin: PINRule.judge(facts)
        case .credential: CredentialRule.judge(facts)
        case .person: PersonRule.judge(facts)
        case .holder: HolderRule.judge(facts)
        case .level: LevelRule.judge(facts)
        case .factor: FactorRule.judge(facts)
        case .antiPassback: AntiPassbackRule.judge(facts)
        case .duress: DuressRule.judge(facts)
        case .uses: UsesRule.judge(facts)
        case .host: HostRule.judge(facts)
        case .bar: BarRule.judge(facts)
        case .threat: ThreatRule.judge(facts)
        case .shift: ShiftRule.judge(facts)
        case .firstPerson: FirstPersonRule.judge(facts)
        case .occupancy: OccupancyRule.judge(facts)
        case .place: PlaceRule.judge(facts)
        case .interlock: InterlockRule.judge(facts)
        case .policyAge: PolicyAgeRule.judge(facts)
        case .twoPerson: TwoPersonRule.judge(facts)
        case .escort: EscortRule.judge(facts)
        }
    }
}
