import GatehouseAdmin
import GatehouseCore
import GatehouseCrypto
import GatehouseRegister
import Testing

/// Documents that are drafted and signed here are taken by what the daemon asks, and bad ones are refused by their field.
@Suite("Watchlist documents, made")
struct WatchlistMakingTests {
    typealias Taken = WatchlistDocumentTests
    static let place = WatchlistDocument.Place(site: "lotus-garden", portals: ["wicket", "lane"])

    static func signed(_ document: String, by key: SecretKey) throws -> String {
        try WatchlistDocument.signed(document, by: Ed25519.publicKey(seed: key), now: Taken.now, place: place) {
            try Ed25519.sign($0, seed: key)
        }
    }

    static func entry(_ members: [String: JSON] = Taken.good) throws -> String {
        try WatchlistDocument.draft(.entry, members, now: Taken.now, place: place)
    }

    static let activation: [String: JSON] = [
        "authority": "District police", "legal_basis": "b", "assessment": "PIA-1", "communities": ["lotus-garden"],
        "not_before": .integer(Taken.now.milliseconds), "not_after": .integer(Taken.now.milliseconds + 86_400_000),
        "signers": .array(Taken.activation.signers.map { .string(Base64.encode($0, isURLSafe: true)) }),
        "certificate": .string(Taken.certificate),
    ]

    @Test func anEntryIsTakenWhenTwoHaveSigned() throws {
        let draft = try Self.entry()
        #expect(throws: WatchlistDocument.Refusal.self) { try Taken.take(draft) }
        let once = try Self.signed(draft, by: Taken.signers[0])
        #expect(throws: WatchlistDocument.Refusal.self) { try Taken.take(once) }
        #expect(throws: WatchlistDocument.Refusal.self) { try Self.signed(once, by: Taken.signers[0]) }
        let twice = try Self.signed(once, by: Taken.signers[1])
        #expect(try Taken.take(twice).portals == ["wicket"])
    }

    @Test func anActivationIsTakenWhenTheOversightHasSigned() throws {
        let draft = try WatchlistDocument.draft(.activation, Self.activation, now: Taken.now, place: Self.place)
        let signed = try Self.signed(draft, by: Taken.oversight)
        let key = try Ed25519.publicKey(seed: Taken.oversight)
        let taken = try WatchlistDocument.activation(
            signed, oversightKey: key, site: "lotus-garden", now: Taken.now)
        #expect(taken.signers == Taken.activation.signers)
        #expect(throws: WatchlistDocument.Refusal.self) { try Self.signed(signed, by: Taken.stranger) }
    }

    /// The verdict is the daemon's own, document by document.
    @Test func theVerdictIsWhatTheDaemonSays() throws {
        let draft = try Self.entry()
        let one = try Self.signed(draft, by: Taken.signers[0])
        let foreign = try Self.signed(one, by: Taken.stranger)
        let two = try Self.signed(one, by: Taken.signers[1])
        for document in [draft, one, foreign, two] {
            let said = WatchlistDocument.verdict(
                document, activation: Taken.activation, now: Taken.now, place: Self.place)
            var meant: WatchlistDocument.Refusal?
            do { _ = try Taken.take(document) } catch { meant = error as? WatchlistDocument.Refusal }
            #expect(said == meant)
        }
        #expect(WatchlistDocument.verdict(two, now: Taken.now + .seconds(86401))?.message.hasPrefix("expires") == true)
    }

    @Test func aLookSaysWhoseSignaturesThereAre() throws {
        let one = try Self.signed(Self.entry(), by: Taken.signers[1])
        let look = try WatchlistDocument.look(one)
        #expect(look.kind == .entry && look.signatures.map(\.key) == [Taken.activation.signers[1]])
        #expect(look.missing(of: Taken.activation.signers) == [Taken.activation.signers[0]])
        // One that names somebody else's key is nobody's.
        let other = try Self.signed(Self.entry(Taken.good.merging(["case": "C-2"]) { $1 }), by: Taken.signers[1])
        let mixed = JSON.object([
            "payload": JSON(line: one.utf8)?["payload"] ?? .null,
            "signatures": JSON(line: other.utf8)?["signatures"] ?? .null,
        ]).line
        #expect(try WatchlistDocument.look(mixed, keys: Taken.activation.signers).signatures.map(\.key) == [nil])
    }

    @Test(
        arguments: [
            ("id", "x"), ("case", ""), ("legal_basis", ""), ("category", "dispute"), ("portals", ["nowhere"]),
            ("valid_from", "x"), ("expires", .integer(Taken.now.milliseconds + 31 * 86_400_000)), ("match", []),
            ("match", [["card": "WG99:1"]]), ("minimum_confidence", 101), ("phone", "x"),
        ] as [(String, JSON)])
    func aBadFieldOfAnEntryIsRefusedByItsName(name: String, value: JSON) {
        #expect(refusal { try Self.entry(Taken.good.merging([name: value]) { $1 }) }?.contains(name) == true)
    }

    @Test(
        arguments: [
            ("authority", ""), ("legal_basis", 5), ("assessment", ""), ("communities", []),
            ("communities", ["elsewhere"]),
            ("not_before", "x"), ("not_after", .integer(Taken.now.milliseconds + 400 * 86_400_000)),
            ("signers", ["AAAA"]),
            ("certificate", "AAAA"), ("extra", "x"),
        ] as [(String, JSON)])
    func aBadFieldOfAnActivationIsRefusedByItsName(name: String, value: JSON) {
        let found = refusal {
            try WatchlistDocument.draft(
                .activation, Self.activation.merging([name: value]) { $1 }, now: Taken.now, place: Self.place)
        }
        #expect(found?.contains(name) == true)
    }

    private func refusal(_ body: () throws -> String) -> String? {
        do { _ = try body() } catch { return (error as? WatchlistDocument.Refusal)?.message.english }
        return nil
    }
}
