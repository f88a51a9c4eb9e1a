import Testing

@testable import GatehouseCore

/// Numbers and words that stand in entries and rows of years ago. A code that is changed here changes what they say: new
/// cases get new codes, and none is ever given again.
@Suite("Stored codes")
struct StoredCodesTests {
    private func codes<Code: CaseIterable & RawRepresentable>(_ type: Code.Type) -> [String: Code.RawValue] {
        Dictionary(uniqueKeysWithValues: Code.allCases.map { ("\($0)", $0.rawValue) })
    }

    @Test func codesOfFactsStand() {
        #expect(
            Dictionary(uniqueKeysWithValues: AntiPassback.allCases.map { ($0, $0.code) })
                == [.off: 0, .soft: 1, .hard: 2, .timed: 3])
        for policy in AntiPassback.allCases { #expect(AntiPassback(code: policy.code) == policy) }
        #expect(AntiPassback(code: 4) == nil)
        #expect(codes(Posture.self) == ["secure": 0, "free": 1, "blocked": 2, "lockdown": 3, "fire": 4])
        #expect(
            codes(CredentialStatus.self) == [
                "enabled": 0, "lost": 1, "stolen": 2, "suspended": 3, "damaged": 4, "returned": 5,
            ])
        #expect(codes(WindowStanding.self) == ["inside": 0, "before": 1, "after": 2])
        #expect(codes(PersonStatus.self) == ["active": 0, "suspended": 1, "barred": 2])
        #expect(
            codes(PersonRole.self) == [
                "resident": 0, "tenant": 1, "staff": 2, "household": 3, "child": 4, "contractor": 5, "visitor": 6,
            ])
        #expect(codes(TenancyStanding.self) == ["none": 0, "ended": 1, "coming": 2, "running": 3, "grace": 4])
        #expect(codes(PINStanding.self) == ["notAsked": 0, "right": 1, "wrong": 2, "locked": 3])
        #expect(codes(PassbackStanding.self) == ["clear": 0, "violated": 1, "recent": 2])
        #expect(codes(Need.self) == ["notAsked": 0, "missing": 1, "met": 2])
        #expect(
            [FactorSet.card, .pin, .face, .plate, .pass].map(\.rawValue) == [1, 2, 4, 8, 16])
    }

    /// The words of outcomes and details stand in entries for ever; a new one is added here.
    @Test func wordsOfEntriesStand() {
        #expect(
            EntryOutcome.allCases.map(\.rawValue) == [
                "abandoned", "accepted", "acknowledged", "activated", "active", "added", "afterCrash", "afterStop",
                "announced", "bad", "begun", "breach", "cancelled", "confirmed", "delivered", "done", "ended",
                "expired",
                "faceTable", "fileArrived", "fileLost", "fileRefused", "firmwareChanged", "good", "guessing",
                "heldBack",
                "identified", "inputActive", "inputInactive", "inputQuiet", "keyExpired", "keyKept", "keyRefused",
                "keyUnproven", "loaded", "missing", "neverHeard", "notTaken", "off", "offline", "on", "online",
                "person",
                "quarantineEnded", "quarantined", "refused", "released", "renewed", "reported", "reset", "retention",
                "said", "sealed", "settled", "skipped", "stepped",
                "stored", "swapEnded", "swapped", "taken", "tamper", "tamperEnded", "unknown",
                "withdrawn",
            ])
        #expect(
            EntryDetail.allCases.map(\.rawValue) == [
                "alarm", "alertsBefore", "at", "before", "bits", "boot", "camera", "cause", "changed", "command",
                "corrects", "count",
                "destination", "document", "ended", "endedBefore", "entries", "entry", "face", "family", "fault",
                "file",
                "firmware",
                "firmwareBefore",
                "format",
                "from",
                "head", "host", "id",
                "input",
                "issuer", "key", "keyBefore", "kind", "level", "maker", "makerBefore", "measured", "milliseconds",
                "missing",
                "model",
                "modelBefore",
                "near", "note", "other", "part", "parts", "pass", "passes", "path", "points", "problem", "reason",
                "receiver", "reopens", "row",
                "rows", "scope", "seconds", "security", "serial", "serialBefore", "sha256", "since", "size", "subject",
                "tables", "through", "unkept", "unknown", "unproved", "until", "users", "version", "with",
            ])
    }

    /// Facts of which every one is another number than its neighbours: each stands in its place.
    @Test func eachFactStandsInItsPlace() throws {
        var facts = Facts()
        facts.posture = .lockdown
        facts.isReaderTrusted = true
        facts.isClockTrusted = false
        facts.isCredentialKnown = true
        facts.credentialStatus = .stolen
        facts.credentialWindow = .after
        facts.isDuress = true
        facts.personStatus = .barred
        facts.role = .contractor
        facts.employment = .before
        facts.hasDwelling = true
        facts.tenancy = .grace
        facts.coveringLevels = 7
        facts.openLevels = 6
        facts.factorsGiven = [.card, .pin, .plate]
        facts.isCombinationComplete = true
        facts.doFactorsAgree = false
        facts.pin = .locked
        facts.passback = .recent
        facts.passbackPolicy = .timed
        facts.mayPassLockdown = true
        facts.isGuessPaused = false
        facts.isUsedUp = true
        facts.host = .met
        facts.suspendedLevels = 5
        facts.isBarred = true
        facts.isOffShift = false
        facts.firstPerson = .missing
        facts.isAreaFull = true
        facts.place = .met
        facts.isInterlocked = false
        facts.company = .missing
        facts.escort = .met
        facts.isPolicyTooOld = true
        facts.threat = 3
        facts.isSuspendedByGuard = true
        let stored: [Int64] = [
            4, 3, 1, 0, 1, 2, 2, 1, 2, 5, 1, 1, 4, 7, 6, 11, 1, 0, 3, 2, 3, 1, 0, 1, 2, 5, 1, 0, 1, 1, 2, 0, 1, 2, 1, 3,
            1,
        ]
        #expect(facts.values == stored)
        #expect(Facts(values: stored) == facts)
    }

    @Test func codesOfRulePathsStand() {
        #expect(
            codes(RuleName.self) == [
                "posture": 1, "reader": 2, "pin": 3, "credential": 4, "person": 5, "holder": 6, "level": 7, "factor": 8,
                "antiPassback": 9, "duress": 10, "guess": 11, "uses": 12, "host": 13, "threat": 14, "bar": 15,
                "shift": 16, "firstPerson": 17, "occupancy": 18, "place": 19, "interlock": 20, "twoPerson": 21,
                "escort": 22, "policyAge": 23,
            ])
        #expect(
            codes(DenialReason.self) == [
                "unknownCredential": 1, "credentialNotEnabled": 2, "credentialNotActive": 3, "credentialExpired": 4,
                "invalidPIN": 5, "notPermittedAtThisTime": 6, "unauthorized": 7, "antipassbackViolation": 8,
                "lockedDown": 9, "blocked": 10, "personSuspended": 11, "personBarred": 12, "tenancyNotStarted": 13,
                "tenancyEnded": 14, "noTenancy": 15, "employmentNotActive": 16, "tooManyTries": 17, "factorMissing": 18,
                "readerNotTrusted": 19, "clockNotTrusted": 20, "noDwelling": 21, "factorsDisagree": 22,
                "usesExhausted": 23, "hostGone": 24, "threatLevel": 25, "barredHere": 26, "offShift": 27,
                "firstPersonMissing": 28, "occupancyFull": 29, "placesTaken": 30, "interlocked": 31,
                "secondPersonMissing": 32, "escortMissing": 33, "policyTooOld": 34, "visitNotActive": 35,
                "suspendedByGuard": 36,
            ])
        #expect(
            codes(Observation.self) == [
                "duress": 1, "softAntipassback": 2, "freePassage": 3, "fire": 4, "grace": 5,
            ])
        let verdicts: [Verdict] = [.abstain, .permit, .note(.duress), .deny(.unknownCredential)]
        #expect(verdicts.map(\.code) == [0, 1, 65, 129])
    }

    @Test func codesOfRowsStand() {
        #expect(
            codes(RegistryKind.self) == [
                "community": 1, "dwelling": 2, "person": 3, "tenancy": 4, "credential": 5, "vehicle": 6, "consent": 7,
            ])
        #expect(codes(CredentialKind.self) == ["card": 1, "pin": 2, "face": 3, "plate": 4])
        #expect(
            codes(TenancyStep.self) == ["registered": 0, "notice": 1, "terminated": 2, "renewed": 3, "handedBack": 4])
        #expect(Ledger.Passage.opened.rawValue == 1 && Ledger.Passage.overruled.rawValue == 2)
        #expect(
            DwellingUse.allCases.map(\.rawValue).sorted() == ["commercial", "let", "owned", "vacant"])
    }
}
