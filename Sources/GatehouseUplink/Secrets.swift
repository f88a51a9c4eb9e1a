internal import Glibc

/// Passwords and signature keys, each in a file of its own.
enum Secrets {
    /// From the credentials directory (by its name, or as systemd names the files of a folder) or an absolute path.
    static func path(of name: String) -> String {
        if name.hasPrefix("/") { return name }
        let directory = getenv("CREDENTIALS_DIRECTORY").map { String(cString: $0) } ?? "/etc/gatehouse/credentials"
        let direct = "\(directory)/\(name)"
        return access(direct, R_OK) == 0 ? direct : "\(directory)/secrets_\(name)"
    }

    static func read(_ name: String) throws(UplinkFailure) -> [UInt8] {
        let path = path(of: name)
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw UplinkFailure(
                description:
                    "\(path): the secret cannot be read: \(String(cString: strerror(errno))); see docs/operating.md")
        }
        defer { close(descriptor) }
        var octets = [UInt8](repeating: 0, count: 4096)
        octets.removeLast(octets.count - max(0, Glibc.read(descriptor, &octets, octets.count)))
        if octets.last == 10 { octets.removeLast() }
        guard !octets.isEmpty else { throw UplinkFailure(description: "\(path): the secret is empty") }
        return octets
    }
}
