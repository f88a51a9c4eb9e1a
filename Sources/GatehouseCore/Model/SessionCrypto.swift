/// One AES-128 key in somebody's keeping. Whoever made it wipes the octets when the last owner lets go; they cannot be
/// had back, so nothing that holds a key can print it.
package struct SessionKey: Sendable {
    /// One block of 16 octets.
    package let encryptBlock: @Sendable (_ block: [UInt8]) -> [UInt8]
    /// CBC without padding: whole blocks in, as many out. `start` has 16 octets.
    package let encrypt: @Sendable (_ blocks: [UInt8], _ start: [UInt8]) -> [UInt8]
    package let decrypt: @Sendable (_ blocks: [UInt8], _ start: [UInt8]) -> [UInt8]

    package init(
        encryptBlock: @escaping @Sendable ([UInt8]) -> [UInt8],
        encrypt: @escaping @Sendable ([UInt8], [UInt8]) -> [UInt8],
        decrypt: @escaping @Sendable ([UInt8], [UInt8]) -> [UInt8]
    ) {
        self.encryptBlock = encryptBlock
        self.encrypt = encrypt
        self.decrypt = decrypt
    }
}

/// What the session with a secured reader computes with. Codecs are pure and know no library: the real one is made in
/// `GatehouseCrypto`, tests give dice of their own.
package struct SessionCrypto: Sendable {
    /// Takes 16 octets into keeping.
    package let key: @Sendable (_ octets: [UInt8]) -> SessionKey
    /// Compares in a time that does not depend on where the octets differ.
    package let areEqual: @Sendable ([UInt8], [UInt8]) -> Bool
    package let random: @Sendable (_ count: Int) -> [UInt8]

    package init(
        key: @escaping @Sendable ([UInt8]) -> SessionKey, areEqual: @escaping @Sendable ([UInt8], [UInt8]) -> Bool,
        random: @escaping @Sendable (Int) -> [UInt8]
    ) {
        self.key = key
        self.areEqual = areEqual
        self.random = random
    }
}

/// What the encrypted line of a face module computes with: MD5 makes its key, which is no secret worth the name.
package struct FaceCrypto: Sendable {
    package let session: SessionCrypto
    /// 16 octets.
    package let md5: @Sendable ([UInt8]) -> [UInt8]

    package init(session: SessionCrypto, md5: @escaping @Sendable ([UInt8]) -> [UInt8]) {
        self.session = session
        self.md5 = md5
    }
}

/// The base key of one secured reader: 16 octets that somebody threw dice for. There is no value of this type for a key
/// that can be guessed, so no session can begin with one.
package struct ReaderKey: Sendable {
    package let key: SessionKey

    package enum Fault: Hashable, Sendable {
        case length(Int)
        case patterned
    }

    package static func make(_ octets: [UInt8], crypto: SessionCrypto) -> Result<ReaderKey, Fault> {
        if let fault = fault(of: octets) { return .failure(fault) }
        return .success(ReaderKey(key: crypto.key(octets)))
    }

    /// Why octets are no key for a reader; nil when they may be one.
    package static func fault(of octets: [UInt8]) -> Fault? {
        guard octets.count == 16 else { return .length(octets.count) }
        return isPatterned(octets) ? .patterned : nil
    }

    /// One octet sixteen times, counting up or counting down: the 768 keys of sample code. The default key of OSDP
    /// (SCBK-D, 30 to 3F) is among them.
    package static func isPatterned(_ octets: [UInt8]) -> Bool {
        let steps = zip(octets.dropFirst(), octets).map { $0 &- $1 }
        guard let step = steps.first, [0, 1, 0xFF].contains(step) else { return false }
        return steps.allSatisfy { $0 == step }
    }
}

extension ReaderKey.Fault: Error, CustomStringConvertible {
    package var description: String { sentence.english }

    package var sentence: Sentence {
        switch self {
        case .length(let count):
            Sentence("a reader key has 16 octets, or 32 hexadecimal digits; this has \(count, "octet", "octets")")
        case .patterned:
            Sentence("this key repeats or counts, as sample keys and the default key do: anybody can guess it")
        }
    }
}
