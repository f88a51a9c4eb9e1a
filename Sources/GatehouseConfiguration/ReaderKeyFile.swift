package import GatehouseCore
internal import Glibc

/// The file with the base key of one secured reader: 16 octets, raw or as 32 hexadecimal digits.
package enum ReaderKeyFile {
    package enum Problem: Error, CustomStringConvertible {
        case unreadable(path: String, String, isOthers: Bool)
        /// The file was read, and holds no key that may be used.
        case key(path: String, Sentence)

        /// False where the file is there and only somebody else may read it.
        package var isCertain: Bool {
            if case .unreadable(_, _, isOthers: true) = self { false } else { true }
        }

        package var description: String { sentence.english }

        package var sentence: Sentence {
            switch self {
            case .unreadable(let path, let detail, _): Sentence("\(path): the reader key cannot be read: \(detail)")
            case .key(let path, let detail): Sentence("\(path): \(detail). Make one with `openssl rand -hex 16`")
            }
        }
    }

    /// The octets of a key that may be used: the right length, and none of the patterned ones.
    package static func read(_ name: String) -> Result<[UInt8], Problem> {
        let path = CredentialFile.readerKey.path(of: name)
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return .failure(unreadable(path)) }
        defer { close(descriptor) }
        var octets = [UInt8](repeating: 0, count: 80)
        let count = Glibc.read(descriptor, &octets, octets.count)
        guard count >= 0 else { return .failure(unreadable(path)) }
        octets.removeLast(octets.count - count)
        let key = octets.count == 16 ? octets : digits(octets) ?? octets
        return ReaderKey.fault(of: key).map { .failure(.key(path: path, $0.sentence)) } ?? .success(key)
    }

    /// What is wrong with the key files of a configuration, reader by reader.
    package static func problems(of configuration: Configuration) -> [(reader: ReaderID, problem: Problem)] {
        configuration.readers.compactMap { reader in
            guard let name = reader.kind.keyFile, case .failure(let problem) = read(name) else { return nil }
            return (reader.id, problem)
        }
    }

    private static func unreadable(_ path: String) -> Problem {
        let reason = errno
        return .unreadable(path: path, String(cString: strerror(reason)), isOthers: reason == EACCES)
    }

    private static func digits(_ text: [UInt8]) -> [UInt8]? {
        var digits = text[...]
        while let last = digits.last, [0x0A, 0x0D, 0x20].contains(last) { digits.removeLast() }
        let values = digits.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard values.count == 32, digits.count == 32 else { return nil }
        return stride(from: 0, to: 32, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
    }
}
