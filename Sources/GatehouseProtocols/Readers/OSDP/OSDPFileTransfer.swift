/// FTSTAT (OSDP 2.2, 7.25): how the reader takes a file.
package struct OSDPFileStatus: Hashable, Sendable {
    /// Other commands may go between the fragments.
    package var mayInterleave: Bool
    /// The reader wants to leave the secure channel for the transfer.
    package var leavesSecurity: Bool
    /// A reply to POLL waits.
    package var hasPollReply: Bool
    /// Milliseconds before the next fragment.
    package var delay: UInt16
    /// 0 go on, 1 processed, 2 rebooting, 3 finishing; negative: refused.
    package var status: Int16
    /// The longest message from now on; 0 leaves it.
    package var longestMessage: UInt16

    package init(
        mayInterleave: Bool = true, leavesSecurity: Bool = false, hasPollReply: Bool = false, delay: UInt16 = 0,
        status: Int16, longestMessage: UInt16 = 0
    ) {
        self.mayInterleave = mayInterleave
        self.leavesSecurity = leavesSecurity
        self.hasPollReply = hasPollReply
        self.delay = delay
        self.status = status
        self.longestMessage = longestMessage
    }

    var octets: [UInt8] {
        let action: UInt8 = (mayInterleave ? 1 : 0) | (leavesSecurity ? 2 : 0) | (hasPollReply ? 4 : 0)
        return [action] + littleEndian(UInt32(delay), 2) + littleEndian(UInt32(UInt16(bitPattern: status)), 2)
            + littleEndian(UInt32(longestMessage), 2)
    }

    init(octets: [UInt8]) {
        self.init(
            mayInterleave: octets[0] & 1 != 0, leavesSecurity: octets[0] & 2 != 0, hasPollReply: octets[0] & 4 != 0,
            delay: UInt16(number(octets[1..<3])), status: Int16(bitPattern: UInt16(number(octets[3..<5]))),
            longestMessage: UInt16(number(octets[5..<7])))
    }
}

/// One fragment of FILETRANSFER (OSDP 2.2, 6.26).
package struct OSDPFileFragment: Hashable, Sendable {
    /// 1 opaque; 128 and above are the maker's.
    package var type: UInt8
    package var total: UInt32
    package var offset: UInt32
    package var data: [UInt8]

    package init(type: UInt8, total: UInt32, offset: UInt32, data: [UInt8]) {
        self.type = type
        self.total = total
        self.offset = offset
        self.data = data
    }

    /// Octets of the payload before the data.
    static let head = 11

    var octets: [UInt8] {
        [type] + littleEndian(total, 4) + littleEndian(offset, 4) + littleEndian(UInt32(data.count), 2) + data
    }

    init?(octets: [UInt8]) {
        guard octets.count >= Self.head, Int(number(octets[9..<11])) == octets.count - Self.head else { return nil }
        self.init(
            type: octets[0], total: number(octets[1..<5]), offset: number(octets[5..<9]), data: Array(octets[11...]))
    }
}

/// A file on its way to a reader: which fragment is next, and what the reader's answers make of it. It knows no time.
struct OSDPFileTransfer: Sendable {
    enum Step: Hashable, Sendable {
        /// The next fragment after this many milliseconds; polls go between only where the reader lets them.
        case next(afterMilliseconds: UInt16)
        case done
        /// The reader refuses, or breaks a rule.
        case failed(OSDPTransferFailure)
    }

    /// Empty fragments that a reader may ask for while it finishes.
    static let longestFinish = 3000

    let type: UInt8
    let octets: [UInt8]
    private(set) var sent = 0
    private(set) var mayInterleave = true
    private var longestMessage: Int
    private var onItsWay = 0
    private var finishing = 0

    /// - Parameter longestMessage: the longest frame that the reader takes.
    init(type: UInt8, octets: [UInt8], longestMessage: Int) {
        self.type = type
        self.octets = octets
        self.longestMessage = longestMessage
    }

    /// The fragment that is due. It is the same until an answer came.
    mutating func fragment() -> OSDPFileFragment {
        onItsWay = finishing > 0 ? 0 : min(octets.count - sent, room)
        return OSDPFileFragment(
            type: type, total: UInt32(octets.count), offset: UInt32(sent),
            data: Array(octets[sent..<(sent + onItsWay)]))
    }

    /// What fits into a frame: head 5, block 2, code 1, MAC 4 and check 2 around whole blocks of the cipher, the last of
    /// them with one octet of padding at least.
    private var room: Int { max(1, (longestMessage - 14) / 16 * 16 - 1 - OSDPFileFragment.head) }

    mutating func take(_ status: OSDPFileStatus, isSecured: Bool) -> Step {
        guard !(status.leavesSecurity && isSecured) else { return .failed(.leavesSecurity) }
        guard status.status >= 0 else { return .failed(.refused(status.status)) }
        mayInterleave = status.mayInterleave
        if status.longestMessage > 0 { longestMessage = min(longestMessage, Int(status.longestMessage)) }
        sent += onItsWay
        onItsWay = 0
        switch status.status {
        case 0 where sent < octets.count: return .next(afterMilliseconds: status.delay)
        case 3 where sent == octets.count:
            finishing += 1
            return finishing <= Self.longestFinish ? .next(afterMilliseconds: status.delay) : .failed(.endless)
        case 1, 2: return sent == octets.count ? .done : .failed(.tooEarly)
        default: return .failed(.tooEarly)
        }
    }
}

/// Why a file did not reach a reader.
package enum OSDPTransferFailure: Hashable, Sendable {
    /// The reader's own status: -1 abort, -2 not recognised, -3 malformed.
    case refused(Int16)
    /// The reader wanted to go on in clear.
    case leavesSecurity
    /// Another answer than the place in the file allows.
    case tooEarly
    case endless
}
