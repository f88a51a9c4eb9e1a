package import GatehouseCore

/// How well the messages of a reader must be secured. Nothing that the reader says changes it.
package enum OSDPPolicy: Sendable {
    case clear
    /// The keys that the reader may have, the likeliest first: more than one only while a change of keys has not been
    /// seen through. Without any the reader is left alone.
    case secure([ReaderKey], SessionCrypto)
}

/// The secured side of one reader: which key is tried, how far the handshake is, and the session. Leaf of `OSDPStation`.
struct OSDPSecurity: Sendable {
    /// What a reply under a security block comes to.
    enum Verdict: Sendable {
        case reply(OSDPReply)
        /// The handshake is a step further.
        case stepDone
        case wrongKey
        case wrongMAC
        /// Data under a MAC that anybody can read.
        case notEncrypted
        /// No block that is waited for.
        case strange
    }

    private enum Link: Sendable {
        case none
        case challenged(base: SessionKey, panelRandom: [UInt8])
        case answered(OSDPSessionKeys, serverCryptogram: [UInt8], initialMAC: [UInt8])
        case session(OSDPSecureChannel, since: MonotonicTime)
    }

    /// The block data of the handshake: 1 says SCBK. SCBK-D would be 0.
    private static let selector: UInt8 = 1

    private let crypto: SessionCrypto?
    private var keys: [ReaderKey]
    private var tried = 0
    private var link = Link.none

    init(_ policy: OSDPPolicy) {
        switch policy {
        case .clear:
            crypto = nil
            keys = []
        case .secure(let keys, let crypto):
            self.crypto = crypto
            self.keys = keys
        }
    }

    var isRequired: Bool { crypto != nil }
    var hasKey: Bool { !keys.isEmpty }
    var isOpen: Bool { if case .session = link { true } else { false } }

    func age(at now: MonotonicTime) -> Duration? {
        guard case .session(_, let since) = link else { return nil }
        return now - since
    }

    // MARK: forward

    /// Begins a handshake; a session that there was is over.
    mutating func challenge() -> OSDPCommand {
        guard let crypto, !keys.isEmpty else { preconditionFailure("a challenge without a key") }
        let random = crypto.random(8)
        link = .challenged(base: keys[tried % keys.count].key, panelRandom: random)
        return .challenge(random)
    }

    /// The panel's own proof, once the reader has given its.
    var proof: OSDPCommand {
        guard case .answered(_, let cryptogram, _) = link else { preconditionFailure("a proof without a challenge") }
        return .serverCryptogram(cryptogram)
    }

    /// The frame as it goes on the wire. In a session it is sealed, which moves the chain: once for each command.
    mutating func dressed(_ frame: OSDPFrame) -> OSDPFrame {
        var frame = frame
        switch link {
        case .none: break
        case .challenged:
            frame.securityBlock = OSDPSecurityBlock(type: OSDPSecurityType.challenge, data: [Self.selector])
        case .answered:
            frame.securityBlock = OSDPSecurityBlock(type: OSDPSecurityType.serverCryptogram, data: [Self.selector])
        case .session(var channel, let since):
            frame = channel.seal(frame)
            link = .session(channel, since: since)
        }
        return frame
    }

    // MARK: back

    mutating func judge(_ frame: OSDPFrame, at now: MonotonicTime) -> Verdict {
        guard let crypto, let block = frame.securityBlock else { return .strange }
        switch link {
        case .none: return .strange
        case .challenged(let base, let panelRandom):
            guard block.type == OSDPSecurityType.clientCryptogram,
                case .clientCryptogram(_, let random, let cryptogram) = OSDPReply(code: frame.code, data: frame.data)
            else { return .strange }
            let keys = OSDPSessionKeys(base: base, panelRandom: panelRandom, crypto: crypto)
            let expected = keys.clientCryptogram(panelRandom: panelRandom, readerRandom: random)
            guard block.data.first == Self.selector, crypto.areEqual(cryptogram, expected) else { return .wrongKey }
            let proof = keys.serverCryptogram(panelRandom: panelRandom, readerRandom: random)
            link = .answered(keys, serverCryptogram: proof, initialMAC: keys.initialMAC(serverCryptogram: proof))
            return .stepDone
        case .answered(let keys, _, let initialMAC):
            // Old readers answer under the block of CCRYPT.
            guard [OSDPSecurityType.initialMAC, OSDPSecurityType.clientCryptogram].contains(block.type),
                case .initialMAC(let mac) = OSDPReply(code: frame.code, data: frame.data)
            else { return .strange }
            guard block.data.first == 0x01, crypto.areEqual(mac, initialMAC) else { return .wrongKey }
            link = .session(OSDPSecureChannel(keys: keys, initialMAC: initialMAC, crypto: crypto), since: now)
            return .stepDone
        case .session(var channel, let since):
            switch channel.open(frame) {
            case .failure(.block): return .strange
            case .failure(.mac), .failure(.padding): return .wrongMAC
            case .success(let opened):
                link = .session(channel, since: since)
                let reply = OSDPReply(code: opened.frame.code, data: opened.frame.data)
                // Some readers give the reason of a refusal for everybody to read.
                if case .nak = reply { return .reply(reply) }
                return opened.wasEncrypted || opened.frame.data.isEmpty ? .reply(reply) : .notEncrypted
            }
        }
    }

    /// Lets go of the session's keys.
    mutating func end() { link = .none }

    /// Takes the next key for the next handshake. True when all have been tried.
    mutating func tryNextKey() -> Bool {
        tried += 1
        return tried % max(1, keys.count) == 0
    }
}
