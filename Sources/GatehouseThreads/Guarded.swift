internal import Glibc

/// A value that threads share, one at a time. Over a mutex of pthread, which the thread sanitizer understands; it knows
/// nothing of `Synchronization.Mutex` and would report each use.
package final class Guarded<Value>: @unchecked Sendable {
    // Unchecked: the value is touched under the lock alone, and bodies let nothing of it out that is not a value.
    private var value: Value
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>

    package init(_ value: Value) {
        self.value = value
        mutex = .allocate(capacity: 1)
        changed = .allocate(capacity: 1)
        let code = pthread_mutex_init(mutex, nil)
        precondition(code == 0, "no mutex: errno \(code)")
        // Waits are measured by the clock that nobody sets.
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        let second = pthread_cond_init(changed, &attributes)
        pthread_condattr_destroy(&attributes)
        precondition(second == 0, "no condition variable: errno \(second)")
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    package func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&value)
    }

    /// Changes the value and wakes everybody who waits for it.
    package func change<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        pthread_mutex_lock(mutex)
        defer {
            pthread_cond_broadcast(changed)
            pthread_mutex_unlock(mutex)
        }
        return try body(&value)
    }

    /// Waits until `body` finds something, which it may take out; nil when the time is over. Without a limit it waits for
    /// as long as that takes.
    package func wait<Result>(atMost limit: Duration? = nil, until body: (inout Value) -> Result?) -> Result? {
        var end = timespec()
        if let limit {
            clock_gettime(CLOCK_MONOTONIC, &end)
            let (seconds, attoseconds) = limit.components
            let nanoseconds = end.tv_nsec + Int(clamping: attoseconds / 1_000_000_000)
            end.tv_sec += Int(clamping: seconds) + nanoseconds / 1_000_000_000
            end.tv_nsec = nanoseconds % 1_000_000_000
        }
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let found = body(&value) { return found }
            if limit == nil {
                pthread_cond_wait(changed, mutex)
            } else if pthread_cond_timedwait(changed, mutex, &end) == ETIMEDOUT {
                return body(&value)
            }
        }
    }
}
