internal import Glibc

/// A value that threads share, one at a time. Over a mutex of pthread, which the thread sanitizer understands; it knows
/// nothing of `Synchronization.Mutex` and would report each use.
package final class Guarded<Value>: @unchecked Sendable {
    // Unchecked: the value is touched under the lock alone, and bodies let nothing of it out that is not a value.
    private var value: Value
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>

    package init(_ value: Value) {
        self.value = value
        mutex = .allocate(capacity: 1)
        let code = pthread_mutex_init(mutex, nil)
        precondition(code == 0, "no mutex: errno \(code)")
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    package func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(&value)
    }
}
