/// What a log asks of a witness: C2SP tlog-witness, the body of `add-checkpoint`. The proof leads from the size that the witness saw last.
package struct WitnessRequest: Hashable, Sendable {
    package static let proofLimit = 63

    package let old: UInt64
    package let proof: [[UInt8]]
    package let checkpoint: SignedNote

    package init(old: UInt64, proof: [[UInt8]], checkpoint: SignedNote) {
        self.old = old
        self.proof = proof
        self.checkpoint = checkpoint
    }

    package init(_ octets: [UInt8]) throws(EvidenceFault) {
        guard octets.count <= SignedNote.octetLimit else { throw EvidenceFault(.request, .tooLong) }
        guard
            let split = octets.indices.dropFirst().first(where: { octets[$0] == 0x0A && octets[$0 - 1] == 0x0A }),
            let head = String(validating: octets[..<(split - 1)], as: UTF8.self)
        else { throw EvidenceFault(.request, .noEmptyLine) }
        let lines = head.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines[0].hasPrefix("old "), let size = EvidenceText.number(lines[0].dropFirst(4)) else {
            throw EvidenceFault(.request, .notANumber, line: 1)
        }
        guard lines.count - 1 <= Self.proofLimit else { throw EvidenceFault(.request, .pathTooLong) }
        var hashes: [[UInt8]] = []
        for (index, line) in lines.enumerated().dropFirst() {
            guard let hash = Base64.decode(line) else { throw EvidenceFault(.request, .notBase64, line: index + 1) }
            guard hash.count == 32 else { throw EvidenceFault(.request, .wrongLength, line: index + 1) }
            hashes.append(hash)
        }
        (old, proof) = (size, hashes)
        do throws(EvidenceFault) { checkpoint = try SignedNote(Array(octets[(split + 1)...])) } catch {
            throw error.after(lines: lines.count + 1)
        }
    }

    package var octets: [UInt8] {
        let lines = ["old \(old)"] + proof.map { Base64.encode($0) }
        return Array((lines.joined(separator: "\n") + "\n\n").utf8) + checkpoint.octets
    }
}

/// What a witness answered, to the log that asked.
package enum WitnessReply: Hashable, Sendable {
    /// The witness's own line, checked.
    case cosigned(SignedNote.Signature)
    /// It has seen this much: a proof from there is asked for.
    case asksFrom(UInt64)
    /// It has seen more than the log has: the log was put back, or its key signs elsewhere.
    case isAhead(UInt64)
    /// Another answer, or one that cannot be used.
    case refused(Int)

    package init(status: Int, body: [UInt8], to note: SignedNote, size: UInt64, witness key: NoteKey) {
        self = .refused(status)
        let text = String(decoding: body, as: UTF8.self)
        switch status {
        case 200:
            var answered = note
            answered.signatures = text.split(separator: "\n").compactMap {
                try? SignedNote.Signature(Array($0.utf8))
            }
            guard (try? answered.signers(among: [key])) == [key],
                let own = answered.signatures.first(where: { $0.name == key.name && $0.id == key.id })
            else { return }
            self = .cosigned(own)
        case 409:
            guard text.hasSuffix("\n"), let seen = EvidenceText.number(text.dropLast()) else { return }
            self = seen > size ? .isAhead(seen) : .asksFrom(seen)
        default: break
        }
    }
}
