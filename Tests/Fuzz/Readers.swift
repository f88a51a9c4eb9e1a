import GatehouseCore
import GatehouseCrypto
import GatehouseProtocols

enum Readers {
    private static let start = MonotonicTime(nanoseconds: 1_000_000_000)

    /// The same octets in one piece and one at a time.
    private static func expectSame<Machine, Value: Equatable>(
        _ octets: [UInt8], _ make: () -> Machine, _ feed: (inout Machine, [UInt8]) -> [Value]
    ) {
        var whole = make()
        var drops = make()
        let one = feed(&whole, octets)
        let other = octets.flatMap { feed(&drops, [$0]) }
        precondition(one == other, "in pieces it means something else")
    }

    private static func bound(_ signals: [ReaderSignal]) {
        for case .card(let card) in signals {
            precondition(card.number.description.utf8.count <= 300, "a card without a bound")
        }
    }

    /// Three octets are an edge: which line, and how long after the one before; some are lost events and silence.
    static func wiegand(_ octets: [UInt8]) {
        guard let mode = octets.first else { return }
        let formats = mode & 1 == 0 ? ["H10301", "H10306", "C1K35"] : ["H10301"]
        let keypads: [WiegandKeypad] = [.none, .fourBit, .eightBit, .fourOrEightBit, .sixDigits]
        var decoder = WiegandDecoder(
            .init(
                formats: formats.compactMap { CardFormat.named(CardFormatID($0)) },
                keypad: keypads[Int(mode >> 1) % keypads.count], hasFunctionKeys: mode & 0x80 != 0,
                endsAtLength: mode & 0x40 != 0), startedAt: .zero)
        var now: Int64 = 200_000_000
        var index = 1
        while index + 3 <= octets.count {
            let step = Int64(octets[index + 1]) << 8 | Int64(octets[index + 2])
            // Up to 65 ms, and sometimes backwards.
            now += octets[index] & 0x20 != 0 ? -step : step * 1000
            let at = MonotonicTime(nanoseconds: now)
            switch octets[index] & 0x1F {
            case 0x1F: bound(decoder.handle(.lostEvents, at: at))
            case 0x1E: bound(decoder.handle(.time, at: decoder.nextDeadline?.at ?? at))
            default: bound(decoder.handle(.edge(line: octets[index] & 1 == 0 ? .data0 : .data1, at: at), at: at))
            }
            index += 3
        }
        // The early end of a card, and the silence after it.
        for _ in 0..<2 { if let end = decoder.nextDeadline { bound(decoder.handle(.time, at: end.at)) } }
        precondition(decoder.nextDeadline == nil, "a frame does not end")
    }

    static func osdpFrames(_ octets: [UInt8]) {
        expectSame(octets, { OSDPFrameScanner() }, { $0.receive($1) })
        if case .success(let frame) = OSDPFrame.decode(octets) {
            _ = OSDPReply(code: frame.code, data: frame.data)
            _ = OSDPCommand(code: frame.code, data: frame.data)
        }
    }

    static func osdpReplies(_ octets: [UInt8]) {
        guard let code = octets.first else { return }
        _ = OSDPReply(code: code, data: Array(octets.dropFirst()))
        _ = OSDPCommand(code: code, data: Array(octets.dropFirst()))
    }

    /// A panel that hears anything: pieces of 1 to 32 octets, with time between them.
    static func osdpPanel(_ octets: [UInt8]) {
        let key: ReaderKey? =
            if case .success(let key) = ReaderKey.make((1...16).map { $0 * 7 }, crypto: .openSSL) { key } else { nil }
        var panel = OSDPPanel(
            readers: [
                .init(id: "a", address: 1, security: .clear, formats: [CardFormat.table[0]]),
                .init(id: "b", address: 2, security: .secure(key.map { [$0] } ?? [], .openSSL), formats: []),
            ], settings: .init())
        var now = start
        _ = panel.handle(.portOpened, at: now)
        var rest = octets[...]
        while let head = rest.popFirst() {
            let piece = Array(rest.prefix(Int(head & 31) + 1))
            rest = rest.dropFirst(piece.count)
            now = now + .milliseconds(Int(head >> 5))
            _ = panel.handle(.received(piece), at: now)
            if let deadline = panel.nextDeadline, deadline.at <= now + .milliseconds(200) {
                now = max(now, deadline.at)
                _ = panel.handle(.time, at: now)
            }
        }
    }

    private static func characters(_ framing: ASCIICardReader.Framing, _ octets: [UInt8], burst: Duration = .zero) {
        expectSame(
            octets,
            { ASCIICardReader(.init(framing: framing, repeatWindow: .zero, burst: burst)) },
            { machine, piece in
                let signals = machine.handle(.received(piece), at: start)
                bound(signals)
                return signals
            })
        var reader = ASCIICardReader(.init(framing: framing, burst: burst))
        bound(reader.handle(.received(octets), at: start))
        for _ in 0..<3 { if let deadline = reader.nextDeadline { bound(reader.handle(.time, at: deadline.at)) } }
        precondition(reader.nextDeadline == nil, "a half frame does not end")
    }

