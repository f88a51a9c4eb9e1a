import GatehouseAdmin
import GatehouseCore
import GatehouseCrypto
import GatehouseRegister
import Testing

/// Documents as an authority would send them, and two hundred that it must not (G1 to G3).
@Suite("Watchlist documents")
struct WatchlistDocumentTests {
    static let now = CivilTime(seconds: 1_795_500_000)
    static let oversight = SecretKey([UInt8](repeating: 1, count: 32))
    static let signers = [2, 3].map { SecretKey([UInt8](repeating: $0, count: 32)) }
    static let stranger = SecretKey([UInt8](repeating: 4, count: 32))
    static let primitives = KeyRing(master: SecretKey([UInt8](repeating: 7, count: 32))).primitives(epoch: 1)

    static let activation = WatchlistActivation(
        authority: "District police", legalBasis: "b", assessment: "PIA-1", communities: ["lotus-garden"],
        notBefore: now, notAfter: now + .seconds(86400 * 30),
        signers: signers.map { (try? Ed25519.publicKey(seed: $0)) ?? [] }, issuerCertificate: [], digest: [])

    static let good: [String: JSON] = [
        "type": "gatehouse-watchlist-entry", "id": "00112233445566ff", "case": "C-1", "legal_basis": "W-1",
        "category": "missing", "portals": ["wicket"], "valid_from": .integer(now.milliseconds),
        "expires": .integer(now.milliseconds + 86_400_000), "match": [["card": "H10301:118-1705"]],
        "minimum_confidence": 0,
    ]

    static func sign(_ payload: [String: JSON], by keys: [SecretKey], header: String = #"{"alg":"EdDSA"}"#) -> String {
        let encoded = Base64.encode(Array(JSON.object(payload).line.utf8), isURLSafe: true)
        let protected = Base64.encode(Array(header.utf8), isURLSafe: true)
        let signatures = keys.map { key -> JSON in
            let octets = (try? Ed25519.sign(Array("\(protected).\(encoded)".utf8), seed: key)) ?? []
            return ["protected": .string(protected), "signature": .string(Base64.encode(octets, isURLSafe: true))]
        }
        return JSON.object(["payload": .string(encoded), "signatures": .array(signatures)]).line
    }

    static func take(_ document: String) throws -> WatchlistEntry {
        try WatchlistDocument.entry(
            document, activation: activation, now: now, portals: ["wicket", "lane"], primitives: primitives
        ) { $0 == "R-1" ? 1 : nil }
    }

    @Test func anEntrySignedByTwoIsTakenAndHoldsNoIdentityInClear() throws {
        let entry = try Self.take(Self.sign(Self.good, by: Self.signers))
        #expect(entry.portals == ["wicket"])
        #expect(entry.references == [Self.primitives.watchlistReference(Array("card|H10301:118-1705".utf8))])
    }

    @Test func aSpanThatNoClockCanCountIsRefused() {
        var payload = Self.good
        payload["valid_from"] = .integer(.min)
        payload["expires"] = .integer(.max)
        #expect(throws: WatchlistDocument.Refusal.self) { try Self.take(Self.sign(payload, by: Self.signers)) }
    }

    @Test func fewerThanTwoPeopleAreNotEnough() {
        let one = [Self.signers[0]]
        for keys in [one, one + one, [Self.signers[0], Self.stranger], [Self.stranger, Self.oversight], []] {
            #expect(throws: WatchlistDocument.Refusal.self) { try Self.take(Self.sign(Self.good, by: keys)) }
        }
    }

