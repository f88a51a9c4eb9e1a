internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseProtocols
internal import Glibc

extension Bench {
    /// Poll rounds of secured readers on one bus: what the panel's pauses add to the wire time of the very frames, and the
    /// processor time of a poll, both ends and all their encryption included. The bus is computed, not waited for: octets
    /// take ten bits each, and a reader answers as soon as the two idle characters of the standard have passed.
    static func buses(_ report: (String) -> Void) throws {
        for (readers, baud, bound) in [(8, 115_200, 1.3), (16, 115_200, 1.3), (8, 9600, 1.1)] {
            let usual = try OSDPBus(readers: readers, baud: baud, dead: 0)
            let round = usual.run(rounds: 200)
            report(
                "\(readers) secured readers at \(baud) baud: a round \(micros(round.seconds)), \(ratio(round.seconds, round.wire)) x its wire time (at most \(bound)), \(micros(round.processor)) of processor a poll for both ends"
            )
            let crippled = try OSDPBus(readers: readers, baud: baud, dead: 1)
            let slower = crippled.run(rounds: 200)
            let kept = slower.pollsOfOthers / round.pollsOfOthers
            report("  with one of them dead the others keep \(ratio(kept, 1)) of their polls (at least 0.9)")
        }
        outages(report)
    }

    /// A thousand outages: every legal delay of an answer in steps of 10 ms, at ten moments, at five speeds.
    private static func outages(_ report: (String) -> Void) {
        var all = 0
        var late = 0
        for baud in OSDPPlace.speeds where baud <= 115_200 {
            let outcome = OSDPOutages(baud: baud).run(moments: 10)
            all += outcome.outages
            late += outcome.late
            report(
                "8 secured readers at \(baud) baud, one lost for 12 s: in service again at most \(milliseconds(outcome.longest)) after it answers, with delays of 0 to 200 ms (at most 3000 ms), and the card held at it read after at most \(milliseconds(outcome.longestToCard)); the others keep \(ratio(outcome.kept, 1)) of their polls (at least 0.9), and \(ratio(outcome.keptOfAlone, 1)) of those without it"
            )
        }
        report("\(all) outages, \(late) of them longer than 3 s (none)")
    }

    private static func milliseconds(_ span: Duration) -> String { "\(span.wholeMilliseconds) ms" }
}

/// One bus on a computed clock. A class because it is turned step by step.
private final class OSDPBus {
    struct Round {
        var seconds: Double
        var wire: Double
        var processor: Double
        /// Polls a second of each reader that lives.
        var pollsOfOthers: Double
    }

    private var panel: OSDPPanel
    private var readers: [EmulatedOSDPReader] = []
    private let octetTime: Duration
    private var now = MonotonicTime(nanoseconds: 1)
    private var arrival: (at: MonotonicTime, octets: [UInt8])?
    private var octetsOnWire = 0
    private var polls = 0
    private let count: Int
    private let dead: Int

    init(readers count: Int, baud: Int, dead: Int) throws {
        self.count = count
        self.dead = dead
        octetTime = .nanoseconds(10_000_000_000 / Int64(baud))
        var settings: [OSDPPanel.ReaderSettings] = []
        for address in 1...UInt8(count) {
            let octets = (0..<16).map { UInt8(truncatingIfNeeded: Int(address) * 31 + $0 * $0 * 7 + 3) }
            let key = try ReaderKey.make(octets, crypto: .openSSL).get()
            settings.append(
                OSDPPanel.ReaderSettings(
                    id: ReaderID("r\(address)"), address: address, security: .secure([key], .openSSL), formats: []))
            var reader = EmulatedOSDPReader(address: address)
            reader.security.ability = .demanded
            reader.security.key = octets
            readers.append(reader)
        }
        panel = OSDPPanel(readers: settings, settings: OSDPPanel.Settings(baud: baud))
        carryOut(panel.handle(.portOpened, at: now))
        // Sessions begin, lamps are set; a dead one is given up.
        turn(until: now + .seconds(20))
        for index in 0..<dead { readers[index].isDead = true }
        turn(until: now + .seconds(20))
    }

    func run(rounds: Int) -> Round {
        (octetsOnWire, polls) = (0, 0)
        let began = now
        let processor = Bench.seconds()
        let alive = count - dead
        while polls < rounds * alive { turn(until: now + .milliseconds(10)) }
        let span = Double((now - began).wholeNanoseconds) / 1e9
        let wire = Double(octetsOnWire) * Double(octetTime.wholeNanoseconds) / 1e9
        let turns = Double(polls) / Double(alive)
        return Round(
            seconds: span / turns, wire: wire / turns, processor: (Bench.seconds() - processor) / Double(polls),
            pollsOfOthers: turns / span)
    }

    private func turn(until end: MonotonicTime) {
        while true {
            let deadline = panel.nextDeadline.map { max($0.at, now) }
            guard let next = [deadline, arrival?.at].compactMap({ $0 }).min(), next <= end else { break }
            now = next
            if let heard = arrival, heard.at == next {
                arrival = nil
                carryOut(panel.handle(.received(heard.octets), at: now))
            } else {
                carryOut(panel.handle(.time, at: now))
            }
        }
        now = end
    }

    private func carryOut(_ effects: [OSDPPanel.Effect]) {
        for case .send(let octets) in effects {
            for index in readers.indices {
                let reply = readers[index].receive(octets)
                guard !reply.isEmpty else { continue }
                polls += 1
                // Two idle characters before each frame, its mark, the frame.
                octetsOnWire += octets.count + reply.count + 1 + 4
                arrival = (now + octetTime * (octets.count + 2 + 1 + reply.count), [OSDPFrame.mark] + reply)
            }
        }
    }
}