    static func em4100(_ octets: [UInt8]) {
        characters(.em4100(usesVersion: octets.first == 0), octets)
        if case .success(let frame) = EM4100Frame.decode(body: octets) {
            precondition(EM4100Frame.decode(body: frame.octets().dropFirst().dropLast()) == .success(frame))
        }
    }

    static func line(_ octets: [UInt8]) {
        for content in [CardLineContent.decimal, .hexadecimal, .text] {
            characters(.line(content, endsAtSilence: true), octets)
        }
    }

    /// A pattern up to the first line feed, and the text behind it.
    static func pattern(_ octets: [UInt8]) {
        let parts = octets.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false)
        guard let pattern = try? LinePattern(String(decoding: parts[0], as: UTF8.self)) else { return }
        let text = Array((parts.last ?? []).prefix(CardLineContent.bound))
        if let tag = pattern.tag(of: text) { precondition(tag.count <= text.count, "a tag that was not there") }
        var settings = ASCIICardReader.Settings(framing: .line(.text, endsAtSilence: true), repeatWindow: .zero)
        settings.pattern = pattern
        expectSame(text, { ASCIICardReader(settings) }, { $0.handle(.received($1), at: start) })
    }

    /// Every kind of reader as its port drives it.
    static func machines(_ octets: [UInt8]) {
        let kinds: [ReaderKind] = [
            .osdp(.init(address: 1, channel: .clear, formats: [CardFormat.table[0]])), .em4100(.init()),
            .line(.init(framing: .line(.hexadecimal, endsAtSilence: true))),
            .framed(.init(framing: .framed(FramedLine(), .text))),
            .plate(.init(framing: .datedPlate(.gbk))), .uhf(.init(family: .lengthFirst)), .face(nil),
        ]
        let parts = ReaderKind.Parts(session: .openSSL, faces: .openSSL)
        for kind in kinds {
            var machine = ReaderKind.make([("r", kind)], baud: kind.word.usualBaud, with: parts)
            _ = machine.take(.opened, at: start)
            var now = start
            for piece in stride(from: 0, to: octets.count, by: 16) {
                now = now + .milliseconds(20)
                _ = machine.take(.received(Array(octets[piece...].prefix(16))), at: now)
                if let deadline = machine.nextDeadline, deadline.at <= now { _ = machine.take(.time, at: now) }
            }
            _ = machine.take(.wish(.task(.serialNumber, token: 1)), at: now)
            _ = machine.take(.lost, at: now)
            precondition(machine.findings(of: "r", babbles: 0).count < 32, "the doctor talks without end")
        }
    }

    static func plate(_ octets: [UInt8]) {
        for encoding in NumberPlate.Encoding.allCases {
            characters(.datedPlate(encoding), octets)
            characters(.line(.plate(encoding), endsAtSilence: false), octets, burst: .seconds(1))
        }
    }

    /// The first octets describe the frame.
    static func framed(_ octets: [UInt8]) {
        guard octets.count > 4 else { return }
        let checks = FramedLine.Check.allCases
        let starts: [[UInt8]] = [[], [0x02], [0xAA, 0x55], [0x02, 0x02, 0x02, 0x02]]
        let ends: [[UInt8]] = [[0x03], [0x0D, 0x0A], [0x55, 0xAA], [0x0D, 0x0D, 0x0D, 0x0D]]
        let line = FramedLine(
            start: starts[Int(octets[0] & 3)], end: ends[Int(octets[0] >> 2 & 3)],
            check: checks[Int(octets[1]) % checks.count], isCheckInDigits: octets[0] & 0x80 != 0, first: Int(octets[2]),
            last: octets[3] & 1 == 0 ? nil : Int(octets[2]) + Int(octets[3] >> 1))
        characters(.framed(line, .text), Array(octets.dropFirst(4)))
    }

    static func uhf(_ octets: [UInt8]) {
        guard let first = octets.first else { return }
        let family = UHFFamily.allCases[Int(first) % 3]
        let stream = Array(octets.dropFirst())
        expectSame(stream, { UHFScanner(family) }, { $0.receive($1) })
        var settings = UHFReader.Settings(family: family, reportsNeeded: Int(first >> 4))
        settings.isActive = family == .lengthFirst && first & 8 != 0
        var reader = UHFReader(settings)
        _ = reader.handle(.portOpened, at: start)
        var now = start
        for piece in stride(from: 0, to: stream.count, by: 16) {
            now = now + .milliseconds(40)
            for case .signal(let signal) in reader.handle(.received(Array(stream[piece...].prefix(16))), at: now) {
                bound([signal])
            }
            if let deadline = reader.nextDeadline, deadline.at <= now { _ = reader.handle(.time, at: now) }
        }
    }

    static func face(_ octets: [UInt8]) {
        expectSame(octets, { FaceFrameScanner() }, { $0.receive($1) })
        expectSame(octets, { FaceFrameScanner(takesSealed: true) }, { $0.hear($1) })
        var module = FaceModule()
        _ = module.handle(.portOpened, at: start)
        for effect in module.handle(.received(octets), at: start) {
            if case .signal(.face(let user)) = effect { preconditionFailure("a face nobody asked for: \(user)") }
        }
        for _ in 0..<4 { if let deadline = module.nextDeadline { _ = module.handle(.time, at: deadline.at) } }
    }
}