    @Test func aSignatureOfAnotherDocumentDoesNotCount() throws {
        var other = Self.good
        other["case"] = "C-2"
        let signed = try #require(JSON(line: Self.sign(Self.good, by: Self.signers).utf8)?.object)
        let changed = try #require(JSON(line: Self.sign(other, by: Self.signers).utf8)?.object)
        let mixed = JSON.object([
            "payload": changed["payload"] ?? .null, "signatures": signed["signatures"] ?? .null,
        ]).line
        #expect(throws: WatchlistDocument.Refusal.self) { try Self.take(mixed) }
        #expect(throws: WatchlistDocument.Refusal.self) {
            try Self.take(Self.sign(Self.good, by: Self.signers, header: #"{"alg":"none"}"#))
        }
    }

    /// 200 bad entries, each signed well: none is taken.
    @Test func noBadEntryIsTaken() {
        var bad: [[String: JSON]] = []
        for name in Self.good.keys.sorted() {
            var missing = Self.good
            missing[name] = nil
            bad.append(missing)
            for value in [.null, "", .integer(-1), .array([]), .object([:]), .boolean(true)] as [JSON] {
                var wrong = Self.good
                wrong[name] = value
                // Without a bound a confidence of nothing is the one value that two kinds share.
                if name == "minimum_confidence", value == .integer(0) { continue }
                bad.append(wrong)
            }
        }
        // What has no place in an entry.
        for name in [
            "name", "remark", "ethnicity", "religion", "nationality", "health", "union", "petition", "arrears",
            "dispute", "photo", "address", "phone", "age", "gender", "until_revoked",
        ] {
            var more = Self.good
            more[name] = "x"
            bad.append(more)
        }
        let day: Int64 = 86_400_000
        for life: Int64 in [-day, 0, 30 * day + 1, 365 * day, 40_000 * day] {
            var wrong = Self.good
            wrong["expires"] = .integer(Self.now.milliseconds + life)
            bad.append(wrong)
        }
        for match in [
            ["trait": "red hair"], ["face": "1"], ["plate": "x"], ["card": ""], ["card": "nonsense"],
            ["person": "R-2"], ["card": "H10301:118-1705", "person": "R-1"], [:],
        ] as [[String: JSON]] {
            var wrong = Self.good
            wrong["match"] = [.object(match)]
            bad.append(wrong)
        }
        for id in [
            "", "x", "0123", "00112233445566FF", "0011223344556677 ", String(repeating: "0", count: 65),
            "00112233445566;--",
        ] {
            var wrong = Self.good
            wrong["id"] = .string(id)
            bad.append(wrong)
        }
        for category in ["dispute", "arrears", "petitioner", "suspicious", "WARRANT", "all"] {
            var wrong = Self.good
            wrong["category"] = .string(category)
            bad.append(wrong)
        }
        for portals in [["nowhere"], ["wicket", "nowhere"], ["*"], [""]] as [[JSON]] {
            var wrong = Self.good
            wrong["portals"] = .array(portals)
            bad.append(wrong)
        }
        for confidence in [-1, 101, 1000] as [Int64] {
            var wrong = Self.good
            wrong["minimum_confidence"] = .integer(confidence)
            bad.append(wrong)
        }
        for count in 17...((200 - bad.count) > 0 ? 17 + 200 - bad.count : 17) {
            var wrong = Self.good
            wrong["match"] = .array(Array(repeating: ["card": "H10301:118-1705"], count: count))
            bad.append(wrong)
        }
        #expect(bad.count >= 200)
        var taken: [[String: JSON]] = []
        for payload in bad where (try? Self.take(Self.sign(payload, by: Self.signers))) != nil { taken.append(payload) }
        #expect(taken.isEmpty)
    }

    @Test func anActivationNeedsTheOversightKeyAndNamesThisSite() {
        func take(_ members: [String: JSON], by key: SecretKey) -> WatchlistActivation? {
            try? WatchlistDocument.activation(
                Self.sign(members, by: [key]), oversightKey: Ed25519.publicKey(seed: Self.oversight),
                site: "lotus-garden", now: Self.now)
        }
        let keys = Self.activation.signers.map { JSON.string(Base64.encode($0, isURLSafe: true)) }
        let good: [String: JSON] = [
            "type": "gatehouse-watchlist-activation", "authority": "District police", "legal_basis": "b",
            "assessment": "PIA-1", "communities": ["lotus-garden"], "not_before": .integer(Self.now.milliseconds),
            "not_after": .integer(Self.now.milliseconds + 86_400_000), "signers": .array(keys),
            "certificate": .string(Self.certificate),
        ]
        #expect(take(good, by: Self.oversight)?.slot == .seconds(10))
        #expect(
            take(good.merging(["slot": 60, "minimum_confidence": 5]) { $1 }, by: Self.oversight)?.slot == .seconds(60))
        #expect(take(good, by: Self.stranger) == nil)
        #expect(take(good, by: Self.signers[0]) == nil)
        for (name, value) in [
            ("communities", ["elsewhere"]), ("not_after", .integer(Self.now.milliseconds - 1)),
            ("not_after", .integer(Self.now.milliseconds + 367 * 86_400_000)), ("signers", .array([keys[0]])),
            ("signers", .array([keys[0], keys[0]])), ("certificate", "AAAA"), ("assessment", ""), ("extra", "x"),
            ("slot", 1), ("slot", 61), ("slot", "10"), ("minimum_confidence", 101), ("assessment", "see the letter"),
            ("legal_basis", "a b"), ("authority", "police; ask for Wang!"),
        ] as [(String, JSON)] {
            var wrong = good
            wrong[name] = value
            #expect(take(wrong, by: Self.oversight) == nil, "\(name)")
        }
    }

