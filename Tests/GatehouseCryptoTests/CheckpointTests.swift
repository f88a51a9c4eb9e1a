import GatehouseCrypto
import Testing

@Suite("Keys, notes and checkpoints")
struct CheckpointTests {
    private let vectors = EvidenceVectors.all

    @Test func keysAreWrittenAndReadAsOthersWriteThem() throws {
        for row in [vectors.keys.log] + vectors.keys.witnesses {
            let seed = SecretKey(EvidenceVectors.octets(row.seed_hex))
            let kind = try #require(NoteKey.Kind(rawValue: row.type))
            let key = try NoteKey(name: row.name, kind: kind, publicKey: Ed25519.publicKey(seed: seed))
            #expect(Hexadecimal.encode(key.publicKey) == row.public_hex)
            #expect(Hexadecimal.encode(key.id) == row.key_id)
            #expect("\(key)" == row.vkey)
            #expect(try NoteKey(row.vkey) == key)
        }
    }

    @Test(arguments: [
        ("", EvidenceFault.Problem.notAKey), ("a+b", .notAKey), ("a+80cf6b67+AQ", .notBase64),
        ("a+80cf6b67+AQ==", .wrongLength), ("a+80cf6b67+", .unknownKind), ("a+80cf6b67+Bg==", .unknownKind),
        ("+80cf6b67+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4", .notAName),
        ("a\u{3000}b+80cf6b67+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4", .notAName),
        ("gatehouse.example/journal/1+80cf6b68+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4", .wrongKeyID),
        ("gatehouse.example/journal/1+80CF6B67+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4", .wrongKeyID),
        ("gatehouse.example/journal/1+80cf6b67+AQOhB7_zzhC-HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4", .notBase64),
    ])
    func aKeyThatIsNoneIsRefusedWithAReason(text: String, problem: EvidenceFault.Problem) {
        let fault = #expect(throws: EvidenceFault.self) { try NoteKey(text) }
        #expect(fault?.problem == problem)
    }

    @Test func signedOctetsAreThoseOfOpenSSLAndOthers() throws {
        let seed = SecretKey(EvidenceVectors.octets(vectors.keys.log.seed_hex))
        let log = try #require(vectors.signed_messages.first)
        let signature = try Ed25519.sign(EvidenceVectors.octets(log.message_hex), seed: seed)
        #expect(Hexadecimal.encode(signature) == log.sig_hex)
        let witness = vectors.keys.witnesses[0]
        let note = try self.note("size257")
        let cosignature = try Cosignature(
            of: Array(note.text.utf8), at: 1_767_225_600, seed: SecretKey(EvidenceVectors.octets(witness.seed_hex)))
        #expect(witness.key_id + Hexadecimal.encode(cosignature.octets) == vectors.signed_messages[1].blob_hex)
        #expect(Cosignature(cosignature.octets) == cosignature)
        #expect(Cosignature([0x80] + cosignature.octets.dropFirst()) == nil, "a time of 64 bits")
    }

    @Test func theSignerWritesWhatOthersWrote() throws {
        let signer = try LogSigner(
            origin: vectors.keys.log.name, seed: SecretKey(EvidenceVectors.octets(vectors.keys.log.seed_hex)))
        #expect(signer.key == (try EvidenceVectors.log))
        for size in [UInt64(0), 7, 257, 70_000] {
            let made = try signer.sign(size: size, root: EvidenceVectors.subtree(0..<size))
            let row = try #require(vectors.checkpoints.first { $0.name == "size\(size)" })
            #expect(String(decoding: made.octets, as: UTF8.self) == row.note)
        }
    }

    @Test func whatOthersAcceptIsTakenAndWhatTheyRefuseIsNot() throws {
        #expect(vectors.checkpoints.count == 16)
        for row in vectors.checkpoints {
            // Well signed over another root: whoever has the entries refuses it, or an older checkpoint.
            let isTaken = row.accept || row.name == "bad-root"
            do {
                let note = try SignedNote(Array(row.note.utf8))
                #expect(note.octets == Array(row.note.utf8), "\(row.name) is written as it was read")
                let checkpoint = try Checkpoint.open(note, key: EvidenceVectors.log)
                #expect(isTaken, "\(row.name): \(row.why ?? "")")
                #expect(checkpoint.size == row.size)
                let isTrue = checkpoint.root == EvidenceVectors.subtree(0..<row.size)
                #expect(isTrue == row.accept, "\(row.name)")
                let witnesses = try vectors.keys.witnesses.map { try NoteKey($0.vkey) }
                let signers = try note.signers(among: [EvidenceVectors.log] + witnesses)
                #expect(signers.count == row.signatures, "\(row.name)")
            } catch let fault as EvidenceFault {
                #expect(!isTaken, "\(row.name): \(fault)")
            }
        }
        let monitor = try SignedNote(Array(vectors.monitor.reply.utf8))
        #expect(try Checkpoint.open(monitor, key: EvidenceVectors.log).size == 70_000)
    }

