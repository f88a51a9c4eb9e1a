import Testing

@testable import GatehouseCore

@Suite("Canonical bytes")
struct CanonicalValueTests {
    /// Forms that CBOR allows and the deterministic encoding does not: they would give one value two hashes.
    @Test(arguments: [
        ([0x18, 0x17], "23 in two octets"), ([0x19, 0x00, 0xFF], "255 in three"),
        ([0x1A, 0x00, 0x00, 0xFF, 0xFF], "65535 in five"),
        ([0x1B, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF], "32 bits in nine"),
        ([0x58, 0x01, 0x00], "a length in two octets"), ([0x9F, 0xFF], "an array without a length"),
        ([0xA2, 0x61, 0x62, 0x01, 0x61, 0x61, 0x02], "keys out of order"),
        ([0xA2, 0x61, 0x61, 0x01, 0x61, 0x61, 0x02], "a key twice"),
        ([0xA2, 0x62, 0x61, 0x61, 0x01, 0x61, 0x62, 0x02], "a longer key first"),
        ([0xA1, 0x40, 0x01], "a key that is neither text nor a number"),
        ([0xA2, 0x01, 0x01, 0x61, 0x61, 0x01], "keys of two kinds"),
        ([0xA2, 0x20, 0x01, 0x01, 0x01], "a negative key first"), ([0xC1], "a tag of nothing"),
        ([0x62, 0xC3, 0x28], "text that is no UTF-8"),
        ([0x82, 0x01], "cut off"), ([0x01, 0x01], "two values"), ([0xF6], "null"), ([], "nothing"),
    ])
    func otherFormsAreRefused(octets: [UInt8], what: String) {
        #expect(CanonicalValue(decoding: octets) == nil, "\(what)")
    }

    @Test func valuesComeBackAndKeepTheirBytes() {
        let value = CanonicalValue.map([
            "b": .integer(-1), "a": .integer(24), "aa": .array([.integer(.max), .integer(.min), .boolean(true)]),
            "long": .octets([UInt8](repeating: 9, count: 300)), "名": .text("鲁G12345"),
        ])
        let octets = value.encoded()
        #expect(CanonicalValue(decoding: octets) == value)
        #expect(CanonicalValue(decoding: octets)?.encoded() == octets)
    }

    @Test func mapsWithNumbersAndTagsComeBack() {
        let value = CanonicalValue.tagged(
            18, .numbered([-1: .text("last"), 0: .integer(1), 300: .map([:]), -65539: .boolean(true)]))
        let octets = value.encoded()
        #expect(octets.prefix(5) == [0xD2, 0xA4, 0x00, 0x01, 0x19])
        #expect(CanonicalValue(decoding: octets) == value)
        #expect(CanonicalValue.numbered([:]).encoded() == [0xA0] && CanonicalValue(decoding: [0xA0]) == .map([:]))
    }

    /// The journal writes its map without a dictionary; the bytes are those of the dictionary all the same.
    @Test func anEntryWithEveryFieldIsDeterministic() throws {
        var entry = JournalEntry(kind: .decision)
        entry.sequence = 70_000
        entry.civil = CivilTime(seconds: 1_800_000_000)
        entry.monotonic = MonotonicTime(nanoseconds: 5)
        entry.isCivilTrusted = false
        entry.registryRevision = 300
        entry.policyDigest = 77
        entry.portal = "wicket"
        entry.accessPoint = "wicket-in"
        entry.reader = "reader"
        entry.person = 9
        entry.credential = 10
        entry.about = 11
        entry.actor = "uid 0 (guard)"
        entry.outcome = "denied"
        entry.reason = "unknown"
        entry.detail = ["z": .integer(1), "aa": .text("x")]
        entry.facts = Facts()
        entry.path = RuleBook.decide(Facts()).path
        entry.personal = [PersonalField(name: .cardNumber, value: [1])]
        let octets = entry.canonicalBytes(epoch: 3, commitments: [[UInt8](repeating: 1, count: 32)])
        let value = try #require(CanonicalValue(decoding: octets))
        #expect(value.encoded() == octets)
        #expect(value.map?.count == 22)
        var back = try #require(JournalEntry.read(canonicalBytes: octets))
        back.entry.personal = entry.personal
        #expect(back.entry == entry)
    }
}
