internal import GatehouseCore
package import GatehouseCrypto
internal import GatehouseThreads
package import Logging

/// The witness itself: takes what logs offer, one after the other, and has it on the disk before it signs. A class because what it remembers
/// has one owner.
package final class WitnessKeeper: Sendable {
    /// What goes back over HTTP.
    package struct Answer: Hashable, Sendable {
        package var status: UInt32
        package var type = "text/plain; charset=utf-8"
        package var body: String

        package static let notFound = Answer(status: 404, body: "not found\n")
    }

    private struct Memory {
        var state: WitnessState
        /// Something is remembered that is not on the disk yet: refusals alone, never what was signed.
        var isAhead = false
        var isFailing = false
    }

    private let witness: Witness
    private let signer: WitnessSigner
    private let now: @Sendable () -> WitnessState.Seconds
    private let store: @Sendable (WitnessState) throws(WitnessFault) -> Void
    private let log: Logger
    private let memory: Guarded<Memory>

    /// - Parameter store: returns when the state is on the disk.
    package init(
        _ state: WitnessState, logs: [NoteKey], signer: WitnessSigner, log: Logger,
        now: @escaping @Sendable () -> WitnessState.Seconds,
        store: @escaping @Sendable (WitnessState) throws(WitnessFault) -> Void
    ) {
        witness = Witness(logs: logs)
        (self.signer, self.log, self.now, self.store) = (signer, log, now, store)
        memory = Guarded(Memory(state: state))
    }

    package var state: WitnessState { memory.withLock { $0.state } }

    /// `add-checkpoint` of C2SP tlog-witness.
    package func add(_ octets: [UInt8]) -> Answer {
        memory.withLock { memory in
            let seen = memory.state
            do throws(Witness.Refusal) {
                let judged = try witness.judge(octets) { seen.seen($0) }
                return sign(judged.checkpoint, of: octets, &memory)
            } catch {
                note(error, of: octets, &memory)
                let isSize = error.status == 409
                return Answer(
                    status: UInt32(error.status), type: isSize ? "text/x.tlog.size" : "text/plain; charset=utf-8",
                    body: error.body)
            }
        }
    }

    /// The newest checkpoint of the log that a digest names, with the log's line and the witness's.
    package func checkpoint(ofDigest digest: String) -> Answer {
        let heads = memory.withLock { $0.state.logs.values.compactMap(\.head) }
        guard let head = heads.first(where: { Self.digest($0.checkpoint.origin) == digest }),
            let line = try? signer.cosign(head.note.text, at: head.cosigned)
        else { return .notFound }
        var note = head.note
        note.signatures.append(line)
        return Answer(status: 200, body: String(decoding: note.octets, as: UTF8.self))
    }

    /// How an origin is called in an address.
    package static func digest(_ origin: String) -> String { Hexadecimal.encode(Hash.sha256(Array(origin.utf8))) }

    /// Writes down what was refused since. What was signed is on the disk already.
    package func flush() {
        memory.withLock { if $0.isAhead { _ = keep($0.state, &$0) } }
    }

    // MARK: Under the lock

    private func sign(_ checkpoint: Checkpoint, of octets: [UInt8], _ memory: inout Memory) -> Answer {
        let origin = checkpoint.origin
        let time = now()
        guard memory.state.earliest(origin) <= time else {
            log.error("the clock is behind the last cosignature: nothing is signed", metadata: ["log": "\(origin)"])
            return Answer(status: 503, body: "the clock of this witness is behind\n")
        }
        guard memory.state.hasRoom(for: origin) else {
            log.error("no room for another log: \(WitnessState.mostLogs) are remembered")
            return Answer(status: 503, body: "no room for another log\n")
        }
        guard let note = offered(octets)?.note, let head = try? WitnessState.Head(note: note, cosigned: time),
            let line = try? signer.cosign(note.text, at: time)
        else { return Answer(status: 503, body: "this witness cannot sign\n") }
        var next = memory.state
        next.take(head)
        // The same again within a second is the same line: nothing new would be written.
        guard next == memory.state && !memory.isAhead || keep(next, &memory) else {
            return Answer(status: 503, body: "this witness cannot write\n")
        }
        return Answer(status: 200, body: line.line)
    }

    /// Whether the state is on the disk now; only then is it what is remembered.
    private func keep(_ state: WitnessState, _ memory: inout Memory) -> Bool {
        do throws(WitnessFault) { try store(state) } catch {
            if !memory.isFailing { log.error("the state cannot be written, and nothing is signed: \(error)") }
            memory.isFailing = true
            return false
        }
        if memory.isFailing { log.notice("the state can be written again") }
        memory = Memory(state: state)
        return true
    }

    private func note(_ refusal: Witness.Refusal, of octets: [UInt8], _ memory: inout Memory) {
        let time = now()
        let offer = offered(octets)
        let origin = String((offer?.checkpoint.origin ?? "").prefix(128))
        func stranger(_ why: WitnessState.Why) {
            let isNew = memory.state.note(
                stranger: WitnessState.Refusal(why: why, origin: origin, first: time, last: time))
            memory.isAhead = true
            if isNew { log.warning("refused: \(why.rawValue)", metadata: ["log": "\(origin)"]) }
        }
        switch refusal {
        case .malformed: stranger(.malformed)
        case .unknownLog: stranger(.unknownLog)
        case .notSigned: stranger(.notSigned)
        case .goesBack, .otherSize, .noExtension:
            if let offer { note(refusal, of: offer, at: time, &memory) }
        }
    }

    /// What a watched log signed, and is refused. That it does not know yet what was seen is no refusal.
    private func note(_ refusal: Witness.Refusal, of offer: Offer, at time: UInt64, _ memory: inout Memory) {
        let origin = offer.checkpoint.origin
        let head = memory.state.logs[origin]?.head
        let isOtherRoot =
            head.map {
                $0.checkpoint.size == offer.checkpoint.size && $0.checkpoint.root != offer.checkpoint.root
            } ?? false
        let isBehind = offer.checkpoint.size < head?.checkpoint.size ?? 0
        guard let why = Self.why(refusal, isOtherRoot: isOtherRoot, isBehind: isBehind) else { return }
        let isNew = memory.state.note(
            WitnessState.Refusal(
                why: why, origin: origin, size: offer.checkpoint.size, first: time, last: time))
        memory.isAhead = true
        if isNew {
            log.warning("refused: \(why.rawValue)", metadata: ["log": "\(origin)", "size": "\(offer.checkpoint.size)"])
        }
        guard why == .otherRoot || why == .noExtension, let head else { return }
        guard memory.state.keep(offer.note, beside: head, at: time) else { return }
        log.critical(
            "this log signed what was not shown to go on from what was cosigned: both are kept",
            metadata: ["log": "\(origin)"])
        _ = keep(memory.state, &memory)
    }

    private static func why(
        _ refusal: Witness.Refusal, isOtherRoot: Bool, isBehind: Bool
    ) -> WitnessState.Why? {
        if isOtherRoot { return .otherRoot }
        return switch refusal {
        case .goesBack: .goesBack
        case .otherSize: isBehind ? .behind : nil
        case .noExtension: .noExtension
        case .malformed, .unknownLog, .notSigned: nil
        }
    }

    private struct Offer {
        var checkpoint: Checkpoint
        /// With the line of the watched log alone: lines of others would have no bound.
        var note: SignedNote
    }

    private func offered(_ octets: [UInt8]) -> Offer? {
        guard let request = try? WitnessRequest(octets),
            let checkpoint = try? Checkpoint(text: request.checkpoint.text)
        else { return nil }
        var note = request.checkpoint
        if let key = witness.logs.first(where: { $0.name == checkpoint.origin }) {
            note.signatures = Array(note.signatures.filter { $0.name == key.name && $0.id == key.id }.prefix(1))
        }
        return Offer(checkpoint: checkpoint, note: note)
    }
}
