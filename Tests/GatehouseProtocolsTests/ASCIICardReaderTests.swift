import GatehouseCore
import GatehouseSimulation
import Testing

@testable import GatehouseProtocols

@Suite struct ASCIICardReaderTests {
    private func em4100(_ number: UInt64, version: UInt32 = 0) -> ReaderSignal {
        .card(CardRead(number: CardNumber(format: "EM4100", facility: version, number: number)))
    }
    private func text(_ text: String) -> ReaderSignal {
        .card(CardRead(number: CardNumber(format: "TEXT", value: .text(text))))
    }
    private func line(_ content: CardLineContent, endsAtSilence: Bool = false) -> ASCIICardReader {
        ASCIICardReader(.init(framing: .line(content, endsAtSilence: endsAtSilence), repeatWindow: .zero))
    }
    private func version(_ usesVersion: Bool) -> ASCIICardReader {
        ASCIICardReader(.init(framing: .em4100(usesVersion: usesVersion), repeatWindow: .zero))
    }
    private func feed(_ reader: inout ASCIICardReader, _ octets: [UInt8]) -> [ReaderSignal] {
        reader.handle(.received(octets), at: .milliseconds(1))
    }

    // MARK: EM4100

    @Test(arguments: recording("em4100.tsv"))
    func everyRecordedFrameIsItsCardHoweverItIsCut(row: Row) throws {
        let octets = [UInt8](hex: row["octets"])
        let number = try #require(UInt64(row["32-bit id"]))
        let code = try #require(UInt32(row["version"]))
        expectEveryChunking(of: octets, gives: [em4100(number)], { version(false) }, { feed(&$0, $1) })
        expectEveryChunking(of: octets, gives: [em4100(number, version: code)], { version(true) }, { feed(&$0, $1) })
        let frame = EM4100Frame(version: UInt8(code), number: UInt32(number))
        #expect(frame.octets(withLineEnd: row["variant"].hasPrefix("16")) == octets)
    }

    /// B13: noise whose check fits comes once; a card is sent every 65 ms while it is near.
    @Test func aGhostThatComesOnceIsNoCardWhereTwoReportsAreNeeded() {
        var settings = ASCIICardReader.Settings(repeatWindow: .seconds(2))
        settings.reportsNeeded = 2
        var reader = ASCIICardReader(settings)
        func frame(_ number: UInt32) -> [UInt8] { EM4100Frame(version: 0, number: number).octets() }
        #expect(reader.handle(.received(frame(4711)), at: .milliseconds(1)) == [])
        #expect(reader.handle(.received(frame(4712)), at: .milliseconds(66)) == [], "another ghost")
        #expect(reader.handle(.received(frame(4711)), at: .milliseconds(700)) == [], "too late for the first")
        #expect(reader.handle(.received(frame(4711)), at: .milliseconds(765)) == [em4100(4711)])
        #expect(reader.handle(.received(frame(4711)), at: .milliseconds(830)) == [])
        #expect(reader.counters.cards == 1 && reader.counters.repeats == 1)
    }

    @Test func aWrongChecksumIsNoCard() {
        expectEveryChunking(
            of: [UInt8](hex: "0236373030334235314336434103"), gives: [.unreadable(.checksum)], { version(false) },
            { feed(&$0, $1) })
    }

    @Test func allZerosAndAllOnesAreNoCard() {
        for number in [0, UInt32.max] {
            var reader = version(false)
            let frame = EM4100Frame(version: 0, number: number).octets()
            #expect(feed(&reader, frame) == [.unreadable(.reserved)])
        }
    }

    @Test func theLaterOfTwoStartsCounts() {
        var reader = version(false)
        let frame = EM4100Frame(version: 1, number: 3_887_558).octets()
        #expect(feed(&reader, Array(frame.prefix(6)) + frame) == [em4100(3_887_558)])
        #expect(reader.counters.halfFrames == 1)
    }

    @Test(arguments: ["02303003", "0203", "023637303033423531433643420d0b03", "0236373030334235314336436703"])
    func aFrameOfOtherShapeIsMalformed(hex: String) {
        var reader = version(false)
        #expect(feed(&reader, [UInt8](hex: hex)) == [.unreadable(.malformed)])
    }

