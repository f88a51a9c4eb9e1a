import GatehouseAdmin
import GatehouseCore
import GatehouseDesk
import GatehouseProtocols
import GatehouseRuntime
import GatehouseSimulation
import Testing

/// The list for a gathering point.
@Suite("Who is inside")
struct InsideTests {
    private func site(_ areas: String = "areas: {inside: {limit: 400}}") throws -> DeskBench {
        var settings = DeskBench.Settings()
        settings.configuration += "\n\(areas)\n"
        let bench = try DeskTests.filled(settings)
        _ = bench.say(PersonChange(reference: "T-1", fields: PersonFields(needsTime: true)))
        return bench
    }

    private func pass(_ bench: DeskBench, _ number: UInt64, _ reader: ReaderID = "wicket-in") {
        bench.give([
            .reader(reader, .card(CardRead(number: CardNumber(format: "H10301", facility: 118, number: number))))
        ])
        bench.pass(.seconds(1))
        bench.give([.contact("wicket", isOpen: true)])
        bench.pass(.seconds(1))
        bench.give([.contact("wicket", isOpen: false)])
        bench.pass(.seconds(10))
    }

    private func inside(_ bench: DeskBench, _ area: NameArgument? = nil) throws -> [Inside.Somebody] {
        let answer = bench.say(Inside(area: area), reason: nil, by: RightsTests.night)
        if let refusal = answer.refusal { throw refusal }
        let found = answer.items.compactMap { WireJSON.decode(Inside.Somebody.self, $0) }
        #expect(answer.value(Inside.Reply.self)?.people == found.count)
        return found
    }

    @Test func whoCameAndDidNotGoIsInside() throws {
        let bench = try site()
        #expect(try inside(bench).isEmpty)
        pass(bench, 1604)
        pass(bench, 1603)
        let both = try inside(bench)
        #expect(both.map(\.name) == ["赵一", "钱二"] && both.map(\.dwelling) == ["c/1-101", "c/1-102"], "house by house")
        #expect(both.map(\.needsTime) == [nil, true] && both[0].area == "inside")
        #expect(both[1].since < both[0].since && both[0].since.hasPrefix("2026-11-18T19:"))
        #expect(try bench.entries([.look]).suffix(2).map(\.person) == [1, 2], "both have it in their report")
        pass(bench, 1603, "wicket-out")
        #expect(try inside(bench).map(\.name) == ["钱二"], "the street is no place to be called out from")
        #expect(try inside(bench, "street").map(\.name) == ["赵一"])
        #expect(bench.say(Inside(area: "insde")).refusal?.message.contains("did you mean \"inside\"") == true)
        #expect(bench.say(Inside(), by: DeskBench.Person(1, [.viewer])).refusal?.code == "notAllowed")
    }

    @Test func areasWithinAreCountedToo() throws {
        let bench = try site("areas: {estate: {limit: 400}, inside: {within: estate}}")
        pass(bench, 1603)
        #expect(try inside(bench, "estate").map(\.area) == ["inside"])
        #expect(try inside(bench).count == 1)
    }

    @Test func withoutAreasOfTheConfigurationAllAreListed() throws {
        let bench = try DeskTests.filled()
        pass(bench, 1603)
        #expect(try inside(bench).map(\.reference) == ["R-1"])
    }

    /// Somebody who was ended while inside is still to be brought out.
    @Test func whoeverLeftTheRegisterIsNotForgotten() throws {
        let bench = try site()
        pass(bench, 1603)
        _ = bench.say(PersonRemove(reference: "R-1", cause: "moved-out"))
        let found = try inside(bench)
        #expect(found.count == 1 && found[0].name == nil && found[0].reference == nil)
    }
}
