internal import CLinux
package import GatehouseCore
internal import Glibc

/// What went wrong on a local socket: the attempt, the path, the kernel's word.
package struct SocketError: Error, CustomStringConvertible, Sendable {
    package let attempt: String
    package let path: String
    package let code: Int32
    package init(attempt: String, path: String, code: Int32) {
        self.attempt = attempt
        self.path = path
        self.code = code
    }
    package var description: String { "\(attempt) \(path): \(String(cString: strerror(code)))" }
}

package enum LocalSocket {
    /// A listening, non-blocking socket. A path left by a dead server is taken over; one that is served is not.
    package static func listen(path: String, mode: UInt32, group: UInt32? = nil) throws(SocketError) -> Int32 {
        if let descriptor = try? connect(path: path) {
            close(descriptor)
            throw SocketError(attempt: "listen on", path: path, code: EADDRINUSE)
        }
        unlink(path)
        let descriptor = socket(
            AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { throw SocketError(attempt: "open a socket for", path: path, code: errno) }
        // Nobody may connect between bind and chmod.
        let mask = umask(0o177)
        defer { umask(mask) }
        guard let bound = withAddress(path, { bind(descriptor, $0, $1) }), bound == 0,
            Glibc.listen(descriptor, 128) == 0
        else {
            let code = errno
            close(descriptor)
            throw SocketError(attempt: "listen on", path: path, code: path.utf8.count > 107 ? ENAMETOOLONG : code)
        }
        if let group { chown(path, uid_t.max, group) }
        chmod(path, mode)
        return descriptor
    }

    /// A connected, blocking socket.
    package static func connect(path: String) throws(SocketError) -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SocketError(attempt: "open a socket for", path: path, code: errno) }
        guard let result = withAddress(path, { Glibc.connect(descriptor, $0, $1) }), result == 0 else {
            let code = path.utf8.count > 107 ? ENAMETOOLONG : errno
            close(descriptor)
            throw SocketError(attempt: "connect to", path: path, code: code)
        }
        return descriptor
    }

    package static func peer(of descriptor: Int32) -> Peer? {
        var pid: pid_t = 0
        var uid: uid_t = 0
        var gid: gid_t = 0
        guard clinux_peer_credentials(descriptor, &pid, &uid, &gid) == 0 else { return nil }
        var groups = [gid_t](repeating: 0, count: 256)
        var count: UInt32 = 256
        guard clinux_peer_groups(descriptor, &groups, &count) == 0 else { return nil }
        return Peer(uid: uid, pid: pid, groups: [gid] + groups.prefix(Int(count)))
    }

    private static func withAddress<Result>(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result)
        -> Result?
    {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let octets = Array(path.utf8)
        guard octets.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: octets + [0]) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}

/// Roles from the peer's groups. Root has every role.
package enum PeerRoles {
    /// The unix groups, in the order of the roles.
    package static let groupNames: [Role: String] = [
        .viewer: "gatehouse-viewer", .guard_: "gatehouse-guard", .manager: "gatehouse-manager",
        .installer: "gatehouse-installer", .auditor: "gatehouse-auditor",
    ]

    package static func roles(of peer: Peer, groupIDs: [Role: UInt32]) -> Set<Role> {
        if peer.uid == 0 { return Set(Role.allCases) }
        return Set(Role.allCases.filter { role in groupIDs[role].map { peer.groups.contains($0) } ?? false })
    }

    /// The roles that the user databases give an account now, whatever its processes have.
    package static func listed(_ uid: UInt32, groupIDs: [Role: UInt32]) -> Set<Role> {
        guard let entry = getpwuid(uid)?.pointee, let name = entry.pw_name else { return [] }
        var groups = [gid_t](repeating: 0, count: 256)
        var count = Int32(groups.count)
        guard getgrouplist(name, entry.pw_gid, &groups, &count) >= 0 else { return [] }
        let held = Set(groups.prefix(Int(count)))
        return Set(Role.allCases.filter { role in groupIDs[role].map { held.contains($0) } ?? false })
    }

    /// Looks the groups up once; a group that does not exist gives nobody its role.
    package static func lookUp() -> [Role: UInt32] {
        var ids: [Role: UInt32] = [:]
        for (role, name) in groupNames {
            if let group = getgrnam(name) { ids[role] = group.pointee.gr_gid }
        }
        return ids
    }
}
