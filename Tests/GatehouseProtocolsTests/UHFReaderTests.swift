import GatehouseCore
import GatehouseSimulation
import Testing

@testable import GatehouseProtocols

@Suite struct UHFReaderTests {
    private static let epc = "E20034120123456789ABCDEF"

    private func tag(_ text: String = Self.epc) -> UHFReader.Effect {
        .signal(.card(CardRead(number: CardNumber(format: "EPC", value: .text(text)))))
    }

    private func reader(_ family: UHFFamily, reports: Int = 1, window: Duration = .seconds(15)) -> UHFReader {
        var reader = UHFReader(.init(family: family, reportsNeeded: reports, repeatWindow: window))
        _ = reader.handle(.portOpened, at: .zero)
        return reader
    }

    private func frame(_ id: String) throws -> (UHFFamily, [UInt8]) {
        let row = try #require(recording("uhf.tsv").first { $0.id == id })
        return (try #require(UHFFamily(rawValue: row["family"])), [UInt8](hex: row["octets"]))
    }

    @Test(arguments: recording("uhf.tsv"))
    func everyRecordedMessageIsReadHoweverItIsCut(row: Row) throws {
        let family = try #require(UHFFamily(rawValue: row["family"]))
        let words = row["meaning"].split(separator: " ").map(String.init)
        let messages = { (octets: [UInt8]) -> [String] in
            var scanner = UHFScanner(family)
            return scanner.receive(octets).map(Self.word)
        }
        #expect(messages([UInt8](hex: row["octets"])) == [words.joined(separator: " ")])
        expectEveryChunking(
            of: [UInt8](hex: row["octets"]), gives: [words.joined(separator: " ")], { UHFScanner(family) },
            { $0.receive($1).map(Self.word) })
    }

    private static func word(_ message: UHFMessage) -> String {
        switch message {
        case .tags(let tags): "tag " + tags.map { $0.epc.hex.uppercased() }.joined(separator: ",")
        case .roundEnded: "end"
        case .failed(let code): "failed \(String(code, radix: 16))"
        case .other(let command): "other \(String(command, radix: 16))"
        }
    }

    @Test(arguments: recording("uhf-questions.tsv"))
    func everyRecordedQuestionIsAskedOctetForOctet(row: Row) throws {
        let family = try #require(UHFFamily(rawValue: row["family"]))
        let address = try #require(UInt8(row["address"], radix: 16))
        #expect(family.inventory(address: address).hex == row["octets"])
    }

    @Test func antennaAndSignalAreReadWhereTheFamilyTells() throws {
        var (family, octets) = try frame("a0-tag")
        var scanner = UHFScanner(family)
        #expect(scanner.receive(octets) == [.tags([UHFTag(epc: [UInt8](hex: Self.epc), antenna: 1, signal: 0x42)])])
        (family, octets) = try frame("c-tag")
        scanner = UHFScanner(family)
        #expect(
            scanner.receive(octets) == [.tags([UHFTag(epc: [UInt8](hex: "30751FEB705C5904E3D50D70"), signal: -55)])])
        let epc: [UInt8] = [1, 2, 3, 4]
        let newer = UHFFamily.lengthFirst.frame(address: 0, command: 1, data: [1, 2, 1, 4] + epc + [77])
        scanner = UHFScanner(.lengthFirst)
        #expect(scanner.receive(newer) == [.tags([UHFTag(epc: epc, antenna: 2, signal: 77)])])
    }

    @Test(arguments: ["a0-tag", "b-one", "c-tag"])
    func aFlippedBitIsNoTag(id: String) throws {
        let (family, octets) = try frame(id)
        for bit in 0..<(octets.count * 8) {
            var damaged = octets
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            var scanner = UHFScanner(family)
            let messages = scanner.receive(damaged) + scanner.giveUp()
            #expect(!messages.contains { if case .tags = $0 { true } else { false } }, "bit \(bit)")
        }
    }

    @Test(arguments: ["a0-tag", "b-one", "c-tag"])
    func aFrameBehindNoiseIsFoundAgainAfterSilence(id: String) throws {
        let (family, octets) = try frame(id)
        var reader = reader(family)
        // What looks like the beginning of a long frame swallows nothing for longer than the silence.
        let noise: [UInt8] =
            family == .headA0 ? [0xA0, 0x7F] : family == .headBB ? [0xBB, 0x02, 0x22, 0x01, 0x00] : [0x60]
        var effects = reader.handle(.received(noise + octets), at: .milliseconds(10))
        effects += reader.handle(.time, at: .milliseconds(120))
        let found = effects.filter { if case .signal(.card) = $0 { true } else { false } }
        #expect(found.count == 1)
        #expect(reader.nextDeadline?.at != .milliseconds(110))
    }

