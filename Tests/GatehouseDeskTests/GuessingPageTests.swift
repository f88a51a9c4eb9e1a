import GatehouseConfiguration
import GatehouseCore
import GatehouseCrypto
import GatehouseSimulation
import Glibc
import Testing

/// docs/guessing.md has what the controller did with somebody who tries numbers; `gatehouse-sim guessing` prints it.
@Suite("The page of guessing")
struct GuessingPageTests {
    private static let path =
        String(#filePath.dropLast("/Tests/GatehouseDeskTests/GuessingPageTests.swift".count)) + "/docs/guessing.md"
    private static let mark = "<!-- made by gatehouse-sim guessing -->\n\n"

    private static func read() -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var octets: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while case let read = fread(&part, 1, part.count, file), read > 0 { octets += part[..<read] }
        return String(decoding: octets, as: UTF8.self)
    }

    /// `GATEHOUSE_WRITE_DOCS=1 swift test --filter GuessingPageTests` writes the tables anew.
    @Test func thePageSaysWhatTheControllerDid() throws {
        let said = Self.read()
        let head = try #require(said.firstRange(of: Self.mark)).upperBound
        let page = said[..<head] + GuessingTrial.page + "\n"
        if getenv("GATEHOUSE_WRITE_DOCS") != nil {
            let file = try #require(fopen(Self.path, "w"))
            fputs(String(page), file)
            fclose(file)
        }
        let isSame = Self.read() == page
        #expect(isSame, "docs/guessing.md is not what comes of it; GATEHOUSE_WRITE_DOCS=1 writes it anew")
    }

    /// Below every window there is no alarm, one more a day is one, and the share that opens is that of the formula.
    @Test func whatIsLeftIsWhatTheFormulaSays() {
        let below = GuessingTrial.run(days: 100, perDay: 29, enrolled: 1000, seed: 3)
        #expect(below.alarms == 0)
        let expected = GuessingTrial.hitsADay(numbers: 65_536, enrolled: 1000) * 100
        #expect(Double(below.hits) > expected * 0.6 && Double(below.hits) < expected * 1.4, "\(below.hits)")
        #expect(GuessingTrial.run(days: 3, perDay: 31, enrolled: 1, seed: 3).alarms > 0)
    }

    private func advice(factors: String, formats: String) throws -> [String] {
        let text = """
            site: {name: t, time_zone: UTC}
            readers:
              a: {protocol: osdp, port: /dev/bus, baud: 9600, address: 1, security: clear, formats: [\(formats)]}
            portals:
              p: {release: {line: R}, access_points: {in: {readers: [a], factors: [\(factors)]}}}
            access_levels: {}
            """
        return try ConfigurationReader.read(octets: Array(text.utf8), file: "f", digest: { Hash.sha256($0) })
            .advice.map(\.english)
    }

    @Test func theCheckAdvisesWhereCardsAreSoonGuessed() throws {
        let found = try advice(factors: "card", formats: "H10301, H10302")
        #expect(found.count == 1 && found[0].contains("H10301") && found[0].contains("more than 2 enrolled"))
        #expect(try advice(factors: "card+pin", formats: "H10301").isEmpty)
        #expect(try advice(factors: "card", formats: "UID34").isEmpty)
    }
}
