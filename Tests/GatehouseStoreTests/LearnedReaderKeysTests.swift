import GatehouseCore
import GatehouseCrypto
import GatehouseStore
import Glibc
import Testing

@Suite struct LearnedReaderKeysTests {
    private let entries = [
        LearnedReaderKeys.Entry(
            reader: "lane-in",
            keys: [
                LearnedReaderKeys.Key(octets: Array(repeating: 0xA5, count: 16), cameOverWire: true),
                LearnedReaderKeys.Key(octets: Array(repeating: 0x5A, count: 16), cameOverWire: false),
            ], fileMark: []),
        LearnedReaderKeys.Entry(reader: "gate", keys: [], fileMark: Array(repeating: 7, count: 32)),
    ]

    @Test func keysComeBackAsTheyWereAndAreNotReadable() throws {
        let scratch = Scratch()
        let path = LearnedReaderKeys.path(besides: scratch.database)
        #expect(try LearnedReaderKeys.read(path, secrets: scratch.secrets) == [])
        try LearnedReaderKeys.write(entries, to: path, secrets: scratch.secrets)
        #expect(try LearnedReaderKeys.read(path, secrets: scratch.secrets) == entries)
        var status = stat()
        #expect(stat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        let octets = try #require(contents(path))
        #expect(octets.count > 100)
        #expect(!octets.indices.contains { octets[$0...].starts(with: Array(repeating: 0xA5, count: 8)) })
        try LearnedReaderKeys.write([], to: path, secrets: scratch.secrets)
        #expect(try LearnedReaderKeys.read(path, secrets: scratch.secrets) == [])
    }

    @Test func aDamagedFileAndAnotherMasterKeyAreSaidAndNeverHalfRead() throws {
        let scratch = Scratch()
        let path = LearnedReaderKeys.path(besides: scratch.database)
        try LearnedReaderKeys.write(entries, to: path, secrets: scratch.secrets)
        let other = KeyRing(master: SecretKey([UInt8](repeating: 4, count: 32))).storeSecrets
        #expect(throws: (any Error).self) { try LearnedReaderKeys.read(path, secrets: other) }
        #expect(truncate(path, 60) == 0)
        #expect(throws: (any Error).self) { try LearnedReaderKeys.read(path, secrets: scratch.secrets) }
    }

    private func contents(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var octets = [UInt8](repeating: 0, count: 4096)
        let count = read(descriptor, &octets, octets.count)
        return Array(octets.prefix(max(0, count)))
    }
}
