package import GatehouseCore

/// Carries out what the controller decides, in the one order that promise P1 allows: first what must last, then what
/// moves. The daemon and the simulation run this very shell; lines, writer and clock come from outside.
///
/// A class because it has one owner, the deciding loop, and lives as long as the daemon.
package final class ControllerShell {
    package private(set) var controller: Controller
    private var gate: CommitGate
    private let perform: (Effect, Moment) -> Void
    private let commit: (CommitGate.Batch) -> Void
    /// Sees what the controller decided, before any of it is done. For simulations and tests.
    package var observe: ([Effect], Moment) -> Void = { _, _ in }

    /// `perform` carries out a volatile effect at once and must not wait. `commit` hands a batch to the writer and
    /// returns; the result comes back through `committed` or `failed`.
    package init(
        controller: Controller, gate: CommitGate, perform: @escaping (Effect, Moment) -> Void,
        commit: @escaping (CommitGate.Batch) -> Void
    ) {
        self.controller = controller
        self.gate = gate
        self.perform = perform
        self.commit = commit
    }

    /// Takes inputs that waited together: they share one commit where they can.
    package func handle(_ inputs: [Input], at now: Moment) {
        var queue = inputs
        var next = 0
        while next < queue.count {
            let effects = controller.handle(queue[next], at: now)
            next += 1
            observe(effects, now)
            for effect in gate.admit(effects, at: now.monotonic) { perform(effect, now) }
            // Whatever became free by time alone is done between two inputs, never behind all of them.
            queue += settle(gate.timePassed(at: now.monotonic), now)
        }
        if let batch = gate.nextBatch() { commit(batch) }
    }

    package func committed(_ number: UInt64, at now: Moment) {
        let inputs = settle(gate.committed(number), now)
        handle(inputs + [.time], at: now)
    }

    package func failed(_ number: UInt64, problem: String, at now: Moment) {
        let inputs = settle(gate.failed(number, problem: problem, at: now.monotonic), now)
        handle(inputs + [.time], at: now)
    }

    package func timePassed(at now: Moment) { handle([.time], at: now) }

    package var nextDeadline: Deadline? { .earliest(controller.nextDeadline, gate.nextDeadline) }

    /// Whether everything recorded is on disk.
    package var isSettled: Bool { gate.isIdle }

    private func settle(_ output: CommitGate.Output, _ now: Moment) -> [Input] {
        for effect in output.free { perform(effect, now) }
        if let batch = output.again { commit(batch) }
        return output.inputs
    }
}
