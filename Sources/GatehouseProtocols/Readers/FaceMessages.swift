/// A command to the module (face-uart.md section 3).
package enum FaceCommand: Hashable, Sendable {
    case reset
    case status
    /// Timeout in seconds, 1 to 255; the module stays on afterwards.
    case verify(seconds: UInt8)
    /// Names are UTF-8, cut to 31 octets.
    case enrolSingle(name: String, isAdmin: Bool, seconds: UInt8)
    /// One direction of several; the module numbers the user with the last.
    case enrol(name: String, isAdmin: Bool, direction: UInt8, seconds: UInt8)
    case enrolInteractive(name: String, isAdmin: Bool, direction: UInt8, allowsDuplicate: Bool, seconds: UInt8)
    case deleteUser(UInt16)
    case deleteAll
    case userInformation(UInt16)
    /// Forgets the directions taken so far.
    case forgetDirections
    case allUsers
    case version
    case serialNumber
    case demoMode(Bool)
    case beginEncryption(seed: [UInt8], mode: UInt8)

    package var id: UInt8 {
        switch self {
        case .reset: 0x10
        case .status: 0x11
        case .verify: 0x12
        case .enrolSingle: 0x1D
        case .enrol: 0x13
        case .enrolInteractive: 0x26
        case .deleteUser: 0x20
        case .deleteAll: 0x21
        case .userInformation: 0x22
        case .forgetDirections: 0x23
        case .allUsers: 0x24
        case .version: 0x30
        case .serialNumber: 0x93
        case .demoMode: 0xFE
        case .beginEncryption: 0x50
        }
    }

    package var frame: FaceFrame { FaceFrame(id: id, data: data) }

    private var data: [UInt8] {
        switch self {
        case .reset, .status, .deleteAll, .forgetDirections, .allUsers, .version, .serialNumber: []
        case .verify(let seconds): [0, seconds]
        case .enrolSingle(let name, let isAdmin, let seconds):
            [isAdmin ? 1 : 0] + Self.padded(name) + [0, seconds]
        case .enrol(let name, let isAdmin, let direction, let seconds):
            [isAdmin ? 1 : 0] + Self.padded(name) + [direction, seconds]
        case .enrolInteractive(let name, let isAdmin, let direction, let allowsDuplicate, let seconds):
            [isAdmin ? 1 : 0] + Self.padded(name) + [direction, 0, allowsDuplicate ? 1 : 0, seconds, 0, 0, 0]
        case .deleteUser(let user), .userInformation(let user): [UInt8(user >> 8), UInt8(user & 0xFF)]
        case .demoMode(let isOn): [isOn ? 1 : 0]
        case .beginEncryption(let seed, let mode): Array(seed.prefix(4)) + [mode]
        }
    }

    /// 32 octets; a character is not cut in two.
    private static func padded(_ name: String) -> [UInt8] {
        var octets: [UInt8] = []
        for character in name {
            let next = Array(String(character).utf8)
            guard octets.count + next.count <= 31 else { break }
            octets += next
        }
        return octets + Array(repeating: 0, count: 32 - octets.count)
    }
}

/// A message of the module (face-uart.md section 4).
package enum FaceMessage: Hashable, Sendable {
    case reply(command: UInt8, result: UInt8, data: [UInt8])
    case ready
    case faceState(FaceState)
    case note(id: UInt8, data: [UInt8])
    /// Images and message ids that are not known: skipped.
    case other(id: UInt8)

    package init(_ frame: FaceFrame) {
        let data = frame.data
        switch (frame.id, data.count) {
        case (FaceFrame.reply, 2...): self = .reply(command: data[0], result: data[1], data: Array(data[2...]))
        case (FaceFrame.note, 1...):
            if data[0] == 0 {
                self = .ready
            } else if data[0] == 1, let state = FaceState(octets: data[1...]) {
                self = .faceState(state)
            } else {
                self = .note(id: data[0], data: Array(data[1...]))
            }
        default: self = .other(id: frame.id)
        }
    }
}

/// FACE_STATE: the only message with the low octet first, because it is the module's own memory. Lengths in pixels,
/// angles in degrees.
package struct FaceState: Hashable, Sendable {
    /// 0 good, 1 no face, …
    package var state: Int16
    package var left: Int16
    package var top: Int16
    package var right: Int16
    package var bottom: Int16
    package var yaw: Int16
    package var pitch: Int16
    package var roll: Int16

    init?(octets: ArraySlice<UInt8>) {
        guard octets.count >= 16 else { return nil }
        let data = Array(octets)
        func field(_ index: Int) -> Int16 {
            Int16(bitPattern: UInt16(data[index * 2]) | UInt16(data[index * 2 + 1]) << 8)
        }
        (state, left, top, right) = (field(0), field(1), field(2), field(3))
        (bottom, yaw, pitch, roll) = (field(4), field(5), field(6), field(7))
    }
}

/// The data of a VERIFY reply with result 0, which a match needs in full: user, name, admin, unlock status.
package struct FaceMatch: Hashable, Sendable {
    package static let unlocked: UInt8 = 200
    package static let eyesClosed: UInt8 = 204
    /// What demo mode reports for any face.
    package static let anybody: UInt16 = 0xFFFF

    package var user: UInt16
    package var isAdmin: Bool
    package var status: UInt8

    /// Nil when there are fewer than 36 octets: 38 with command and result.
    package init?(data: [UInt8]) {
        guard data.count >= 36 else { return nil }
        user = UInt16(data[0]) << 8 | UInt16(data[1])
        isAdmin = data[34] != 0
        status = data[35]
    }

    package var isUserNumber: Bool { Self.isNumber(user) }

    static func isNumber(_ user: UInt16) -> Bool { (1...32767).contains(user) }
}
