import GatehouseCore
import GatehouseSimulation
import Testing

@testable import GatehouseProtocols

/// What scanners add to a code, and codes that come in pieces.
@Suite("Scanners")
struct ScannerTests {
    /// A pass in form: whoever signed it.
    static let pass: String = {
        let token = PassToken(
            keyID: [UInt8](repeating: 7, count: 8), payload: (0..<40).map { UInt8($0) },
            signature: (0..<64).map { UInt8(truncatingIfNeeded: $0 &* 37) })
        return PassToken.prefix + base64url(token.encoded)
    }()

    static func base64url(_ octets: [UInt8]) -> String {
        let signs = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        var text = ""
        for start in stride(from: 0, to: octets.count, by: 3) {
            let part = octets[start..<min(start + 3, octets.count)]
            let value = part.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - part.count))
            for index in 0...part.count { text.append(signs[Int(value >> UInt32(18 - 6 * index)) & 63]) }
        }
        return text
    }

    private func scanner(_ content: CardLineContent = .text, prefix: String = "", suffix: String = "")
        -> ASCIICardReader
    {
        var settings = ASCIICardReader.Settings(
            framing: .line(content, endsAtSilence: false), repeatWindow: .zero)
        (settings.prefix, settings.suffix) = (Array(prefix.utf8), Array(suffix.utf8))
        return ASCIICardReader(settings)
    }

    private func said(_ reader: inout ASCIICardReader, _ line: String, at milliseconds: Int64 = 0) -> [String] {
        texts(reader.handle(.received(Array(line.utf8) + [0x0D]), at: .milliseconds(milliseconds)))
    }

    private func texts(_ signals: [ReaderSignal]) -> [String] {
        signals.compactMap {
            if case .card(let card) = $0, case .text(let text) = card.number.value { text } else { nil }
        }
    }

    @Test func aPassIsWholeOrNot() {
        #expect(PassText.isWhole(Self.pass))
        #expect(
            !PassText.isWhole(String(Self.pass.dropLast())) && !PassText.isWhole("GP1.") && !PassText.isWhole("4711"))
        #expect(PassText.found(in: "x\(Self.pass)\\000026") == Self.pass)
        #expect(PassText.found(in: "4711") == nil)
    }

    @Test(arguments: [
        ("", ""), ("\\000026", ""), ("]Q2\\000026", ""), ("]Q1", ""), ("\\000026]Q2", ""), ("]d1", ""), ("", "~"),
    ])
    func whatScannersAddIsTakenOff(before: String, behind: String) {
        var reader = scanner()
        #expect(said(&reader, before + Self.pass + behind).map { PassText.found(in: $0) } == [Self.pass])
        var card = scanner(.decimal)
        #expect(said(&card, before + "4711") == ["4711"])
        var tag = scanner(.hexadecimal)
        #expect(said(&tag, before + "04a2b3") == ["04A2B3"])
    }

    @Test func theSitesOwnPrefixAndSuffixAreTakenOff() {
        var reader = scanner(.decimal, prefix: "GATE1:", suffix: "!")
        #expect(said(&reader, "GATE1:4711!") == ["4711"])
        #expect(said(&reader, "GATE1:]C14712!") == ["4712"])
        #expect(said(&reader, "4713") == ["4713"])
    }

    /// What scanners and codes put around a text: TAB, GS, EOT, a byte order mark. It is no part of the text, and no fault.
    @Test(arguments: [
        ("\t", ""), ("", "\t"), ("\u{1D}", "\u{1D}"), ("\u{FEFF}", ""), ("\u{FEFF}\t", "\u{1E}\u{4}"), (" \t", "\t "),
        ("]C1\u{1D}", ""), ("\u{1B}", "\u{7F}"),
    ])
    func controlSignsAroundACodeAreTakenOff(before: String, behind: String) {
        for content in [CardLineContent.text, .decimal, .hexadecimal] {
            var reader = scanner(content)
            // ETX and the like end a line and are none of these.
            #expect(said(&reader, before + "4711" + behind) == ["4711"])
        }
        var reader = scanner()
        #expect(said(&reader, before + Self.pass + behind).map { PassText.found(in: $0) } == [Self.pass])
    }

    @Test func theSitesSuffixMayBeATab() {
        for suffix in ["\t", "!\t"] {
            var reader = scanner(.decimal, prefix: "\tG:", suffix: suffix)
            #expect(said(&reader, "\tG:4711\(suffix)") == ["4711"])
            #expect(said(&reader, "G:4712!") == (suffix == "\t" ? [] : ["4712"]))
        }
    }

    /// Two octets a sign, either order, with and without its mark: a text, and not a line for each of its signs.
    @Test(arguments: [false, true], [false, true])
    func aTextOfTwoOctetsASignIsOne(isBigEndian: Bool, hasMark: Bool) {
        func wide(_ text: String) -> [UInt8] {
            ((hasMark ? "\u{FEFF}" : "") + text).utf16.flatMap { sign in
                let pair = [UInt8(truncatingIfNeeded: sign), UInt8(truncatingIfNeeded: sign >> 8)]
                return isBigEndian ? pair.reversed() : pair
            }
        }
        let octets = wide(Self.pass + "\r\n") + wide("4711\r") + wide("A2\r\n")
        expectEveryChunking(of: octets, gives: [Self.pass, "4711", "A2"], { scanner() }) { reader, part in
            texts(reader.handle(.received(part), at: .zero))
        }
        var module = ASCIICardReader(.init(framing: .counted(.text), repeatWindow: .zero))
        let body = wide("4711")
        #expect(texts(module.handle(.received([0x03, UInt8(body.count)] + body), at: .zero)) == ["4711"])
    }

    /// A reader that ends its lines with a zero is none of those.
    @Test func aZeroEndsALine() {
        var reader = scanner()
        #expect(
            texts(reader.handle(.received(Array("4711\u{0}AB\u{0}\u{0}12\u{0}".utf8)), at: .zero)) == [
                "4711", "AB", "12",
            ])
    }

    /// What only looks like a symbology is the text.
    @Test(arguments: ["]", "]Q", "\\00002", "\\12345x7", "a]Q2b"])
    func whatIsNoSymbologyStays(text: String) {
        var reader = scanner()
        #expect(said(&reader, text) == [text])
    }

    @Test(arguments: [1, 3, 4, 5, 60, 100])
    func aPassInTwoLinesIsOne(cut: Int) {
        var reader = scanner()
        let first = String(Self.pass.prefix(max(cut, 4)))
        #expect(said(&reader, first).isEmpty)
        #expect(said(&reader, String(Self.pass.dropFirst(max(cut, 4))), at: 20) == [Self.pass])
        #expect(reader.nextDeadline == nil)
    }

    /// Code modules in their protocol mode: 03, the length, the text; however it is cut.
    @Test func countedFramesAreTheirTexts() {
        func frame(_ text: String) -> [UInt8] { [0x03, UInt8(text.utf8.count)] + Array(text.utf8) }
        func module() -> ASCIICardReader {
            ASCIICardReader(.init(framing: .counted(.text), repeatWindow: .zero))
        }
        let octets = frame("4711") + frame("\\000026" + Self.pass) + frame("a\u{3}b".filter { $0 != "\u{3}" })
        expectEveryChunking(of: octets, gives: ["4711", Self.pass, "ab"], { module() }) { reader, part in
            texts(reader.handle(.received(part), at: .zero))
        }
        // A frame that is cut is given up, and the next one is read.
        var reader = module()
        #expect(reader.handle(.received(Array(frame("4711").dropLast())), at: .zero).isEmpty)
        #expect(reader.nextDeadline?.at == .milliseconds(300))
        #expect(texts(reader.handle(.received(frame("4712")), at: .milliseconds(400))) == ["4712"])
    }

    /// Half of one alone is what it is, once its time is over; another code ends the wait.
    @Test func halfAPassIsToldWhenNothingFollows() {
        var reader = scanner()
        let half = String(Self.pass.prefix(60))
        #expect(said(&reader, half).isEmpty)
        #expect(texts(reader.handle(.time, at: .milliseconds(300))) == [half])
        #expect(said(&reader, half, at: 1000).isEmpty)
        #expect(said(&reader, Self.pass, at: 1010) == [half, Self.pass])
    }
}

