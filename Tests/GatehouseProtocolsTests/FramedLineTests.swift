import GatehouseCore
import GatehouseSimulation
import Testing

@testable import GatehouseProtocols

@Suite struct FramedLineTests {
    private func framed(_ line: FramedLine, _ content: CardLineContent = .text) -> ASCIICardReader {
        ASCIICardReader(.init(framing: .framed(line, content), repeatWindow: .zero))
    }
    private func text(_ text: String) -> ReaderSignal {
        .card(CardRead(number: CardNumber(format: "TEXT", value: .text(text))))
    }
    private func feed(_ reader: inout ASCIICardReader, _ octets: [UInt8]) -> [ReaderSignal] {
        reader.handle(.received(octets), at: .milliseconds(1))
    }

    private static func line(_ row: Row) throws -> FramedLine {
        let ends = row["field"].split(separator: "-").compactMap { Int($0) }
        return FramedLine(
            start: [UInt8](hex: row["start"]), end: [UInt8](hex: row["end"]),
            check: try #require(FramedLine.Check(rawValue: row["check"])), isCheckInDigits: row["form"] == "digits",
            first: try #require(ends.first), last: ends.count == 2 ? ends[1] : nil)
    }

    @Test(arguments: recording("framed-lines.tsv"))
    func everyRecordedFrameIsItsTagHoweverItIsCut(row: Row) throws {
        let line = try Self.line(row)
        expectEveryChunking(
            of: [UInt8](hex: row["octets"]), gives: [text(row["tag"])], { framed(line) }, { feed(&$0, $1) })
    }

    @Test(arguments: recording("framed-lines.tsv"))
    func aWrongOctetUnderACheckIsNoTag(row: Row) throws {
        let line = try Self.line(row)
        guard line.check != .none else { return }
        let octets = [UInt8](hex: row["octets"])
        for index in line.start.count..<(octets.count - line.end.count) {
            var damaged = octets
            damaged[index] ^= 0x10
            var reader = framed(line)
            let cards = feed(&reader, damaged).filter { if case .card = $0 { true } else { false } }
            #expect(cards.isEmpty, "octet \(index)")
        }
    }

    @Test func aFrameThatIsTooShortOrTooLongIsMalformedAndTheNextOneIsRead() {
        let line = FramedLine(first: 0, last: 7)
        let good = line.octets(of: Array("12345678".utf8))
        expectEveryChunking(
            of: line.octets(of: Array("123".utf8)) + good, gives: [.unreadable(.malformed), text("12345678")],
            { framed(line) }, { feed(&$0, $1) })
        let long = [0x02] + [UInt8](repeating: 0x37, count: 300)
        expectEveryChunking(
            of: long + good, gives: [.unreadable(.malformed), text("12345678")], { framed(line) }, { feed(&$0, $1) })
        let open = FramedLine(start: [], end: [0x0D])
        expectEveryChunking(
            of: [UInt8](repeating: 0x37, count: 300) + [0x0D] + Array("123\r".utf8),
            gives: [.unreadable(.malformed), text("123")], { framed(open) }, { feed(&$0, $1) })
    }

    @Test func aCheckMayHoldTheOctetsOfStartAndEnd() {
        // The sum is the end itself, and then the start.
        for check in [0x03, 0x02] as [UInt8] {
            let line = FramedLine(check: .sum, isCheckInDigits: false, first: 0, last: 3)
            let content = [0x41, 0x41, 0x41, check &- 0xC3]
            expectEveryChunking(
                of: line.octets(of: content), gives: [text(String(decoding: content, as: UTF8.self))],
                { framed(line) }, { feed(&$0, $1) })
        }
        let line = FramedLine(check: .xor, isCheckInDigits: false, first: 0, last: 1)
        for (content, check) in [("12", 0x03), ("13", 0x02)] as [(String, UInt8)] {
            #expect(line.octets(of: Array(content.utf8)).dropLast().last == check)
            expectEveryChunking(
                of: line.octets(of: Array(content.utf8)), gives: [text(content)], { framed(line) }, { feed(&$0, $1) })
        }
    }

    @Test func theLaterOfTwoStartsCountsAndAHalfFrameIsGivenUp() {
        let line = FramedLine()
        var reader = framed(line)
        #expect(feed(&reader, [0x02, 0x31, 0x32, 0x02, 0x33, 0x03]) == [text("3")])
        #expect(feed(&reader, [0x02, 0x31]) == [])
        #expect(reader.nextDeadline?.at == .milliseconds(301))
        #expect(reader.handle(.time, at: .milliseconds(301)) == [])
        #expect(reader.nextDeadline == nil)
        #expect(reader.counters.halfFrames == 1)
        #expect(reader.handle(.received([0x32, 0x03]), at: .milliseconds(302)) == [])
    }

    @Test func noiseNeverTrapsAFrame() throws {
        var random = SplitMix64(seed: 0x5EED_0012)
        for row in recording("framed-lines.tsv") {
            let line = try Self.line(row)
            var reader = framed(line)
            for round in 0..<500 {
                let now = MonotonicTime.milliseconds(Int64(round) * 100)
                _ = reader.handle(.received(random.octets(200, favourites: line.start + line.end + [0x31])), at: now)
                _ = reader.handle(.time, at: now)
            }
            #expect(reader.counters.frames > 0, "\(row.id)")
        }
    }
}

@Suite struct NumberPlateTests {
    private func camera(_ layout: String, _ encoding: NumberPlate.Encoding, burst: Duration = .zero) -> ASCIICardReader
    {
        let framing: ASCIICardReader.Framing =
            layout == "dated" ? .datedPlate(encoding) : .line(.plate(encoding), endsAtSilence: false)
        return ASCIICardReader(
            .init(framing: framing, repeatWindow: burst > .zero ? .seconds(20) : .zero, burst: burst))
    }
    private func plate(_ text: String) -> ReaderSignal {
        .card(CardRead(number: CardNumber(format: "PLATE", value: .text(text))))
    }

