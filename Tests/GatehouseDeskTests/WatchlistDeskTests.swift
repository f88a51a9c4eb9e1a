import GatehouseAdmin
import GatehouseCore
import GatehouseCrypto
import GatehouseRegister
import GatehouseSimulation
import GatehouseStore
import Testing

@testable import GatehouseDesk

/// What the auditor of the list does at the gate: activate, end, count.
@Suite("The auditor of the watchlist")
struct WatchlistDeskTests {
    private static let oversight = SecretKey([UInt8](repeating: 1, count: 32))
    private static let signers = [2, 3].map { SecretKey([UInt8](repeating: $0, count: 32)) }
    private static let anna = DeskBench.Person(1101, [.auditor])
    private static let ben = DeskBench.Person(1102, [.auditor])
    private static let start = DeskBench.Settings().start

    private static func sign(_ payload: [String: JSON], by keys: [SecretKey]) -> DocumentArgument {
        let encoded = Base64.encode(Array(JSON.object(payload).line.utf8), isURLSafe: true)
        let protected = Base64.encode(Array(#"{"alg":"EdDSA"}"#.utf8), isURLSafe: true)
        let signatures = keys.map { key -> JSON in
            let octets = (try? Ed25519.sign(Array("\(protected).\(encoded)".utf8), seed: key)) ?? []
            return ["protected": .string(protected), "signature": .string(Base64.encode(octets, isURLSafe: true))]
        }
        return DocumentArgument(JSON.object(["payload": .string(encoded), "signatures": .array(signatures)]).line)
    }

    /// A list that is active since the bench's clock began; its certificate was put there, as a restart finds it.
    private static func active() throws -> (bench: DeskBench, digest: [UInt8]) {
        let digest = [UInt8](repeating: 9, count: 32)
        var settings = DeskBench.Settings()
        settings.configuration +=
            "\nwatchlist: {oversight_key: \(Hexadecimal.encode(try Ed25519.publicKey(seed: oversight)))}\n"
        settings.prepare = { path, secrets in
            let activation = WatchlistActivation(
                authority: "a", legalBasis: "b", assessment: "c", communities: ["desk"],
                notBefore: start + .seconds(-1),
                notAfter: start + .seconds(86_400 * 300), signers: try signers.map { try Ed25519.publicKey(seed: $0) },
                issuerCertificate: [1], digest: digest)
            let writer = StoreWriter(path: path, secrets: secrets, epoch: 1, run: "before")
            try writer.commit(.init(number: 1, effects: [.watchlistActivation(activation)]))
        }
        let bench = try DeskTests.filled(settings)
        bench.give([.leadsRestored(LeadHistory()), .uplink(isConnected: true)])
        return (bench, digest)
    }

    private static func entry(_ bench: DeskBench, id: String, card: UInt64 = 1603, minor: Bool = false)
        -> WatchlistImport
    {
        let payload: [String: JSON] = [
            "type": "gatehouse-watchlist-entry", "id": .string(id), "case": "C-1", "legal_basis": "W-1",
            "category": "missing", "portals": ["wicket"], "valid_from": .integer(bench.civil.milliseconds),
            "expires": .integer(bench.civil.milliseconds + 86_400_000),
            "match": [["card": .string("H10301:118-\(card)")]], "minimum_confidence": 0, "minor": .boolean(minor),
        ]
        return WatchlistImport(document: sign(payload, by: signers))
    }

    private static func show(_ bench: DeskBench, _ number: UInt64) {
        let card = CardNumber(format: "H10301", facility: 118, number: number)
        bench.give([.reader("wicket-in", .card(CardRead(number: card)))])
        bench.pass(.seconds(10))
    }

    /// G1, G3: a document of the oversight ends it at once; without one it takes a second auditor.
    @Test func aDeactivationNeedsTheOversightOrASecondAuditor() throws {
        for isSigned in [true, false] {
            let (bench, digest) = try Self.active()
            #expect(bench.say(Self.entry(bench, id: "00112233445566ff"), by: Self.anna).refusal == nil)
            let members: [String: JSON] = [
                "type": "gatehouse-watchlist-deactivation", "communities": ["desk"],
                "activation": .string(Hexadecimal.encode(digest)),
            ]
            let wrong = WatchlistDeactivate(document: Self.sign(members, by: [Self.signers[0]]))
            #expect(bench.say(wrong, by: Self.anna).refusal?.code == "certificateRefused")
            if isSigned {
                let good = WatchlistDeactivate(document: Self.sign(members, by: [Self.oversight]))
                #expect(bench.say(good, by: Self.anna).refusal == nil)
            } else {
                for _ in 0..<2 {
                    #expect(bench.say(WatchlistDeactivate(), by: Self.anna).refusal?.code == "secondPerson")
                }
                #expect(bench.say(WatchlistDeactivate(), by: Self.ben).refusal == nil)
            }
            let status = bench.say(WatchlistStatus(), by: Self.anna).value(WatchlistStatus.Reply.self)
            #expect(status?.entries == 0 && status?.state != "active")
            let told = bench.say(WatchlistStatus(), by: DeskBench.Person(1009, [.manager]))
            #expect(told.value(WatchlistStatus.Reply.self) == WatchlistStatus.Reply(state: "asleep"))
        }
    }

    /// G12: what a step was is in no entry that anybody but the auditor sees, taken or refused.
    @Test func stepsOfTheListLeaveNoEntryOfTheirOwn() throws {
        let (bench, _) = try Self.active()
        let before = try bench.entries().count
        #expect(bench.say(Self.entry(bench, id: "00112233445566ff"), by: Self.anna).refusal == nil)
        #expect(
            bench.say(WatchlistImport(document: DocumentArgument("x")), by: Self.anna).refusal?.code == "entryRefused")
        let remove = WatchlistRemove(entry: DocumentArgument("00112233445566ff"))
        #expect(bench.say(remove, by: Self.anna).refusal == nil)
        #expect(bench.say(remove, by: Self.anna).refusal?.code == "watchlistUnknown")
        #expect(try bench.entries().count == before)
    }

    /// G12: counts of ended entries alone, with the keys of the very notes that say so.
    @Test func countersAreThoseOfTheNotes() throws {
        let (bench, _) = try Self.active()
        #expect(bench.say(Self.entry(bench, id: "00112233445566ff"), by: Self.anna).refusal == nil)
        Self.show(bench, 1699)
        for _ in 0..<3 { Self.show(bench, 1603) }
        _ = bench.say(WatchlistImport(document: DocumentArgument("x")), by: Self.anna)
        bench.pass(.seconds(3600))
        func count() throws -> WatchlistCount.Reply {
            let count = WatchlistCount(from: "2020-01-01", until: "now")
            let answer = bench.say(count, reason: "report of the quarter", by: Self.anna)
            return try #require(answer.value(WatchlistCount.Reply.self), "\(String(describing: answer.refusal))")
        }
        for _ in 0..<4 { Self.show(bench, 1699) }
        #expect(try count().rows.isEmpty, "it lives")
        #expect(try count().refused == 1)
        let remove = WatchlistRemove(entry: DocumentArgument("00112233445566ff"))
        #expect(bench.say(remove, by: Self.anna).refusal == nil)
        for _ in 0..<6 { Self.show(bench, 1699) }
        let counted = try count()
        #expect(counted.rows.map(\.entries) == [1] && counted.rows.map(\.hits) == [3])
        #expect(counted.rows.map(\.category) == ["missing"] && counted.rows.map(\.meanHours) == [1])
        // Each key opens its note and no other.
        let notes = try bench.entries([.sealed])
        var kinds: [WatchlistNote.Kind] = []
        for opening in counted.openings {
            let key = SecretKey(try #require(Hexadecimal.decode(opening.key)))
            for note in notes {
                let sealed = note.detail["note"]?.octets ?? []
                let plain = Seal.open(sealed, associated: [], key: key)
                #expect((plain != nil) == (note.sequence == opening.entry))
                if let kind = plain.flatMap({ WatchlistNote(octets: $0)?.kind }) { kinds.append(kind) }
            }
        }
        #expect(kinds.filter { $0 == .hit }.count == 3 && kinds.contains(.added) && kinds.contains(.withdrawn))
        #expect(try bench.entries([.look]).last?.sequence == counted.event, "and the look is an entry")
    }
}
