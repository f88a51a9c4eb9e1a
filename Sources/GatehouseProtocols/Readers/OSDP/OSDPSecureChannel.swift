package import GatehouseCore

/// The keys of one session (OSDP 2.2, annex D.4). They end with the session: nobody else holds them.
package struct OSDPSessionKeys: Sendable {
    let encryption: SessionKey
    let firstMAC: SessionKey
    let lastMAC: SessionKey

    /// S-ENC, S-MAC1 and S-MAC2. Only the first six octets of RND.A enter.
    package init(base: SessionKey, panelRandom: [UInt8], crypto: SessionCrypto) {
        func derive(_ label: [UInt8]) -> SessionKey {
            crypto.key(base.encryptBlock(label + panelRandom.prefix(6) + [UInt8](repeating: 0, count: 8)))
        }
        encryption = derive([0x01, 0x82])
        firstMAC = derive([0x01, 0x01])
        lastMAC = derive([0x01, 0x02])
    }

    package init(encryption: SessionKey, firstMAC: SessionKey, lastMAC: SessionKey) {
        self.encryption = encryption
        self.firstMAC = firstMAC
        self.lastMAC = lastMAC
    }

    /// What the reader proves itself with.
    package func clientCryptogram(panelRandom: [UInt8], readerRandom: [UInt8]) -> [UInt8] {
        encryption.encryptBlock(panelRandom + readerRandom)
    }

    /// What the panel proves itself with.
    package func serverCryptogram(panelRandom: [UInt8], readerRandom: [UInt8]) -> [UInt8] {
        encryption.encryptBlock(readerRandom + panelRandom)
    }

    /// The R-MAC that the chain begins with.
    package func initialMAC(serverCryptogram: [UInt8]) -> [UInt8] {
        lastMAC.encryptBlock(firstMAC.encryptBlock(serverCryptogram))
    }
}

/// The security blocks of OSDP 2.2, section 6.4.
package enum OSDPSecurityType {
    package static let challenge: UInt8 = 0x11
    package static let clientCryptogram: UInt8 = 0x12
    package static let serverCryptogram: UInt8 = 0x13
    package static let initialMAC: UInt8 = 0x14
    package static let commandMAC: UInt8 = 0x15
    package static let replyMAC: UInt8 = 0x16
    package static let commandEncrypted: UInt8 = 0x17
    package static let replyEncrypted: UInt8 = 0x18
}

