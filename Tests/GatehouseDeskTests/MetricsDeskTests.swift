import GatehouseAdmin
import GatehouseCore
import GatehouseProtocols
import GatehouseSimulation
import Testing

@testable import GatehouseDesk

/// What the figures count, and whom they do not show.
@Suite("Figures of the gate")
struct MetricsDeskTests {
    private func entry(_ sequence: UInt64, _ kind: EntryKind = .decision, _ outcome: String? = nil) -> Effect {
        var entry = JournalEntry(kind: kind)
        (entry.sequence, entry.outcome) = (sequence, outcome)
        return .durable(.record(entry))
    }
    private func at(_ seconds: Int) -> MonotonicTime { .zero + .seconds(seconds) }

    @Test func decisionsAreCountedByOutcomeAndDuressIsAGrant() {
        var figures = GateFigures(at: at(1))
        figures.note(
            [
                entry(1, .decision, "granted"), entry(2, .decision, "denied"), entry(3, .passage, "taken"),
                entry(4, .decision, "granted(duress)"),
            ], at: at(2))
        #expect(figures.decisions == [.init(kind: "granted", count: 2), .init(kind: "denied", count: 1)])
    }

    /// What waits for the disk is counted until it is there; nobody sees by the count that something is sealed.
    @Test func whatWaitsForTheDisk() {
        var figures = GateFigures(at: at(1))
        figures.note([entry(1), entry(2, .sealed)], at: at(2))
        figures.note([entry(3)], at: at(5))
        #expect(figures.waiting == 2 && figures.waitingSince == at(2))
        figures.committed(through: 2)
        #expect(figures.waiting == 1 && figures.waitingSince == at(5))
        figures.committed(through: 3)
        #expect(figures.waiting == 0 && figures.waitingSince == nil)
        figures.note((4...70_000).map { entry($0, .passage) }, at: at(6))
        #expect(figures.waiting == GateFigures.limit)
    }

    @Test func everybodyIsToldAndNobodyIsNamed() throws {
        let bench = try DeskTests.filled()
        let card = CardRead(number: CardNumber(format: "H10301", facility: 118, number: 1603))
        bench.give([.reader("wicket-in", .card(card))])
        bench.pass(.seconds(10))
        let answer = bench.say(Metrics(), reason: nil, by: .console)
        let figures = try #require(answer.value(Metrics.Reply.self))
        #expect(figures.site == "desk" && figures.entries > 0 && figures.clock == "trusted")
        #expect(figures.portals.map(\.name) == ["wicket", "lane"])
        #expect(figures.readers.count == 4 && figures.conditions.count == HealthCode.Severity.allCases.count)
        let text = MetricsText.text(of: figures)
        for name in ["赵一", "R-1", "T-1", "1603"] { #expect(!text.contains(name), "\(name)") }
    }
}