    @Test(arguments: recording("plates.tsv"))
    func everyRecordedPlateIsReadHoweverItIsCut(row: Row) throws {
        let encoding = try #require(NumberPlate.Encoding(rawValue: row["encoding"]))
        expectEveryChunking(
            of: [UInt8](hex: row["octets"]), gives: [plate(row["plate"])], { camera(row["layout"], encoding) },
            { $0.handle(.received($1), at: .zero) })
    }

    /// What can be read and is no plate is told: a car stands there, and its picture is wanted.
    @Test(arguments: [
        ("无车牌", "无车牌"), ("NoPlate", "NOPLATE"), ("AB1", "AB1"), ("粤Bé1234", "粤BÉ1234"), ("Ａ12345", "A12345"),
        ("云S0000应急", "云S0000应急"), ("粤D.12345", "粤D12345"), ("民A12345", "民A12345"), ("粤·B·1234港", "粤B1234港"),
    ])
    func whatACameraSaysIsTold(text: String, told: String) {
        var reader = camera("line", .utf8)
        #expect(reader.handle(.received(Array(text.utf8) + [0x0D]), at: .zero) == [plate(told)])
    }

    @Test(arguments: ["云S0000应急", "民航A1234", "民A12345", "军A12345", "WJ粤12345", "粤B1234港", "京AD12345"])
    func gbkHasTheSignsOfEveryPlate(text: String) throws {
        var reader = camera("line", .gbk)
        let octets = try #require(NumberPlate.encodeGBK(text))
        #expect(reader.handle(.received(octets + [0x0D]), at: .zero) == [plate(text)])
        // 无车牌
        let none: [UInt8] = [0xCE, 0xDE, 0xB3, 0xB5, 0xC5, 0xC6, 0x0D]
        #expect(reader.handle(.received(none), at: .zero) == [plate("〓〓〓")])
    }

    @Test(arguments: ["AB \u{1} 12", "粤B\u{85}1234", String(repeating: "A", count: 40)])
    func whatIsNoTextIsMalformed(text: String) {
        var reader = camera("line", .utf8)
        #expect(reader.handle(.received(Array(text.utf8) + [0x0D]), at: .zero) == [.unreadable(.malformed)])
    }

    @Test func theWrongEncodingIsNeverGuessed() throws {
        let octets = try #require(EmulatedASCIIReader.plate("粤B12345", isDated: false, in: .gbk))
        var reader = camera("line", .utf8)
        #expect(reader.handle(.received(octets), at: .zero) == [.unreadable(.malformed)])
        // Octets that mean something else in GBK are never the plate.
        var other = camera("line", .gbk)
        #expect(other.handle(.received(Array("粤B12345\r".utf8)), at: .zero) != [plate("粤B12345")])
    }

    @Test func aCameraThatCorrectsItselfIsTakenAtItsLastWord() {
        var reader = camera("line", .utf8, burst: .milliseconds(1500))
        #expect(reader.handle(.received(Array("粤BI2345\r\n".utf8)), at: .milliseconds(0)) == [])
        #expect(reader.handle(.received(Array("粤B12345\r\n".utf8)), at: .milliseconds(700)) == [])
        #expect(reader.nextDeadline?.at == .milliseconds(1500))
        #expect(reader.handle(.time, at: .milliseconds(1500)) == [plate("粤B12345")])
        #expect(reader.nextDeadline == nil)
        // The car still stands there: the same presentation.
        #expect(reader.handle(.received(Array("粤B12345\r\n".utf8)), at: .milliseconds(3000)) == [])
        #expect(reader.handle(.time, at: .milliseconds(4500)).presentations == [])
        // Another one behind it, after the burst, even if the clock is late.
        _ = reader.handle(.received(Array("沪C6F2A8\r\n".utf8)), at: .milliseconds(6000))
        #expect(reader.handle(.received(Array("苏E99999\r\n".utf8)), at: .milliseconds(8000)) == [plate("沪C6F2A8")])
    }
}
