internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseStore
internal import Logging
internal import Synchronization

/// The keys of readers that have to be secured: those of the files, and those that the daemon gave itself, which it keeps
/// sealed beside the database. The order of a reader's keys is that of its panel's.
///
/// A class because the loop and the command threads share it.
final class ReaderKeys: Sendable {
    private struct Candidate: Sendable {
        var octets: [UInt8]
        var cameOverWire = false
        var isFile = false
    }

    private let path: String
    private let secrets: StoreSecrets
    private let fileMarks: [ReaderID: [UInt8]]
    /// Why nothing may be written: what cannot be read must not be overwritten.
    private let unreadable: String?
    private let candidates: Mutex<[ReaderID: [Candidate]]>
    /// Held while the file is written, so that the later state is the last one on disk.
    private let disk = Mutex<Void>(())

    /// A key that cannot be had leaves its reader out of service and everything else at work.
    init(_ configuration: Configuration, secrets: StoreSecrets, log: Logger) {
        path = LearnedReaderKeys.path(besides: configuration.files.database)
        self.secrets = secrets
        var learned: [ReaderID: LearnedReaderKeys.Entry] = [:]
        var problem = secrets.keepsPersonal ? nil : "the daemon runs without its master key"
        do {
            for entry in try LearnedReaderKeys.read(path, secrets: secrets) { learned[entry.reader] = entry }
        } catch {
            problem = problem ?? "the keys that readers were given cannot be read: \(error)"
            log.error("the keys that readers were given cannot be read: \(error)")
        }
        unreadable = problem
        var found: [ReaderID: [Candidate]] = [:]
        var marks: [ReaderID: [UInt8]] = [:]
        for reader in configuration.readers {
            guard reader.kind.isSecured else { continue }
            var file: [Candidate] = []
            switch reader.kind.keyFile.map(ReaderKeyFile.read) {
            case .success(let octets):
                file = [Candidate(octets: octets, isFile: true)]
                marks[reader.id] = Hash.sha256(octets)
            case .failure(let problem): log.error("\(problem)", metadata: ["reader": "\(reader.id)"])
            case nil: break
            }
            guard let entry = learned[reader.id] else {
                found[reader.id] = file
                continue
            }
            let isSameFile = entry.fileMark == marks[reader.id] ?? []
            let own = entry.keys.flatMap { key in
                key.octets.isEmpty ? file : [Candidate(octets: key.octets, cameOverWire: key.cameOverWire)]
            }
            // A file that was changed since is the newest word of a person; one that was not may be long replaced.
            found[reader.id] = isSameFile ? own : file + own.filter { !$0.isFile }
        }
        fileMarks = marks
        candidates = Mutex(found)
    }

    /// For the panel, in its order.
    var forPanels: [ReaderID: [ReaderKey]] {
        candidates.withLock {
            $0.mapValues { $0.compactMap { try? ReaderKey.make($0.octets, crypto: .openSSL).get() } }
        }
    }

    /// Whether the reader's likeliest key may be known to somebody who listened at its installation.
    func cameOverWire(_ reader: ReaderID) -> Bool {
        candidates.withLock { $0[reader]?.first?.cameOverWire ?? false }
    }

    /// Where the reader's likeliest key is from, for people.
    func source(_ reader: ReaderID) -> String {
        candidates.withLock { $0[reader]?.first.map { $0.isFile ? "file" : "given" } ?? "none" }
    }

    /// Throws dice for a key and puts it on disk behind the others, before anybody may have it.
    func makeKey(for reader: ReaderID, overWire: Bool) throws -> [UInt8] {
        var octets = Random.octets(16)
        while ReaderKey.fault(of: octets) != nil { octets = Random.octets(16) }
        try write(with: (reader, Candidate(octets: octets, cameOverWire: overWire || cameOverWire(reader))))
        return octets
    }

    /// The panel has taken the key. Called on the loop.
    func added(_ octets: [UInt8], to reader: ReaderID, overWire: Bool) {
        candidates.withLock {
            let isKnown = overWire || $0[reader]?.first?.cameOverWire ?? false
            $0[reader, default: []].append(Candidate(octets: octets, cameOverWire: isKnown))
        }
    }

    /// The panel has let go of the other keys. Called on the loop; `save` puts it on disk.
    func remain(_ places: [Int], of reader: ReaderID) {
        candidates.withLock { candidates in
            guard let present = candidates[reader] else { return }
            precondition(
                places.allSatisfy { present.indices.contains($0) }, "keys \(places) of \(present.count) of \(reader)")
            candidates[reader] = places.map { present[$0] }
        }
    }

    func save() throws { try write(with: nil) }

    private func write(with new: (reader: ReaderID, key: Candidate)?) throws {
        if let unreadable { throw CommandRefusal(code: "keysUnreadable", message: Sentence(verbatim: unreadable)) }
        try disk.withLock { _ in
            var all = candidates.withLock { $0 }
            if let new { all[new.reader, default: []].append(new.key) }
            let entries = all.sorted { $0.key < $1.key }.compactMap { reader, keys -> LearnedReaderKeys.Entry? in
                guard keys.contains(where: { !$0.isFile }) else { return nil }
                return LearnedReaderKeys.Entry(
                    reader: reader,
                    keys: keys.map {
                        LearnedReaderKeys.Key(octets: $0.isFile ? [] : $0.octets, cameOverWire: $0.cameOverWire)
                    }, fileMark: fileMarks[reader] ?? [])
            }
            try LearnedReaderKeys.write(entries, to: path, secrets: secrets)
        }
    }
}
