import GatehouseConfiguration
import GatehouseCore
import Testing

/// The small file of ten answers: in order for every kind of gate, and never something else than was answered.
@Suite("A small configuration by answers")
struct SiteDraftTests {
    private func read(_ draft: SiteDraft) throws -> Configuration {
        try ConfigurationReader.read(octets: Array(try draft.text().utf8), file: "f", digest: SchemaTests.digest)
    }

    private static let wires: [SiteDraft.Reader: String] = [
        .wiegand: "D0 gpiochip0:17/low", .osdp: "/dev/ttyS1 38400 5", .em4100: "/dev/ttyS1", .line: "/dev/ttyS1 115200",
        .plate: "/dev/ttyS1", .uhf: "/dev/ttyS1 57600 bb",
    ]

    @Test(arguments: SiteDraft.Reader.allCases, SiteDraft.Barrier.allCases)
    func everyKindOfGateIsInOrder(_ reader: SiteDraft.Reader, _ barrier: SiteDraft.Barrier) throws {
        var draft = SiteDraft()
        draft.site = "lotus"
        (draft.reader, draft.barrier) = (reader, barrier)
        draft.wires = Self.wires[reader]
        draft.release = "gpiochip0:4"
        draft.inputs = "EXIT/low DOOR FIRE/high"
        draft.camera = "http://10.0.0.5/still"
        #expect(draft.fault(digest: SchemaTests.digest) == nil)
        let configuration = try read(draft)
        #expect(configuration.readers.map(\.kind.word) == [reader.rawValue])
        let portal = try #require(configuration.site.portals.first)
        #expect(portal.id.name == (barrier == .door ? "wicket" : "lane") && !portal.cameras.isEmpty)
        let exit = configuration.lines.exitButtons[portal.id]
        #expect(exit?.line == "EXIT" && exit?.isActiveLow == true)
        #expect(configuration.lines.fireInput?.line == "FIRE" && configuration.cameras.count == 1)
        #expect(configuration.lines.contacts[portal.id]?.line == (barrier == .door ? "DOOR" : nil))
        #expect(configuration.lines.laneSensors[portal.id]?[.safetyLoop]?.line == (barrier == .lane ? "DOOR" : nil))
        #expect((portal.lane == nil) == (barrier == .door))
        if reader == .wiegand, case .wiegand(let data0, let data1, _, _, _) = configuration.readers[0].kind {
            #expect(data0.line == "D0" && data1.chip == "gpiochip0" && data1.offset == 17 && data1.isActiveLow)
        }
    }

    @Test(arguments: ["", "-", "- -", "- DOOR", "EXIT - FIRE"])
    func whatIsNotWiredIsLeftOut(_ inputs: String) throws {
        var draft = SiteDraft()
        draft.inputs = inputs
        let configuration = try read(draft)
        #expect(configuration.lines.exitButtons.isEmpty == !inputs.hasPrefix("EXIT"))
        #expect((configuration.lines.fireInput == nil) == !inputs.hasSuffix("FIRE"))
    }

    struct Wrong: Sendable, CustomTestStringConvertible {
        var words: String
        var set: @Sendable (inout SiteDraft) -> Void
        var testDescription: String { words }
    }

    @Test(arguments: [
        Wrong(words: "is no name") { $0.site = "Lotus Garden" },
        Wrong(words: "did you mean Asia/Shanghai?") { $0.timeZone = "Asia/Beijing" },
        Wrong(words: "two lines are needed") { $0.wires = "D0" },
        Wrong(words: "is that of") { $0.wires = "D0 D0" },
        Wrong(words: "is no line") { $0.release = "gpiochip0:" },
        Wrong(words: "did you mean 'H10301'?") { $0.formats = "H1030" },
        Wrong(words: "three lines at most") { $0.inputs = "A B C D" },
        Wrong(words: "needs its safety loop") { ($0.barrier, $0.inputs) = (.lane, "EXIT - FIRE") },
        Wrong(words: "http") { $0.camera = "rtsp://10.0.0.5/" },
        Wrong(words: "a port is needed") { ($0.reader, $0.wires) = (.osdp, "") },
        Wrong(words: "speed") { ($0.reader, $0.wires) = (.uhf, "/dev/ttyS1 1234") },
        Wrong(words: "has no card formats") { ($0.reader, $0.wires, $0.saysFormats) = (.plate, "/dev/ttyS1", true) },
        Wrong(words: "absolute path") { $0.masterKey = "master.key" },
        Wrong(words: "'address'") { ($0.reader, $0.wires) = (.osdp, "/dev/ttyS1 9600 127") },
    ])
    func aWrongAnswerIsToldWithWhatToDo(_ wrong: Wrong) {
        var draft = SiteDraft()
        wrong.set(&draft)
        let fault = draft.fault(digest: SchemaTests.digest)?.english
        #expect(fault?.contains(wrong.words) == true, "\(fault ?? "nothing")")
    }

    /// Whatever is typed stays the value of its own key.
    @Test func hostileAnswersAreValuesOrRefused() throws {
        let hostile = [
            "a\", chip: \"x", "a\\", "a}\nfire_input: {line: x", "*a", "a: b", "# a", "a\u{0}b", "\u{202E}a", "'a'",
            "{a}", "a\tb", "%a",
        ]
        for text in hostile {
            var draft = SiteDraft()
            draft.release = text
            guard draft.fault(digest: SchemaTests.digest) == nil else { continue }
            let configuration = try read(draft)
            let release = configuration.lines.outputs["wicket"]
            #expect(configuration.lines.fireInput == nil && (release?.line == text || release?.chip != nil), "\(text)")
        }
    }
}
