import GatehouseProtocols

/// The module's side of the EF AA protocol. A VERIFY stays open until a face comes or its time is over; the one who
/// turns the clock says so.
package struct EmulatedFaceModule: Sendable {
    package enum Face: Hashable, Sendable {
        case user(UInt16, name: String)
        case stranger
        case photograph
        case eyesClosed(UInt16)
    }

    package private(set) var isDemo: Bool
    /// Timeout of the VERIFY that runs, in seconds; nil when none does.
    package private(set) var runningVerify: UInt8?
    /// 0 idle, 1 busy, 2 error, 3 not initialised, 4 updating; nil follows the VERIFY.
    package var forcedStatus: UInt8?
    package var isDead = false
    /// The users of the module's own table.
    package var users: [UInt16] = []
    /// Who stands there to be enrolled; nil is nobody.
    package var candidate: Bool = true
    private var scanner = FaceFrameScanner()

    package init(isDemo: Bool = false) { self.isDemo = isDemo }

    /// Octets from the host; the replies that come at once.
    package mutating func receive(_ octets: [UInt8]) -> [UInt8] {
        guard !isDead else { return [] }
        var replies: [UInt8] = []
        for frame in scanner.receive(octets) { replies += hear(frame) }
        return replies
    }

    /// A face in front of the camera; the reply when a VERIFY runs, otherwise nothing.
    package mutating func present(_ face: Face) -> [UInt8] {
        guard runningVerify != nil else { return [] }
        runningVerify = nil
        if isDemo { return Self.match(user: FaceMatch.anybody, name: "", status: FaceMatch.unlocked) }
        switch face {
        case .user(let user, let name): return Self.match(user: user, name: name, status: FaceMatch.unlocked)
        case .eyesClosed(let user): return Self.match(user: user, name: "", status: FaceMatch.eyesClosed)
        case .stranger: return Self.reply(0x12, 8)
        case .photograph: return Self.reply(0x12, 12)
        }
    }

    /// The time of the VERIFY is over: nobody came.
    package mutating func timeOut() -> [UInt8] {
        guard runningVerify != nil else { return [] }
        runningVerify = nil
        return Self.reply(0x12, 13)
    }

    /// Power comes back: boot text, then READY. Demo mode and enrolled faces stay, what ran is lost.
    package mutating func restart() -> [UInt8] {
        runningVerify = nil
        scanner.reset()
        return Array("Uart parser Init!\n".utf8) + FaceFrame(id: FaceFrame.note, data: [0]).octets
    }

    /// A VERIFY reply with result 0, asked for or not.
    package static func match(user: UInt16, name: String, status: UInt8) -> [UInt8] {
        let text = Array(name.utf8.prefix(31))
        let padding = [UInt8](repeating: 0, count: 32 - text.count)
        return reply(0x12, 0, [UInt8(user >> 8), UInt8(user & 0xFF)] + text + padding + [0, status])
    }

    package static func reply(_ command: UInt8, _ result: UInt8, _ data: [UInt8] = []) -> [UInt8] {
        FaceFrame(id: FaceFrame.reply, data: [command, result] + data).octets
    }

    private mutating func hear(_ frame: FaceFrame) -> [UInt8] {
        switch frame.id {
        case 0x10:
            let aborted = runningVerify == nil ? [] : Self.reply(0x12, 2)
            runningVerify = nil
            return Self.reply(0x10, 0) + aborted
        case 0x11: return Self.reply(0x11, 0, [forcedStatus ?? (runningVerify == nil ? 0 : 1)])
        case 0x12:
            guard frame.data.count == 2 else { return Self.reply(0x12, 6) }
            runningVerify = frame.data[1] == 0 ? 10 : frame.data[1]
            return []
        case 0x1D:
            guard candidate, frame.data.count == 35 else { return Self.reply(0x1D, candidate ? 6 : 13) }
            let user = (users.max() ?? 0) + 1
            users.append(user)
            return Self.reply(0x1D, 0, [UInt8(user >> 8), UInt8(user & 0xFF), 0])
        case 0x20:
            guard frame.data.count == 2 else { return Self.reply(0x20, 6) }
            let user = UInt16(frame.data[0]) << 8 | UInt16(frame.data[1])
            guard let index = users.firstIndex(of: user) else { return Self.reply(0x20, 8) }
            users.remove(at: index)
            return Self.reply(0x20, 0)
        case 0x24:
            return Self.reply(
                0x24, 0,
                [UInt8(truncatingIfNeeded: users.count)] + users.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] })
        case 0x93: return Self.reply(0x93, 0, Array("EMULATED-1".utf8) + [0, 0xFF])
        case 0xFE:
            guard let isOn = frame.data.first else { return Self.reply(0xFE, 6) }
            isDemo = isOn != 0
            return Self.reply(0xFE, 0)
        default: return Self.reply(frame.id, 1)
        }
    }
}
