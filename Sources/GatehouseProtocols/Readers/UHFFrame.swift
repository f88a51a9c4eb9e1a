/// The binary protocols of long range UHF readers (serial-readers.md section 4). The raw value is the word of the
/// configuration.
package enum UHFFamily: String, Hashable, Sendable, CaseIterable {
    /// Head A0, length, address, command, data, sum.
    case headA0 = "a0"
    /// Length, address, command, status, data, CRC.
    case lengthFirst = "length-first"
    /// BB, type, command, length, data, sum, 7E.
    case headBB = "bb"
}

/// What a reader says about one tag. The EPC is a number plate and no key: anybody with a writer can copy it.
package struct UHFTag: Hashable, Sendable {
    package var epc: [UInt8]
    /// Numbered from 1, where the family tells.
    package var antenna: UInt8?
    /// As the reader counts it: dBm in family BB, a step of its own in the others.
    package var signal: Int?

    package init(epc: [UInt8], antenna: UInt8? = nil, signal: Int? = nil) {
        self.epc = epc
        self.antenna = antenna
        self.signal = signal
    }
}

package enum UHFMessage: Hashable, Sendable {
    case tags([UHFTag])
    /// The round is over; the next one has to be asked for.
    case roundEnded
    case failed(UInt8)
    /// A whole frame of some other matter.
    case other(command: UInt8)
}

extension UHFFamily {
    package static let anyAddress: UInt8 = 0xFF

    /// One frame; `data` is what stands behind the command (in family BB behind the length).
    package func frame(address: UInt8, command: UInt8, data: [UInt8]) -> [UInt8] {
        switch self {
        case .headA0:
            let body = [0xA0, UInt8(truncatingIfNeeded: data.count + 3), address, command] + data
            return body + [0 &- body.reduce(0, &+)]
        case .lengthFirst:
            let body = [UInt8(truncatingIfNeeded: data.count + 4), address, command] + data
            let check = Self.crc(body)
            return body + [UInt8(truncatingIfNeeded: check), UInt8(check >> 8)]
        case .headBB:
            // The address is the type here: 00 command, 01 reply, 02 notice.
            let body = [address, command, UInt8(truncatingIfNeeded: data.count >> 8), UInt8(data.count & 0xFF)] + data
            return [0xBB] + body + [body.reduce(0, &+), 0x7E]
        }
    }

    /// Starts to look for tags: one round, or rounds without end in family BB.
    package func inventory(address: UInt8) -> [UInt8] {
        switch self {
        case .headA0: frame(address: address, command: 0x89, data: [0xFF])
        case .lengthFirst: frame(address: address, command: 0x01, data: [])
        case .headBB: frame(address: 0, command: 0x27, data: [0x22, 0xFF, 0xFF])
        }
    }

    /// Octets of the frame that begins with these; nil when they cannot begin one, 0 when too few to tell.
    func length(of octets: ArraySlice<UInt8>) -> Int? {
        let first = octets.startIndex
        switch self {
        case .headA0:
            guard octets[first] == 0xA0 else { return nil }
            guard octets.count >= 2 else { return 0 }
            return octets[first + 1] >= 3 ? Int(octets[first + 1]) + 2 : nil
        case .lengthFirst: return octets[first] >= 4 ? Int(octets[first]) + 1 : nil
        case .headBB:
            guard octets[first] == 0xBB else { return nil }
            guard octets.count >= 5 else { return octets.count < 2 || octets[first + 1] <= 2 ? 0 : nil }
            let size = Int(octets[first + 3]) << 8 | Int(octets[first + 4])
            return octets[first + 1] <= 2 && size <= 512 ? size + 7 : nil
        }
    }

    /// The message of a frame whose length is right; nil when its check is wrong or its content is no such message.
    func message(of frame: [UInt8]) -> UHFMessage? {
        switch self {
        case .headA0:
            guard frame.reduce(0, &+) == 0 else { return nil }
            return Self.real(command: frame[3], Array(frame[4..<(frame.count - 1)]))
        case .lengthFirst:
            let check = Self.crc(frame.dropLast(2))
            guard UInt16(frame[frame.count - 2]) | UInt16(frame[frame.count - 1]) << 8 == check else { return nil }
            return Self.lengthFirst(command: frame[2], Array(frame[3..<(frame.count - 2)]))
        case .headBB:
            let body = frame[1..<(frame.count - 2)]
            guard frame[frame.count - 1] == 0x7E, body.reduce(0, &+) == frame[frame.count - 2] else { return nil }
            return Self.notice(type: frame[1], command: frame[2], Array(body.dropFirst(4)))
        }
    }

    private static func real(command: UInt8, _ data: [UInt8]) -> UHFMessage? {
        guard (0x89...0x8B).contains(command) else { return .other(command: command) }
        // An error stands alone, or behind the antenna.
        if let last = data.last, data.count <= 2 { return .failed(last) }
        if data.count == 7 { return .roundEnded }
        // Frequency and antenna, PC, EPC, RSSI.
        guard data.count >= 4, let words = words(data[1]), data.count == 4 + 2 * words else { return nil }
        return .tags([
            UHFTag(
                epc: Array(data[3..<(data.count - 1)]), antenna: (data[0] & 3) + 1, signal: Int(data[data.count - 1]))
        ])
    }

