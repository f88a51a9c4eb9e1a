internal import CLinux
internal import GatehouseCore
package import GatehouseCrypto
internal import Glibc
package import Logging

/// A witness as it is started: its files, and where it listens.
package struct WitnessService: Sendable {
    package var key: String
    package var state: String
    package var logs: String
    package var listen: String
    package var prefix: String

    package init(key: String, state: String, logs: String, listen: String, prefix: String) {
        (self.key, self.state, self.logs, self.listen, self.prefix) = (key, state, logs, listen, prefix)
    }

    /// How the service manager hears of it.
    package struct Manager {
        /// Half of the watchdog's time.
        package var period: Duration?
        package var alive: () -> Void
        package var ready: (_ status: String) -> Void

        package init(period: Duration?, alive: @escaping () -> Void, ready: @escaping (_ status: String) -> Void) {
            (self.period, self.alive, self.ready) = (period, alive, ready)
        }
    }

    private static let turn: Duration = .seconds(5)

    /// Serves until the process ends. One loop serves, writes and feeds the watchdog: what holds one of them for too long is ended with it.
    package func run(_ manager: Manager, log: Logger) throws(WitnessFault) -> Never {
        let signer = try WitnessSettings.key(key)
        let logs = try WitnessSettings.logs(logs, own: signer.key)
        let file = try StateFile(state, signer: signer)
        let keeper = WitnessKeeper(
            try file.read(), logs: logs, signer: signer, log: log, now: { Self.civilSeconds() },
            store: { state throws(WitnessFault) in try file.replace(with: state) })
        // Whoever hangs up in the midst does not end us.
        signal(SIGPIPE, SIG_IGN)
        let address = try ListenAddress(listen)
        let server = try WitnessServer(keeper, at: address, prefix: AddressPrefix(prefix))
        manager.ready("watches \(logs.count) logs")
        log.notice(
            "serves",
            metadata: ["key": "\(signer.key)", "logs": "\(logs.count)", "at": "\(address.host):\(server.port)"])
        let turn = min(Self.turn, manager.period ?? Self.turn)
        var writesAt = Self.monotonic() + Self.turn
        while true {
            server.turn(atMost: turn)
            manager.alive()
            guard writesAt <= Self.monotonic() else { continue }
            keeper.flush()
            writesAt = Self.monotonic() + Self.turn
        }
    }

    /// All that is wrong, and what is right of key and logs.
    package func check() -> (faults: [WitnessFault], key: NoteKey?, logs: [NoteKey]) {
        var faults: [WitnessFault] = []
        func part<Value>(_ read: () throws(WitnessFault) -> Value) -> Value? {
            do throws(WitnessFault) { return try read() } catch {
                faults.append(error)
                return nil
            }
        }
        let signer = part { () throws(WitnessFault) in try WitnessSettings.key(key) }
        let keys = part { () throws(WitnessFault) in try WitnessSettings.logs(logs, own: signer?.key) }
        if let signer { _ = part { () throws(WitnessFault) in try StateFile.read(state, signer: signer) } }
        _ = part { () throws(WitnessFault) in try ListenAddress(listen) }
        _ = part { () throws(WitnessFault) in try AddressPrefix(prefix) }
        return (faults, signer?.key, keys ?? [])
    }

    /// Takes the clock as it stands, while no witness runs with these files. The count of logs that were signed for a time to come is returned.
    package static func acceptClock(key: String, state: String) throws(WitnessFault) -> Int {
        let file = try StateFile(state, signer: try WitnessSettings.key(key))
        var memory = try file.read()
        let count = memory.accept(clock: civilSeconds())
        try file.replace(with: memory)
        return count
    }

    package static func civilSeconds() -> WitnessState.Seconds {
        UInt64(clamping: CivilTime(milliseconds: clinux_nanoseconds(CLOCK_REALTIME) / 1_000_000).seconds)
    }

    private static func monotonic() -> MonotonicTime {
        MonotonicTime(nanoseconds: clinux_nanoseconds(CLOCK_MONOTONIC))
    }
}
