internal import GatehouseThreads
internal import Glibc

/// Names of accounts by their numbers, looked up once.
final class AccountNames: Sendable {
    private static let limit = 1024
    private let known = Guarded<[UInt32: String]>([:])

    /// The number of an account; nil where there is none of this name.
    static func number(of name: String) -> UInt32? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 4096)
        guard getpwnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
        return entry.pw_uid
    }

    func name(_ uid: UInt32) -> String? {
        if let name = known.withLock({ $0[uid] }) { return name }
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 4096)
        guard getpwuid_r(uid, &entry, &buffer, buffer.count, &found) == 0, found != nil, let text = entry.pw_name else {
            return nil
        }
        let name = String(cString: text)
        known.withLock { if $0.count < Self.limit { $0[uid] = name } }
        return name
    }
}
