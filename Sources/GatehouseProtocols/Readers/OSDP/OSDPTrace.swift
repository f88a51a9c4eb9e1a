package import GatehouseCore

/// The latest frames of one bus: a recording that a test plays to the panel again. Bounded, in memory, and never written
/// anywhere by itself.
///
///     osdp trace 1
///     0 sent 530113000c03110076…        microseconds since the first frame, and the octets from start to check
///     4210 received 53812b000c031200…
///     9000 damaged 1                    frames with a wrong check
///     9100 stray 12                     octets while nobody was asked
///     12000 received 5382… masked
///
/// What is sealed in a session stays as it was; its keys are not here. Everything else is shown only when its kind says
/// nothing of a card, a PIN, a key or a person; of the rest the payload is zeros, and the check is that of the zeros,
/// because the real one would tell a short secret.
package struct OSDPTrace: Sendable {
    package enum Event: Hashable, Sendable {
        case sent(OSDPFrame)
        case received(OSDPFrame)
        case damaged(Int)
        case stray(Int)
    }

    package struct Entry: Hashable, Sendable {
        package var at: MonotonicTime
        package var event: Event
        package var isMasked = false
    }

    /// Frames that are shown; the oldest go first.
    package static let capacity = 4096
    /// Octets of the text; the oldest frames are left out.
    package static let textLimit = 600_000

    package private(set) var entries: [Entry] = []
    /// Addresses whose present session is under the key that everybody knows: their seals hide nothing.
    private var defaultKeyed: Set<UInt8> = []

    package init() {}

    mutating func add(_ event: Event, at now: MonotonicTime) {
        // Many at a time, so that a full recording costs little.
        if entries.count >= Self.capacity * 2 { entries.removeFirst(Self.capacity) }
        switch event {
        case .sent(let frame): entries.append(entry(frame, at: now) { .sent($0) })
        case .received(let frame): entries.append(entry(frame, at: now) { .received($0) })
        case .damaged, .stray: entries.append(Entry(at: now, event: event))
        }
    }

    private mutating func entry(_ frame: OSDPFrame, at now: MonotonicTime, _ make: (OSDPFrame) -> Event) -> Entry {
        if let block = frame.securityBlock, block.type == OSDPSecurityType.challenge {
            if block.data.first == 0 { defaultKeyed.insert(frame.address) } else { defaultKeyed.remove(frame.address) }
        }
        guard !frame.data.isEmpty, isSecret(frame) else { return Entry(at: now, event: make(frame)) }
        var masked = frame
        masked.data = Self.masked(frame)
        masked.mac = [UInt8](repeating: 0, count: frame.mac.count)
        return Entry(at: now, event: make(masked), isMasked: true)
    }

    // MARK: what may be seen

    /// Kinds that say nothing of a card, a PIN, a key or a person. Whatever is not here is masked.
    private static let openCommands: Set<UInt8> = [
        0x60, 0x61, 0x62, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x6E, 0x76, 0x77, 0x7B, 0xA2, 0xA7,
    ]
    private static let openReplies: Set<UInt8> = [
        0x40, 0x41, 0x45, 0x46, 0x48, 0x49, 0x4A, 0x4B, 0x54, 0x59, 0x76, 0x78, 0x79, 0x7A,
    ]
    private static let keySet: UInt8 = 0x75
    private static let keypad: UInt8 = 0x53
    private static let raw: UInt8 = 0x50

    private func isSecret(_ frame: OSDPFrame) -> Bool {
        if frame.securityBlock != nil, defaultKeyed.contains(frame.address) { return true }
        // A key is of use to one who knows the key before it.
        if !frame.isReply, frame.code == Self.keySet { return true }
        let sealed = [OSDPSecurityType.commandEncrypted, OSDPSecurityType.replyEncrypted]
        if let block = frame.securityBlock, sealed.contains(block.type), frame.data.count % 16 == 0 { return false }
        return !(frame.isReply ? Self.openReplies : Self.openCommands).contains(frame.code)
    }

    /// Zeros in the place of what is secret. Bits keep their count; of keys not even that is told.
    private static func masked(_ frame: OSDPFrame) -> [UInt8] {
        if frame.isReply, frame.securityBlock == nil {
            if frame.code == keypad { return [frame.data[0], 1, 0] }
            if frame.code == raw {
                return frame.data.prefix(4) + [UInt8](repeating: 0, count: max(0, frame.data.count - 4))
            }
        }
        return [UInt8](repeating: 0, count: frame.data.count)
    }
}

