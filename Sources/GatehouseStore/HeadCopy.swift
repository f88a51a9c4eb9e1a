internal import GatehouseCore
internal import Glibc

/// The newest head outside the database: a file of two places, of which each commit overwrites the older one. It is behind
/// the database for as long as a commit takes, and by what was not synced when the power went; it is never ahead of it unless
/// somebody put an older database back. A class because it owns a descriptor; used by one thread.
final class HeadCopy {
    private static let place = 4096
    private let descriptor: Int32
    private var isSynced = true

    static func path(besides database: String) -> String { database + ".head" }

    init?(besides database: String) {
        descriptor = open(Self.path(besides: database), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return nil }
        Files.giveToOwnerOfFolder(Self.path(besides: database))
    }

    deinit { close(descriptor) }

    /// False when the file cannot be written.
    @discardableResult
    func write(_ sealed: [UInt8], counter: UInt64) -> Bool {
        let octets = Archive.length(sealed.count) + sealed
        guard octets.count <= Self.place else { return false }
        isSynced = false
        return pwrite(descriptor, octets, octets.count, off_t(counter % 2) * off_t(Self.place)) == octets.count
    }

    func sync() {
        guard !isSynced else { return }
        isSynced = fdatasync(descriptor) == 0
    }

    /// Puts a head that was kept elsewhere beside the database, for the next start to find. False when it is not on disk.
    static func put(_ sealed: [UInt8], counter: UInt64, besides database: String) -> Bool {
        guard let copy = HeadCopy(besides: database), copy.write(sealed, counter: counter) else { return false }
        copy.sync()
        return copy.isSynced
    }

    /// The newest of the two; nil where neither opens.
    static func read(besides database: String, _ secrets: StoreSecrets) -> StoreHead? {
        all(besides: database, secrets).max()
    }

    static func all(besides database: String, _ secrets: StoreSecrets) -> [StoreHead] {
        guard let octets = Files.read(path(besides: database), atMost: 2 * place) else { return [] }
        return [0, place].compactMap { start -> StoreHead? in
            guard octets.count >= start + 4 else { return nil }
            let count = Int(octets[start..<(start + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
            guard count <= place - 4, octets.count >= start + 4 + count else { return nil }
            return StoreHead(sealed: Array(octets[(start + 4)..<(start + 4 + count)]), secrets)
        }
    }
}
