internal import CLinux
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseProtocols
internal import GatehouseStore
internal import Glibc

/// The built daemon as a whole: start, memory, and the way from a reader's last bit to the release line. Lines and a
/// serial reader are ours, the database and its disk are real.
///
/// A class because it owns a process and descriptors.
final class DaemonBench {
    struct Failure: Error, CustomStringConvertible { let description: String }

    /// What a lane's reader is, by its number: most end their frames at the bit count, one by silence, one is serial.
    private static let lanes = 16
    private static let silentLane = 15
    private static let serialLane = 16
    /// Silence that ends a frame whose length says nothing (docs/protocols.md).
    private static let silence = 0.025

    private let folder: String
    private let chip: SimulatedChip
    private let terminal: Int32
    private var daemon: ChildProcess?
    /// Our end of the uplink's socket: pictures are asked for and never come.
    private var uplink: Int32 = -1
    private var released: [Int: Double] = [:]
    private var nextCard: UInt64 = 0
    private var discarded = [UInt8](repeating: 0, count: 4096)

    static func run(folder: String, daemon: String, slowSync: String?, report: (String) -> Void) throws {
        let name = "\(folder)/gatehouse-bench-\(getpid())"
        mkdir(name, 0o700)
        defer { ChildProcess.remove(name) }
        try start(name, daemon, persons: 100_000, report)
        try memory(name, daemon, persons: 10_000, report)
        try latency(name, daemon, report)
        if let slowSync { try crowd(name, daemon, slowSync, report) }
    }

    // MARK: Figures

    private static func start(_ folder: String, _ program: String, persons: UInt32, _ report: (String) -> Void) throws {
        let bench = try DaemonBench(folder: "\(folder)/start", persons: persons)
        var times: [Double] = []
        for _ in 0..<5 {
            let listening = try bench.launch(program)
            let relay = try bench.present(at: 1)
            times.append(listening + relay.released - relay.lastBit)
            bench.stop()
        }
        report(
            "start to first release with \(persons) residents and \(persons * 3 / 2) credentials: \(Bench.micros(times.min()!)) at best, \(Bench.micros(times.max()!)) at worst (at most 1 s)"
        )
    }

    private static func memory(_ folder: String, _ program: String, persons: UInt32, _ report: (String) -> Void) throws
    {
        let bench = try DaemonBench(folder: "\(folder)/memory", persons: persons)
        try bench.launch(program)
        _ = try bench.present(at: 1)
        bench.serve(for: 1)
        let octets = Bench.resident(String(bench.daemon!.identifier))
        report("idle daemon with \(persons) residents: \(octets / 1024) KiB resident (at most 24576)")
        bench.stop()
    }

    /// Interleaved with bare commits on the same disk, so that both meet the same weather.
    private static func latency(_ folder: String, _ program: String, _ report: (String) -> Void) throws {
        let bench = try DaemonBench(folder: "\(folder)/latency", persons: 1000)
        let bare = try CommitFloor(path: "\(folder)/latency/floor.db", entry: Bench.entry(1_000_000))
        try bench.launch(program)
        for lane in 1...lanes { _ = try bench.present(at: lane) }
        bench.serve(for: 0.2)
        var floor: [Double] = []
        var afterSilence: [Double] = []
        var byKind: [String: [Double]] = [:]
        for round in 0..<960 {
            let began = Bench.wall()
            try bare.commit(1)
            floor.append(Bench.wall() - began)
            let lane = round % lanes + 1
            let kind = lane == serialLane ? "last serial octet" : lane == silentLane ? "silence" : "bit count"
            if lane == silentLane {
                // What the same 25 ms of silence cost one thread that does nothing but commit: its core was asleep too.
                let due = try sleep(silence)
                try bare.commit(1)
                afterSilence.append(Bench.wall() - due)
            }
            let relay = try bench.present(at: lane)
            byKind[kind, default: []].append(
                relay.released - relay.lastBit - (lane == silentLane ? silence : 0))
            // Each lane has to be at rest again when its turn comes.
            bench.serve(for: 0.008)
        }
        bench.stop()
        let p50 = Bench.percentile(floor, 0.5)
        let p99 = Bench.percentile(floor, 0.99)
        report("bare commit beside it: p50 \(Bench.micros(p50)), p99 \(Bench.micros(p99))")
        report("bare commit when a timer of 25 ms has ended: p50 \(Bench.micros(Bench.percentile(afterSilence, 0.5)))")
        for kind in byKind.keys.sorted() {
            let samples = byKind[kind]!
            let own50 = Bench.percentile(samples, 0.5)
            let own99 = Bench.percentile(samples, 0.99)
            report(
                "frame ended by \(kind) to release, durable: p50 \(Bench.micros(own50)) = \(Bench.ratio(own50, p50)) x, p99 \(Bench.micros(own99)) = \(Bench.ratio(own99, p99)) x the bare commit (\(samples.count) samples, at most 1.5 x)"
            )
        }
    }

