import GatehouseCase
import GatehouseCrypto

/// Notes, proofs and policies: they come by mail and on sticks, and a witness answers over the network.
enum Evidence {
    private static let key = (try? LogSigner(origin: "a/journal/1", seed: SecretKey([UInt8](repeating: 1, count: 32))))?
        .key

    static func note(_ octets: [UInt8]) {
        guard let note = try? SignedNote(octets) else { return }
        precondition(note.octets == octets, "a note has two forms")
        precondition(note.signatures.count <= SignedNote.signatureLimit, "more signatures than are read")
        guard let checkpoint = try? Checkpoint(text: note.text) else { return }
        precondition(checkpoint.text == note.text, "a checkpoint has two forms")
        guard let key else { return }
        precondition((try? Checkpoint.open(note, key: key)) == nil, "a checkpoint that nobody signed")
    }

    static func proof(_ octets: [UInt8]) {
        if let path = try? TilePath(String(decoding: octets, as: UTF8.self)) {
            precondition(Array("\(path)".utf8) == octets, "a tile has two names")
        }
        if let leaves = try? EntryBundle.read(octets, count: 2) {
            precondition((try? EntryBundle.write(leaves)) == octets, "a bundle has two forms")
        }
        if let request = try? WitnessRequest(octets) {
            precondition(request.octets == octets, "a request has two forms")
            precondition(request.proof.count <= WitnessRequest.proofLimit, "more hashes than a proof has")
        }
        guard let proof = try? LogProof(octets) else { return }
        precondition(proof.octets == octets, "a proof has two forms")
        precondition(proof.path.count <= LogProof.pathLimit, "more hashes than a path has")
    }

    /// The list and the readable form of a case, and a folder that has nothing else.
    static func caseFile(_ octets: [UInt8]) {
        if let list = try? CaseList(octets) {
            precondition(list.octets == octets, "a list has two forms")
            precondition(list.digests.keys.allSatisfy { CaseFile($0)?.name == $0 }, "a file has two names")
        }
        for file in [CaseFile.list, .document, .policy, .checkpoint, .key, .leaf(1), .proof(1)] {
            let check = CaseCheck(CaseFolder.Found(files: [file.name: octets]))
            precondition(!check.isWhole, "one file is no case")
        }
    }

    static func policy(_ octets: [UInt8]) {
        guard let policy = try? LogPolicy(octets) else { return }
        precondition(
            Set((policy.logs + policy.witnesses.map(\.key)).map(\.publicKey)).count == policy.logs.count
                + policy.witnesses.count, "a key stands for two")
        precondition(policy.logs.allSatisfy { (try? NoteKey("\($0)")) == $0 }, "a key has two forms")
    }
}
