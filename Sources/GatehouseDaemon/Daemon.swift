internal import CLinux
package import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseDevices
internal import GatehouseStore
internal import GatehouseThreads
internal import Glibc
internal import Logging

/// What kept the daemon from starting: where, and what to do.
package struct StartFailure: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

/// Puts the parts together and runs until it is told to stop. Call `EventLoop.block` before anything starts a thread;
/// `run` does.
package enum Daemon {
    package static func run(_ source: ConfigurationSource) throws {
        EventLoop.block([SIGTERM, SIGINT, SIGHUP, SIGPIPE])
        // Whatever is written here is for the daemon alone; sockets get their modes by name.
        umask(0o077)
        let running = try start(source)
        try running.loop.run()
        running.end()
        // Threads that still wait for something must not meet a process that takes itself apart.
        _exit(0)
    }

    /// What was read at the start is let go at the end of this function: the controller has it.
    private static func start(_ source: ConfigurationSource) throws -> Running {
        let ground = try Ground(source)
        clinux_economize_memory()
        let loop = try EventLoop()
        if let refused = EventLoop.requestRealtimePriority(20) { ground.log.info("no real-time priority: \(refused)") }

        let home = Home(ground.lock)
        let threads = Threads(inbox: loop.inbox, bound: loop.bind(home))
        // The uplink says who has signed to the thread whose heads it carries.
        let (carrier, keeper) = (Guarded<UplinkService?>(nil), Guarded<WriterThread?>(nil))
        let writer = threads.writer(
            on: ground, offer: { carrier.withLock { $0 }?.offer($0) }, keep: { carrier.withLock { $0 }?.keep($0) })
        keeper.withLock { $0 = writer }
        let readerKeys = ReaderKeys(ground.configuration, secrets: ground.secrets, log: ground.log)
        let gate = ground.gate(on: loop, readerKeys, writer)
        home.gate = gate
        let uplink = try threads.uplink(on: ground) { keeper.withLock { $0 } }
        carrier.withLock { $0 = uplink }
        threads.connect(gate, uplink, readerKeys, on: ground)
        let (ending, ended) = (Cancellation(), Cancellation())
        let bridge = LoopBridge(loop: loop.bind(gate), inbox: loop.inbox, ending: ending, ended: ended, writer: writer)
        let door = try threads.door(bridge, readerKeys, ending, on: ground)
        home.door = door

        let reload = ground.reload(source)
        let stop = {
            door.beginStop()
            gate.stop()
        }
        home.stop = stop
        try loop.onSignals([SIGTERM, SIGINT, SIGHUP]) { signal in
            if signal == SIGHUP { return reload(gate) }
            stop()
        }
        writer.start()
        threads.loads.start()
        threads.pictures.start()
        ground.leads?.start()
        threads.readNotes(on: ground)
        threads.checks.start()
        uplink.start()
        door.start()
        ground.begin(gate)
        return Running(
            loop: loop, gate: gate, door: door, uplink: uplink, writer: writer,
            workers: [threads.loads, threads.pictures], ended: ended,
            log: ground.log, home: home, path: ground.path, secrets: ground.secrets)
    }

    private struct Running {
        let loop: EventLoop
        let gate: GateLoop
        let door: CommandDoor
        let uplink: UplinkService
        let writer: WriterThread
        let workers: [Worker]
        let ended: Cancellation
        let log: Logger
        let home: Home
        let path: String
        let secrets: StoreSecrets

        /// Nobody is there to answer any more: whoever waits hears so, and no thread is waited for long.
        func end() {
            loop.inbox.close()
            ended.cancel()
            gate.close()
            door.stop(within: .milliseconds(100))
            uplink.stop()
            let isWritten = writer.stop(within: .milliseconds(300))
            for worker in workers { worker.stop(within: .milliseconds(100)) }
            // The last commits have written their own beside it.
            if let head = home.keptHead, !StoreOpener.put(kept: head, besides: path, secrets: secrets) {
                log.critical("the head that the uplink kept could not be put beside the database")
            }
            log.notice(isWritten ? "stopped" : "stopped; the disk did not answer")
        }
    }

    /// What jobs of other threads find on the loop, and what the daemon keeps as long as it lives.
    final class Home {
        var gate: GateLoop?
        var door: CommandDoor?
        var stop: () -> Void = {}
        /// The head of a later database, for the next start.
        private(set) var keptHead: [UInt8]?
        /// For the life of the process.
        let lock: StoreLock

        init(_ lock: StoreLock) { self.lock = lock }

        func end(with head: [UInt8]) {
            keptHead = head
            stop()
        }
    }
}