    @Test func aFaultSaysWhatAndWhere() throws {
        let good = try #require(vectors.checkpoints.first { $0.name == "size7-w1-w2-w3" }).note
        func fault(_ change: (inout String) -> Void) -> String? {
            var text = good
            change(&text)
            do {
                let note = try SignedNote(Array(text.utf8))
                let keys = try vectors.keys.witnesses.map { try NoteKey($0.vkey) }
                _ = try Checkpoint.open(note, key: EvidenceVectors.log)
                _ = try note.signers(among: keys)
                return nil
            } catch { return "\(error)" }
        }
        #expect(fault { _ in } == nil)
        #expect(fault { $0.replace("\n7\n", with: "\n+7\n") } == "checkpoint, line 2: not a number in its one form")
        #expect(fault { $0.replace("WF0=", with: "WF1=") } == "checkpoint, line 3: not base64 in its one form")
        #expect(fault { $0.replace("WF0=\n", with: "WF0=\nmore\n") } == "checkpoint: not three lines")
        #expect(
            fault { $0.replace("\u{2014} street", with: "\u{2013} street") } == "note, line 7: not a signature line")
        #expect(fault { $0.replace("committee.example/w1 ", with: "a+b ") } == "note, line 6: not the name of a key")
        #expect(fault { $0 += "\u{2014} x AAAAAA==\n" } == "note, line 9: a wrong length")
        #expect(fault { $0 += "\t" } == "note, line 9: a control character")
        #expect(fault { $0.removeLast() } == "note: its last line has no end")
        #expect(fault { $0 = String($0.prefix { $0 != "\u{2014}" }) } == "note: no signature")
        #expect(fault { $0.replace("\n\n", with: "\n") } == "note: no empty line before the signatures")
        #expect(fault { $0 = "\n\n\u{2014} x AAAAAAA=\n" } == "note: no empty line before the signatures")
        #expect(fault { $0 += String(repeating: "\u{2014} x AAAAAAA=\n", count: 61) } == "note: too many signatures")
        #expect(fault { $0 += String(repeating: "\u{2014} x AAAAAAA=\n", count: 60) } == nil, "64 lines are read")
    }

    @Test func octetsThatAreNoTextAreRefused() {
        let note =
            Array("a\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n".utf8) + [0xE2, 0x80, 0x94, 0x20, 0xFF, 0x0A]
        let fault = #expect(throws: EvidenceFault.self) { try SignedNote(note) }
        #expect(fault?.problem == .notUTF8)
        let long = [UInt8](repeating: 0x0A, count: SignedNote.octetLimit + 1)
        #expect(throws: EvidenceFault.self) { try SignedNote(long) }
    }

    @Test func aKeySignsForItsOwnLogAlone() throws {
        let seed = SecretKey(EvidenceVectors.octets(vectors.keys.log.seed_hex))
        let key = try EvidenceVectors.log
        let text = Checkpoint(origin: "another/journal/1", size: 0, root: Merkle.emptyRoot).text
        let octets = try Ed25519.sign(Array(text.utf8), seed: seed)
        let note = SignedNote(text: text, signatures: [.init(name: key.name, id: key.id, octets: octets)])
        #expect(try note.signers(among: [key]) == [key])
        let fault = #expect(throws: EvidenceFault.self) { try Checkpoint.open(note, key: key) }
        #expect(fault?.problem == .otherOrigin)
        let policy = try LogPolicy(Array("log \(key)\nquorum none\n".utf8))
        #expect(throws: EvidenceFault.self) { try policy.open(note) }
    }

    @Test func severalNotesOfAFileAreReadOneByOne() throws {
        let names = ["size7", "size257-w1", "size70000"]
        let texts = try names.map { name in try #require(vectors.checkpoints.first { $0.name == name }).note }
        for between in ["", "\n", "\n\n"] {
            let notes = try SignedNote.several(Array(texts.joined(separator: between).utf8))
            #expect(notes.map { String(decoding: $0.octets, as: UTF8.self) } == texts)
        }
        #expect(try SignedNote.several([]).isEmpty)
        #expect(throws: EvidenceFault.self) { try SignedNote.several(Array((texts[0] + "more\n").utf8)) }
    }

    /// A text may hold empty lines: the last one splits.
    @Test func theLastEmptyLineSplits() throws {
        let note = try SignedNote(Array("a\n\nb\n\n\u{2014} x AAAAAAA=\n".utf8))
        #expect(note.text == "a\n\nb\n")
        #expect(note.signatures.map(\.name) == ["x"])
    }

    @Test func aKnownKeyWhoseLineIsBadRefusesTheWholeNote() throws {
        var note = try self.note("size7-w1-w2-w3")
        let witness = try NoteKey(vectors.keys.witnesses[1].vkey)
        note.signatures[2].octets[70] ^= 1
        #expect(throws: EvidenceFault.self) { try note.signers(among: [EvidenceVectors.log, witness]) }
        #expect(
            try note.signers(among: [EvidenceVectors.log]).count == 1, "whoever does not know the witness ignores it")
    }

    private func note(_ name: String) throws -> SignedNote {
        try SignedNote(Array(#require(vectors.checkpoints.first { $0.name == name }).note.utf8))
    }
}