    private static func lengthFirst(command: UInt8, _ data: [UInt8]) -> UHFMessage? {
        guard command == 0x01 || command == 0xEE, let status = data.first else { return .other(command: command) }
        if command == 0xEE, let report = unasked(status, Array(data.dropFirst())) { return report }
        switch status {
        case 0x01...0x04:
            let content = Array(data.dropFirst())
            // Newer readers put the antenna first, and the signal behind each tag.
            return
                (tags(content[...], antenna: nil) ?? content.first.flatMap { tags(content.dropFirst(), antenna: $0) })
                .map { .tags($0) }
        case 0xFB: return .roundEnded
        default: return .failed(status)
        }
    }

    /// A report in active mode: status 00 is a tag there and no failure, and 28 says that the reader is alive. Older readers
    /// send the EPC alone; newer ones antenna, length, EPC and signal. An EPC is whole words, so that its length tells which.
    private static func unasked(_ status: UInt8, _ content: [UInt8]) -> UHFMessage? {
        switch status {
        case 0x00 where content.count >= 2 && content.count % 2 == 0: return .tags([UHFTag(epc: content)])
        case 0x00 where content.count >= 5 && Int(content[1]) == content.count - 3:
            return .tags([
                UHFTag(
                    epc: Array(content[2..<(content.count - 1)]), antenna: content[0],
                    signal: content.last.map(Int.init))
            ])
        case 0x28: return .other(command: 0xEE)
        default: return nil
        }
    }

    private static func tags(_ data: ArraySlice<UInt8>, antenna: UInt8?) -> [UHFTag]? {
        guard let count = data.first else { return nil }
        var rest = data.dropFirst()
        var found: [UHFTag] = []
        for _ in 0..<count {
            guard let length = rest.popFirst().map({ Int($0) }), length >= 2, length % 2 == 0, rest.count >= length
            else { return nil }
            var tag = UHFTag(epc: Array(rest.prefix(length)), antenna: antenna)
            rest = rest.dropFirst(length)
            if antenna != nil {
                guard let signal = rest.popFirst() else { return nil }
                tag.signal = Int(signal)
            }
            found.append(tag)
        }
        return rest.isEmpty ? found : nil
    }

    private static func notice(type: UInt8, command: UInt8, _ data: [UInt8]) -> UHFMessage? {
        if type == 1, command == 0xFF { return data == [0x15] ? .roundEnded : data.first.map { .failed($0) } }
        guard command == 0x22 else { return .other(command: command) }
        // Signal, PC, EPC, and the CRC of the tag.
        guard data.count >= 5, let words = words(data[1]), data.count == 5 + 2 * words else { return nil }
        return .tags([
            UHFTag(epc: Array(data[3..<(data.count - 2)]), signal: Int(Int8(bitPattern: data[0])))
        ])
    }

    /// The length of an EPC in words, from the first octet of its PC.
    private static func words(_ control: UInt8) -> Int? { control >> 3 > 0 ? Int(control >> 3) : nil }

    private static func crc(_ octets: some Sequence<UInt8>) -> UInt16 {
        octets.reduce(0xFFFF) { check, octet in
            (0..<8).reduce(check ^ UInt16(octet)) { word, _ in word & 1 == 1 ? word >> 1 ^ 0x8408 : word >> 1 }
        }
    }
}

/// Octets to messages of one family. A family without a start octet is found again by its CRC.
package struct UHFScanner: Sendable {
    package let family: UHFFamily
    /// Frames whose check or content was wrong since the last call of `takeBroken`.
    private var broken = 0
    private var buffer: [UInt8] = []

    package init(_ family: UHFFamily) { self.family = family }

    package var isInFrame: Bool { !buffer.isEmpty }

    package mutating func receive(_ octets: [UInt8]) -> [UHFMessage] {
        buffer += octets
        return scan()
    }

    /// Silence in an unfinished frame: its first octet began none. What is behind it is looked at again.
    package mutating func giveUp() -> [UHFMessage] {
        var messages: [UHFMessage] = []
        while !buffer.isEmpty {
            buffer.removeFirst()
            messages += scan()
        }
        return messages
    }

    package mutating func reset() { buffer = [] }

    package mutating func takeBroken() -> Int {
        defer { broken = 0 }
        return broken
    }

    private mutating func scan() -> [UHFMessage] {
        var messages: [UHFMessage] = []
        var position = 0
        while position < buffer.count {
            guard let length = family.length(of: buffer[position...]) else {
                position += 1
                continue
            }
            guard length > 0, buffer.count - position >= length else { break }
            guard let message = family.message(of: Array(buffer[position..<(position + length)])) else {
                broken += 1
                position += 1
                continue
            }
            messages.append(message)
            position += length
        }
        buffer.removeFirst(position)
        return messages
    }
}
