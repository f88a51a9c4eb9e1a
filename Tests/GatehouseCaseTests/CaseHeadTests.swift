import GatehouseCrypto
import Testing

@testable import GatehouseCase

/// Under which head a case is proved.
@Suite("Heads of cases")
struct CaseHeadTests {
    private let log: LogSigner
    private let seed = SecretKey([UInt8](repeating: 50, count: 32))
    private let policy: [UInt8]

    init() throws {
        log = try LogSigner(origin: "lotus/journal/1", seed: SecretKey([UInt8](repeating: 1, count: 32)))
        policy = Array("# ours\nlog \(log.key)\n\(try SampleCase.policy(of: seed))\n".utf8)
    }

    private func note(_ size: UInt64, seen: Bool = false) throws -> SignedNote {
        var note = try log.sign(size: size, root: [UInt8](repeating: UInt8(clamping: size), count: 32))
        if seen { note.signatures.append(try SampleCase.seen(note, seed)) }
        return note
    }

    private func head(_ notes: [SignedNote], covering size: UInt64, _ policy: [UInt8]?) throws -> CaseHead {
        try CaseHead(newest: notes[0], earlier: notes, key: log.key, covering: size, sitePolicy: policy)
    }

    @Test func theNewestWitnessedHeadThatCoversAllIsTaken() throws {
        let notes = [try note(90), try note(80, seen: true), try note(70, seen: true)]
        let head = try head(notes, covering: 60, policy)
        #expect(head.checkpoint.size == 80 && head.isEnough == true && head.witnesses == ["w1"])
        #expect(head.policy == policy)
        _ = try LogPolicy(head.policy).open(head.note)
    }

    @Test func aHeadThatDoesNotCoverThemIsNone() throws {
        let head = try head([try note(90), try note(80, seen: true)], covering: 81, policy)
        #expect(head.checkpoint.size == 90 && head.isEnough == false && head.witnesses.isEmpty)
        let asked = try LogPolicy(head.policy)
        #expect(try asked.open(head.note).size == 90, "its policy asks for nobody")
        #expect(asked.witnesses.count == 1, "and says who could have")
    }

    @Test func withoutAPolicyOfThisLogThereIsTheKeyAlone() throws {
        let other = try LogSigner(origin: "orchid/journal/1", seed: SecretKey([UInt8](repeating: 2, count: 32)))
        for policy in [nil, Array("log \(other.key)\nquorum none\n".utf8), Array("nonsense".utf8)] {
            let head = try head([try note(90, seen: true)], covering: 1, policy)
            #expect(head.checkpoint.size == 90 && head.isEnough == nil && head.witnesses.isEmpty)
            let judged = try LogPolicy(head.policy).open(head.note)
            #expect(judged.size == 90)
        }
    }

    @Test func aHeadOfAnotherKeyIsNotSigned() throws {
        let other = try LogSigner(origin: "lotus/journal/1", seed: SecretKey([UInt8](repeating: 2, count: 32)))
        let forged = try other.sign(size: 95, root: [UInt8](repeating: 1, count: 32))
        #expect(throws: EvidenceFault.self) { try head([forged], covering: 1, policy) }
        let beside = try head([try note(90), forged], covering: 1, policy)
        #expect(beside.checkpoint.size == 90)
    }
}
