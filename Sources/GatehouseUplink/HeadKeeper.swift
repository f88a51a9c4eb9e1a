internal import GatehouseConfiguration
internal import GatehouseThreads

/// Keeps the daemon's sealed head where the daemon cannot put an older one in its place. What it says is for the daemon alone.
///
/// A class because its thread shares it.
final class HeadKeeper: Sendable {
    /// A head has some hundred octets; what is longer is none.
    static let limit = 4096

    private let path: String
    private let newest = Guarded<[UInt8]>([])
    let worker: Worker

    init(folder: String, longestJob: Duration) {
        path = "\(folder)/head"
        worker = Worker("head", limit: 1, longestJob: longestJob)
    }

    /// The newest, whether the disk has it yet or not.
    var kept: [UInt8] {
        let newest = newest.withLock { $0 }
        guard newest.isEmpty else { return newest }
        let octets = FileOctets.read(path) ?? []
        return octets.count <= Self.limit ? octets : []
    }

    /// What comes faster than the disk writes is passed over: the newest is written.
    func keep(_ head: [UInt8]) {
        newest.withLock { $0 = head }
        worker.post { [self] in FileOctets.replace(path, with: newest.withLock { $0 }) }
    }
}