/// One reading is not enough where the site says so: cameras seldom misread twice alike.
@Suite("Readings of one passage")
struct PlateAgreementTests {
    private func camera() -> ASCIICardReader {
        var settings = ASCIICardReader.Settings(
            framing: .line(.plate(.utf8), endsAtSilence: false), repeatWindow: .seconds(20))
        settings.agreement = 2
        return ASCIICardReader(settings)
    }
    private func read(_ reader: inout ASCIICardReader, _ plate: String, _ at: Int64) -> [CardRead] {
        cards(reader.handle(.received(Array(plate.utf8) + [0x0D]), at: .milliseconds(at)))
    }
    private func cards(_ signals: [ReaderSignal]) -> [CardRead] {
        signals.compactMap { if case .card(let card) = $0 { card } else { nil } }
    }

    @Test func theSecondReadingAlikeCountsAndTheMisreadOneIsKept() throws {
        var reader = camera()
        #expect(read(&reader, "粤B12345", 0).isEmpty && read(&reader, "粤B1Z345", 100).isEmpty)
        let card = try #require(read(&reader, "粤B12345", 200).first)
        #expect(card.number.description == "PLATE:粤B12345" && !card.isUncertain && card.others == ["粤B1Z345"])
        #expect(read(&reader, "粤B12345", 300).isEmpty, "once")
        #expect(cards(reader.handle(.time, at: .milliseconds(3300))).isEmpty)
        #expect(reader.nextDeadline == nil)
    }

