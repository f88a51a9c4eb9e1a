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

    package var octets: [UInt8] {
        let body =
            [id, UInt8(truncatingIfNeeded: data.count >> 8), UInt8(truncatingIfNeeded: data.count)] + data
        return [0xEF, 0xAA] + body + [body.reduce(0, ^)]
    }
}

/// Finds frames in what the line brings. Holds at most one unfinished frame; has no clock: after 100 ms of silence the
/// caller gives the unfinished frame up.
package struct FaceFrameScanner: Sendable {
    private var buffer: [UInt8] = []
    private var badFrames = 0

    package init() {}

    package var isInFrame: Bool { !buffer.isEmpty }

    package mutating func receive(_ octets: [UInt8]) -> [FaceFrame] {
        buffer += octets
        return scan()
    }

    /// Drops the sync of the unfinished frame and looks for frames behind it.
    package mutating func giveUp() -> [FaceFrame] {
        guard !buffer.isEmpty else { return [] }
        buffer.removeFirst()
        return scan()
    }

    package mutating func reset() { buffer = [] }

    /// Frames with a wrong parity since the last call.
    package mutating func takeBadFrames() -> Int {
        defer { badFrames = 0 }
        return badFrames
    }

    private mutating func scan() -> [FaceFrame] {
        var frames: [FaceFrame] = []
        var position = 0
        while position < buffer.count {
            let left = buffer.count - position
            guard buffer[position] == 0xEF, left < 2 || buffer[position + 1] == 0xAA else {
                position += 1
                continue
            }
            guard left >= 5 else { break }
            let size = Int(buffer[position + 3]) << 8 | Int(buffer[position + 4])
            guard size <= FaceFrame.longest else {
                position += 1
                continue
            }
            guard left >= size + 6 else { break }
            let body = buffer[(position + 2)..<(position + 5 + size)]
            guard body.reduce(0, ^) == buffer[position + 5 + size] else {
                badFrames += 1
                position += 1
                continue
            }
            frames.append(FaceFrame(id: buffer[position + 2], data: Array(body.dropFirst(3))))
            position += size + 6
        }
        buffer.removeFirst(position)
        return frames
    }
}
