internal import GatehouseConfiguration
internal import Glibc

/// Passwords and signature keys, each in a file of its own.
enum Secrets {
    static func path(of name: String) -> String { CredentialFile.secret.path(of: name) }

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
