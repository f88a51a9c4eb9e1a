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
        /// A message of the session that the reader takes for open: its own answer to the proof was lost.
        case ahead
        /// No block that is waited for.
        case strange
    }

    private enum Link: Sendable {
        case none
        case challenged(base: SessionKey, panelRandom: [UInt8])
        case answered(OSDPSessionKeys, serverCryptogram: [UInt8], initialMAC: [UInt8])
        /// What it is secured with is `channel`.
        case session(since: MonotonicTime)
    }

    /// SCBK-D: for giving a reader its first key, within a window that somebody opened, and for nothing else.
    private static let defaultKey: [UInt8] = Array(0x30...0x3F)

    private let crypto: SessionCrypto?
    /// Their places are those of the list that the panel was given, and of what was added since.
    private var keys: [ReaderKey]
    private var current = 0
    /// Keys that did not fit, one after the other.
    private var misses = 0
    private var link = Link.none
    /// Beside the link, so that a frame changes it where it is.
    private var channel: OSDPSecureChannel?
    /// What the reader's messages showed.
    private(set) var quirks: Set<ReaderQuirk> = []
    /// Whether the handshake or the session is under SCBK-D.
    private(set) var isUnderDefaultKey = false

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
        guard case .session(let since) = link else { return nil }
        return now - since
    }

    /// The block data of the handshake: which kind of key.
    private var selector: UInt8 { isUnderDefaultKey ? 0 : 1 }

    // MARK: forward

    /// Begins a handshake; a session that there was is over.
    mutating func challenge(underDefaultKey: Bool) -> OSDPCommand {
        guard let crypto, underDefaultKey || !keys.isEmpty else { preconditionFailure("a challenge without a key") }
        let random = crypto.random(8)
        isUnderDefaultKey = underDefaultKey
        let base = underDefaultKey ? crypto.key(Self.defaultKey) : keys[current].key
        channel = nil
        link = .challenged(base: base, panelRandom: random)
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
            frame.securityBlock = OSDPSecurityBlock(type: OSDPSecurityType.challenge, data: [selector])
        case .answered:
            frame.securityBlock = OSDPSecurityBlock(type: OSDPSecurityType.serverCryptogram, data: [selector])
        case .session:
            guard let sealed = channel?.seal(frame) else { preconditionFailure("a session without its channel") }
            frame = sealed
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
            guard block.data.first == selector, crypto.areEqual(cryptogram, expected) else { return .wrongKey }
            let proof = keys.serverCryptogram(panelRandom: panelRandom, readerRandom: random)
            link = .answered(keys, serverCryptogram: proof, initialMAC: keys.initialMAC(serverCryptogram: proof))
            return .stepDone
        case .answered(let keys, _, let initialMAC):
            guard !block.hasMAC else { return .ahead }
            // Old readers answer under the block of CCRYPT.
            guard [OSDPSecurityType.initialMAC, OSDPSecurityType.clientCryptogram].contains(block.type),
                case .initialMAC(let mac) = OSDPReply(code: frame.code, data: frame.data)
            else { return .strange }
            guard block.data.first == 0x01, crypto.areEqual(mac, initialMAC) else { return .wrongKey }
            if block.type == OSDPSecurityType.clientCryptogram { quirks.insert(.initialMACUnderOldBlock) }
            link = .session(since: now)
            channel = OSDPSecureChannel(keys: keys, initialMAC: initialMAC, crypto: crypto)
            misses = 0
            return .stepDone
        case .session:
            switch channel?.open(frame) {
            case nil, .failure(.block): return .strange
            case .failure(.mac), .failure(.padding): return .wrongMAC
            case .success(let opened):
                let reply = OSDPReply(code: opened.frame.code, data: opened.frame.data)
                if opened.wasEncrypted, opened.frame.data.isEmpty { quirks.insert(.paddedEmptyData) }
                // Some readers give the reason of a refusal for everybody to read.
                if case .nak = reply {
                    if !opened.wasEncrypted { quirks.insert(.reasonInClear) }
                    return .reply(reply)
                }
                return opened.wasEncrypted || opened.frame.data.isEmpty ? .reply(reply) : .notEncrypted
            }
        }
    }

    /// Lets go of the session's keys.
    mutating func end() {
        link = .none
        channel = nil
        isUnderDefaultKey = false
    }

    // MARK: keys

    /// Takes the next key for the next handshake. True when all have been tried.
    mutating func tryNextKey() -> Bool {
        current = keys.isEmpty ? 0 : (current + 1) % keys.count
        misses += 1
        guard misses >= keys.count else { return false }
        misses = 0
        return true
    }

    /// Takes a new key behind the others; false for one that may not be used.
    mutating func add(_ octets: [UInt8]) -> Bool {
        guard let crypto, case .success(let key) = ReaderKey.make(octets, crypto: crypto) else { return false }
        keys.append(key)
        return true
    }

    /// The newest key is tried next.
    mutating func tryNewestKey() {
        current = max(0, keys.count - 1)
        misses = 0
    }

    /// Whether the key of the present handshake or session is the newest.
    var isUnderNewestKey: Bool { !isUnderDefaultKey && current == keys.count - 1 }

    /// Forgets all keys but the proven one. Nil when there is no other.
    mutating func keepProvenKey() -> [Int]? {
        guard keys.count > 1 else { return nil }
        return keep([current])
    }

    /// Forgets the newest key, which the reader never had.
    mutating func forgetNewestKey() -> [Int] { keep(Array(keys.indices.dropLast())) }

    private mutating func keep(_ places: [Int]) -> [Int] {
        keys = places.map { keys[$0] }
        current = 0
        return places
    }
}