    /// Sixteen readers at one moment while each sync takes 15 ms more.
    private static func crowd(
        _ folder: String, _ program: String, _ slowSync: String, _ report: (String) -> Void
    ) throws {
        let bench = try DaemonBench(folder: "\(folder)/crowd", persons: 1000)
        try bench.launch(program, environment: ["LD_PRELOAD=\(slowSync)"])
        for lane in 1...lanes { _ = try bench.present(at: lane) }
        bench.serve(for: 0.5)
        var quietExits: [Double] = []
        for _ in 0..<50 {
            quietExits.append(try bench.exit(at: 1))
            bench.serve(for: 0.25)
        }
        var releases: [Double] = []
        var exits: [Double] = []
        for _ in 0..<50 {
            bench.released = [:]
            var lastBits: [Int: Double] = [:]
            for lane in 2...lanes { lastBits[lane] = bench.send(at: lane) }
            // Every frame is decided by now, and every release waits for the disk.
            bench.serve(for: 0.01)
            exits.append(try bench.exit(at: 1))
            try bench.wait(until: { $0.released.count == lanes })
            for (lane, lastBit) in lastBits {
                releases.append(bench.released[lane]! - lastBit - (lane == silentLane ? silence : 0))
            }
            bench.serve(for: 0.35)
        }
        bench.stop()
        let found = try bench.decisions()
        let p99 = Bench.percentile(releases, 0.99)
        report(
            "16 readers at once, each sync 15 ms slower: release p50 \(Bench.micros(Bench.percentile(releases, 0.5))), p99 \(Bench.micros(p99)) = \(Bench.ratio(p99, 0.015)) syncs (at most 4)"
        )
        report(
            "exit request meanwhile: p50 \(Bench.micros(Bench.percentile(exits, 0.5))), alone \(Bench.micros(Bench.percentile(quietExits, 0.5)))"
        )
        report("presentations in the journal: \(found) of \(bench.nextCard)")
    }

    // MARK: The bench

    init(folder: String, persons: UInt32) throws {
        self.folder = folder
        mkdir(folder, 0o700)
        var name = [CChar](repeating: 0, count: 128)
        terminal = clinux_pty_open(&name, name.count)
        guard terminal >= 0, symlink(name, "\(folder)/serial") == 0 else {
            throw Failure(description: "no pseudo-terminal: \(String(cString: strerror(errno)))")
        }
        var levels: [LineName: Bool] = [:]
        for lane in 1...Self.lanes {
            for (wire, level) in [("D0", true), ("D1", true), ("EXIT", false), ("RELEASE", false)] {
                levels[Self.line(wire, lane)] = level
            }
        }
        chip = try SimulatedChip(path: "\(folder)/lines.sock", levels: levels)
        let key = [UInt8](repeating: 1, count: 32)
        try ChildProcess.write(key, to: "\(folder)/key")
        try ChildProcess.write(Array(Self.configuration(folder).utf8), to: "\(folder)/gatehouse.yaml")
        try Self.fill("\(folder)/gatehouse.db", persons: persons, keys: KeyRing(master: SecretKey(key)))
        chip.changed = { [unowned self] name, level in
            guard level, let lane = Int(name.name.dropFirst("RELEASE".count)) else { return }
            self.released[lane] = Bench.wall()
        }
    }

