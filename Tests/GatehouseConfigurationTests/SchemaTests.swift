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
        #expect(configuration.readers.count == 10)
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
        #expect(configuration.readers.map { $0.kind.osdp?.channel } == [.secure(key: nil), .secure(key: "lane")])
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

    @Test func aFaceModuleMayBeEncrypted() throws {
        let table = "[31, 28, 25, 22, 19, 16, 13, 10, 21, 18, 15, 12, 9, 6, 3, 0]"
        func read(_ more: String) throws -> FaceEncryption? {
            let text = Self.good.replacingFirst("[a, b]", with: "[a, b, f]").replacingFirst(
                "portals:", with: "  f: {protocol: face, port: /dev/face\(more)}\nportals:")
            let read = try ConfigurationReader.read(octets: Array(text.utf8), file: "f", digest: Self.digest)
            guard case .face(let encryption) = read.readers.last?.kind.serial else { return nil }
            return encryption
        }
        #expect(try read("") == nil)
        let positions: [UInt8] = [31, 28, 25, 22, 19, 16, 13, 10, 21, 18, 15, 12, 9, 6, 3, 0]
        #expect(try read(", encryption: aes, key_table: \(table)") == .init(mode: .aes, positions: positions))
        #expect(try read(", encryption: xor, key_table: \(table)") == .init(mode: .xor, positions: positions))
    }

    @Test(arguments: [
        (", encryption: aes", "key_table"), (", encryption: des, key_table: [0]", "aes"),
        (", encryption: aes, key_table: [1, 2, 3]", "16"),
        (", encryption: aes, key_table: [32, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]", "31"),
        (", encryption: aes, key_table: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]", "anybody guesses"),
        (", key_table: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]", "without 'encryption'"),
    ])
    func aTableOfAFaceModuleThatCannotBeIsNamedWithItsPlace(more: String, words: String) {
        let good = Self.good.replacingFirst("[a, b]", with: "[a, b, f]").replacingFirst(
            "portals:", with: "  f: {protocol: face, port: /dev/face}\nportals:")
        expectFault(Case(old: "/dev/face", new: "/dev/face" + more, place: "f:5:", words: words), in: good)
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
        Case(
            old: "factors: [card]}", new: "factors: [card], factors_when: [{schedule: nigth, factors: [card+pin]}]}",
            place: "f:9:", words: "there is no schedule 'nigth'"),
        Case(
            old: "factors: [card]}",
            new: "factors: [card], factors_when: [{threat: 1, factors: [face]}]}", place: "f:9:",
            words: "a face is never the only way in"),
        Case(
            old: "access_levels:", new: "lockout: {alone_pins: 5000}\naccess_levels:", place: "f:10:",
            words: "are guessed too easily"),
        Case(old: "site: {name: t,", new: "site: {name: T!,", place: "f:1:", words: "name"),
    ])
    func everyFaultIsToldWithItsPlace(one: Case) {
        expectFault(one, in: Self.good)
    }

    private func expectFault(_ one: Case, in good: String) {
        let text = good.replacingFirst(one.old, with: one.new)
        #expect(text != good)
        do {
            _ = try ConfigurationReader.read(octets: Array(text.utf8), file: "f", digest: Self.digest)
            Issue.record("it was taken: \(one.new)")
        } catch {
            let lines = "\(error)"
            #expect(lines.contains(one.place) && lines.contains(one.words), "\(lines)")
        }
    }

    /// Readers on serial ports, each good; the cases put one line in the place of another.
    static let serial = good.replacingFirst(
        "  b: {protocol: osdp, port: /dev/bus, baud: 9600, address: 2, security: clear, formats: [H10301]}",
        with: """
              b: {protocol: framed, port: /dev/b, start: "02", end: 0D0A, check: xor, check_form: octets, field: 1-10, text: decimal}
              c: {protocol: plate, port: /dev/c, layout: dated, encoding: gbk, burst: 1 s, repeat_window: 30 s}
              d: {protocol: uhf, port: /dev/d, family: bb, reports: 3, direction: kernel}
            """
    ).replacingFirst("[a, b]", with: "[a, b, c, d]").replacingFirst("factors: [card]", with: "factors: [card, plate]")

    @Test func serialReadersAreReadAsTheyAreWritten() throws {
        let readers = try ConfigurationReader.read(
            octets: Array(Self.serial.utf8), file: "f", digest: Self.digest
        ).readers
        let line = FramedLine(start: [2], end: [13, 10], check: .xor, isCheckInDigits: false, first: 1, last: 10)
        #expect(
            readers.dropFirst().map(\.kind.serial) == [
                .framed(.init(framing: .framed(line, .decimal))),
                .plate(.init(framing: .datedPlate(.gbk), repeatWindow: .seconds(30), burst: .seconds(1))),
                .uhf(.init(family: .headBB, reportsNeeded: 3)),
            ])
        #expect(
            readers.dropFirst().map(\.kind.port) == [
                .init("/dev/b", baud: 9600), .init("/dev/c", baud: 9600),
                .init("/dev/d", baud: 57600, direction: .kernel),
            ])
    }

    /// V9, V11, B13.
    @Test func profilesOfReadersThatSayMoreThanTheCardAreReadAsTheyAreWritten() throws {
        let text = Self.good.replacingFirst(
            "  b: {protocol: osdp, port: /dev/bus, baud: 9600, address: 2, security: clear, formats: [H10301]}",
            with: #"""
                  b: {protocol: line, port: /dev/b, text: hexadecimal, pattern: '\d+,([0-9A-F]+),-\d+', repeat_window: 3 s}
                  c: {protocol: em4100, port: /dev/c, reports: 2}
                  d: {protocol: uhf, port: /dev/d, family: length-first, mode: active}
                """#
        ).replacingFirst("[a, b]", with: "[a, b, c, d]")
        let readers = try ConfigurationReader.read(octets: Array(text.utf8), file: "f", digest: Self.digest).readers
        var line = ASCIICardReader.Settings(
            framing: .line(.hexadecimal, endsAtSilence: false), repeatWindow: .seconds(3))
        line.pattern = try LinePattern(#"\d+,([0-9A-F]+),-\d+"#)
        var module = ASCIICardReader.Settings()
        module.reportsNeeded = 2
        var tags = UHFReader.Settings(family: .lengthFirst)
        tags.isActive = true
        #expect(readers.dropFirst().map(\.kind.serial) == [.line(line), .em4100(module), .uhf(tags)])
        let other = text.replacingFirst("family: length-first", with: "family: bb")
        #expect(throws: (any Error).self) {
            try ConfigurationReader.read(octets: Array(other.utf8), file: "f", digest: Self.digest)
        }
        for (pattern, words) in [
            ("'[0-9]+'", "one group"), ("'(a'", "one group"), ("'(a**)'", "stands behind nothing"),
        ] {
            let wrong = text.replacingFirst(#"'\d+,([0-9A-F]+),-\d+'"#, with: pattern)
            do {
                _ = try ConfigurationReader.read(octets: Array(wrong.utf8), file: "f", digest: Self.digest)
                Issue.record("\(pattern) is taken")
            } catch {
                #expect("\(error)".contains(words), "\(error)")
            }
        }
    }

    @Test(arguments: [
        Case(old: "end: 0D0A, ", new: "", place: "f:4:", words: "'end' is missing"),
        Case(old: "end: 0D0A", new: "end: \"02\"", place: "f:4:", words: "cannot be told from the start"),
        Case(old: "end: 0D0A", new: "end: 0D0", place: "f:4:", words: "2 to 8 hexadecimal digits"),
        Case(old: "check: xor, ", new: "", place: "f:4:", words: "there is no 'check'"),
        Case(old: "field: 1-10", new: "field: 10-1", place: "f:4:", words: "runs backwards"),
        Case(old: "field: 1-10", new: "field: 1-300", place: "f:4:", words: "goes past 255"),
        Case(old: "layout: dated", new: "layout: date", place: "f:5:", words: "did you mean 'dated'"),
        Case(old: "encoding: gbk", new: "encoding: gb", place: "f:5:", words: "gbk"),
        Case(old: "burst: 1 s", new: "burst: 10 s", place: "f:5:", words: "burst"),
        Case(old: "family: bb, ", new: "", place: "f:6:", words: "'family' is missing"),
        Case(old: "reports: 3", new: "reports: 0", place: "f:6:", words: "out of range"),
        Case(old: "direction: kernel", new: "direction: rts", place: "f:6:", words: "direction"),
        Case(old: "/dev/d", new: "/dev/c", place: "f:6:", words: "is in use by a reader of protocol plate"),
    ])
    func everyFaultOfASerialReaderIsToldWithItsPlace(one: Case) {
        expectFault(one, in: Self.serial)
    }

    @Test func readersOfOneBusAgreeOnWhoTurnsItRound() {
        let text = Self.good.replacingFirst("address: 1,", with: "address: 1, direction: kernel,")
        #expect(throws: InvalidConfiguration.self) {
            try ConfigurationReader.read(octets: Array(text.utf8), file: "f", digest: Self.digest)
        }
    }

    @Test func allFaultsAreToldAtOnce() {
        let text = Self.good.replacingFirst("readers: [a, b]", with: "readers: [a, x]").replacingFirst(
            "always", with: "never")
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
