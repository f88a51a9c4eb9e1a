import GatehouseCrypto
import Testing

@testable import GatehouseCore

@Suite("The longest leaf")
struct LeafBoundTests {
    private func held(_ change: (inout JournalEntry) -> Void) -> JournalEntry {
        var entry = JournalEntry(kind: .decision)
        entry.sequence = 9
        entry.outcome = "granted"
        entry.reason = "ok"
        change(&entry)
        LeafBound.hold(&entry, digest: { Hash.sha256($0) })
        return entry
    }

    @Test func anEntryOfTheUsualLengthStaysAsItIs() {
        let details: [String: CanonicalValue] = ["a": .text(String(repeating: "x", count: 40_000)), "b": .integer(7)]
        #expect(held { $0.detail = details }.detail == details)
    }

    @Test func whatIsTooLongIsToldByItsLengthAndDigest() throws {
        let long = CanonicalValue.text(String(repeating: "长", count: 40_000))
        let entry = held {
            $0.detail = ["long": long, "short": .text("stays"), "count": .integer(3)]
            $0.person = 12
        }
        #expect(entry.detail["short"] == .text("stays") && entry.detail["count"] == .integer(3))
        #expect(
            entry.detail["long"]
                == .map(["cut": .integer(120_005), "sha256": .octets(Hash.sha256(long.encoded()))]))
        #expect(entry.outcome == "granted" && entry.reason == "ok" && entry.person == 12)
        #expect(entry.canonicalBytes(epoch: 1, commitments: []).count <= LeafBound.leaf)
    }

    @Test func manyLongDetailsAndLongWordsFitALeaf() {
        let entry = held {
            for number in 0..<40 { $0.detail["part \(number)"] = .array([.octets([UInt8](repeating: 1, count: 9000))]) }
            $0.reason = String(repeating: "é", count: 50_000)
            $0.actor = String(repeating: "a", count: 50_000)
            $0.outcome = String(repeating: "o", count: 50_000)
        }
        #expect(entry.canonicalBytes(epoch: 1, commitments: []).count <= LeafBound.leaf)
        #expect(entry.detail.count == 40, "each is told")
        #expect(entry.detail["part 0"] != entry.detail["part 9"], "the longest go first, then by name")
        #expect(entry.reason?.hasPrefix("é") == true && entry.reason?.hasSuffix("…") == true)
    }

    @Test func whateverIsOrderedItsEntryFitsALeaf() throws {
        var builder = SiteBuilder()
        builder.resident(1, card: 5)
        var bench = Bench(builder)
        var long = order(.open(SiteBuilder.wicket))
        long.command = String(repeating: "c", count: 200_000)
        let effects = bench.give(.order(long))
        #expect(!effects.releases.isEmpty)
        let entry = try #require(effects.entries.first { $0.kind == .order })
        #expect(entry.detail[.command]?.map?["cut"]?.integer == 200_005)
        let commitments = entry.personal.map { _ in [UInt8](repeating: 0, count: 32) }
        #expect(entry.canonicalBytes(epoch: 1, commitments: commitments).count <= LeafBound.leaf)
    }
}
