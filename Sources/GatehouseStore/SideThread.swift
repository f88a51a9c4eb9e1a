internal import Glibc

/// A second thread for bulk work, beside the caller's: give it pieces, go on, and take what became of them in the same order.
/// The caller bounds what is under way by taking before it gives more. Where the system has no thread left, the work is done
/// when its product is taken.
///
/// A class because it owns the thread, which ends with it after the piece that it is at. Used by one caller.
final class SideThread<Piece: Sendable, Product: Sendable> {
    private let work: @Sendable (Piece) throws -> Product
    private let desk = Desk()
    private let handle: pthread_t?
    /// Pieces that were given and not taken.
    private(set) var underWay = 0

    /// `makesThread` is false where a test wants no thread.
    init(makesThread: Bool = true, _ work: @escaping @Sendable (Piece) throws -> Product) {
        self.work = work
        let desk = desk
        let body = ThreadBody {
            while true {
                desk.given.wait()
                guard let piece = desk.locked({ $0.isOver ? nil : $0.pieces.removeFirst() }) else { return }
                let product = Result { try work(piece) }
                desk.locked { $0.products.append(product) }
                desk.made.post()
            }
        }
        var handle = pthread_t()
        let box = Unmanaged.passRetained(body)
        if makesThread, pthread_create(&handle, nil, sideThreadMain, box.toOpaque()) == 0 {
            self.handle = handle
        } else {
            box.release()
            self.handle = nil
        }
    }

    deinit {
        desk.locked { $0.isOver = true }
        desk.given.post()
        if let handle { pthread_join(handle, nil) }
    }

    func give(_ piece: Piece) {
        underWay += 1
        desk.locked { $0.pieces.append(piece) }
        desk.given.post()
    }

    /// Waits for the oldest piece that is under way; throws what its work threw.
    func take() throws -> Product {
        precondition(underWay > 0, "nothing is under way")
        underWay -= 1
        guard handle != nil else { return try work(desk.locked { $0.pieces.removeFirst() }) }
        desk.made.wait()
        return try desk.locked { $0.products.removeFirst() }.get()
    }

    /// What both threads hold.
    private final class Desk: @unchecked Sendable {
        struct State {
            var pieces: [Piece] = []
            var products: [Result<Product, any Error>] = []
            var isOver = false
        }
        let given = Semaphore()
        let made = Semaphore()
        // Touched in `locked` alone. A lock of POSIX: the thread sanitizer knows it.
        private var state = State()
        private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

        init() { pthread_mutex_init(mutex, nil) }

        deinit {
            pthread_mutex_destroy(mutex)
            mutex.deallocate()
        }

        func locked<Value>(_ body: (inout State) throws -> Value) rethrows -> Value {
            pthread_mutex_lock(mutex)
            defer { pthread_mutex_unlock(mutex) }
            return try body(&state)
        }
    }
}

/// A class because the semaphore of POSIX must not move.
private final class Semaphore: Sendable {
    nonisolated(unsafe) private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() { sem_init(semaphore, 0, 0) }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    func post() { sem_post(semaphore) }
    func wait() { while sem_wait(semaphore) != 0 && errno == EINTR {} }
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// Outside any actor: a thread that C starts.
private func sideThreadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    Unmanaged<ThreadBody>.fromOpaque(argument!).takeRetainedValue().run()
    return nil
}