    @Test func oneReadingAloneIsUncertainWhenTheCarHasGone() throws {
        var reader = camera()
        _ = read(&reader, "粤B12345", 0)
        #expect(reader.nextDeadline?.at == .milliseconds(3000))
        let card = try #require(cards(reader.handle(.time, at: .milliseconds(3000))).first)
        #expect(card.isUncertain && card.number.description == "PLATE:粤B12345")
        // The next car begins anew.
        #expect(read(&reader, "粤B12346", 4000).isEmpty)
    }

    /// A reading that is two signs away says that one of them is wrong: then one more has to agree. Another car does not.
    @Test func readingsThatContradictEachOtherNeedOneMore() throws {
        var reader = camera()
        for (at, plate) in ["粤B72345", "粤B12845", "粤B12845"].enumerated() {
            #expect(read(&reader, plate, Int64(at) * 100).isEmpty, "\(plate)")
        }
        #expect(read(&reader, "粤B12845", 400).first?.number.description == "PLATE:粤B12845")
        var behind = camera()
        _ = read(&behind, "粤B12345", 0)
        _ = read(&behind, "粤B12345", 100)
        #expect(read(&behind, "鲁G8K617", 200).isEmpty)
        #expect(read(&behind, "鲁G8K617", 300).first?.number.description == "PLATE:鲁G8K617")
    }

    /// 100,000 passages of 5 to 30 readings, of which 77 % are rejected by the camera or wrong; one sign is wrong, in one reading of
    /// twenty two are, three of four by a table of likes; in one passage of five the same error comes again and again. Enrolled: the
    /// car itself, and plates one and two signs away.
    @Test func aHundredThousandPassages() {
        let likes: [Character: [Character]] = [
            "0": ["D", "Q", "8"], "8": ["B", "3", "0"], "B": ["8"], "1": ["7", "L"], "2": ["Z"], "5": ["S"], "6": ["G"],
            "3": ["8"], "4": ["A"], "7": ["1", "T"], "9": ["8"],
        ]
        let signs = Array("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ")
        var dice = Dice(state: 77)
        func wrong(_ plate: [Character]) -> [Character] {
            var misread = plate
            let place = 2 + dice.below(5)
            let other = likes[plate[place]].map { $0[dice.below($0.count)] }
            misread[place] = dice.below(4) > 0 ? other ?? signs[dice.below(34)] : signs[dice.below(34)]
            return misread
        }
        var (far, near, long, passed) = (0, 0, 0, 0)
        for _ in 0..<100_000 {
            let plate = Array("粤B") + (0..<5).map { _ in signs[dice.below(10)] }
            let oneAway = wrong(plate)
            let repeated = dice.below(5) == 0 ? wrong(plate) : nil
            var agreement = PlateAgreement(needed: 2)
            let count = 5 + dice.below(26)
            var heard: Set<String> = []
            for read in 0..<count {
                let roll = dice.below(1000)
                // Half of the bad ones are no reading at all.
                guard roll < 230 || roll >= 615 else { continue }
                var text = plate
                if roll >= 230 { text = repeated ?? wrong(dice.below(20) == 0 ? wrong(plate) : plate) }
                let number = CardNumber(format: CardNumber.plateFormat, value: .text(String(text)))
                if let card = agreement.hear(number, at: .milliseconds(Int64(read) * 80)),
                    case .text(let agreed) = card.number.value
                {
                    heard.insert(agreed)
                }
            }
            if count >= 19 { long += 1 }
            if count >= 19, heard.contains(String(plate)) { passed += 1 }
            // Somebody else's plate one sign away, and one that is two signs away from the car.
            if oneAway != plate, heard.contains(String(oneAway)) { near += 1 }
            let twoAway = wrong(wrong(plate))
            if zip(twoAway, plate).count(where: { $0 != $1 }) == 2, heard.contains(String(twoAway)) { far += 1 }
        }
        #expect(far == 0, "\(far) of 100,000 openings for a plate two signs away")
        #expect(Double(near) / 100_000 < 0.15, "\(near) for one sign away")
        #expect(Double(passed) / Double(long) >= 0.95, "\(passed) of \(long)")
    }

    struct Dice {
        var state: UInt64
        mutating func below(_ limit: Int) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int((state >> 11) % UInt64(limit))
        }
    }
}
