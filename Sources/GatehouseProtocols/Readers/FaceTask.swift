/// What an administrator has a face module do (face-uart.md section 3). One at a time; looking for faces pauses meanwhile.
package enum FaceTask: Hashable, Sendable {
    /// Takes the face in front of the camera; the time is that of each picture. A face that the module knows already is
    /// refused by it. `reset` stops it.
    case enrol(name: String, seconds: UInt8, poses: FacePoses = .one)
    case delete(UInt16)
    case users
    case serialNumber
    case reset

    func command(_ direction: FaceDirection?) -> FaceCommand {
        switch self {
        case .enrol(let name, let seconds, _):
            if let direction {
                .enrol(name: name, isAdmin: false, direction: direction.rawValue, seconds: seconds)
            } else {
                .enrolSingle(name: name, isAdmin: false, seconds: seconds)
            }
        case .delete(let user): .deleteUser(user)
        case .users: .allUsers
        case .serialNumber: .serialNumber
        case .reset: .reset
        }
    }

    /// How long one reply may take.
    var patience: Duration {
        switch self {
        case .enrol(_, let seconds, _): .seconds(seconds == 0 ? 10 : Int(seconds)) + FaceModule.verifyGrace
        case .delete: .seconds(10)
        case .users, .serialNumber, .reset: FaceModule.answerTime
        }
    }
}

package enum FaceAnswer: Hashable, Sendable {
    case done
    case enrolled(UInt16)
    case users([UInt16])
    case text(String)
    /// The module's result: 8 unknown user, 9 table full, 10 face already enrolled, 12 liveness, 13 nobody came.
    case refused(UInt8)
    /// The reply was none that this question has.
    case malformed
    /// Another task runs.
    case busy
    /// A reset stopped it.
    case cancelled
    /// No reply in time, the port is gone, or the module restarted.
    case lost

    init(_ task: FaceTask, result: UInt8, data: [UInt8]) {
        guard result == 0 else {
            self = .refused(result)
            return
        }
        switch task {
        case .enrol:
            guard data.count >= 2 else {
                self = .malformed
                return
            }
            let user = UInt16(data[0]) << 8 | UInt16(data[1])
            self = FaceMatch.isNumber(user) ? .enrolled(user) : .malformed
        case .users:
            // The count has one octet and overflows; the size of the reply does not.
            guard data.count % 2 == 1, data.first == UInt8(truncatingIfNeeded: data.count / 2) else {
                self = .malformed
                return
            }
            self = .users(
                stride(from: 1, to: data.count, by: 2).map { UInt16(data[$0]) << 8 | UInt16(data[$0 + 1]) })
        case .serialNumber:
            self = .text(FaceModule.text(data))
        case .delete, .reset: self = .done
        }
    }
}
