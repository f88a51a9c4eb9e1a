/// Finds frames in what a serial line brings, in whatever pieces (osdp.md section 2, "Receiving").
///
/// Holds at most one unfinished frame of 1440 octets. It has no clock: when the line was silent for longer than a frame
/// may pause, the caller gives the unfinished frame up.
package struct OSDPFrameScanner: Sendable {
    private var buffer: [UInt8] = []
    /// Whole frames with a wrong check or a malformed security block since the last `takeBadFrames`.
    private var badFrames = 0

    package init() {}

    /// Whether a frame has begun and is not complete.
    package var isInFrame: Bool { !buffer.isEmpty }

    package mutating func receive(_ octets: [UInt8]) -> [OSDPFrame] {
        buffer += octets
        return scan()
    }

    /// Drops the start octet of the unfinished frame and looks for frames in the octets after it: a length field in
    /// noise may have swallowed them.
    package mutating func giveUp() -> [OSDPFrame] {
        guard !buffer.isEmpty else { return [] }
        buffer.removeFirst()
        return scan()
    }

    /// Forgets everything, before a command is sent: a late reply must not answer it.
    package mutating func reset() { buffer = [] }

    package mutating func takeBadFrames() -> Int {
        defer { badFrames = 0 }
        return badFrames
    }

    private mutating func scan() -> [OSDPFrame] {
        var frames: [OSDPFrame] = []
        var position = 0
        scanning: while position < buffer.count {
            guard buffer[position] == OSDPFrame.start else {
                position += 1
                continue
            }
            guard buffer.count - position >= 4 else { break }
            let length = Int(buffer[position + 2]) | Int(buffer[position + 3]) << 8
            guard (7...OSDPFrame.longest).contains(length) else {
                position += 1
                continue
            }
            guard buffer.count - position >= length else { break scanning }
            switch OSDPFrame.decode(Array(buffer[position..<(position + length)])) {
            case .success(let frame):
                frames.append(frame)
                position += length
            case .failure:
                badFrames += 1
                position += 1
            }
        }
        buffer.removeFirst(position)
        return frames
    }
}
