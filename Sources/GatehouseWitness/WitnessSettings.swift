package import GatehouseCrypto
internal import Glibc

/// What a witness is started with, read from its files.
package enum WitnessSettings {
    package static let mostLogs = 128
    private static let octetLimit = 65_536
    private static let nameLimit = 255

    /// The first line of the file is the key.
    package static func key(_ path: String) throws(WitnessFault) -> WitnessSigner {
        guard let octets = try SmallFile.read(path, atMost: octetLimit) else { throw .noKey(path: path) }
        // A service manager hands a copy out under a group's name; others are nobody's business.
        guard SmallFile.rights(path) & 0o027 == 0 else { throw .openKey(path: path) }
        let line = String(decoding: octets, as: UTF8.self).split(separator: "\n").first ?? ""
        do { return try WitnessSigner(line: line) } catch let fault as EvidenceFault {
            throw .badKey(path: path, fault)
        } catch {
            throw .system(attempt: "use", path: path, reason: "\(error)")
        }
    }

    /// A new key, and the memory that belongs to it: a key without one has signed nothing yet.
    package static func makeKey(
        name: String, at path: String, state: String, since: WitnessState.Seconds
    ) throws(WitnessFault) -> NoteKey {
        let signer: WitnessSigner
        do { signer = try WitnessSigner(name: name, seed: SecretKey(Random.octets(32))) } catch {
            guard let fault = error as? EvidenceFault else {
                throw .system(attempt: "make", path: path, reason: "\(error)")
            }
            throw .badKey(path: path, fault)
        }
        try SmallFile.create(path, Array("\(signer.secretLine)\n".utf8))
        do throws(WitnessFault) { try StateFile.create(state, signer: signer, since: since) } catch {
            unlink(path)
            throw error
        }
        return signer.key
    }

    /// The keys of the logs that are watched, one a line, with lines of comment. `own` is the witness's.
    package static func logs(_ path: String, own: NoteKey?) throws(WitnessFault) -> [NoteKey] {
        guard let octets = try SmallFile.read(path, atMost: octetLimit) else { throw .noLogs(path: path) }
        var keys: [NoteKey] = []
        let lines = String(decoding: octets, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let text = line.drop { $0 == " " || $0 == "\t" || $0 == "\r" }
                .prefix { $0 != " " && $0 != "\t" && $0 != "\r" }
            if text.isEmpty || text.first == "#" { continue }
            let key: NoteKey
            do throws(EvidenceFault) { key = try NoteKey(text) } catch {
                throw .badLog(path: path, line: index + 1, error)
            }
            guard key.kind == .log, key.name.utf8.count <= nameLimit else {
                throw .noLogKey(path: path, line: index + 1)
            }
            guard !keys.contains(where: { $0.name == key.name }) else {
                throw .logTwice(path: path, line: index + 1, name: key.name)
            }
            guard key.publicKey != own?.publicKey else { throw .ownKey(path: path, line: index + 1) }
            keys.append(key)
        }
        guard !keys.isEmpty, keys.count <= mostLogs else { throw .noLogs(path: path) }
        return keys
    }
}

/// Where the server listens: on the loopback alone. What comes from outside has a web server in front.
package struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    package let host: String
    package let port: UInt16
    /// The host as one number.
    let number: UInt32

    /// `127.0.0.1:8380`; port 0 takes any.
    package init(_ text: String) throws(WitnessFault) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let octets = parts[0].split(separator: ".", omittingEmptySubsequences: false).compactMap { UInt8($0) }
        guard parts.count == 2, let port = UInt16(parts[1]), octets.count == 4 else { throw .notAnAddress(text) }
        guard octets[0] == 127 else { throw .notLoopback(text) }
        number = octets.reduce(0) { $0 << 8 | UInt32($1) }
        (host, self.port) = (octets.map(String.init).joined(separator: "."), port)
    }

    package var description: String { "\(host):\(port)" }
}

/// What stands before the names of C2SP tlog-witness in an address: empty, or `/p`.
package struct AddressPrefix: Hashable, Sendable {
    package let text: String

    package init(_ text: String) throws(WitnessFault) {
        let isPath =
            text.first == "/" && text.last != "/" && !text.contains("//")
            && text.utf8.allSatisfy {
                switch $0 {
                case 45, 46, 47, 48...57, 65...90, 95, 97...122, 126: true
                default: false
                }
            }
        guard text.isEmpty || isPath, text.utf8.count <= 255 else { throw .notAPrefix(text) }
        self.text = text
    }
}
