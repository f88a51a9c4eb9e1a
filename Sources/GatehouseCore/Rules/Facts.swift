/// Everything that the rules read about one attempt, gathered before the first rule runs and stored with the
/// decision, so that the same rules can be asked the same question again.
///
/// Every fact is a small number; `values` and `init(values:)` are the stored form, in this order for ever.
package struct Facts: Hashable, Sendable {
    /// Version 1 of the stored form.
    package var posture: Posture = .secure
    package var isReaderTrusted = true
    package var isClockTrusted = true
    package var isCredentialKnown = false
    package var credentialStatus: CredentialStatus = .enabled
    package var credentialWindow: WindowStanding = .inside
    package var isDuress = false
    package var personStatus: PersonStatus = .active
    package var role: PersonRole = .resident
    package var employment: WindowStanding = .inside
    package var hasDwelling = false
    package var tenancy: TenancyStanding = .none
    /// Access levels of the person that name this access point.
    package var coveringLevels = 0
    /// Those of them whose schedule is open now.
    package var openLevels = 0
    package var factorsGiven: FactorSet = []
    /// Whether some accepted combination is complete.
    package var isCombinationComplete = false
    /// Whether all factors name one person.
    package var doFactorsAgree = true
    package var pin: PINStanding = .notAsked
    package var passback: PassbackStanding = .clear
    package var passbackPolicy: AntiPassback = .off
    package var mayPassLockdown = false
    /// Version 2. Somebody tries numbers at this reader, and the card came too soon to be compared.
    package var isGuessPaused = false
    /// Version 3. Every grant that the credential is good for was given.
    package var isUsedUp = false
    /// The host of a visitor: missing when they live or work here no more.
    package var host: Need = .notAsked
    /// Access levels of the person that cover the access point and rest while the threat level is what it is.
    package var suspendedLevels = 0
    /// An access level that bars groups from the access point holds now.
    package var isBarred = false
    package var isOffShift = false
    /// Somebody who has to be here first.
    package var firstPerson: Need = .notAsked
    package var isAreaFull = false
    /// A parking place of the dwelling.
    package var place: Need = .notAsked
    /// Another portal of the interlock stands open or released.
    package var isInterlocked = false
    /// A second person at the same access point within seconds.
    package var company: Need = .notAsked
    /// Somebody who may bring this person in, within seconds.
    package var escort: Need = .notAsked
    package var isPolicyTooOld = false
    /// The threat level then.
    package var threat: UInt8 = 0
    /// Version 4. A guard suspended the credential until the office is there.
    package var isSuspendedByGuard = false

    package init() {}
}

/// Something that the site asks for beside the credential.
package enum Need: UInt8, Hashable, Sendable, CaseIterable {
    case notAsked = 0
    case missing = 1
    case met = 2
}

/// The posture of a portal, from weakest to strongest claim on it.
package enum Posture: UInt8, Hashable, Sendable, CaseIterable {
    /// Credentials decide.
    case secure = 0
    /// Released for everybody.
    case free = 1
    /// Nobody passes by credential.
    case blocked = 2
    /// Nobody passes by credential but named staff.
    case lockdown = 3
    /// Open and held, until reset by hand.
    case fire = 4

    package var word: String {
        switch self {
        case .secure: "secure"
        case .free: "free"
        case .blocked: "blocked"
        case .lockdown: "lockdown"
        case .fire: "fire"
        }
    }
    package init?(word: some StringProtocol) {
        guard let posture = Posture.allCases.first(where: { $0.word == word }) else { return nil }
        self = posture
    }
}

/// Where now stands to a validity.
package enum WindowStanding: UInt8, Hashable, Sendable, CaseIterable {
    case inside = 0
    case before = 1
    case after = 2

    /// `latest` is the latest time that was in force: what had ended by then has ended, wherever the clock stands now.
    package static func of(_ now: Int64, latest: Int64, from: UInt32, until: UInt32) -> WindowStanding {
        if until != .max, max(now, latest) >= Int64(until) { return .after }
        return now < Int64(from) ? .before : .inside
    }
}

package enum PINStanding: UInt8, Hashable, Sendable, CaseIterable {
    case notAsked = 0
    case right = 1
    case wrong = 2
    /// Not compared: too many wrong ones before.
    case locked = 3
}