    @Test func aHalfFrameIsGivenUpAfterSilence() throws {
        var reader = version(false)
        let frame = EM4100Frame(version: 1, number: 3_887_558).octets()
        #expect(reader.handle(.received(Array(frame.prefix(7))), at: .milliseconds(0)) == [])
        #expect(reader.nextDeadline?.at == .milliseconds(300))
        #expect(reader.handle(.time, at: .milliseconds(300)) == [])
        #expect(reader.nextDeadline == nil)
        #expect(reader.handle(.received(Array(frame.suffix(7))), at: .milliseconds(301)) == [])
        #expect(reader.handle(.received(frame), at: .milliseconds(302)) == [em4100(3_887_558)])
    }

    // MARK: lines

    @Test func everyRecordedLineIsItsTagHoweverItIsCut() {
        let content: [String: CardLineContent] = ["ln-epc": .hexadecimal, "ln-dec": .decimal, "ln-pre": .decimal]
        let rows = recording("lines.tsv")
        #expect(rows.count == content.count)
        for row in rows {
            let kind = content[row.id] ?? .text
            for mode in [kind, .text] {
                expectEveryChunking(
                    of: [UInt8](hex: row["octets"]), gives: [text(row["tag"])], { line(mode) }, { feed(&$0, $1) },
                    "\(row.id)")
            }
        }
    }

    @Test(arguments: ["\r", "\n", "\r\n", "\n\r", "\u{3}", "\u{0}", "\r\n\r\n"])
    func everyTerminatorInUseEndsALine(terminator: String) {
        let octets = EmulatedASCIIReader().present(line: "  e200 3412 ", terminator: terminator)
        expectEveryChunking(of: octets, gives: [text("E2003412")], { line(.hexadecimal) }, { feed(&$0, $1) })
    }

    @Test func contentThatDoesNotFitIsMalformed() {
        for (content, bad) in [
            (CardLineContent.decimal, "12A4"), (.decimal, "-12"), (.hexadecimal, "12G4"), (.text, "ab\u{1}c"),
        ] {
            var reader = line(content)
            #expect(feed(&reader, Array((bad + "\r").utf8)) == [.unreadable(.malformed)], "\(bad)")
        }
        var reader = line(.text)
        #expect(feed(&reader, [0xD4, 0xC1, 0x41, 0x0D]) == [.unreadable(.malformed)], "GBK is not UTF-8")
    }

    @Test func zerosAndOnesAreNoTag() {
        var decimal = line(.decimal)
        #expect(feed(&decimal, Array("0000000000\r".utf8)) == [.unreadable(.reserved)])
        var hexadecimal = line(.hexadecimal)
        #expect(feed(&hexadecimal, Array("ffffffff\r".utf8)) == [.unreadable(.reserved)])
    }

    @Test func aLineOverItsBoundIsDroppedUpToTheNextTerminator() {
        let octets = Array((String(repeating: "7", count: 300) + "\r" + "123\r").utf8)
        expectEveryChunking(
            of: octets, gives: [.unreadable(.malformed), text("123")], { line(.decimal) }, { feed(&$0, $1) })
        var longest = line(.decimal)
        let tag = String(repeating: "7", count: 256)
        #expect(feed(&longest, Array((tag + "\r").utf8)) == [text(tag)])
    }

    @Test func aReaderWithoutTerminatorEndsItsLineBySilence() {
        var reader = line(.decimal, endsAtSilence: true)
        #expect(reader.handle(.received(Array("12345".utf8)), at: .zero) == [])
        #expect(reader.handle(.time, at: .milliseconds(500)) == [text("12345")])
        var strict = line(.decimal)
        #expect(strict.handle(.received(Array("12345".utf8)), at: .zero) == [])
        #expect(strict.handle(.time, at: .milliseconds(500)) == [])
    }

    // MARK: repeats and link