/// One secured session as both ends see it: the chain of MACs, and what encrypts data (OSDP 2.2, annex D.5 and D.6).
///
/// A command is chained to the last reply, a reply to its command. A frame that does not open leaves the chain where it
/// was. A frame is sealed once; when it has to go out again, the octets of the first time go.
package struct OSDPSecureChannel: Sendable {
    package enum Fault: Error, Hashable, Sendable {
        /// No block of this direction with a MAC.
        case block
        case mac
        /// The MAC is right, the padding is not: the other end is broken.
        case padding
    }

    /// A frame as it was meant, and whether its data were encrypted on the wire.
    package struct Opened: Hashable, Sendable {
        package var frame: OSDPFrame
        package var wasEncrypted: Bool
    }

    private let keys: OSDPSessionKeys
    private let areEqual: @Sendable ([UInt8], [UInt8]) -> Bool
    package private(set) var commandMAC = [UInt8](repeating: 0, count: 16)
    package private(set) var replyMAC: [UInt8]

    package init(keys: OSDPSessionKeys, initialMAC: [UInt8], crypto: SessionCrypto) {
        self.keys = keys
        replyMAC = initialMAC
        areEqual = crypto.areEqual
    }

    /// The frame with block, encrypted data and MAC.
    package mutating func seal(_ frame: OSDPFrame) -> OSDPFrame { seal(frame, encrypts: !frame.data.isEmpty) }

    /// The frame with a MAC and data that anybody can read, as a bad reader sends it. No panel does.
    package mutating func sealOpenly(_ frame: OSDPFrame) -> OSDPFrame { seal(frame, encrypts: false) }

    /// The frame with its data encrypted, a block of padding where there are none, as some readers send it. No panel does.
    package mutating func sealPadded(_ frame: OSDPFrame) -> OSDPFrame { seal(frame, encrypts: true) }

    private mutating func seal(_ frame: OSDPFrame, encrypts: Bool) -> OSDPFrame {
        var sealed = frame
        let start = start(of: frame)
        let types: (plain: UInt8, encrypted: UInt8) =
            frame.isReply
            ? (OSDPSecurityType.replyMAC, OSDPSecurityType.replyEncrypted)
            : (OSDPSecurityType.commandMAC, OSDPSecurityType.commandEncrypted)
        sealed.securityBlock = OSDPSecurityBlock(type: encrypts ? types.encrypted : types.plain)
        if encrypts { sealed.data = keys.encryption.encrypt(Self.padded(frame.data), start.map { ~$0 }) }
        let mac = mac(of: sealed, start: start)
        sealed.mac = Array(mac.prefix(4))
        advance(frame.isReply, to: mac)
        return sealed
    }

    /// What the other end meant. Empty data may come under either block; data under a block without encryption come
    /// back as they are, and the caller decides whether to believe them.
    package mutating func open(_ frame: OSDPFrame) -> Result<Opened, Fault> {
        let types =
            frame.isReply
            ? [OSDPSecurityType.replyMAC, OSDPSecurityType.replyEncrypted]
            : [OSDPSecurityType.commandMAC, OSDPSecurityType.commandEncrypted]
        guard let block = frame.securityBlock, block.data.isEmpty, types.contains(block.type), frame.mac.count == 4
        else { return .failure(.block) }
        let start = start(of: frame)
        let mac = mac(of: frame, start: start)
        guard areEqual(Array(mac.prefix(4)), frame.mac) else { return .failure(.mac) }
        var plain = frame
        plain.securityBlock = nil
        plain.mac = []
        let isEncrypted = block.type == types[1]
        if isEncrypted {
            guard !frame.data.isEmpty, frame.data.count % 16 == 0,
                let data = Self.unpadded(keys.encryption.decrypt(frame.data, start.map { ~$0 }))
            else { return .failure(.padding) }
            plain.data = data
        }
        advance(frame.isReply, to: mac)
        return .success(Opened(frame: plain, wasEncrypted: isEncrypted))
    }

    /// A command follows the last reply, a reply its command.
    private func start(of frame: OSDPFrame) -> [UInt8] { frame.isReply ? commandMAC : replyMAC }

    private mutating func advance(_ isReply: Bool, to mac: [UInt8]) {
        if isReply { replyMAC = mac } else { commandMAC = mac }
    }

    /// CBC under S-MAC1, the last block under S-MAC2, over everything before the MAC. All 16 octets chain, 4 are sent.
    private func mac(of frame: OSDPFrame, start: [UInt8]) -> [UInt8] {
        var covered = frame.covered(macLength: 4)
        if covered.count % 16 != 0 { Self.pad(&covered) }
        guard covered.count > 16 else { return keys.lastMAC.encrypt(covered, start) }
        let last = Array(covered.suffix(16))
        covered.removeLast(16)
        return keys.lastMAC.encrypt(last, Array(keys.firstMAC.encrypt(covered, start).suffix(16)))
    }

    /// 0x80, then zeros to whole blocks.
    private static func pad(_ octets: inout [UInt8]) {
        octets.append(0x80)
        while octets.count % 16 != 0 { octets.append(0) }
    }

    static func padded(_ octets: [UInt8]) -> [UInt8] {
        var octets = octets
        pad(&octets)
        return octets
    }

    static func unpadded(_ octets: [UInt8]) -> [UInt8]? {
        guard let last = octets.lastIndex(where: { $0 != 0 }), octets[last] == 0x80 else { return nil }
        return Array(octets[..<last])
    }
}
