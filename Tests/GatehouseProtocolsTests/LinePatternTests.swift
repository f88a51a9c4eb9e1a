import GatehouseCore
import Testing

@testable import GatehouseProtocols

/// V11: the tag is one part of a line, and a line of another shape is none.
@Suite struct LinePatternTests {
    @Test(arguments: [
        (#"\d+,([0-9A-F]+),-\d+"#, "1,E20034120123456789ABCDEF,-61", "E20034120123456789ABCDEF"),
        (#"\d+,([0-9A-F]+),-\d+"#, "1,E200,61", nil), (#"\d+,([0-9A-F]+),-\d+"#, "1,E200,-61,", nil),
        (#"\d+,([0-9A-F]+),-\d+"#, "x1,E200,-61", nil), (#"\d+,([0-9A-F]+),-\d+"#, "", nil),
        ("([^,]*),.*", "abc,d,e", "abc"), (".*,([^,]*)", "a,b,c", "c"), ("ID:(.{4}).?", "ID:12345", "1234"),
        ("ID:(.{4}).?", "ID:123", nil), (#"(\d{3,5})\d*"#, "1234567", "12345"), (#"(\d{3,5})\d*"#, "12", nil),
        (#"\(([a-z\-\]]+)\)"#, "(a-]z)", "a-]z"), ("(A+)A", "AAAA", "AAA"), ("x*(y)z?", "xxy", "y"),
        ("(鲁B.+)#", "鲁B12345#", "鲁B12345"), (#"[\d.]+ (.+)"#, "1.5 abc", "abc"),
    ])
    func theGroupIsTheTag(pattern: String, line: String, tag: String?) throws {
        let found = try LinePattern(pattern).tag(of: Array(line.utf8))
        #expect(found.map { String(decoding: $0, as: UTF8.self) } == tag)
    }

    @Test(arguments: [
        ("abc", LinePattern.Problem.group), ("(a)(b)", .group), ("a)", .group), ("(a", .group), ("()", .group),
        ("((a))", .group), ("*(a)", .quantifier), ("(a**)", .quantifier), ("(a{3)", .quantifier),
        ("(a{3,2})", .quantifier), ("(a{x})", .quantifier), ("(a{0})", .quantifier), ("(a{257})", .quantifier),
        ("([a)", .characterClass), ("([])", .characterClass), ("([z-a])", .characterClass), (#"(a\"#, .escape),
        (#"^(\w+)$"#, .unknown), (#"(\w+),\s*"#, .escape), ("a|(b)", .unknown), (#"(a)\n"#, .escape),
        (#"\D(1)"#, .escape),
        ("(a)$", .unknown),
        ("(" + String(repeating: "a", count: 130) + ")", .tooLong),
    ])
    func whatIsNoPatternIsRefused(text: String, problem: LinePattern.Problem) {
        #expect(throws: problem) { try LinePattern(text) }
    }

    /// No line is dear: the ways through it are not tried again and again.
    @Test func aPatternThatCouldDoubleItsWayAtEachOctetEnds() throws {
        let pattern = try LinePattern(String(repeating: "a*", count: 40) + "(b)c")
        #expect(pattern.tag(of: Array(repeating: UInt8(ascii: "a"), count: 256)) == nil)
    }

    private func reader(_ framing: ASCIICardReader.Framing, _ pattern: String) throws -> ASCIICardReader {
        var settings = ASCIICardReader.Settings(framing: framing, repeatWindow: .zero)
        settings.pattern = try LinePattern(pattern)
        return ASCIICardReader(settings)
    }

    private func card(_ text: String) -> ReaderSignal {
        .card(CardRead(number: CardNumber(format: "TEXT", value: .text(text))))
    }

    @Test func onlyTheTagIsTheNumberAndAnotherShapeIsUnreadable() throws {
        let pattern = #"\d+,([0-9A-Fa-f]+),-\d+"#
        let fresh = try reader(.line(.hexadecimal, endsAtSilence: false), pattern)
        expectEveryChunking(
            of: Array("1,e20034120123456789abcdef,-61\r\n".utf8), gives: [card("E20034120123456789ABCDEF")],
            { fresh },
            { $0.handle(.received($1), at: .milliseconds(1)) })
        var one = try reader(.line(.hexadecimal, endsAtSilence: false), pattern)
        #expect(one.handle(.received(Array("E20034120123456789ABCDEF\r".utf8)), at: .zero) == [.unreadable(.malformed)])
        #expect(one.counters.unmatched == 1)
        let found = LineDoctor.characters(one.counters, babbles: 0).map(\.what.english)
        #expect(found == ["1 of 1 texts have another shape than the pattern of this reader."])
        var framed = try reader(.framed(FramedLine(), .text), "A(.+)")
        #expect(framed.handle(.received([2] + Array("A77".utf8) + [3]), at: .zero) == [card("77")])
        #expect(framed.handle(.received([2] + Array("B77".utf8) + [3]), at: .zero) == [.unreadable(.malformed)])
    }
}
