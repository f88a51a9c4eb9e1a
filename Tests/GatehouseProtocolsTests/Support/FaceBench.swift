import GatehouseCore
import GatehouseSimulation

@testable import GatehouseProtocols

/// The machine and an emulated module on one wire, with a clock turned by hand.
struct FaceBench {
    var machine: FaceModule
    var module: EmulatedFaceModule
    private(set) var now = MonotonicTime.zero
    private(set) var signals: [ReaderSignal] = []
    private(set) var identities: [ReaderIdentity] = []
    private(set) var tables: [[UInt16]] = []
    private(set) var sent: [UInt8] = []
    private(set) var answers: [Answer] = []
    private(set) var progress: [FaceProgress] = []

    struct Answer: Equatable {
        var token: UInt64
        var answer: FaceAnswer
    }

    /// What stood on the wire, both ways.
    private(set) var wire: [[UInt8]] = []

    init(
        _ settings: FaceModule.Settings = .init(), module: EmulatedFaceModule = .init(), sealing: FaceSealing? = nil
    ) {
        machine = FaceModule(settings, sealing: sealing)
        self.module = module
    }

    mutating func input(_ input: FaceModule.Input) { carryOut(machine.handle(input, at: now)) }
    mutating func hear(_ octets: [UInt8]) { input(.received(octets)) }
    mutating func present(_ face: EmulatedFaceModule.Face) { hear(module.present(face)) }
    mutating func forget() { (signals, sent, wire) = ([], [], []) }

    mutating func run(for span: Duration) {
        let end = now + span
        while let deadline = machine.nextDeadline, deadline.at <= end {
            now = max(now, deadline.at)
            input(.time)
        }
        now = end
    }

    private mutating func carryOut(_ effects: [FaceModule.Effect]) {
        for effect in effects {
            switch effect {
            case .signal(.identified(let identity)): identities.append(identity)
            case .signal(.faceUsers(let users)): tables.append(users)
            case .signal(let signal): signals.append(signal)
            case .progress(_, let one): progress.append(one)
            case .answer(let token, let answer): answers.append(Answer(token: token, answer: answer))
            case .send(let octets):
                sent.append(octets[2])
                let reply = module.receive(octets)
                wire += [octets, reply]
                if !reply.isEmpty { carryOut(machine.handle(.received(reply), at: now)) }
            }
        }
    }
}