// MARK: the text

extension OSDPTrace {
    private static let header = "osdp trace 1"
    private static let hex = Array("0123456789abcdef".utf8)

    package var text: String {
        var lines: [String] = []
        var size = 0
        for entry in entries.suffix(Self.capacity).reversed() {
            let line = Self.words(entry.event) + (entry.isMasked ? " masked" : "")
            // The moment and the line's end: at most 22 octets.
            size += line.utf8.count + 22
            guard size <= Self.textLimit else { break }
            lines.append(line)
        }
        let shown = entries.suffix(lines.count)
        guard let start = shown.first?.at else { return Self.header + "\n" }
        return zip(shown, lines.reversed()).reduce(into: Self.header + "\n") { text, one in
            text += "\((one.0.at - start).wholeNanoseconds / 1000) \(one.1)\n"
        }
    }

    private static func words(_ event: Event) -> String {
        func digits(_ frame: OSDPFrame) -> String {
            String(decoding: frame.octets.flatMap { [hex[Int($0 >> 4)], hex[Int($0 & 15)]] }, as: UTF8.self)
        }
        return switch event {
        case .sent(let frame): "sent \(digits(frame))"
        case .received(let frame): "received \(digits(frame))"
        case .damaged(let count): "damaged \(count)"
        case .stray(let count): "stray \(count)"
        }
    }

    /// Reads what `text` wrote; nil for anything else.
    package init?(text: String) {
        var lines = text.split(separator: "\n")[...]
        guard lines.popFirst() == Self.header[...], lines.count <= Self.capacity else { return nil }
        // A recording never goes back.
        var last: Int64 = 0
        for line in lines {
            let words = line.split(separator: " ")
            guard words.count == 3 || (words.count == 4 && words[3] == "masked"), let micros = Int64(words[0]),
                (last...Int64.max / 1000).contains(micros)
            else { return nil }
            last = micros
            let event: Event
            switch words[1] {
            case "sent":
                guard let frame = Self.frame(words[2]), !frame.isReply else { return nil }
                event = .sent(frame)
            case "received":
                guard let frame = Self.frame(words[2]) else { return nil }
                event = .received(frame)
            case "damaged", "stray":
                guard let count = Int(words[2]), (0...OSDPFrame.longest * 4).contains(count) else { return nil }
                event = words[1] == "stray" ? .stray(count) : .damaged(count)
            default: return nil
            }
            entries.append(
                Entry(at: MonotonicTime(nanoseconds: micros * 1000), event: event, isMasked: words.count == 4))
        }
    }

    private static func frame(_ word: Substring) -> OSDPFrame? {
        let digits = word.compactMap(\.hexDigitValue)
        guard digits.count == word.count, digits.count % 2 == 0 else { return nil }
        let octets = stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
        return try? OSDPFrame.decode(octets).get()
    }
}

extension OSDPTrace.Entry {
    /// What the line brought, to be played to a panel again; nil for what the panel sent. Damage comes as octets that are
    /// as damaged, whatever they were.
    package var heard: [UInt8]? {
        switch event {
        case .sent: nil
        case .received(let frame): [OSDPFrame.mark] + frame.octets
        case .damaged(let count):
            (0..<count).flatMap { _ in [0x53, 0x80, 0x08, 0x00, 0x04, 0x40, 0x00, 0x00] as [UInt8] }
        case .stray(let count): [UInt8](repeating: 0, count: count)
        }
    }
}
