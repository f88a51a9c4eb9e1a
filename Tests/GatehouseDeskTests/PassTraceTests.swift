import GatehouseAdmin
import GatehouseCore
import GatehouseDesk
import GatehouseSimulation
import GatehouseStore
import Glibc
import Testing

/// A pass is a key. However a scanner garbles it, no twelve octets of it stand on the disk, in an entry, or in what waits to
/// be written.
@Suite("No trace of a pass")
struct PassTraceTests {
    private struct Dice {
        var state: UInt64
        mutating func below(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }
    }

    private static let before = [
        "", "\\000026", "]Q2\\000026", "]Q1", "SITE-", "http://x/?p=", "GP1", "GP1.", "\u{1B}[0m", "通行证 ",
    ]
    private static let behind = ["", "\r", "#END", " ", "==", "GP1.", ".", "\u{0}"]

    /// The pass as some scanner might send it: cut, doubled, folded, with something around or within it.
    private static func garbled(_ pass: String, _ dice: inout Dice) -> String {
        let signs = Array(pass)
        let from = dice.below(signs.count - 24)
        let part = String(signs[from..<(from + 24 + dice.below(signs.count - from - 23))])
        let body =
            switch dice.below(6) {
            case 0: pass
            case 1: part
            case 2: String(signs[..<from]) + "\n" + String(signs[from...])
            case 3: part + part
            case 4: String(signs[..<from]) + dice.pick([" ", ".", "+", "王"]) + String(signs[from...])
            default: String(signs.dropLast(4)) + "AAAA"
            }
        return dice.pick(Self.before) + body + dice.pick(Self.behind)
    }

    private func file(_ path: String) -> [UInt8] {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var (all, piece) = ([UInt8](), [UInt8](repeating: 0, count: 1 << 20))
        while case let count = read(descriptor, &piece, piece.count), count > 0 { all += piece[..<count] }
        return all
    }

    /// Twelve octets as two words.
    private struct Window: Hashable {
        var high: UInt64
        var low: UInt32
        init(_ octets: ArraySlice<UInt8>) {
            high = octets.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
            low = octets.dropFirst(8).reduce(0) { $0 << 8 | UInt32($1) }
        }
    }

    /// Those that hold letters of both cases: others may be any tag.
    private static func windows(of pass: String) -> Set<Window> {
        let octets = Array(pass.utf8)
        return Set(
            (0...(octets.count - 12)).map { octets[$0..<($0 + 12)] }.filter { piece in
                piece.contains { (0x61...0x7A).contains($0) } && piece.contains { (0x41...0x5A).contains($0) }
            }.map(Window.init))
    }

    private func holds(_ octets: [UInt8], _ windows: Set<Window>) -> Bool {
        octets.count >= 12 && (0...(octets.count - 12)).contains { windows.contains(Window(octets[$0..<($0 + 12)])) }
    }

    @Test(arguments: 1...2 as ClosedRange<UInt64>) func nothingOfItIsKept(seed: UInt64) throws {
        let bench = try DeskTests.filled()
        var dice = Dice(state: seed &* 0x9E37_79B9_7F4A_7C15 &+ 1)
        var windows: Set<Window> = []
        for _ in 0..<3 {
            let issued = bench.say(PassIssue(host: "R-1", points: "lane-in", until: "2h"))
            let pass = try #require(issued.value(PassIssue.Reply.self)).second.token
            windows.formUnion(Self.windows(of: pass))
            for _ in 0..<40 {
                let text = Self.garbled(pass, &dice)
                bench.give([
                    .reader(
                        "lane-scan",
                        .card(CardRead(number: CardNumber(format: CardNumber.textFormat, value: .text(text)))))
                ])
                bench.pass(.seconds(3))
            }
        }
        #expect(windows.count > 100)
        bench.give([
            .reader(
                "lane-scan",
                .card(CardRead(number: CardNumber(format: CardNumber.textFormat, value: .text("parcel 17")))))
        ])
        var filter = JournalFilter()
        (filter.kinds, filter.limit, filter.isNewestFirst) = ([.decision], 0, false)
        let reader = try JournalReader(path: "\(bench.folder)/gatehouse.db", secrets: bench.secrets)
        let entries = try reader.entries(filter, withPersonal: true)
        #expect(entries.count >= 100, "the passes were shown")
        #expect(
            entries.last?.personal.contains { $0.value == Array("TEXT:parcel 17".utf8) } == true, "what is kept is seen"
        )
        for entry in entries {
            for value in entry.personal.map(\.value) + entry.entry.detail.values.map({ $0.encoded() }) {
                #expect(!holds(value, windows), "entry \(entry.entry.sequence)")
            }
        }
        #expect(!holds(Array("\(bench.effects)".utf8), windows), "in what was told or waits to be written")
        for name in ["gatehouse.db", "gatehouse.db-wal"] {
            let octets = file("\(bench.folder)/\(name)")
            #expect(!octets.isEmpty && !holds(octets, windows), "\(name)")
        }
        // So that the search can fail.
        #expect(
            holds(
                Array(
                    "xx\(bench.say(PassIssue(host: "R-1", points: "lane-in", until: "2h")).value(PassIssue.Reply.self)!.second.token)"
                        .utf8), windows))
    }
}
