internal import CLinux
internal import Glibc

/// One thread of the process, by the name that `top -H` and a core dump show. The only place that makes threads.
///
/// A class because the thread's identity is the point.
package final class NamedThread: Sendable {
    private let handle: Guarded<pthread_t?>

    /// Nil where the system has no thread left. Of the name the kernel keeps 15 octets.
    package init?(_ name: String, _ body: @escaping @Sendable () -> Void) {
        var handle = pthread_t()
        let box = Unmanaged.passRetained(ThreadBody(name: name, run: body))
        guard pthread_create(&handle, nil, namedThreadMain, box.toOpaque()) == 0 else {
            box.release()
            return nil
        }
        self.handle = Guarded(handle)
    }

    /// Waits for the thread's end. Without it the thread goes on, and nothing waits for it.
    package func join() {
        if let handle = handle.withLock({ handle in
            defer { handle = nil }
            return handle
        }) {
            pthread_join(handle, nil)
        }
    }

    deinit {
        if let handle = handle.withLock({ $0 }) { pthread_detach(handle) }
    }
}

private final class ThreadBody: Sendable {
    let name: String
    let run: @Sendable () -> Void
    init(name: String, run: @escaping @Sendable () -> Void) {
        self.name = name
        self.run = run
    }
}

/// Outside any actor: a thread that C starts.
private func namedThreadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    let body = Unmanaged<ThreadBody>.fromOpaque(argument!).takeRetainedValue()
    clinux_name_thread(body.name)
    body.run()
    return nil
}
