internal import CLinux
package import GatehouseCore
internal import Glibc
internal import Synchronization

/// The one thread that waits: descriptors, one deadline, signals, and jobs of other threads. All handlers run on the
/// thread that called `run`, one after the other, so that what they touch needs no lock. A class because descriptors and
/// the thread's identity are the point. It is not `Sendable`: other threads hold its `inbox`.
package final class EventLoop {
    package struct Interest: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }
        package static let readable = Interest(rawValue: 1)
        package static let writable = Interest(rawValue: 2)
        /// Reported whether asked for or not: hang-up or error. The handler should remove the descriptor.
        package static let broken = Interest(rawValue: 4)
    }

    /// A registered descriptor. It stays valid until `remove`, whatever becomes of the number.
    package struct Registration: Hashable, Sendable { fileprivate let token: UInt64 }

    private struct Entry {
        let descriptor: Int32
        let handler: (Interest) -> Void
    }
    private enum Token {
        static let inbox: UInt64 = 0
        static let timer: UInt64 = 1
        static let signals: UInt64 = 2
        static let firstFree: UInt64 = 16
    }
    /// How many descriptors one turn serves; the others are served in the next one.
    private static let batch = 64
    /// How many jobs of other threads one turn does: lines and ports are served between two such lots.
    private static let jobsOfTurn = 32

    /// Where other threads put jobs.
    package let inbox: LoopInbox
    private let poller: Int32
    private let timer: Int32
    private var signals: Int32 = -1
    private var entries: [UInt64: Entry] = [:]
    /// The newest registration of each number: a descriptor that was closed and opened again belongs to another.
    private var owners: [Int32: UInt64] = [:]
    private var nextToken = Token.firstFree
    private var signalHandler: (Int32) -> Void = { _ in }
    private var armed: MonotonicTime?
    private var isStopping = false

    /// When `onDeadline` runs next. Cleared before it runs. A moment that has passed means the next turn.
    package var deadline: MonotonicTime?
    package var onDeadline: () -> Void = {}
    /// Runs after each batch of handlers, before the loop waits again: the place to commit what the batch brought.
    package var onTurnEnd: () -> Void = {}

    /// `jobLimit` bounds the jobs that wait; see `LoopInbox.post`.
    package init(jobLimit: Int = 4096) throws(SystemError) {
        inbox = try LoopInbox(limit: jobLimit)
        poller = epoll_create1(Int32(EPOLL_CLOEXEC))
        timer = timerfd_create(CLOCK_MONOTONIC, Int32(TFD_NONBLOCK) | Int32(TFD_CLOEXEC))
        guard poller >= 0, timer >= 0 else { throw SystemError("making", on: "the event loop", code: errno) }
        try control(EPOLL_CTL_ADD, inbox.descriptor, .readable, token: Token.inbox)
        try control(EPOLL_CTL_ADD, timer, .readable, token: Token.timer)
    }

    deinit {
        for descriptor in [poller, timer, signals] where descriptor >= 0 { close(descriptor) }
    }

    // MARK: Descriptors

    /// Calls `handler` on each turn in which the descriptor is ready (level-triggered) until it is removed. The loop
    /// keeps the handler, and with it what the handler holds.
    package func add(
        _ descriptor: Int32, _ interest: Interest = .readable, _ handler: @escaping (Interest) -> Void
    ) throws(SystemError) -> Registration {
        let token = nextToken
        nextToken += 1
        try control(EPOLL_CTL_ADD, descriptor, interest, token: token)
        entries[token] = Entry(descriptor: descriptor, handler: handler)
        owners[descriptor] = token
        return Registration(token: token)
    }

    package func change(_ registration: Registration, to interest: Interest) throws(SystemError) {
        guard let entry = entries[registration.token], owners[entry.descriptor] == registration.token else { return }
        try control(EPOLL_CTL_MOD, entry.descriptor, interest, token: registration.token)
    }

    /// Forgets a descriptor, best before it is closed. Its handler is not called again, not even in this turn.
    package func remove(_ registration: Registration) {
        guard let entry = entries.removeValue(forKey: registration.token) else { return }
        guard owners[entry.descriptor] == registration.token else { return }
        owners[entry.descriptor] = nil
        // fails for a closed descriptor, which the kernel forgot by itself
        _ = epoll_ctl(poller, EPOLL_CTL_DEL, entry.descriptor, nil)
    }

    // MARK: Signals

    /// Keeps these signals from their usual effect in this thread and all that it starts from now on. To be called in
    /// `main`, before anything starts a thread.
    package static func block(_ signals: [Int32]) {
        var set = sigset(of: signals)
        precondition(pthread_sigmask(SIG_BLOCK, &set, nil) == 0, "signals cannot be blocked")
    }

    /// Calls `handler` on the loop with each of these signals, which must be blocked.
    package func onSignals(_ numbers: [Int32], _ handler: @escaping (Int32) -> Void) throws(SystemError) {
        precondition(signals < 0, "signals are set up once")
        var set = Self.sigset(of: numbers)
        signals = signalfd(-1, &set, Int32(SFD_NONBLOCK) | Int32(SFD_CLOEXEC))
        guard signals >= 0 else { throw SystemError("signalfd", on: "the event loop", code: errno) }
        signalHandler = handler
        try control(EPOLL_CTL_ADD, signals, .readable, token: Token.signals)
    }

    private static func sigset(of signals: [Int32]) -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        return set
    }

    /// Asks for a real-time priority (SCHED_FIFO) for the calling thread. What the system refused comes back; a
    /// program should say so and go on.
    package static func requestRealtimePriority(_ priority: Int32) -> SystemError? {
        var parameters = sched_param()
        // The unit has given it already, to this thread alone: whatever it starts begins as usual.
        if sched_getscheduler(0) & ~Int32(bitPattern: 0x4000_0000) == SCHED_FIFO { return nil }
        parameters.sched_priority = priority
        let code = pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters)
        return code == 0 ? nil : SystemError("real-time priority \(priority) for", on: "the event loop", code: code)
    }

    // MARK: Running

    /// Serves until `stop` is called here or on the inbox. Jobs posted before that are done.
    package func run() throws(SystemError) {
        inbox.enter()
        defer { inbox.leave() }
        isStopping = false
        while !isStopping { try turn() }
    }

    /// Ends `run` after the current turn. From another thread: `inbox.stop()`.
    package func stop() { isStopping = true }

    /// What belongs to this loop, in a wrapping that a job of another thread may carry home.
    package func bind<Value>(_ value: Value) -> LoopBound<Value> { LoopBound(value: value, inbox: inbox) }

    private func turn() throws(SystemError) {
        try armTimer()
        var events = [epoll_event](repeating: epoll_event(), count: Self.batch)
        let count = epoll_wait(poller, &events, Int32(Self.batch), -1)
        guard count >= 0 else {
            if errno == EINTR { return }
            throw SystemError("epoll_wait", on: "the event loop", code: errno)
        }
        // What has come is heard before the wait for it is given up, and both before what other threads want.
        let ready = events.prefix(Int(count))
        let last = [Token.timer, Token.inbox]
        for event in ready where !last.contains(event.data.u64) { serve(event.data.u64, flags: event.events) }
        for token in last {
            for event in ready where event.data.u64 == token { serve(token, flags: event.events) }
        }
        onTurnEnd()
    }

    private func serve(_ token: UInt64, flags: UInt32) {
        switch token {
        case Token.inbox:
            let (jobs, isStopped) = inbox.take(atMost: Self.jobsOfTurn)
            for job in jobs { job() }
            if isStopped { isStopping = true }
        case Token.timer:
            var expirations: UInt64 = 0
            _ = read(timer, &expirations, 8)
            armed = nil
            // the deadline may have moved since the timer was armed
            guard let due = deadline, due <= SystemClock.monotonic() else { return }
            deadline = nil
            onDeadline()
        case Token.signals:
            var information = signalfd_siginfo()
            let size = MemoryLayout<signalfd_siginfo>.size
            while read(signals, &information, size) == size { signalHandler(Int32(information.ssi_signo)) }
        default:
            // an earlier handler of this turn may have removed it
            guard let entry = entries[token] else { return }
            var ready: Interest = []
            if flags & EPOLLIN.rawValue != 0 { ready.insert(.readable) }
            if flags & EPOLLOUT.rawValue != 0 { ready.insert(.writable) }
            if flags & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 { ready.insert(.broken) }
            entry.handler(ready)
        }
    }

    private func armTimer() throws(SystemError) {
        guard armed != deadline else { return }
        var time = itimerspec()
        if let deadline {
            // zero would disarm the timer; a nanosecond after boot is as long past
            let nanoseconds = max(1, deadline.nanoseconds)
            time.it_value.tv_sec = Int(nanoseconds / 1_000_000_000)
            time.it_value.tv_nsec = Int(nanoseconds % 1_000_000_000)
        }
        guard timerfd_settime(timer, Int32(TFD_TIMER_ABSTIME), &time, nil) == 0 else {
            throw SystemError("timerfd_settime", on: "the event loop", code: errno)
        }
        armed = deadline
    }

    private func control(
        _ operation: Int32, _ descriptor: Int32, _ interest: Interest, token: UInt64
    ) throws(SystemError) {
        var event = epoll_event()
        if interest.contains(.readable) { event.events |= EPOLLIN.rawValue }
        if interest.contains(.writable) { event.events |= EPOLLOUT.rawValue }
        event.data.u64 = token
        guard epoll_ctl(poller, operation, descriptor, &event) == 0 else {
            throw SystemError("epoll_ctl", on: "descriptor \(descriptor)", code: errno)
        }
    }
}