    /// A code is no text: no blank, no small letter, no word without a digit.
    @Test(arguments: ["case", "legal_basis"])
    func noFieldTakesFreeText(name: String) {
        for text in [
            "Wang Xiaoming", "WANG", "owes rent", "C 1", "c-1", "欠费-1", "C-1\n", "C_1",
            String(repeating: "1", count: 33),
        ] {
            var payload = Self.good
            payload[name] = .string(text)
            #expect(throws: WatchlistDocument.Refusal.self, "\(text)") {
                try Self.take(Self.sign(payload, by: Self.signers))
            }
        }
    }

    @Test func anEntryBeginsWithinADay() throws {
        func entry(in milliseconds: Int64) throws -> WatchlistEntry {
            var payload = Self.good
            payload["valid_from"] = .integer(Self.now.milliseconds + milliseconds)
            payload["expires"] = .integer(Self.now.milliseconds + milliseconds + 1000)
            return try Self.take(Self.sign(payload, by: Self.signers))
        }
        #expect(try entry(in: 86_400_000).validFrom == Self.now + .seconds(86_400))
        #expect(throws: WatchlistDocument.Refusal.self) { try entry(in: 86_400_001) }
    }

    /// A warrant says that nobody of them is under 18, and is refused where somebody is.
    @Test(
        arguments: [
            ("missing", nil, true), ("missing", true, true), ("missing", false, true), ("warrant", nil, false),
            ("warrant", true, false), ("warrant", false, true), ("protective", nil, false), ("protective", true, false),
            ("protective", false, true),
        ] as [(String, Bool?, Bool)])
    func somebodyUnder18IsMissingOrAtRiskAlone(category: String, minor: Bool?, isTaken: Bool) {
        var payload = Self.good
        payload["category"] = .string(category)
        payload["minor"] = minor.map { .boolean($0) }
        let entry = try? Self.take(Self.sign(payload, by: Self.signers))
        #expect((entry != nil) == isTaken && entry?.isMinor ?? false == (isTaken && minor == true))
        payload["minor"] = "no"
        #expect(throws: WatchlistDocument.Refusal.self) { try Self.take(Self.sign(payload, by: Self.signers)) }
    }

    /// G5: two cards of one person are one, and a card of nobody's is somebody.
    @Test func anEntryCountsThePeopleItNames() throws {
        var payload = Self.good
        payload["match"] = [
            ["card": "H10301:118-1"], ["card": "H10301:118-2"], ["card": "H10301:118-3"], ["person": "R-1"],
        ]
        let entry = try WatchlistDocument.entry(
            Self.sign(payload, by: Self.signers), activation: Self.activation, now: Self.now, portals: ["wicket"],
            primitives: Self.primitives
        ) { _ in
            1
        } holder: { card in
            card.description.hasSuffix("-3") ? nil : 1
        }
        #expect(entry.people == 2 && entry.references.count == 4)
    }

    @Test func noEntryGoesBelowTheActivationsConfidence() throws {
        var payload = Self.good
        payload["minimum_confidence"] = 79
        var activation = Self.activation
        activation.minimumConfidence = 80
        func take() throws -> WatchlistEntry {
            try WatchlistDocument.entry(
                Self.sign(payload, by: Self.signers), activation: activation, now: Self.now, portals: ["wicket"],
                primitives: Self.primitives
            ) { _ in nil }
        }
        #expect(throws: WatchlistDocument.Refusal.self) { try take() }
        payload["minimum_confidence"] = 80
        #expect(try take().minimumConfidence == 80)
    }

    /// It names the activation by its digest: no other one ends by it, and nobody but the oversight makes it.
    @Test func aDeactivationIsOfOneActivation() throws {
        var activation = Self.activation
        activation.digest = [UInt8](repeating: 7, count: 32)
        let good: [String: JSON] = [
            "type": "gatehouse-watchlist-deactivation", "communities": ["lotus-garden"],
            "activation": .string(String(repeating: "07", count: 32)),
        ]
        let key = try Ed25519.publicKey(seed: Self.oversight)
        func take(_ members: [String: JSON], by signer: SecretKey = Self.oversight) -> [UInt8]? {
            try? WatchlistDocument.deactivation(
                Self.sign(members, by: [signer]), of: activation, oversightKey: key, site: "lotus-garden")
        }
        #expect(take(good)?.count == 32)
        #expect(take(good, by: Self.stranger) == nil && take(good, by: Self.signers[0]) == nil)
        for (name, value) in [
            ("activation", .string(String(repeating: "08", count: 32))), ("activation", "07"), ("communities", ["x"]),
            ("type", "gatehouse-watchlist-activation"), ("remark", "x"),
        ] as [(String, JSON)] {
            #expect(take(good.merging([name: value]) { $1 }) == nil, "\(name)")
        }
    }

    /// What is no text, no object or no key among others is not passed over.
    @Test func oneBadMemberOfAListRefusesTheDocument() {
        for (name, list) in [
            ("portals", ["wicket", 5]), ("match", [["card": "H10301:118-1705"], "all"]),
        ] as [(String, JSON)] {
            var payload = Self.good
            payload[name] = list
            #expect(throws: WatchlistDocument.Refusal.self, "\(name)") {
                try Self.take(Self.sign(payload, by: Self.signers))
            }
        }
    }

    /// A self-signed certificate, valid for a hundred years: made once with openssl for this test; its key is thrown away.
    static let certificate = [
        "MIIDBTCCAe2gAwIBAgIUNAQZ3Wvf7TCs2dNkN/tXdrQHg78wDQYJKoZIhvcNAQELBQAwETEPMA0GA1UEAwwGaXNzdWVyMCAXDTI2",
        "MTEyNDE5MjkyNloYDzIxMjYxMDMxMTkyOTI2WjARMQ8wDQYDVQQDDAZpc3N1ZXIwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEK",
        "AoIBAQDFmMUoSg48pvFG0fvf7zsHi/NIL/PfwMv29uo0BQPO6jN4HKDfhcwkhicgC5rGloUILctcLGTkcI9bFwE6+T4oE7RhDaZD",
        "fxw+LOFNAgQgyqOpEfvVwAR+57whlc/Nnb1dK99+weQKycV9Ks4eGhPZBKtigVAGZgM/UHfXkygh5/CHz/s3BIVl4B/DkJHdVRGd",
        "GEdu4/b6Pf8fPhKdWPqWqpYU9KQ4u1cw4ib4Qvjl2FfF5pjQMOla2xM4fXf3QhX9d7tyVqPWrjyMr+qjxNch+2iHVoA4BK73mYMc",
        "sX3yQP5+kVKeFVT4zYhto1ceXS9dmaBELijxRxupK4mnVbaJAgMBAAGjUzBRMB0GA1UdDgQWBBRkvt+QIX9/9rAV+bHpM5WEvVVy",
        "2DAfBgNVHSMEGDAWgBRkvt+QIX9/9rAV+bHpM5WEvVVy2DAPBgNVHRMBAf8EBTADAQH/MA0GCSqGSIb3DQEBCwUAA4IBAQCxxUPa",
        "wkoRHQ4D0GCk2WUPUHti/VX1dqZ/pI8lRx/A+tu4qD5MngZ3FX8I3mq+3BdRNoY3Vl1GCU1gM2IKUKbkWCeQK8PhMKe+L+l5kBOY",
        "HsaMn9Ebt/f7/yPS3vt/9tOb4ODXohPM8VBVoNa9iTOIG6nN4RrAwwXgVjQnXrcZj8TQiujH4zIAT1ppCD9kFFifQ9qerMqaHLRj",
        "+h+ROmMB3T9uLcdp9BU9lRw65BnWY50yVIUz8jpjPl8td2g9wGsJZcyN2V+btmIUFaCkAg2tPmnO+t8Clg0aKCXjtgbL/+A4GUp6",
        "FFWlandngmAJf6kj4ZGDWkyQs+MRrPPkOfSC",
    ].joined()
}
