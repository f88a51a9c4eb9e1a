internal import CLinux
internal import Glibc

package struct SerialSettings: Hashable, Sendable {
    /// Who turns a half-duplex line round.
    package enum Direction: Hashable, Sendable {
        /// The adapter itself, or the line has separate wires.
        case automatic
        /// The kernel drives RTS around each transmission. An adapter without that is used as `automatic`.
        case kernel(rtsOnSend: Bool = true, beforeMillis: UInt32 = 0, afterMillis: UInt32 = 0)
    }

    /// A stable name, such as one under /dev/serial/by-path: numbers change when an adapter is replugged.
    package var path: String
    package var baud: UInt32
    package var direction: Direction
    /// How many octets may wait for the line. A write that would pass it is refused whole.
    package var queueLimit: Int

    package init(path: String, baud: UInt32, direction: Direction = .automatic, queueLimit: Int = 4096) {
        self.path = path
        self.baud = baud
        self.direction = direction
        self.queueLimit = queueLimit
    }
}

package enum SerialError: Error, Hashable, Sendable, CustomStringConvertible {
    case failed(SystemError)
    /// Another program has the port.
    case busy(path: String)
    /// The open port is gone: unplugged, or the driver gave up. It is closed now; open it again later.
    case lost(path: String, code: Int32)

    package var description: String {
        switch self {
        case .failed(let error): error.description
        case .busy(let path): "\(path) is in use by another program"
        case .lost(let path, EIO), .lost(let path, 0): "\(path) is gone"
        case .lost(let path, let code): "\(path) is gone: \(SystemError.message(code))"
        }
    }
}

/// A serial line, raw and 8N1, for one owner. It never blocks. A class because it owns a descriptor; it belongs to the
/// thread of the event loop.
package final class SerialPort {
    package let settings: SerialSettings
    /// To be waited on for reading, and for writing while `hasWaiting`. -1 while the port is closed.
    package private(set) var descriptor: Int32 = -1
    /// Whether the kernel took over the direction of the line, as was asked.
    package private(set) var hasKernelDirection = false
    private var waiting: [UInt8] = []

    package init(_ settings: SerialSettings) { self.settings = settings }

    deinit { close() }

    package var isOpen: Bool { descriptor >= 0 }
    /// Whether octets wait for room in the kernel: call `flush` when the descriptor can be written.
    package var hasWaiting: Bool { !waiting.isEmpty }
    /// How many octets wait, at most the queue's limit.
    package var waitingCount: Int { waiting.count }

    package func open() throws(SerialError) {
        precondition(!isOpen, "\(settings.path) is open")
        let path = settings.path
        // O_NONBLOCK also keeps open(2) from waiting for a modem's carrier
        let opened = Glibc.open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        guard opened >= 0 else {
            throw errno == EBUSY ? .busy(path: path) : .failed(SystemError("open", on: path, code: errno))
        }
        do throws(SerialError) {
            let locked = clinux_tty_lock(opened)
            guard locked != EBUSY else { throw .busy(path: path) }
            guard locked == 0 else { throw .failed(SystemError("lock", on: path, code: locked)) }
            let raw = clinux_tty_raw(opened, settings.baud)
            guard raw == 0 else { throw .failed(SystemError("set \(settings.baud) baud on", on: path, code: raw)) }
            if case .kernel(let rtsOnSend, let before, let after) = settings.direction {
                let code = clinux_tty_rs485(opened, rtsOnSend, before, after)
                guard code == 0 || code == ENOTTY || code == EINVAL || code == ENOSYS || code == EOPNOTSUPP else {
                    throw .failed(SystemError("set RS-485 direction of", on: path, code: code))
                }
                hasKernelDirection = code == 0
            }
        } catch {
            Glibc.close(opened)
            throw error
        }
        // what came in before anybody listened belongs to nobody
        tcflush(opened, TCIOFLUSH)
        descriptor = opened
    }

    /// Takes what waits, at most `limit` octets; empty when nothing does.
    package func read(limit: Int = 1024) throws(SerialError) -> [UInt8] {
        precondition(isOpen, "\(settings.path) is closed")
        var code: Int32 = 0
        var isEnd = false
        let octets = [UInt8](unsafeUninitializedCapacity: limit) { room, count in
            let found = Glibc.read(descriptor, room.baseAddress, limit)
            count = max(0, found)
            if found < 0 { code = errno }
            isEnd = found == 0
        }
        // a raw terminal that has nothing answers EAGAIN; an end of file is a hang-up
        if isEnd { throw lose(0) }
        guard code == 0 || code == EAGAIN || code == EINTR else { throw lose(code) }
        return octets
    }

    /// Another speed, for what is sent and heard from now on; the settings' one again after the next `open`.
    package func setSpeed(_ baud: UInt32) {
        if isOpen { _ = clinux_tty_raw(descriptor, baud) }
    }

    /// Drops what came in and was not read: a late answer must not be taken for the answer to the next question.
    package func discardInput() { tcflush(descriptor, TCIFLUSH) }

    /// Sends octets, or keeps those that the kernel has no room for. False when they would pass the queue's limit: then
    /// none of them is sent, for half a message is worse than none.
    package func write(_ octets: [UInt8]) throws(SerialError) -> Bool {
        precondition(isOpen, "\(settings.path) is closed")
        guard waiting.count + octets.count <= settings.queueLimit else { return false }
        waiting += octets
        try flush()
        return true
    }

    /// Sends what waits as far as the kernel takes it.
    package func flush() throws(SerialError) {
        precondition(isOpen, "\(settings.path) is closed")
        while !waiting.isEmpty {
            let count = waiting.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN { return }
            guard count > 0 else { throw lose(count < 0 ? errno : EIO) }
            waiting.removeFirst(count)
        }
    }

    /// What the loop was told about the descriptor beyond readable and writable: hang-up or error.
    package func hungUp() -> SerialError { lose(EIO) }

    package func close() {
        if isOpen { Glibc.close(descriptor) }
        descriptor = -1
        hasKernelDirection = false
        waiting = []
    }

    private func lose(_ code: Int32) -> SerialError {
        close()
        return .lost(path: settings.path, code: code)
    }
}
