import Testing

@testable import GatehouseCore

/// The controller behind its commit gate, in whatever order cards, doors, buttons, postures and the disk come: the line
/// stands where the portal says, and comes to rest.
@Suite("Line and disk")
struct LineAndDiskTests {
    private struct Gate {
        var bench: Bench
        var gate: CommitGate
        var isReleased = false
        var batch: CommitGate.Batch?
        /// What happened, for the sentence of a failure.
        var story: [String] = []

        init(_ onTimeout: CommitGate.OnTimeout) {
            var builder = SiteBuilder()
            for id in 1...3 as ClosedRange<UInt32> { builder.resident(id, card: UInt64(id)) }
            bench = Bench(builder)
            gate = CommitGate(maxWait: .milliseconds(250), onTimeout: onTimeout)
        }

        mutating func take(_ effects: [Effect]) {
            perform(gate.admit(effects, at: bench.now.monotonic))
            if batch == nil { batch = gate.nextBatch() }
        }

        mutating func perform(_ effects: [Effect]) {
            for effect in effects {
                switch effect {
                case .release: isReleased = true
                case .secure: isReleased = false
                default: break
                }
            }
        }

        mutating func take(_ output: CommitGate.Output) {
            perform(output.free)
            for input in output.inputs { take(bench.give(input)) }
            if let again = output.again { batch = again }
        }

        mutating func disk(works: Bool) {
            guard let number = batch?.number else { return }
            batch = nil
            take(
                works
                    ? gate.committed(number) : gate.failed(number, problem: "full", at: bench.now.monotonic))
            if batch == nil { batch = gate.nextBatch() }
        }

        mutating func pass(_ span: Duration) {
            take(bench.pass(span))
            take(gate.timePassed(at: bench.now.monotonic))
        }
    }

    @Test(arguments: [CommitGate.OnTimeout.release, .hold], 0..<40 as Range<UInt64>)
    func theLineStandsWhereThePortalSays(onTimeout: CommitGate.OnTimeout, seed: UInt64) {
        var dice = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
        func roll(_ sides: UInt64) -> UInt64 {
            dice ^= dice << 13
            dice ^= dice >> 7
            dice ^= dice << 17
            return dice % sides
        }
        var gate = Gate(onTimeout)
        let wicket = SiteBuilder.wicket
        for _ in 0..<150 {
            let what = roll(12)
            gate.story.append("\(what)")
            switch what {
            case 0, 1, 2: gate.take(gate.bench.card(1 + roll(3)))
            case 3, 4: gate.take(gate.bench.give(.contact(wicket, isOpen: roll(2) == 0)))
            case 5: gate.take(gate.bench.give(.exitButton(wicket, isPressed: roll(2) == 0)))
            case 6:
                let posture: Posture = [.secure, .lockdown, .blocked, .free][Int(roll(4))]
                gate.take(gate.bench.give(.order(order(.posture(nil, posture)))))
            case 7, 8: gate.disk(works: true)
            case 9: gate.disk(works: false)
            case 10: gate.pass(.milliseconds(Int64(roll(300))))
            default: gate.pass(.milliseconds(Int64(roll(6000))))
            }
            #expect(gate.isReleased == gate.bench.controller.portals[0].isReleased, "\(gate.story)")
            guard gate.isReleased == gate.bench.controller.portals[0].isReleased else { return }
        }
        gate.take(gate.bench.give(.order(order(.posture(nil, .secure)))))
        gate.take(gate.bench.give(.contact(wicket, isOpen: false)))
        gate.take(gate.bench.give(.exitButton(wicket, isPressed: false)))
        for _ in 0..<20 {
            gate.pass(.seconds(10))
            gate.disk(works: true)
        }
        #expect(!gate.isReleased && gate.gate.isIdle && gate.bench.controller.grants.isEmpty)
        #expect(gate.bench.controller.lapsed.isEmpty)
    }
}