    deinit {
        daemon?.end()
        close(terminal)
    }

    private static func line(_ wire: String, _ lane: Int) -> LineName { LineName("\(wire)\(lane)") }

    private static func configuration(_ folder: String) -> String {
        var readers = ""
        var portals = ""
        for lane in 1...lanes {
            readers +=
                lane == serialLane
                ? "  r\(lane): {protocol: em4100, port: \(folder)/serial, baud: 9600}\n"
                : "  r\(lane): {protocol: wiegand, data0: {line: D0\(lane)}, data1: {line: D1\(lane)}, formats: [H10301], ends_at_length: \(lane != silentLane)}\n"
            portals +=
                "  p\(lane): {release: {line: RELEASE\(lane)}, exit_button: {line: EXIT\(lane)}, exit_debounce: 0 ms, unlock_time: 100 ms, camera: eye, access_points: {a\(lane): {readers: [r\(lane)], factors: [card]}}}\n"
        }
        return """
            site: {name: bench, time_zone: Asia/Shanghai, clock: not-behind-floor}
            files: {database: \(folder)/gatehouse.db, admin_socket: \(folder)/admin.sock, uplink_socket: \(folder)/uplink.sock, snapshots: \(folder)/pictures, master_key: \(folder)/key}
            lines: {backend: simulated, socket: \(folder)/lines.sock}
            readers:
            \(readers)portals:
            \(portals)cameras:
              eye: {url: "http://127.0.0.1:9/still.jpg"}
            access_levels:
              homes: {groups: [residents], access_points: [\((1...lanes).map { "a\($0)" }.joined(separator: ", "))], schedule: always}

            """
    }

    /// Card number `index` of the bench: Wiegand at most lanes, EM4100 at the serial one.
    private static func card(_ index: UInt64, isSerial: Bool) -> CardNumber {
        isSerial
            ? CardNumber(format: "EM4100", facility: 0, number: index)
            : CardNumber(format: "H10301", facility: UInt32(index >> 15), number: index & 0x7FFF)
    }

    private static func fill(_ path: String, persons: UInt32, keys: KeyRing) throws {
        let primitives = keys.primitives(epoch: 1)
        var changes: [RegistryChange] = [
            .put(.community(CommunityRow(id: 1, code: "c", name: "c"))),
            .put(.dwelling(DwellingRow(id: 1, community: 1, code: "1", use: .owned))),
        ]
        for id in 1...persons {
            let row = PersonRow(
                id: id, reference: "P\(id)", name: "Person \(id)", role: .resident, dwelling: 1, groups: ["residents"])
            changes.append(.put(.person(row)))
        }
        for id in 1...(persons * 3 / 2) {
            // The odd third of the cards is for the serial reader.
            let number = card(UInt64(id <= persons ? id : id - persons), isSerial: id > persons)
            changes.append(
                .put(
                    .credential(
                        CredentialRow(
                            id: id, person: (id - 1) % persons + 1, kind: .card,
                            key: CredentialKey(card: number, primitives: primitives), label: number.description))))
        }
        let writer = StoreWriter(path: path, secrets: keys.storeSecrets, epoch: 1, run: "fill")
        var entry = JournalEntry(kind: .registry)
        entry.sequence = 1
        entry.civil = CivilTime(seconds: 1_700_000_000)
        try writer.commit(
            CommitGate.Batch(number: 1, effects: [.registry(changes, revision: 1), .record(entry)]))
        writer.idle()
    }