package enum PassbackStanding: UInt8, Hashable, Sendable, CaseIterable {
    case clear = 0
    /// The person is, by the ledger, in another area than the one this access point leads out of.
    case violated = 1
    /// The person entered the area that this access point leads to a short time ago.
    case recent = 2
}

extension Facts {
    package var values: [Int64] {
        [
            4, Int64(posture.rawValue), isReaderTrusted ? 1 : 0, isClockTrusted ? 1 : 0, isCredentialKnown ? 1 : 0,
            Int64(credentialStatus.rawValue), Int64(credentialWindow.rawValue), isDuress ? 1 : 0,
            Int64(personStatus.rawValue), Int64(role.rawValue), Int64(employment.rawValue), hasDwelling ? 1 : 0,
            Int64(tenancy.rawValue), Int64(coveringLevels), Int64(openLevels), Int64(factorsGiven.rawValue),
            isCombinationComplete ? 1 : 0, doFactorsAgree ? 1 : 0, Int64(pin.rawValue), Int64(passback.rawValue),
            Int64(passbackPolicy.code), mayPassLockdown ? 1 : 0,
            isGuessPaused ? 1 : 0, isUsedUp ? 1 : 0, Int64(host.rawValue), Int64(suspendedLevels), isBarred ? 1 : 0,
            isOffShift ? 1 : 0, Int64(firstPerson.rawValue), isAreaFull ? 1 : 0, Int64(place.rawValue),
            isInterlocked ? 1 : 0, Int64(company.rawValue), Int64(escort.rawValue), isPolicyTooOld ? 1 : 0,
            Int64(threat), isSuspendedByGuard ? 1 : 0,
        ]
    }

    /// Nil when the values are not a stored form that this version knows.
    package init?(values: [Int64]) {
        let counts: [Int64: Int] = [1: 22, 2: 23, 3: 36, 4: 37]
        guard let version = values.first, counts[version] == values.count,
            values.allSatisfy({ $0 >= 0 && $0 < 1 << 31 })
        else { return nil }
        func octet(_ index: Int) -> UInt8 { UInt8(clamping: values[index]) }
        guard let posture = Posture(rawValue: octet(1)),
            let credentialStatus = CredentialStatus(rawValue: octet(5)),
            let credentialWindow = WindowStanding(rawValue: octet(6)),
            let personStatus = PersonStatus(rawValue: octet(8)), let role = PersonRole(rawValue: octet(9)),
            let employment = WindowStanding(rawValue: octet(10)),
            let tenancy = TenancyStanding(rawValue: octet(12)), let pin = PINStanding(rawValue: octet(18)),
            let passback = PassbackStanding(rawValue: octet(19)), let passbackPolicy = AntiPassback(code: octet(20))
        else { return nil }
        self.init()
        self.posture = posture
        isReaderTrusted = values[2] == 1
        isClockTrusted = values[3] == 1
        isCredentialKnown = values[4] == 1
        self.credentialStatus = credentialStatus
        self.credentialWindow = credentialWindow
        isDuress = values[7] == 1
        self.personStatus = personStatus
        self.role = role
        self.employment = employment
        hasDwelling = values[11] == 1
        self.tenancy = tenancy
        coveringLevels = Int(values[13])
        openLevels = Int(values[14])
        factorsGiven = FactorSet(rawValue: octet(15))
        isCombinationComplete = values[16] == 1
        doFactorsAgree = values[17] == 1
        self.pin = pin
        self.passback = passback
        self.passbackPolicy = passbackPolicy
        mayPassLockdown = values[21] == 1
        isGuessPaused = version >= 2 && values[22] == 1
        guard version >= 3 else { return }
        guard let host = Need(rawValue: octet(24)), let firstPerson = Need(rawValue: octet(28)),
            let place = Need(rawValue: octet(30)), let company = Need(rawValue: octet(32)),
            let escort = Need(rawValue: octet(33))
        else { return nil }
        isUsedUp = values[23] == 1
        self.host = host
        suspendedLevels = Int(values[25])
        isBarred = values[26] == 1
        isOffShift = values[27] == 1
        self.firstPerson = firstPerson
        isAreaFull = values[29] == 1
        self.place = place
        isInterlocked = values[31] == 1
        self.company = company
        self.escort = escort
        isPolicyTooOld = values[34] == 1
        threat = octet(35)
        isSuspendedByGuard = version >= 4 && values[36] == 1
    }
}
