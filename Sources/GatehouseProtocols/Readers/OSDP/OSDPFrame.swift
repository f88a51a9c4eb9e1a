/// The check at the end of a frame. A reply is judged by its own bit, whatever the command had.
package enum OSDPCheck: String, Hashable, Sendable {
    case crc16
    case checksum

    package var length: Int { self == .crc16 ? 2 : 1 }
}

/// The security block of a frame (osdp.md section 9). Types 0x15 to 0x18 bring a MAC.
package struct OSDPSecurityBlock: Hashable, Sendable {
    package var type: UInt8
    package var data: [UInt8]

    package init(type: UInt8, data: [UInt8] = []) {
        self.type = type
        self.data = data
    }

    package var hasMAC: Bool { (0x15...0x18).contains(type) }
}

/// One OSDP frame, from start-of-message to check (osdp.md section 2). The mark octet before it is no part of it.
package struct OSDPFrame: Hashable, Sendable {
    /// With a checksum and nothing in it.
    package static let shortest = 7
    /// 0x53.
    package static let start: UInt8 = 0x53
    /// An octet of all ones, sent before each frame and skipped when receiving.
    package static let mark: UInt8 = 0xFF
    /// The longest frame accepted; a greater length means a false start.
    package static let longest = 1440
    package static let configurationAddress: UInt8 = 0x7F

    /// 0 to 0x7F, without the direction bit.
    package var address: UInt8
    package var isReply: Bool
    /// 0 to 3.
    package var sequence: UInt8
    package var check: OSDPCheck
    package var securityBlock: OSDPSecurityBlock?
    package var code: UInt8
    package var data: [UInt8]
    /// 4 octets where the security block has a MAC, otherwise none.
    package var mac: [UInt8]

    package init(
        address: UInt8, isReply: Bool = false, sequence: UInt8, check: OSDPCheck = .crc16,
        securityBlock: OSDPSecurityBlock? = nil, code: UInt8, data: [UInt8] = [], mac: [UInt8] = []
    ) {
        self.address = address & 0x7F
        self.isReply = isReply
        self.sequence = sequence & 0x03
        self.check = check
        self.securityBlock = securityBlock
        self.code = code
        self.data = data
        self.mac = mac
    }

    /// Why octets are no frame.
    package enum Fault: Hashable, Sendable {
        case length
        case check
        case securityBlock
    }

    /// Octets from start-of-message to check.
    var length: Int { bodyEnd + mac.count + check.length }

    /// Octets before the MAC.
    private var bodyEnd: Int { 6 + (securityBlock.map { $0.data.count + 2 } ?? 0) + data.count }

    /// The octets from start-of-message to check.
    package var octets: [UInt8] {
        var octets = covered(macLength: mac.count)
        octets += mac
        switch check {
        case .crc16:
            let crc = Self.crc16(octets)
            octets.append(UInt8(truncatingIfNeeded: crc))
            octets.append(UInt8(crc >> 8))
        case .checksum: octets.append(Self.checksum(octets))
        }
        return octets
    }

    /// The octets from start-of-message to the last one before a MAC of this length: what the MAC covers.
    func covered(macLength: Int) -> [UInt8] {
        let length = bodyEnd + macLength + check.length
        var octets: [UInt8] = []
        // One allocation, also for the MAC's padding.
        octets.reserveCapacity(length + 16)
        octets.append(Self.start)
        octets.append(address | (isReply ? 0x80 : 0))
        octets.append(UInt8(truncatingIfNeeded: length))
        octets.append(UInt8(truncatingIfNeeded: length >> 8))
        octets.append(sequence | (check == .crc16 ? 0x04 : 0) | (securityBlock == nil ? 0 : 0x08))
        if let block = securityBlock {
            octets.append(UInt8(truncatingIfNeeded: block.data.count + 2))
            octets.append(block.type)
            octets += block.data
        }
        octets.append(code)
        octets += data
        return octets
    }

    /// Reads exactly one frame.
    package static func decode(_ octets: [UInt8]) -> Result<OSDPFrame, Fault> {
        guard octets.count >= 7, octets.count <= longest, octets[0] == start,
            Int(octets[2]) | Int(octets[3]) << 8 == octets.count
        else { return .failure(.length) }
        let control = octets[4]
        let check: OSDPCheck = control & 0x04 != 0 ? .crc16 : .checksum
        let end = octets.count - check.length
        guard end > 5 else { return .failure(.length) }
        switch check {
        case .crc16:
            let crc = crc16(octets[..<end])
            guard octets[end] == UInt8(truncatingIfNeeded: crc), octets[end + 1] == UInt8(crc >> 8) else {
                return .failure(.check)
            }
        case .checksum:
            guard octets[end] == checksum(octets[..<end]) else { return .failure(.check) }
        }
        var position = 5
        var block: OSDPSecurityBlock?
        if control & 0x08 != 0 {
            let length = Int(octets[5])
            guard length >= 2, 5 + length < end else { return .failure(.securityBlock) }
            block = OSDPSecurityBlock(type: octets[6], data: Array(octets[7..<(5 + length)]))
            position += length
        }
        let macLength = block?.hasMAC == true ? 4 : 0
        guard position + 1 + macLength <= end else { return .failure(.securityBlock) }
        return .success(
            OSDPFrame(
                address: octets[1], isReply: octets[1] & 0x80 != 0, sequence: control, check: check,
                securityBlock: block, code: octets[position], data: Array(octets[(position + 1)..<(end - macLength)]),
                mac: Array(octets[(end - macLength)..<end])))
    }

    /// Polynomial 0x1021, start 0x1D0F, not reflected, no final XOR.
    package static func crc16(_ octets: some Sequence<UInt8>) -> UInt16 {
        var crc: UInt16 = 0x1D0F
        for octet in octets {
            crc ^= UInt16(octet) << 8
            for _ in 0..<8 { crc = crc & 0x8000 != 0 ? crc << 1 ^ 0x1021 : crc << 1 }
        }
        return crc
    }

    /// Two's complement of the sum, so that all octets of the frame add up to 0.
    package static func checksum(_ octets: some Sequence<UInt8>) -> UInt8 {
        0 &- octets.reduce(0, &+)
    }
}

extension OSDPFrame.Fault: Error {}
