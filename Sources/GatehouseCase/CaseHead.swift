package import GatehouseCrypto

/// The head and the policy of a case: the newest head that covers its entries and that as many witnesses signed as the site asks for; the
/// newest one where there is none.
package struct CaseHead: Sendable {
    package let note: SignedNote
    package let checkpoint: Checkpoint
    /// What a reader without an own policy judges it by.
    package let policy: [UInt8]
    /// In the order of the policy.
    package let witnesses: [String]
    /// Nil where the site asks for no witness.
    package let isEnough: Bool?

    /// Notes with the newest first; the first one has to be of this key. A policy of the site that cannot be read, or is of another log,
    /// counts as none.
    package init(
        newest: SignedNote, earlier: [SignedNote], key: NoteKey, covering size: UInt64, sitePolicy: [UInt8]?
    ) throws(EvidenceFault) {
        let own = try Checkpoint.open(newest, key: key)
        let asked = sitePolicy.flatMap { octets in
            (try? LogPolicy(octets)).flatMap { $0.logs.contains(key) ? (octets: octets, policy: $0) : nil }
        }
        guard let asked, !asked.policy.witnesses.isEmpty else {
            (note, checkpoint, witnesses, isEnough) = (newest, own, [], nil)
            policy = Array("log \(key)\nquorum none\n".utf8)
            return
        }
        let seen = ([newest] + earlier).lazy.compactMap { note -> (SignedNote, Checkpoint)? in
            guard let head = try? asked.policy.open(note, origin: key.name), head.size >= size else { return nil }
            return (note, head)
        }.first
        (note, checkpoint) = seen ?? (newest, own)
        // Nobody has to have signed where the policy asks for none: then lines are evidence all the same, and enough is no question.
        isEnough = asked.policy.asksForWitnesses ? seen != nil : nil
        policy = seen != nil ? asked.octets : Self.withoutQuorum(asked.octets)
        let found = try note.signers(among: asked.policy.witnesses.map(\.key))
        witnesses = asked.policy.witnesses.filter { found.contains($0.key) }.map(\.name)
    }

    /// The same logs and witnesses, of whom none is asked for.
    private static func withoutQuorum(_ policy: [UInt8]) -> [UInt8] {
        let lines = policy.split(separator: 0x0A).map { line in
            let isQuorum = line.split { $0 == 0x20 || $0 == 0x09 }.first?.elementsEqual("quorum".utf8) == true
            return isQuorum ? Array("quorum none".utf8) : Array(line)
        }
        return lines.flatMap { $0 + [0x0A] }
    }
}
