package import GatehouseProtocols

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
    /// Directions of an enrolment that it has.
    package private(set) var directions: UInt8 = 0
    /// What it sees before each picture (FACE_STATE).
    package var sights: [Int16] = []
    /// What it says of itself.
    package var serial = "EMULATED-1"
    package var version = "V1.3.7_T2"
    /// Commands that it answers with result 1.
    package var unknownCommands: Set<UInt8> = []
    /// How many of the next commands of an id it does not hear.
    package var swallows: [UInt8: Int] = [:]
    /// What it answers to a seed instead of taking it: 1 no key select table, 6 a table or mode that it has not.
    package var sealRefusal: UInt8?
    private let sealing: FaceSealing?
    private var session: FaceSession?
    private var scanner: FaceFrameScanner

    /// With `sealing` nothing but RESET and the seed is heard in clear.
    package init(isDemo: Bool = false, sealing: FaceSealing? = nil) {
        self.isDemo = isDemo
        self.sealing = sealing
        scanner = FaceFrameScanner(takesSealed: sealing != nil)
    }

    /// Octets from the host; the replies that come at once.
    package mutating func receive(_ octets: [UInt8]) -> [UInt8] {
        guard !isDead else { return [] }
        var replies: [UInt8] = []
        for line in scanner.hear(octets) {
            switch line {
            case .clear(let frame) where frame.id == 0x50: replies += takeSeed(frame)
            case .clear(let frame) where session == nil:
                replies += sealing == nil ? hear(frame) : Self.reply(frame.id, 21)
            case .clear: break
            case .sealed(let hidden): if let frame = session?.open(hidden) { replies += dressed(hear(frame)) }
            }
        }
        return replies
    }

    /// Under the key of the seed, where there is one.
    private func dressed(_ octets: [UInt8]) -> [UInt8] {
        guard let session else { return octets }
        var plain = FaceFrameScanner()
        return plain.receive(octets).flatMap { session.seal($0) }
    }

    private mutating func takeSeed(_ frame: FaceFrame) -> [UInt8] {
        guard let sealing, sealRefusal == nil else { return Self.reply(0x50, sealRefusal ?? 1) }
        guard frame.data.count >= 5, frame.data[4] == (sealing.encryption.mode == .aes ? 1 : 2) else {
            return Self.reply(0x50, 6)
        }
        session = sealing.session(seed: Array(frame.data[0..<4]))
        return Self.reply(0x50, 0, Array("EMULATED-DEVICE".utf8) + [0, 0, 0, 0, 0])
    }

    /// A face in front of the camera; the reply when a VERIFY runs, otherwise nothing.
    package mutating func present(_ face: Face) -> [UInt8] {
        guard runningVerify != nil else { return [] }
        runningVerify = nil
        return dressed(answer(to: face))
    }

    private func answer(to face: Face) -> [UInt8] {
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
        return dressed(Self.reply(0x12, 13))
    }

    /// Power comes back: boot text, then READY. Demo mode and enrolled faces stay, what ran is lost.
    package mutating func restart() -> [UInt8] {
        runningVerify = nil
        scanner.reset()
        session = nil
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

    package static func sight(_ state: Int16) -> [UInt8] {
        let low = [UInt8(truncatingIfNeeded: state), UInt8(truncatingIfNeeded: state >> 8)]
        return FaceFrame(id: FaceFrame.note, data: [1] + low + [UInt8](repeating: 0, count: 14)).octets
    }

    private mutating func hear(_ frame: FaceFrame) -> [UInt8] {
        guard !unknownCommands.contains(frame.id) else { return Self.reply(frame.id, 1) }
        if let count = swallows[frame.id], count > 0 {
            swallows[frame.id] = count - 1
            return []
        }
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
        case 0x13:
            guard frame.data.count == 35 else { return Self.reply(0x13, 6) }
            let seen = sights.flatMap(Self.sight)
            guard candidate else { return seen + Self.reply(0x13, 13) }
            directions |= frame.data[33]
            guard directions == 0x1F else { return seen + Self.reply(0x13, 0, [0xFF, 0xFF, directions]) }
            let user = (users.max() ?? 0) + 1
            users.append(user)
            directions = 0
            return seen + Self.reply(0x13, 0, [UInt8(user >> 8), UInt8(user & 0xFF), 0x1F])
        case 0x23:
            directions = 0
            return Self.reply(0x23, 0)
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
        case 0x30:
            return Self.reply(
                0x30, 0, Array(version.utf8.prefix(32)) + Array(repeating: 0, count: max(0, 32 - version.utf8.count)))
        case 0x93: return Self.reply(0x93, 0, Array(serial.utf8) + [0, 0xFF])
        case 0xFE:
            guard let isOn = frame.data.first else { return Self.reply(0xFE, 6) }
            isDemo = isOn != 0
            return Self.reply(0xFE, 0)
        default: return Self.reply(frame.id, 1)
        }
    }
}