    @Test(arguments: recording("repeats.tsv"))
    func everyRecordedTrainOfReadsIsItsPresentations(row: Row) throws {
        func reads(_ text: String) throws -> [(Int64, String)] {
            try text.split(separator: " ").map { read in
                let parts = read.split(separator: ":")
                return (try #require(Int64(parts[0])), String(parts[1]))
            }
        }
        var filter = RepeatFilter<String>(window: .seconds(2))
        let delivered = try reads(row["reads (ms, tag)"]).filter { filter.hear($0.1, at: .milliseconds($0.0)) == .new }
        #expect(delivered.map { "\($0.0):\($0.1)" }.joined(separator: " ") == row["deliver"])
    }

    /// The reads that begin a presentation, of reads given as milliseconds and tag.
    private func presentations(_ reads: [(Int64, Int)]) -> [Int64] {
        var filter = RepeatFilter<Int>(window: .seconds(2))
        return reads.filter { filter.hear($0.1, at: .milliseconds($0.0)) == .new }.map(\.0)
    }

    @Test func anotherTagInBetweenDoesNotEndTheWindow() {
        #expect(presentations([(0, 1), (500, 2), (1900, 1), (3800, 1), (5800, 1)]) == [0, 500, 5800])
    }

    /// What stays is told once a second, for as long as it stays.
    @Test func aTagThatStaysIsToldOnceASecond() {
        var filter = RepeatFilter<Int>(window: .seconds(15))
        let found = (0..<400).map { filter.hear(1, at: .milliseconds($0 * 65)) }
        #expect(found[0] == .new && found.count { $0 == .new } == 1)
        // 26 seconds, told with the first read after each of them.
        #expect((24...26).contains(found.count { $0 == .stays }))
        #expect(found.firstIndex(of: .stays) == 16)
    }

    @Test func sixteenTagsAreKept() {
        let reads: [(Int64, Int)] = (0..<17).map { (Int64($0), $0) } + [(20, 1), (21, 0)]
        #expect(presentations(reads) == Array(0..<17) + [21])
    }

    @Test func aCardHeldAtTheReaderIsOnePresentation() {
        var reader = ASCIICardReader()
        var signals: [ReaderSignal] = []
        for (index, frame) in EmulatedASCIIReader(.id12, repeats: 30).present(version: 4, number: 9).enumerated() {
            signals += reader.handle(.received(frame), at: .milliseconds(Int64(index) * 65))
        }
        #expect(signals.presentations == [em4100(9)])
        #expect(signals.count == 2, "told once that it stays")
        #expect(reader.counters.repeats == 29)
    }

    @Test func aLostPortForgetsTheHalfFrame() {
        var reader = ASCIICardReader()
        #expect(reader.handle(.portOpened, at: .zero) == [.link(.online(.none))])
        let frame = EM4100Frame(version: 1, number: 7).octets()
        _ = reader.handle(.received(Array(frame.prefix(7))), at: .zero)
        #expect(reader.handle(.portLost, at: .zero) == [.link(.offline(.portLost))])
        #expect(reader.nextDeadline == nil)
        _ = reader.handle(.portOpened, at: .zero)
        #expect(reader.handle(.received(Array(frame.suffix(7))), at: .zero) == [])
    }

    @Test func noiseNeverTrapsAReader() {
        var random = SplitMix64(seed: 0x5EED_0005)
        for framing in [
            ASCIICardReader.Framing.em4100(usesVersion: true), .line(.decimal, endsAtSilence: true),
            .line(.hexadecimal, endsAtSilence: false), .line(.text, endsAtSilence: true),
        ] {
            var reader = ASCIICardReader(.init(framing: framing))
            for round in 0..<1000 {
                let now = MonotonicTime.milliseconds(Int64(round) * 200)
                let octets = random.octets(100, favourites: [0x02, 0x03, 0x0D, 0x30, 0x31, 0x41, 0x46])
                for signal in reader.handle(.received(octets), at: now) {
                    if case .card(let card) = signal { #expect(card.number.description.utf8.count <= 256 + 7) }
                }
                _ = reader.handle(.time, at: reader.nextDeadline?.at ?? now)
            }
            #expect(reader.counters.frames + reader.counters.halfFrames > 0)
        }
    }
}
