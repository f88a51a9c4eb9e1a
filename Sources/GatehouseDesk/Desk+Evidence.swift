internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseStore

/// The journal before strangers: its signed head, and what is proved under it.
extension Desk {
    func verifyJournal(_ command: JournalVerify, _ call: Call) throws -> JournalVerify.Reply {
        let sizes = (command.sizes ?? []).map(\.value)
        guard sizes.count <= JournalVerify.mostSizes else {
            throw CommandRefusal(
                code: "malformed", message: Sentence("at most \(JournalVerify.mostSizes) sizes are asked for at a time")
            )
        }
        let verifier = try JournalVerifier(
            path: configuration.files.database, secrets: secrets, heads: logSigner?.key.reader)
        var report: JournalVerifier.Report
        do {
            report = try verifier.verify(
                since: command.since?.value, sizes: sizes,
                pictures: command.pictures?.isOn == true ? configuration.files.snapshots : nil, check: call.check)
        } catch is JournalVerifier.NoSuchEntry { throw Self.unknownEvent }
        report.faults += try StoreOpener.look(configuration.files.database, secrets: secrets).faults
        return JournalVerify.Reply(
            entries: report.count, first: report.first, last: report.last, root: Hexadecimal.encode(report.root),
            erased: report.erased, passedOver: report.passedOver, checkpoints: report.checkpoints,
            roots: Set(sizes).sorted().compactMap { size in
                report.roots[size].map { JournalVerify.Root(size: size, root: Hexadecimal.encode($0)) }
            },
            key: logSigner.map { "\($0.key)" }, whole: report.isWhole, faults: report.faults)
    }

    static let unknownEvent = CommandRefusal(
        code: "unknownEvent", message: Sentence("there is no entry of that number"))

    /// The newest head, over all that is on disk now.
    func head() throws -> (made: CheckpointKeeper.Made, key: NoteKey) {
        guard let key = logSigner?.key else {
            throw CommandRefusal(
                code: "withoutKey", message: Sentence("without the master key nothing is signed"))
        }
        switch try surroundings.checkpoint() {
        case .made(let made): return (made, key)
        case .nothingYet, .withoutKey: throw Self.busy
        case .refused:
            throw CommandRefusal(
                code: "checkpointRefused",
                message: Sentence(
                    "the journal is not the one whose head was signed before; nothing is signed: gatehousectl health"))
        case .failed(let problem): throw CommandRefusal(code: "failed", message: Sentence(verbatim: problem))
        }
    }

    func showCheckpoint(_ command: JournalCheckpoint, _ call: Call) throws -> JournalCheckpoint.Reply {
        let (made, key) = try command.witnessed?.isOn == true ? witnessedHead() : head()
        let note = try? SignedNote(made.note)
        return JournalCheckpoint.Reply(
            size: made.size, root: Hexadecimal.encode(made.root), key: "\(key)",
            note: String(decoding: made.note, as: UTF8.self),
            witnesses: note.flatMap { witnesses?.policy.names(of: $0) } ?? [],
            enough: note.flatMap { witnesses?.policy.isWitnessed($0) })
    }

    /// The newest head that enough witnesses have signed.
    private func witnessedHead() throws -> (made: CheckpointKeeper.Made, key: NoteKey) {
        guard let witnesses else {
            throw CommandRefusal(
                code: "malformed", message: Sentence("this site has no witnesses: docs/witness.md says how to ask some")
            )
        }
        let key = try head().key
        let areEnough = witnesses.closures.areEnough
        guard
            let made = try CheckpointKeeper.stored(configuration.files.database, origin: key.name, covering: 0)
                .first(where: { areEnough($0.note) })
        else {
            throw CommandRefusal(
                code: "notWitnessed", message: Sentence("no head that is kept here has enough witnesses"))
        }
        return (made, key)
    }

    func proveEntry(_ command: JournalProve, _ call: Call) throws -> JournalProve.Reply {
        let event = command.event.value
        let reader = try reader()
        guard let stored = try reader.entry(event, withPersonal: false),
            !stored.entry.kind.isForTheAuditorAlone || call.actor.role == .auditor
        else { throw Self.unknownEvent }
        try look(call, .people([stored.entry.person].compactMap(\.self)))
        let (made, key) = try head()
        let prover = try JournalProver(path: configuration.files.database, sha256: secrets.sha256)
        // Without a reason the proof says what happened, and of nobody.
        let openings = call.reason == nil ? [] : try reader.openings(of: event)
        let (_, proof) = try CaseMaker.prove(event, under: SignedNote(made.note), key, prover, openings)
        return JournalProve.Reply(
            event: event, index: proof.index, size: made.size, opened: openings.map(\.name), key: "\(key)",
            proof: String(decoding: proof.octets, as: UTF8.self))
    }

    func proveAppend(_ command: JournalProveAppend, _ call: Call) throws -> JournalProveAppend.Reply {
        let (old, new) = (command.old.value, command.new.value)
        let prover = try JournalProver(path: configuration.files.database, sha256: secrets.sha256)
        guard try prover.hasTree else { throw Self.busy }
        let size = try prover.size
        guard old <= new, new <= size else {
            throw CommandRefusal(
                code: "malformed",
                message: Sentence("sizes go up: OLD, then NEW, and the journal has \(size, "entry", "entries")"))
        }
        let roots = (try prover.root(size: old), try prover.root(size: new))
        let proof = try prover.consistency(old: old, new: new)
        guard Merkle.extends(old: old, oldRoot: roots.0, new: new, newRoot: roots.1, proof: proof) else {
            throw CommandRefusal(
                code: "notWhole",
                message: Sentence("the journal does not prove this: gatehousectl journal verify says what is wrong"))
        }
        return JournalProveAppend.Reply(
            old: old, new: new, oldRoot: Hexadecimal.encode(roots.0), newRoot: Hexadecimal.encode(roots.1),
            proof: proof.map { Base64.encode($0) })
    }
}
