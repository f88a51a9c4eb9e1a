package import GatehouseCore

/// The master key as a file holds it: 32 octets, raw or as 64 hexadecimal digits.
package enum MasterKeyFile {
    package struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
        package let sentence: Sentence
        package var description: String { sentence.english }
    }

    package static func key(_ octets: [UInt8]) throws(Fault) -> SecretKey {
        if octets.count == 32 { return SecretKey(octets) }
        let text = String(decoding: octets, as: UTF8.self).split(separator: "\n").first.map(String.init) ?? ""
        if let key = Hexadecimal.decode(text), key.count == 32 { return SecretKey(key) }
        throw Fault(
            sentence: Sentence(
                "a master key has 32 octets, or 64 hexadecimal digits; this file has \(octets.count, "octet", "octets")"
            ))
    }

    /// What is wrong with the octets; nil where they are a key.
    package static func fault(_ octets: [UInt8]) -> Sentence? {
        do throws(Fault) { _ = try key(octets) } catch { return error.sentence }
        return nil
    }
}