    /// Starts the daemon and waits until its readers have settled. The seconds until it listened come back.
    @discardableResult
    private func launch(_ program: String, environment: [String] = []) throws -> Double {
        let began = Bench.wall()
        daemon = try ChildProcess(
            [program, "--config", "\(folder)/gatehouse.yaml"], environment: environment, output: "\(folder)/log")
        try wait(until: { $0.chip.isWatched(Self.line("EXIT", Self.lanes)) })
        let listening = Bench.wall() - began
        uplink = try ChildProcess.connect("\(folder)/uplink.sock")
        let hello = Array(#"{"v":1,"type":"hello","version":"bench"}"#.utf8) + [10]
        _ = write(uplink, hello, hello.count)
        serve(for: 0.2)
        return listening
    }

    private func stop() {
        daemon?.end()
        daemon = nil
        close(uplink)
        // The chip has to see that its client went before the next one counts.
        while chip.isWatched(Self.line("EXIT", Self.lanes)) { serve(for: 0) }
        released = [:]
    }

    /// Shows the next card at a lane; the moment of its last bit or octet comes back.
    private func send(at lane: Int) -> Double {
        nextCard += 1
        let isSerial = lane == Self.serialLane
        let number = Self.card(nextCard % 490 + 1, isSerial: isSerial)
        guard case .fields(let facility, let id) = number.value else { preconditionFailure("cards have fields") }
        guard !isSerial else {
            let frame = EmulatedASCIIReader(.em4100).present(number: UInt32(id)).first ?? []
            _ = write(terminal, frame, frame.count)
            return Bench.wall()
        }
        guard let bits = CardFormat.named("H10301")?.encode(facility: facility, number: id) else {
            preconditionFailure("H10301 is built in")
        }
        let last = HardwareBench.now()
        let stamped = Bench.wall()
        for index in 0..<bits.count {
            chip.pulse(
                Self.line(bits[index] ? "D1" : "D0", lane), at: last + .microseconds(200) * (index - bits.count + 1))
        }
        // The whole frame is handed over at once, stamped as the fastest reader sends it: what counts is the moment its
        // last bit can be known; for silence, the stamp from which it runs.
        return lane == Self.silentLane ? stamped : Bench.wall()
    }

    private func present(at lane: Int) throws -> (lastBit: Double, released: Double) {
        released[lane] = nil
        let lastBit = send(at: lane)
        try wait(until: { $0.released[lane] != nil })
        return (lastBit, released[lane]!)
    }

    private func exit(at lane: Int) throws -> Double {
        released[lane] = nil
        let pressed = Bench.wall()
        chip.set(Self.line("EXIT", lane), true, at: HardwareBench.now())
        try wait(until: { $0.released[lane] != nil })
        chip.set(Self.line("EXIT", lane), false, at: HardwareBench.now())
        return released[lane]! - pressed
    }

    /// Waits by a timer of the kernel, as the daemon does; the moment at which it was due comes back.
    private static func sleep(_ seconds: Double) throws -> Double {
        let timer = timerfd_create(CLOCK_MONOTONIC, Int32(TFD_CLOEXEC))
        defer { close(timer) }
        var time = itimerspec()
        time.it_value.tv_nsec = Int(seconds * 1e9)
        let due = Bench.wall() + seconds
        var expired: UInt64 = 0
        guard timer >= 0, timerfd_settime(timer, 0, &time, nil) == 0, read(timer, &expired, 8) == 8 else {
            throw Failure(description: "no timer: errno \(errno)")
        }
        return due
    }

    private func wait(until isDone: (DaemonBench) -> Bool) throws {
        let end = Bench.wall() + 20
        while !isDone(self) {
            guard Bench.wall() < end, daemon?.isRunning ?? false else {
                throw Failure(
                    description:
                        "the daemon did not do it, at lane \(released.keys.sorted()): \(ChildProcess.tail("\(folder)/log"))"
                )
            }
            serve(for: 0)
        }
    }

    /// Serves the lines for a while, or for one turn.
    private func serve(for seconds: Double) {
        let end = Bench.wall() + seconds
        repeat {
            var polled = chip.descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            let wait = seconds == 0 ? 0.02 : max(0, end - Bench.wall())
            if clinux_ppoll(&polled, UInt(polled.count), Int64(wait * 1e9)) > 0 { chip.serve() }
            while uplink >= 0, read(uplink, &discarded, discarded.count) > 0 {}
        } while Bench.wall() < end
    }

    private func decisions() throws -> Int64 {
        let database = try Database(path: "\(folder)/gatehouse.db", mode: .readOnly)
        let count = try database.prepare("SELECT count(*) FROM journal WHERE kind = 'decision'")
        return try count.step() ? count.integer(0) : 0
    }
}
