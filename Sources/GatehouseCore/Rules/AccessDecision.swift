/// The answer to an access attempt.
package enum AccessDecision: Hashable, Sendable {
    case granted
    /// Opened as usual, for a person who signals that they are forced to.
    case grantedUnderDuress
    case denied(DenialReason)

    package var isGranted: Bool {
        switch self {
        case .granted, .grantedUnderDuress: true
        case .denied: false
        }
    }
    package var reason: DenialReason? {
        if case .denied(let reason) = self { reason } else { nil }
    }
    package var word: String {
        switch self {
        case .granted: "granted"
        case .grantedUnderDuress: "granted(duress)"
        case .denied: "denied"
        }
    }
}

/// Why somebody is refused. The word is stable in journal, topics and exports; those of ONVIF (access control service
/// specification, `AccessDeniedReason`) are spelled as there.
package enum DenialReason: UInt8, Hashable, Sendable, CaseIterable {
    case unknownCredential = 1
    case credentialNotEnabled = 2
    case credentialNotActive = 3
    case credentialExpired = 4
    case invalidPIN = 5
    case notPermittedAtThisTime = 6
    case unauthorized = 7
    case antipassbackViolation = 8
    case lockedDown = 9
    case blocked = 10
    case personSuspended = 11
    case personBarred = 12
    case tenancyNotStarted = 13
    case tenancyEnded = 14
    case noTenancy = 15
    case employmentNotActive = 16
    case tooManyTries = 17
    case factorMissing = 18
    case readerNotTrusted = 19
    case clockNotTrusted = 20
    case noDwelling = 21
    case factorsDisagree = 22
    case usesExhausted = 23
    case hostGone = 24
    case threatLevel = 25
    case barredHere = 26
    case offShift = 27
    case firstPersonMissing = 28
    case occupancyFull = 29
    case placesTaken = 30
    case interlocked = 31
    case secondPersonMissing = 32
    case escortMissing = 33
    case policyTooOld = 34
    case visitNotActive = 35
    case suspendedByGuard = 36

    /// Whether the way may still open within seconds, when somebody else shows a credential.
    package var waitsForCompany: Bool { self == .secondPersonMissing || self == .escortMissing }

    package var word: String {
        switch self {
        case .unknownCredential: "UnknownCredential"
        case .credentialNotEnabled: "CredentialNotEnabled"
        case .credentialNotActive: "CredentialNotActive"
        case .credentialExpired: "CredentialExpired"
        case .invalidPIN: "InvalidPIN"
        case .notPermittedAtThisTime: "NotPermittedAtThisTime"
        case .unauthorized: "Unauthorized"
        case .antipassbackViolation: "AntipassbackViolation"
        case .lockedDown: "LockedDown"
        case .blocked: "Blocked"
        case .personSuspended: "PersonSuspended"
        case .personBarred: "PersonBarred"
        case .tenancyNotStarted: "TenancyNotStarted"
        case .tenancyEnded: "TenancyEnded"
        case .noTenancy: "NoTenancy"
        case .employmentNotActive: "EmploymentNotActive"
        case .tooManyTries: "TooManyTries"
        case .factorMissing: "FactorMissing"
        case .readerNotTrusted: "ReaderNotTrusted"
        case .clockNotTrusted: "ClockNotTrusted"
        case .noDwelling: "NoDwelling"
        case .factorsDisagree: "FactorsDisagree"
        case .usesExhausted: "UsesExhausted"
        case .hostGone: "HostGone"
        case .threatLevel: "ThreatLevel"
        case .barredHere: "BarredHere"
        case .offShift: "OffShift"
        case .firstPersonMissing: "FirstPersonMissing"
        case .occupancyFull: "OccupancyFull"
        case .placesTaken: "PlacesTaken"
        case .interlocked: "Interlocked"
        case .secondPersonMissing: "SecondPersonMissing"
        case .escortMissing: "EscortMissing"
        case .policyTooOld: "PolicyTooOld"
        case .visitNotActive: "VisitNotActive"
        case .suspendedByGuard: "SuspendedByGuard"
        }
    }
}

/// What one rule says to one attempt.
package enum Verdict: Hashable, Sendable {
    case abstain
    case permit
    case deny(DenialReason)
    case note(Observation)

    /// One octet: 0 abstain, 1 permit, 64 and up a note, 128 and up a denial.
    package var code: UInt8 {
        switch self {
        case .abstain: 0
        case .permit: 1
        case .note(let observation): 64 + observation.rawValue
        case .deny(let reason): 128 + reason.rawValue
        }
    }

    package init?(code: UInt8) {
        switch code {
        case 0: self = .abstain
        case 1: self = .permit
        case 128...:
            guard let reason = DenialReason(rawValue: code - 128) else { return nil }
            self = .deny(reason)
        case 64...:
            guard let observation = Observation(rawValue: code - 64) else { return nil }
            self = .note(observation)
        default: return nil
        }
    }
}

/// Something worth recording that neither opens nor refuses.
package enum Observation: UInt8, Hashable, Sendable, CaseIterable {
    case duress = 1
    case softAntipassback = 2
    case freePassage = 3
    case fire = 4
    /// The tenancy is over; the days that the policy leaves for moving out are not.
    case grace = 5

    package var word: String {
        switch self {
        case .duress: "duress"
        case .softAntipassback: "softAntipassback"
        case .freePassage: "freePassage"
        case .fire: "fire"
        case .grace: "grace"
        }
    }
}
