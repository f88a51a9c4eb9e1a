import GatehouseCore
import Testing

@testable import GatehouseStore

/// Questions to a journal that are asked as a page, and what serves them.
@Suite("Questions to the journal")
struct JournalQuestionTests {
    /// Ten grants, a refusal and a second vehicle, three times over.
    private func journal() throws -> (Scratch, JournalReader) {
        let scratch = Scratch()
        let writer = scratch.writer()
        let effects = (1...36 as ClosedRange<UInt64>).map { sequence -> DurableEffect in
            var entry = JournalEntry(kind: sequence % 12 == 0 ? .tailgated : .decision)
            entry.sequence = sequence
            entry.civil = CivilTime(seconds: Int64(sequence))
            entry.portal = "wicket"
            entry.outcome = sequence % 12 == 11 ? "denied" : "granted"
            entry.personal = [PersonalField(name: .cardNumber, value: Array("card \(sequence)".utf8))]
            return .record(entry)
        }
        try writer.commit(.init(number: 1, effects: effects))
        return (scratch, try JournalReader(path: scratch.database, secrets: scratch.secrets))
    }

    private func filter(_ change: (inout JournalFilter) -> Void) -> JournalFilter {
        var filter = JournalFilter()
        change(&filter)
        return filter
    }

    @Test func aPageHasTheNewestInTheirOrderAndSaysWhetherThereAreMore() throws {
        let (scratch, reader) = try journal()
        defer { withExtendedLifetime(scratch) {} }
        func page(_ change: (inout JournalFilter) -> Void) throws -> (numbers: [UInt64], hasMore: Bool) {
            let page = try reader.page(filter(change))
            return (page.entries.map(\.entry.sequence), page.hasMore)
        }
        #expect(try page { $0.limit = 3 } == ([34, 35, 36], true))
        #expect(try page { $0.limit = 36 } == (Array(1...36), false))
        #expect(try page { ($0.kinds, $0.limit) = ([.tailgated], 2) } == ([24, 36], true))
        #expect(try page { ($0.kinds, $0.limit) = ([.tailgated], 3) } == ([12, 24, 36], false))
        #expect(try page { ($0.after, $0.isNewestFirst, $0.limit) = (30, false, 2) } == ([31, 32], true))
        #expect(try page { ($0.outcomes, $0.limit) = (["denied"], 5) } == ([11, 23, 35], false))
        #expect(try page { ($0.kinds, $0.limit) = ([.forced], 5) } == ([], false))
    }

    /// What stands beside an entry is read for those that are shown, as often as they are.
    @Test func whatStandsBesideAnEntryIsReadWithIt() throws {
        let (scratch, reader) = try journal()
        defer { withExtendedLifetime(scratch) {} }
        for stored in try reader.page(filter { $0.limit = 5 }).entries + reader.page(filter { $0.limit = 5 }).entries {
            #expect(stored.personal.isEmpty)
            let whole = try reader.whole(stored, withPersonal: true)
            #expect(
                whole.personal.map { String(decoding: $0.value, as: UTF8.self) } == ["card \(stored.entry.sequence)"])
            #expect(try reader.whole(stored, withPersonal: false).personal.isEmpty)
        }
    }

    /// Few among many are found without reading the many; what comes with every card is not in that index.
    @Test func rareKindsHaveAnIndex() throws {
        let (scratch, _) = try journal()
        let database = try Database(path: scratch.database, mode: .readOnly)
        func plan(_ kinds: [EntryKind]) throws -> String {
            let condition = JournalReader.condition(filter { $0.kinds = kinds }).sql
            let statement = try database.prepare(
                "EXPLAIN QUERY PLAN SELECT leaf FROM journal WHERE \(condition) ORDER BY seq DESC LIMIT 51")
            var text = ""
            while try statement.step() { text += statement.text(3) + "\n" }
            return text
        }
        #expect(try plan([.tailgated]).contains("journal_rare"))
        #expect(try plan([.forced, .heldOpen]).contains("journal_rare"))
        #expect(try !plan([.tailgated, .decision]).contains("journal_rare"))
        #expect(try !plan([.decision]).contains("journal_rare"))
        let count = try database.prepare("SELECT count(*) FROM journal INDEXED BY journal_rare WHERE \(V0008.rare)")
        #expect(try count.step() && count.integer(0) == 3)
        for kind in V0008.frequent { #expect(EntryKind(rawValue: kind) != nil, "\(kind)") }
    }
}