    @Test(arguments: UHFFamily.allCases)
    func aVehicleInTheFieldIsOnePresentation(family: UHFFamily) {
        var reader = UHFReader(.init(family: family))
        var peer = EmulatedUHFReader(family)
        peer.present(hexadecimal: Self.epc, rounds: 30)
        var signals: [ReaderSignal] = []
        var line: [UInt8] = []
        func take(_ effects: [UHFReader.Effect]) {
            for effect in effects {
                switch effect {
                case .send(let octets): line += peer.receive(octets)
                case .signal(let signal): signals.append(signal)
                }
            }
        }
        take(reader.handle(.portOpened, at: .zero))
        for round in 1...100 {
            let now = MonotonicTime.milliseconds(Int64(round) * 60)
            if peer.isRunning, line.isEmpty { line = peer.round() }
            let octets = line
            line = []
            take(reader.handle(.received(octets), at: now))
            take(reader.handle(.time, at: now))
        }
        let card = CardRead(number: CardNumber(format: "EPC", value: .text(Self.epc)))
        #expect(signals.presentations == [.link(.online(.none)), .card(card)])
        #expect((1...6).contains(signals.count - 2), "that it stays is told once a second")
        #expect(reader.counters.reports == 30)
        #expect(reader.counters.repeats == 29)
    }

    /// V9: a reader in active mode sends tags by itself, with status 00, and is asked nothing.
    @Test(arguments: ["b-act", "b-act-new"])
    func aTagInActiveModeIsATagAndNothingIsAsked(id: String) throws {
        let (family, octets) = try frame(id)
        var settings = UHFReader.Settings(family: family)
        settings.isActive = true
        var reader = UHFReader(settings)
        #expect(reader.handle(.portOpened, at: .zero) == [.signal(.link(.online(.none)))])
        #expect(reader.handle(.received(octets), at: .milliseconds(10)) == [tag()])
        #expect(reader.handle(.received(octets), at: .milliseconds(60)) == [])
        #expect(reader.nextDeadline == nil && reader.counters.questions == 0 && reader.counters.failures == 0)
        let (_, beat) = try frame("b-beat")
        #expect(reader.handle(.received(beat), at: .milliseconds(90)) == [])
        #expect(reader.counters.frames == 3)
        #expect(reader.handle(.portLost, at: .milliseconds(100)) == [.signal(.link(.offline(.portLost)))])
    }

    @Test func theNewerLayoutTellsAntennaAndSignal() throws {
        let (family, octets) = try frame("b-act-new")
        var scanner = UHFScanner(family)
        #expect(scanner.receive(octets) == [.tags([UHFTag(epc: [UInt8](hex: Self.epc), antenna: 1, signal: 0x42)])])
    }

    @Test func aTagThatIsSeenOnceInPassingDoesNotCount() throws {
        let (family, octets) = try frame("a0-tag")
        var reader = reader(family, reports: 3)
        func cards(_ milliseconds: Int64) -> Int {
            reader.handle(.received(octets), at: .milliseconds(milliseconds)).filter { $0 == tag() }.count
        }
        #expect([0, 100, 700].map(cards) == [0, 0, 0])
        #expect([5000, 5100, 5200, 5300].map(cards) == [0, 0, 1, 0])
    }

    @Test func aReaderThatKeepsSilentIsOfflineAndThenOnlineAgain() throws {
        let (family, octets) = try frame("b-none")
        var reader = reader(family)
        var signals: [ReaderSignal] = []
        for _ in 0..<5 {
            let deadline = try #require(reader.nextDeadline)
            for case .signal(let signal) in reader.handle(.time, at: deadline.at) { signals.append(signal) }
        }
        #expect(signals == [.link(.offline(.silent))])
        let back = reader.handle(.received(octets), at: .milliseconds(20_000))
        #expect(back == [.signal(.link(.online(.none)))])
        #expect(reader.handle(.portLost, at: .milliseconds(20_001)) == [.signal(.link(.offline(.portLost)))])
        #expect(reader.nextDeadline == nil)
        let (_, tagged) = try frame("b-one")
        #expect(reader.handle(.received(tagged), at: .milliseconds(20_002)) == [], "nothing counts on a closed port")
    }

    @Test func allZerosAndAllOnesAreNoTag() {
        for octet in [0, 0xFF] as [UInt8] {
            var reader = reader(.lengthFirst)
            let frame = UHFFamily.lengthFirst.frame(
                address: 0, command: 1, data: [1, 1, 12] + [UInt8](repeating: octet, count: 12))
            #expect(reader.handle(.received(frame), at: .zero).contains(.signal(.unreadable(.reserved))))
        }
    }

    @Test(arguments: UHFFamily.allCases)
    func noiseNeverTrapsAReader(family: UHFFamily) {
        var random = SplitMix64(seed: 0x5EED_0011)
        var reader = reader(family)
        for round in 0..<3000 {
            let now = MonotonicTime.milliseconds(Int64(round) * 170)
            let octets = random.octets(60, favourites: [0xA0, 0xBB, 0x7E, 0x01, 0x02, 0x22, 0x0C, 0x89, 0x05])
            for case .signal(.card(let card)) in reader.handle(.received(octets), at: now) {
                #expect(card.number.description.utf8.count <= 4 + 256)
            }
            _ = reader.handle(.time, at: now)
        }
        #expect(reader.counters.halfFrames > 0)
    }
}
