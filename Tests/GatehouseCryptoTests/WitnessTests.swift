import GatehouseCrypto
import Testing

@Suite("Witnesses")
struct WitnessTests {
    private let vectors = EvidenceVectors.all

    private func key(_ index: Int) throws -> NoteKey { try NoteKey(vectors.keys.witnesses[index].vkey) }

    /// The same questions in the same order get the answers of a witness of others, to the octet where it signs.
    @Test func aWitnessAnswersAsThatOfOthersDid() throws {
        #expect(vectors.witness_exchange.count == 21)
        let witness = Witness(logs: [try EvidenceVectors.log])
        var seen: [Int: (size: UInt64, root: [UInt8])] = [:]
        for row in vectors.witness_exchange {
            // The second witness has seen nothing yet.
            let who = row.name.hasPrefix("fresh:") ? 1 : 0
            do {
                let found = try witness.judge(Array(row.request.utf8)) { _ in seen[who] }
                #expect(row.status == 200, "\(row.name)")
                seen[who] = (found.checkpoint.size, found.checkpoint.root)
                let line = try SignedNote.Signature(Array(row.reply.dropLast().utf8))
                let theirs = try #require(Cosignature(line.octets))
                let seed = SecretKey(EvidenceVectors.octets(vectors.keys.witnesses[who].seed_hex))
                let ours = try Cosignature(of: Array(found.text.utf8), at: theirs.seconds, seed: seed)
                #expect(ours == theirs, "\(row.name)")
            } catch let refusal as Witness.Refusal {
                #expect(refusal.status == row.status, "\(row.name): \(refusal)")
                if refusal.status == 409 { #expect(refusal.body == row.reply, "\(row.name)") }
            }
        }
        #expect(seen[0]?.size == 70_000 && seen[1]?.size == 70_000)
    }

    @Test func aRequestIsWrittenAsItWasRead() throws {
        for row in vectors.witness_exchange where row.status != 400 {
            #expect(try WitnessRequest(Array(row.request.utf8)).octets == Array(row.request.utf8), "\(row.name)")
        }
    }

    @Test func aLogTakesWhatItsWitnessSignedAndNothingElse() throws {
        let row = try #require(vectors.witness_exchange.first { $0.name == "grow" })
        let note = try WitnessRequest(Array(row.request.utf8)).checkpoint
        func reply(_ status: Int, _ body: String, _ index: Int = 0) throws -> WitnessReply {
            WitnessReply(status: status, body: Array(body.utf8), to: note, size: 257, witness: try key(index))
        }
        guard case .cosigned(let line) = try reply(200, row.reply) else {
            Issue.record("the witness's line was not taken")
            return
        }
        #expect(line.line == row.reply)
        #expect(try reply(200, "\u{2014} nobody.example/x AAAAAAA=\n" + row.reply) == .cosigned(line))
        #expect(try reply(200, row.reply, 1) == .refused(200), "the line of another witness")
        #expect(try reply(200, row.reply.replacing("Ei9agQ", with: "Ei9agR")) == .refused(200))
        #expect(try reply(200, "") == .refused(200))
        let other = try #require(vectors.witness_exchange.first { $0.name == "first" })
        #expect(try reply(200, other.reply) == .refused(200), "signed over another checkpoint")
        #expect(try reply(409, "7\n") == .asksFrom(7))
        #expect(try reply(409, "257\n") == .asksFrom(257))
        #expect(try reply(409, "258\n") == .isAhead(258), "this log was put back, or its key signs elsewhere")
        for body in ["", "7", "07\n", "-1\n", "7\n\n", "9223372036854775808\n"] {
            #expect(try reply(409, body) == .refused(409), "\(body.debugDescription)")
        }
        for status in [400, 403, 404, 422, 503] { #expect(try reply(status, row.reply) == .refused(status)) }
    }

    /// A log that was put back asks with less than the witness has seen, and hears it.
    @Test func twoHistoriesAreNamedByTheNextCheckpoint() throws {
        let signer = try LogSigner(
            origin: vectors.keys.log.name, seed: SecretKey(EvidenceVectors.octets(vectors.keys.log.seed_hex)))
        let witness = Witness(logs: [signer.key])
        let seen = (size: UInt64(300), root: EvidenceVectors.subtree(0..<300))
        func ask(_ old: UInt64, _ size: UInt64, _ root: [UInt8], _ proof: [[UInt8]]) throws -> Int {
            let request = WitnessRequest(old: old, proof: proof, checkpoint: try signer.sign(size: size, root: root))
            do { _ = try witness.judge(request.octets) { _ in seen } } catch { return error.status }
            return 200
        }
        let proof = Merkle.consistency(old: 300, new: 400, subtree: EvidenceVectors.subtree)
        #expect(try ask(300, 400, EvidenceVectors.subtree(0..<400), proof) == 200)
        #expect(try ask(200, 250, EvidenceVectors.subtree(0..<250), []) == 409, "put back")
        #expect(try ask(300, 300, EvidenceVectors.subtree(1..<301), []) == 422, "as many others")
        // Other entries from 290 on.
        let fork = Merkle.root(EvidenceVectors.leafHashes[..<290] + EvidenceVectors.leafHashes[500..<610])
        #expect(try ask(300, 400, fork, proof) == 422)
        #expect(try ask(300, 400, EvidenceVectors.subtree(0..<400), proof.dropLast()) == 422)
    }
}
