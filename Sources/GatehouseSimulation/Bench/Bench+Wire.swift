internal import CLinux
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseProtocols
internal import Glibc

extension Bench {
    /// The panel on a pseudo-terminal beside a bare loop in the same run, which writes a frame that is ready made to the same
    /// readers at the same pace, with the idle characters of the standard between them, and takes what comes, unread. Beside
    /// secured readers it also computes the two MACs of an exchange. Only the panel's half is counted.
    static func wire(_ report: (String) -> Void) throws {
        let rounds = 3000
        for isSecured in [false, true] {
            let bare = try WireBench(readers: 8, isSecured: false)
            bare.runBare(polls: rounds, withMACs: isSecured)
            let own = try WireBench(readers: 8, isSecured: isSecured)
            own.runPanel(polls: rounds)
            let (mine, floor) = (own.processor / Double(own.polls), bare.processor / Double(bare.polls))
            let kind = isSecured ? "secured readers" : "readers in clear"
            report(
                "8 \(kind) on a pseudo-terminal: \(micros(mine)) of processor a poll = \(ratio(mine, floor)) x the bare loop's \(micros(floor)) (at most 3)"
            )
            for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
                let (mine, floor) = (percentile(own.latencies, share), percentile(bare.latencies, share))
                let bound = share > 0.9 ? " (at most 1.5)" : ""
                report(
                    "  card shown to event: \(name) \(micros(mine)) = \(ratio(mine, floor)) x the bare loop's \(micros(floor)), \(own.latencies.count) cards\(bound)"
                )
            }
        }
    }
}

/// A pseudo-terminal with emulated readers at its far end, turned by the same thread, so that the near end's processor time
/// can be told from theirs. A class because it owns two descriptors.
private final class WireBench {
    private static let period = 0.02
    private static let baud = 230_400
    /// Two characters of ten bits, which the standard wants between frames.
    private static let idle = 20 / Double(baud)
    private static let bits = CardFormat.named("H10301")!.encode(facility: 7, number: 1603)!

    private(set) var polls = 0
    private(set) var processor = 0.0
    private(set) var latencies: [Double] = []
    private let master: Int32
    private let slave: Int32
    private var readers: [EmulatedOSDPReader] = []
    private let settings: [OSDPPanel.ReaderSettings]
    private var buffer = [UInt8](repeating: 0, count: 4096)
    private var dice = Dice(seed: 41)
    private var shownAt: [Int: Double] = [:]
    private var nextCard = Bench.wall() + 1

    init(readers count: Int, isSecured: Bool) throws {
        var name = [CChar](repeating: 0, count: 64)
        master = clinux_pty_open(&name, name.count)
        slave = open(name, O_RDWR | O_NOCTTY)
        guard master >= 0, slave >= 0 else { throw InvalidWire() }
        var line = termios()
        tcgetattr(slave, &line)
        cfmakeraw(&line)
        tcsetattr(slave, TCSANOW, &line)
        var settings: [OSDPPanel.ReaderSettings] = []
        for address in 1...UInt8(count) {
            let octets = (0..<16).map { UInt8(truncatingIfNeeded: Int(address) * 31 + $0 * $0 * 7 + 3) }
            let key = try ReaderKey.make(octets, crypto: .openSSL).get()
            var reader = EmulatedOSDPReader(address: address)
            reader.security.ability = isSecured ? .demanded : .none
            reader.security.key = octets
            readers.append(reader)
            settings.append(
                OSDPPanel.ReaderSettings(
                    id: ReaderID("r\(address)"), address: address,
                    security: isSecured ? .secure([key], .openSSL) : .clear,
                    formats: [CardFormat.named("H10301")!]))
        }
        self.settings = settings
    }

    deinit {
        close(master)
        close(slave)
    }

    private struct InvalidWire: Error {}

    // MARK: both ends

    private func cycles() -> Double { Double(clinux_nanoseconds(CLOCK_THREAD_CPUTIME_ID)) / 1e9 }

    /// What is done in here is counted.
    private func counted<Value>(_ body: () -> Value) -> Value {
        let began = cycles()
        defer { processor += cycles() - began }
        return body()
    }

    /// Writes, lets the readers answer, and reads.
    private func exchange(_ octets: [UInt8]) -> [UInt8] {
        polls += 1
        counted { _ = write(slave, octets, octets.count) }
        let heard = take(master, within: 100)
        for index in readers.indices {
            let reply = readers[index].receive(heard)
            if !reply.isEmpty { _ = write(master, [OSDPFrame.mark] + reply, reply.count + 1) }
        }
        return counted { take(slave, within: 100) }
    }

    private func take(_ descriptor: Int32, within milliseconds: Int32) -> [UInt8] {
        var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&wait, 1, milliseconds) == 1 else { return [] }
        let count = read(descriptor, &buffer, buffer.count)
        return Array(buffer.prefix(max(0, count)))
    }

    /// Cards are shown at moments of their own while the time passes.
    private func pass(until due: Double) {
        while true {
            let now = Bench.wall()
            if now >= nextCard {
                nextCard = now + 0.02 + Double(dice.below(30)) / 1000
                let index = dice.below(readers.count)
                if shownAt[index] == nil {
                    shownAt[index] = now
                    readers[index].present(Self.bits)
                }
            }
            guard now < due else { return }
            usleep(UInt32(max(1, min((due - now) * 1e6, max(1, (nextCard - now) * 1e6)))))
        }
    }

    private func seen(_ index: Int) {
        if let shown = shownAt.removeValue(forKey: index) { latencies.append(Bench.wall() - shown) }
    }

    // MARK: the near end

    func runBare(polls count: Int, withMACs: Bool) {
        let frames = settings.map { [OSDPFrame.mark] + OSDPFrame(address: $0.address, sequence: 0, code: 0x60).octets }
        let key = SessionCrypto.openSSL.key([UInt8](0..<16))
        let block = [UInt8](repeating: 0, count: 16)
        var due = settings.map { _ in Bench.wall() }
        while polls < count {
            for index in frames.indices {
                pass(until: due[index])
                due[index] = Bench.wall() + Self.period
                // An answer that is longer than ACK is the card.
                if exchange(frames[index]).count > 12 { seen(index) }
                if withMACs { counted { _ = key.encrypt(key.encrypt(block, block), block) } }
                pass(until: Bench.wall() + Self.idle)
            }
        }
    }

    /// The panel as its port drives it, which knows of no panel.
    func runPanel(polls count: Int) {
        var panel: any SerialMachine = OSDPPanel(
            readers: settings, settings: OSDPPanel.Settings(baud: Self.baud))
        func now() -> MonotonicTime { MonotonicTime(nanoseconds: clinux_nanoseconds(CLOCK_MONOTONIC)) }
        func handle(_ event: SerialEvent) {
            for effect in counted({ panel.take(event, at: now()) }) {
                switch effect {
                case .sendDiscarding(let octets): handle(.received(exchange(octets)))
                case .signal(let reader?, let signal):
                    if case .card = signal, let index = settings.firstIndex(where: { $0.id == reader }) { seen(index) }
                    handle(.wish(.eventStored(reader)))
                default: break
                }
            }
        }
        func turn() {
            let deadline = counted { panel.nextDeadline?.at ?? now() }
            pass(until: Double(deadline.nanoseconds) / 1e9)
            handle(.time)
        }
        handle(.opened)
        // Sessions begin and lamps are set before anything is counted.
        while polls < 400 { turn() }
        (polls, processor, latencies) = (0, 0, [])
        while polls < count { turn() }
    }
}
