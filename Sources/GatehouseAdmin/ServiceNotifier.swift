internal import CLinux
package import GatehouseCore
internal import Glibc

/// Tells the service manager how the daemon does: one datagram to the socket that it names (sd_notify(3)).
package struct ServiceNotifier: Sendable {
    private let path: String?
    /// Half of the watchdog's time; nil when none is asked for.
    package let watchdogPeriod: Duration?

    package init() {
        path = getenv("NOTIFY_SOCKET").map { String(cString: $0) }
        let micros = getenv("WATCHDOG_USEC").flatMap { Int64(String(cString: $0)) }
        let isForUs = getenv("WATCHDOG_PID").map { Int32(String(cString: $0)) == getpid() } ?? true
        watchdogPeriod = isForUs ? micros.map { .microseconds($0 / 2) } : nil
    }

    package func ready(_ status: String) { send("READY=1\nSTATUS=\(status)\n") }
    package func reloading(at now: MonotonicTime) { send("RELOADING=1\nMONOTONIC_USEC=\(now.nanoseconds / 1000)\n") }
    package func stopping() { send("STOPPING=1\n") }
    package func alive() { send("WATCHDOG=1\n") }
    package func status(_ text: String) { send("STATUS=\(text)\n") }

    private func send(_ text: String) {
        guard let path, !path.isEmpty else { return }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var octets = Array(path.utf8)
        // An abstract socket is written with @ and begins with a zero.
        if octets[0] == UInt8(ascii: "@") { octets[0] = 0 }
        guard octets.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: octets) }
        let size = socklen_t(MemoryLayout<sa_family_t>.size + octets.count)
        let message = Array(text.utf8)
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, message, message.count, Int32(MSG_NOSIGNAL), $0, size)
            }
        }
    }
}
