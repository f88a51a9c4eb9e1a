package import GatehouseCore
package import GatehouseCrypto

/// The policy of a site's witnesses: a tlog-policy in which each witness has the address at which it is asked.
package struct WitnessPolicy: Sendable {
    package struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
        package let sentence: Sentence
        package var description: String { sentence.english }
    }

    package let octets: [UInt8]
    package let policy: LogPolicy
    /// In the order of the file: name, key, and what `add-checkpoint` is put behind, without a slash at its end.
    package let witnesses: [(name: String, key: NoteKey, address: String)]

    package init(_ octets: [UInt8]) throws(Fault) {
        do throws(EvidenceFault) { policy = try LogPolicy(octets) } catch { throw Fault(sentence: error.sentence) }
        var found: [(name: String, key: NoteKey, address: String)] = []
        for witness in policy.witnesses {
            guard var address = witness.address, ["https://", "http://"].contains(where: address.hasPrefix) else {
                throw Fault(
                    sentence: Sentence(
                        "witness \(witness.name) has no address; write it behind the key: https://host/path"))
            }
            while address.hasSuffix("/") { address.removeLast() }
            found.append((witness.name, witness.key, address))
        }
        guard !found.isEmpty else { throw Fault(sentence: Sentence("the policy names no witness")) }
        self.octets = octets
        witnesses = found
    }

    /// From a file; says which where it cannot be read.
    package static func read(_ path: String, by read: (String) -> [UInt8]?) throws(Fault) -> WitnessPolicy {
        guard let octets = read(path) else {
            throw Fault(sentence: Sentence("\(path): the policy of the witnesses cannot be read"))
        }
        do throws(Fault) { return try WitnessPolicy(octets) } catch {
            throw Fault(sentence: Sentence("\(path): \(error.sentence)"))
        }
    }

    /// The same for readers elsewhere: of one log, whose key the gate knows better than a file that was written before its last restore.
    package func octets(for log: NoteKey) -> [UInt8] {
        let others = octets.split(separator: 0x0A).filter { line in
            line.split { $0 == 0x20 || $0 == 0x09 }.first.map { !$0.elementsEqual("log".utf8) } ?? false
        }
        return Array("log \(log)\n".utf8) + others.flatMap { $0 + [0x0A] }
    }

    /// As the store takes it. A newer line of a witness takes the place of its older one.
    package var closures: CheckpointWitnesses {
        let (witnesses, policy) = (witnesses, policy)
        return CheckpointWitnesses(
            add: { octets, name, line in
                guard let witness = witnesses.first(where: { $0.name == name }), var note = try? SignedNote(octets),
                    let signature = try? SignedNote.Signature(Array(line.utf8)), signature.name == witness.key.name,
                    signature.id == witness.key.id
                else { return nil }
                if note.signatures.contains(signature) { return octets }
                note.signatures.removeAll { $0.name == signature.name && $0.id == signature.id }
                guard note.signatures.count < SignedNote.signatureLimit else { return nil }
                note.signatures.append(signature)
                guard (try? note.signers(among: [witness.key])) == [witness.key] else { return nil }
                return note.octets
            },
            areEnough: { octets in (try? SignedNote(octets)).map { policy.isWitnessed($0) } ?? false })
    }

    /// What is wrong with the octets of a policy; nil where they are one.
    package static func fault(_ octets: [UInt8]) -> Sentence? {
        do throws(Fault) { _ = try WitnessPolicy(octets) } catch { return error.sentence }
        return nil
    }
}
