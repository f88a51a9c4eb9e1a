import GatehouseConfiguration
import GatehouseCore
import GatehouseProtocols
import Testing

@Suite("gatehouse.yaml")
struct SchemaTests {
    static let digest: @Sendable ([UInt8]) -> [UInt8] = { octets in
        (0..<32).map { place in octets.reduce(UInt8(place)) { $0 &* 31 &+ $1 } }
    }
    static let root = String(#filePath.dropLast("/Tests/GatehouseConfigurationTests/SchemaTests.swift".count))

    @Test func exampleParses() throws {
        let configuration = try ConfigurationReader.read(
            path: Self.root + "/config/gatehouse.yaml", digest: Self.digest)
        #expect(configuration.site.portals.map(\.id) == ["wicket", "lane"])
        #expect(configuration.readers.count == 6)
        #expect(configuration.site.portals[1].heldOpenLimit == .seconds(120))
        #expect(configuration.lines.exitButtons["wicket"]?.isActiveLow == true)
        #expect(configuration.watchlist == nil)
        #expect(configuration.site.policy.digest != 0)
    }

    /// A good small file; each case puts one line in the place of another.
    static let good = """
        site: {name: t, time_zone: UTC}
        readers:
          a: {protocol: osdp, port: /dev/bus, baud: 9600, address: 1, security: clear, formats: [H10301]}
          b: {protocol: osdp, port: /dev/bus, baud: 9600, address: 2, security: clear, formats: [H10301]}
        portals:
          p:
            release: {line: R}
            access_points:
              in: {readers: [a, b], factors: [card]}
        access_levels:
          homes: {groups: [residents], access_points: [in], schedule: always}
        """

    struct Case: Sendable {
        var old: String
        var new: String
        var place: String
        var words: String
    }

    @Test func aReaderIsSecuredUnlessTheFileSaysOtherwise() throws {
        let text = Self.good.replacingFirst("address: 1, security: clear", with: "address: 1").replacingFirst(
            "address: 2, security: clear", with: "address: 2, security: secure, key: lane")
        let configuration = try ConfigurationReader.read(octets: Array(text.utf8), file: "f", digest: Self.digest)
        let security = configuration.readers.map { reader -> ReaderSettings.OSDPSecurity? in
            if case .osdp(_, _, _, let security, _) = reader.kind { security } else { nil }
        }
        #expect(security == [.secure(key: nil), .secure(key: "lane")])
    }

    @Test func aPortalMayBeWiredToItsReader() throws {
        let text = Self.good.replacingFirst(
            "{line: R}",
            with: """
                {reader: a, output: 0}
                    contact: {reader: a, input: 0, active: low}
                    exit_button: {reader: b, input: 1}
                """)
        let lines = try ConfigurationReader.read(octets: Array(text.utf8), file: "f", digest: Self.digest).lines
        #expect(lines.readerReleases == ["p": ReaderPoint(reader: "a", number: 0)])
        #expect(lines.readerContacts == ["p": ReaderPoint(reader: "a", number: 0, isActiveLow: true)])
        #expect(lines.readerExitButtons == ["p": ReaderPoint(reader: "b", number: 1)])
        #expect(lines.outputs.isEmpty && lines.contacts.isEmpty && lines.exitButtons.isEmpty)
    }

    @Test func smallFileIsGood() throws {
        _ = try ConfigurationReader.read(octets: Array(Self.good.utf8), file: "f", digest: Self.digest)
    }

    @Test(arguments: [
        Case(
            old: "baud: 9600, address: 2", new: "baud: 9600, address: 1", place: "f:4:",
            words: "address 1 is that of reader a"),
        Case(old: "baud: 9600, address: 2", new: "baud: 19200, address: 2", place: "f:4:", words: "share its speed"),
        Case(
            old: "address: 1, security: clear", new: "address: 1, security: open", place: "f:3:",
            words: "secure"),
        Case(
            old: "address: 1, security: clear", new: "address: 1, security: clear, key: a", place: "f:3:",
            words: "a reader in clear has no key"),
        Case(
            old:
                "1, security: clear, formats: [H10301]}\n  b: {protocol: osdp, port: /dev/bus, baud: 9600, address: 2, security: clear",
            new: "1, key: k, formats: [H10301]}\n  b: {protocol: osdp, port: /dev/bus, baud: 9600, address: 2, key: k",
            place: "f:", words: "'a' and 'b' have one key"),
        Case(old: "[a, b]", new: "[a]", place: "f:", words: "reader 'b' stands at no access point"),
        Case(old: "[a, b]", new: "[a, b, c]", place: "f:9:", words: "there is no reader 'c'"),
        Case(old: "factors: [card]", new: "factors: [face]", place: "f:9:", words: "a face is asked for"),
        Case(old: "factors: [card]", new: "factors: [car]", place: "f:9:", words: "no combination of factors"),
        Case(old: "{line: R}", new: "{offset: 3}", place: "f:7:", words: "needs the label of its 'chip'"),
        Case(old: "{line: R}", new: "{reader: a}", place: "f:7:", words: "'output' is missing"),
        Case(old: "{line: R}", new: "{reader: c, output: 0}", place: "f:7:", words: "there is no reader 'c'"),
        Case(old: "{line: R}", new: "{reader: a, input: 0}", place: "f:7:", words: "unknown key 'input'"),
        Case(
            old: "{line: R}",
            new: "{line: R}\n    contact: {reader: a, input: 1}\n    exit_button: {reader: a, input: 1}",
            place: "f:9:", words: "is that of the contact of p already"),
        Case(old: "{line: R}", new: "{line: R, activ: low}", place: "f:7:", words: "unknown key 'activ'"),
        Case(
            old: "{line: R}", new: "{line: R}\n    exit_button: {line: R}", place: "f:8:",
            words: "is that of the release of p already"),
        Case(old: "{line: R}", new: "{line: R}\n    unlock_time: 5", place: "f:8:", words: "unlock_time"),
        Case(old: "schedule: always", new: "schedule: day", place: "f:11:", words: "there is no schedule 'day'"),
        Case(old: "access_points: [in]", new: "access_points: [inn]", place: "f:11:", words: "did you mean 'in'"),
        Case(old: "[H10301]}\n  b", new: "[H10301, IND26]}\n  b", place: "f:3:", words: "are the same frame"),
        Case(old: "[H10301]}\n  b", new: "[H10311]}\n  b", place: "f:3:", words: "did you mean 'H10301'"),
        Case(old: "site: {name: t,", new: "site: {name: T!,", place: "f:1:", words: "name"),
    ])
    func everyFaultIsToldWithItsPlace(one: Case) {
        let text = Self.good.replacingFirst(one.old, with: one.new)
        #expect(text != Self.good)
        do {
            _ = try ConfigurationReader.read(octets: Array(text.utf8), file: "f", digest: Self.digest)
            Issue.record("it was taken: \(one.new)")
        } catch {
            let lines = "\(error)"
            #expect(lines.contains(one.place) && lines.contains(one.words), "\(lines)")
        }
    }

    @Test func allFaultsAreToldAtOnce() {
        let text = Self.good.replacingFirst("address: 2", with: "address: 1").replacingFirst("always", with: "never")
        #expect(throws: InvalidConfiguration.self) {
            try ConfigurationReader.read(octets: Array(text.utf8), file: "f", digest: Self.digest)
        }
        do { _ = try ConfigurationReader.read(octets: Array(text.utf8), file: "f", digest: Self.digest) } catch {
            #expect(error.errors.count == 2)
        }
    }
}

extension String {
    func replacingFirst(_ old: String, with new: String) -> String {
        guard let range = firstRange(of: old) else { return self }
        return self[..<range.lowerBound] + new + self[range.upperBound...]
    }
}
