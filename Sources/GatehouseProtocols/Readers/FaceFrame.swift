/// One frame of the EF AA family of face modules (face-uart.md section 2). Numbers are high octet first.
package struct FaceFrame: Hashable, Sendable {
    /// Message ids of the module.
    package static let reply: UInt8 = 0x00
    package static let note: UInt8 = 0x01
    package static let image: UInt8 = 0x02
    /// The most data accepted; no command of ours asks for pictures.
    package static let longest = 4096

    package var id: UInt8
    package var data: [UInt8]

    package init(id: UInt8, data: [UInt8] = []) {
        self.id = id
        self.data = data
    }

    package var octets: [UInt8] { [0xEF, 0xAA] + body + [body.reduce(0, ^)] }

    /// Id, size and data.
    var body: [UInt8] {
        [id, UInt8(truncatingIfNeeded: data.count >> 8), UInt8(truncatingIfNeeded: data.count)] + data
    }
}

/// What stands on the line between two syncs.
package enum FaceLine: Hashable, Sendable {
    case clear(FaceFrame)
    /// Cipher text whose XOR is right.
    case sealed([UInt8])
}

/// Finds frames in what the line brings. Holds at most one unfinished frame; has no clock: after 100 ms of silence the
/// caller gives the unfinished frame up.
///
/// Where sealed frames may come, three octets after the sync can mean both. The longer reading waits for its end; a
/// frame in clear that looked like the beginning of one is found after silence. READY alone is known at once.
package struct FaceFrameScanner: Sendable {
    private enum Found {
        case nothing
        case unfinished
        case broken
        case line(FaceLine, octets: Int)
    }

    private static let ready = FaceFrame(id: FaceFrame.note, data: [0]).octets
    private let takesSealed: Bool
    private var buffer: [UInt8] = []
    private var badFrames = 0

    package init(takesSealed: Bool = false) { self.takesSealed = takesSealed }

    package var isInFrame: Bool { !buffer.isEmpty }

    /// The frames in clear.
    package mutating func receive(_ octets: [UInt8]) -> [FaceFrame] {
        hear(octets).compactMap { if case .clear(let frame) = $0 { frame } else { nil } }
    }

    package mutating func hear(_ octets: [UInt8]) -> [FaceLine] {
        buffer += octets
        return scan()
    }

    /// Drops the sync of the unfinished frame and looks for frames behind it.
    package mutating func giveUp() -> [FaceLine] {
        guard !buffer.isEmpty else { return [] }
        if takesSealed, case .line(let line, let octets) = clearLine(at: 0) {
            buffer.removeFirst(octets)
            return [line] + scan()
        }
        buffer.removeFirst()
        return scan()
    }

    package mutating func reset() { buffer = [] }

    /// Frames with a wrong parity since the last call.
    package mutating func takeBadFrames() -> Int {
        defer { badFrames = 0 }
        return badFrames
    }

    private mutating func scan() -> [FaceLine] {
        var lines: [FaceLine] = []
        var position = 0
        scanning: while position < buffer.count {
            switch takesSealed ? anyLine(at: position) : clearLine(at: position) {
            case .nothing: position += 1
            case .broken:
                badFrames += 1
                position += 1
            case .line(let line, let octets):
                lines.append(line)
                position += octets
            case .unfinished: break scanning
            }
        }
        buffer.removeFirst(position)
        return lines
    }

    private func hasSync(at position: Int) -> Bool {
        buffer[position] == 0xEF && (position + 1 == buffer.count || buffer[position + 1] == 0xAA)
    }

    private func number(at position: Int) -> Int { Int(buffer[position]) << 8 | Int(buffer[position + 1]) }

    private func clearLine(at position: Int) -> Found {
        guard hasSync(at: position) else { return .nothing }
        let left = buffer.count - position
        guard left >= 5 else { return .unfinished }
        let size = number(at: position + 3)
        guard size <= FaceFrame.longest else { return .nothing }
        guard left >= size + 6 else { return .unfinished }
        let body = buffer[(position + 2)..<(position + 5 + size)]
        guard body.reduce(0, ^) == buffer[position + 5 + size] else { return .broken }
        return .line(.clear(FaceFrame(id: buffer[position + 2], data: Array(body.dropFirst(3)))), octets: size + 6)
    }

    private func anyLine(at position: Int) -> Found {
        guard hasSync(at: position) else { return .nothing }
        let left = buffer.count - position
        guard left >= 5 else { return .unfinished }
        let size = number(at: position + 2)
        let looksReady = Self.ready.starts(with: buffer[position...].prefix(Self.ready.count))
        guard !looksReady, size > 0, size % 16 == 0, size <= FaceFrame.longest + 16 else {
            return clearLine(at: position)
        }
        guard left >= size + 5 else { return .unfinished }
        let hidden = buffer[(position + 4)..<(position + 4 + size)]
        guard hidden.reduce(0, ^) == buffer[position + 4 + size] else { return clearLine(at: position) }
        return .line(.sealed(Array(hidden)), octets: size + 5)
    }
}
