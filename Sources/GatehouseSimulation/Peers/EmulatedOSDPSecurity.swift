internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseProtocols

/// The reader's side of the secure channel: its key, the handshake and the session. Part of `EmulatedOSDPReader`.
package struct EmulatedOSDPSecurity: Sendable {
    package enum Ability: Hashable, Sendable {
        /// Does not know the secure channel: CHLNG is an unknown command.
        case none
        case available
        /// Refuses everything but ID, CAP and the handshake outside a session.
        case demanded
    }

    package static let defaultKey: [UInt8] = Array(0x30...0x3F)

    package var ability = Ability.none
    /// SCBK; nil before the first key.
    package var key: [UInt8]?
    /// Whether a session under SCBK-D can be had: installation mode.
    package var takesDefaultKey = false
    /// Says yes to KEYSET, and has the old key after.
    package var forgetsNewKeys = false
    /// Answers KEYSET with a card: it hopes to be believed under the default key.
    package var answersKeysWithACard = false
    /// Refuses a proof that comes again for everybody to read; else in the session that it takes for open.
    package var refusesInClear = false
    /// Sends data under a MAC without encrypting them.
    package var leavesDataOpen = false
    /// Of the reader's quirks, those of its secured frames.
    var quirks: Set<ReaderQuirk> = []
    /// Sessions begun, and whether the present one is under the default key.
    package private(set) var sessions = 0
    package private(set) var isUnderDefaultKey = false

    private let crypto = SessionCrypto.openSSL
    private var handshake: (keys: OSDPSessionKeys, panelRandom: [UInt8], readerRandom: [UInt8])?
    private(set) var channel: OSDPSecureChannel?

    package var isOpen: Bool { channel != nil }

    package mutating func end() {
        handshake = nil
        channel = nil
    }

    /// What a command means. A failure is the reason of a NAK in clear.
    mutating func hear(_ frame: OSDPFrame) -> Result<OSDPCommand, OSDPRefusal> {
        let command = OSDPCommand(code: frame.code, data: frame.data)
        guard let block = frame.securityBlock else {
            if isOpen {
                end()
                return .failure(.securityConditions)
            }
            switch command {
            case .identify, .capabilities: return .success(command)
            default: return ability == .demanded ? .failure(.securityConditions) : .success(command)
            }
        }
        guard ability != .none else { return .failure(.securityBlock) }
        guard block.hasMAC else { return .success(command) }
        guard var open = channel, case .success(let opened) = open.open(frame) else {
            end()
            return .failure(.securityConditions)
        }
        channel = open
        return .success(OSDPCommand(code: opened.frame.code, data: opened.frame.data))
    }

    /// CCRYPT, with the security block that it goes under; nil when there is no such key.
    mutating func challenged(_ panelRandom: [UInt8], _ block: OSDPSecurityBlock?, identifier: [UInt8])
        -> (OSDPReply, OSDPSecurityBlock)?
    {
        guard ability != .none, let selector = block?.data.first else { return nil }
        let base = selector == 0 ? (takesDefaultKey ? Self.defaultKey : nil) : key
        guard let base else { return nil }
        end()
        let random = crypto.random(8)
        let keys = OSDPSessionKeys(base: crypto.key(base), panelRandom: panelRandom, crypto: crypto)
        handshake = (keys, panelRandom, random)
        isUnderDefaultKey = selector == 0
        let cryptogram = keys.clientCryptogram(panelRandom: panelRandom, readerRandom: random)
        return (
            .clientCryptogram(identifier: identifier, random: random, cryptogram: cryptogram),
            OSDPSecurityBlock(type: OSDPSecurityType.clientCryptogram, data: [selector])
        )
    }

    /// RMAC_I, with its block; nil when the panel has another key.
    mutating func proven(_ cryptogram: [UInt8]) -> (OSDPReply, OSDPSecurityBlock)? {
        guard let (keys, panelRandom, readerRandom) = handshake,
            cryptogram == keys.serverCryptogram(panelRandom: panelRandom, readerRandom: readerRandom)
        else { return nil }
        let mac = keys.initialMAC(serverCryptogram: cryptogram)
        handshake = nil
        channel = OSDPSecureChannel(keys: keys, initialMAC: mac, crypto: crypto)
        sessions += 1
        let isOld = quirks.contains(.initialMACUnderOldBlock)
        let type = isOld ? OSDPSecurityType.clientCryptogram : OSDPSecurityType.initialMAC
        return (.initialMAC(mac), OSDPSecurityBlock(type: type, data: [0x01]))
    }

    /// KEYSET ends the session.
    mutating func takeKey(_ octets: [UInt8]) {
        if !forgetsNewKeys {
            key = octets
            takesDefaultKey = false
        }
        end()
    }

    /// The reply as it goes on the wire in a session.
    mutating func seal(_ frame: OSDPFrame) -> OSDPFrame {
        guard var open = channel else { return frame }
        defer { channel = open }
        if frame.data.isEmpty { return quirks.contains(.paddedEmptyData) ? open.sealPadded(frame) : open.seal(frame) }
        let isReason = frame.code == OSDPReply.nak(.none, data: []).code && quirks.contains(.reasonInClear)
        return leavesDataOpen || isReason ? open.sealOpenly(frame) : open.seal(frame)
    }
}
