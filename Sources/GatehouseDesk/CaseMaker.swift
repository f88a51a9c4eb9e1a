internal import GatehouseAdmin
internal import GatehouseCase
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseStore

/// Gathers the files of a case. What does not hold is not taken in.
struct CaseMaker {
    private let reader: JournalReader
    private let prover: JournalProver
    let head: CaseHead
    /// Over the entry of the export too.
    private let newest: CheckpointKeeper.Made
    let key: NoteKey
    private(set) var files: [String: [UInt8]] = [:]
    private(set) var pictures: [String: [UInt8]] = [:]
    private var room = CaseFile.mostPictures

    init(
        reader: JournalReader, prover: JournalProver, head: CaseHead, newest: CheckpointKeeper.Made, key: NoteKey
    ) {
        (self.reader, self.prover, self.head, self.newest, self.key) = (reader, prover, head, newest, key)
        files[CaseFile.checkpoint.name] = head.note.octets
        files[CaseFile.policy.name] = head.policy
    }

    mutating func add(_ sequence: UInt64) throws {
        let (leaf, proof) = try Self.prove(sequence, under: head.note, key, prover, try reader.openings(of: sequence))
        files[CaseFile.leaf(sequence).name] = leaf
        files[CaseFile.proof(sequence).name] = proof.octets
    }

    mutating func add(export sequence: UInt64) throws {
        let note = try SignedNote(newest.note)
        let (leaf, proof) = try Self.prove(sequence, under: note, key, prover, try reader.openings(of: sequence))
        files[CaseFile.exportLeaf(sequence).name] = leaf
        files[CaseFile.exportProof(sequence).name] = proof.octets
    }

    /// False where it is one too many.
    mutating func add(picture octets: [UInt8], of sequence: UInt64) -> Bool {
        guard octets.count <= room else { return false }
        room -= octets.count
        files[CaseFile.picture(sequence).name] = octets
        pictures[CaseFile.picture(sequence).name] = octets
        return true
    }

    /// The readable forms, and the list over all, signed.
    mutating func finish(_ document: CaseDocument, _ signer: ReportSigner) throws {
        files[CaseFile.document.name] = WireJSON.encode(document)
        let note = String(decoding: head.note.octets, as: UTF8.self)
        files[CaseFile.page.name] = Array(CasePage(document, note: note, pictures: pictures).html.utf8)
        let list = CaseList(of: files).octets
        files[CaseFile.list.name] = list
        files[CaseFile.signature.name] = try signer.sign(list)
        files[CaseFile.key.name] = Array(Ed25519.pem(publicKey: signer.publicKey).utf8)
    }

    /// The leaf of an entry, and its proof under a head, with values that are opened in it.
    static func prove(
        _ sequence: UInt64, under note: SignedNote, _ key: NoteKey, _ prover: JournalProver,
        _ openings: [JournalReader.Opening]
    ) throws -> (leaf: [UInt8], proof: LogProof) {
        let checkpoint = try Checkpoint.open(note, key: key)
        guard let index = try prover.index(of: sequence), let leaf = try prover.leaf(of: sequence),
            index < checkpoint.size
        else { throw Desk.busy }
        let extra = ProofExtra(
            leaf: Base64.encode(leaf),
            opened: openings.map {
                ProofExtra.Opened(name: $0.name, salt: Base64.encode($0.salt), value: Base64.encode($0.value))
            })
        let proof = LogProof(
            extra: WireJSON.encode(extra), index: index,
            path: try prover.inclusion(index: index, size: checkpoint.size), checkpoint: note)
        // What does not hold never leaves the house.
        do { try proof.verify(leaf: leaf, in: checkpoint) } catch {
            throw CommandRefusal(
                code: "notWhole",
                message: Sentence(
                    "the journal does not prove this entry: gatehousectl journal verify says what is wrong"))
        }
        return (leaf, proof)
    }
}
