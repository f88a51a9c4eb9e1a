import GatehouseCore
import Testing

/// One card with several numbers: found by each of them, taken by nobody else, and by none once it is gone.
@Suite("Further numbers of a card")
struct OtherNumberTests {
    private static func key(_ number: UInt64) -> CredentialKey { CredentialKey(high: 1 << 56, low: number) }

    private static func row(_ id: UInt32, _ numbers: [UInt64]) -> CredentialRow {
        CredentialRow(
            id: id, person: 1, kind: .card, key: key(numbers[0]), label: "\(numbers[0])",
            others: numbers.dropFirst().map { CredentialRow.OtherNumber(key: key($0), label: "\($0)") })
    }

    private static var register: Registry {
        var registry = Registry()
        registry.apply(
            .put(.person(PersonRow(id: 1, reference: "R", name: "", role: .resident, groups: []))), revision: 1)
        return registry
    }

    /// Beside a list that is searched from end to end: any order of rows that come, change and go.
    @Test(arguments: 1...20 as ClosedRange<UInt64>) func eachNumberFindsItsCard(seed: UInt64) {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
        func below(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        var registry = Self.register
        var rows: [UInt32: CredentialRow] = [:]
        for _ in 0..<300 {
            let id = UInt32(1 + below(12))
            if below(4) == 0, rows[id] != nil {
                registry.apply(.end(.credential, id: id), revision: 1)
                rows[id] = nil
            } else {
                var numbers: [UInt64] = []
                for _ in 0...below(4) {
                    let number = UInt64(below(40))
                    if !numbers.contains(number) { numbers.append(number) }
                }
                let row = Self.row(id, numbers)
                let isTaken = rows.values.contains { $0.id != id && !Set($0.allKeys).isDisjoint(with: row.allKeys) }
                #expect((registry.problem(with: .put(.credential(row))) == .credentialTaken) == isTaken)
                guard !isTaken else { continue }
                registry.apply(.put(.credential(row)), revision: 1)
                rows[id] = row
            }
            for number in 0..<40 as Range<UInt64> {
                let held = rows.values.first { $0.allKeys.contains(Self.key(number)) }?.id
                #expect(registry.credential(for: Self.key(number))?.id == held)
            }
        }
    }

    /// The entry says in which format the reader read it, and what the reader speaks.
    @Test func theEntrySaysHowItWasRead() throws {
        var builder = SiteBuilder()
        builder.site.families[SiteBuilder.reader] = "wiegand"
        builder.resident(1, card: 7)
        var bench = Bench(builder)
        let entry = try #require(bench.card(7).decision)
        #expect(entry.detail[.format] == .text("H10301") && entry.detail[.family] == .text("wiegand"))
    }
}
