/// Whose checkpoints are taken, and how many witnesses have to have signed them: C2SP tlog-policy.
package struct LogPolicy: Sendable {
    package static let octetLimit = 65_536

    private enum Node: Sendable {
        case witness(NoteKey)
        case group(Int, of: [String])
    }

    package private(set) var logs: [NoteKey] = []
    /// In the order of the file, with the address where one is given.
    package private(set) var witnesses: [(name: String, key: NoteKey, address: String?)] = []
    private var nodes: [String: Node] = [:]
    /// Nil where none is asked for.
    private var quorum: String?

    package init(_ octets: [UInt8]) throws(EvidenceFault) {
        guard octets.count <= Self.octetLimit else { throw EvidenceFault(.policy, .tooLong) }
        var members: Set<String> = []
        var hasQuorum = false
        let lines = octets.split(separator: 0x0A, omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let number = index + 1
            guard line.allSatisfy({ $0 == 0x09 || (0x20...0x7E).contains($0) || $0 >= 0x80 }) else {
                throw EvidenceFault(.policy, .badOctet, line: number)
            }
            let fields = line.split { $0 == 0x20 || $0 == 0x09 }
            guard let first = fields.first, first.first != UInt8(ascii: "#") else { continue }
            var words: [String] = []
            for field in fields {
                guard let word = String(validating: field, as: UTF8.self) else {
                    throw EvidenceFault(.policy, .notUTF8, line: number)
                }
                words.append(word)
            }
            do throws(EvidenceFault) {
                switch (words[0], words.count) {
                case ("log", 2...3): try addLog(words)
                case ("witness", 3...4): try addWitness(words)
                case ("group", 4...): try addGroup(words, &members)
                case ("quorum", 2):
                    guard !hasQuorum else { throw EvidenceFault(.policy, .quorumTwice) }
                    guard words[1] == "none" || nodes[words[1]] != nil else {
                        throw EvidenceFault(.policy, .unknownMember)
                    }
                    hasQuorum = true
                    quorum = words[1] == "none" ? nil : words[1]
                default: throw EvidenceFault(.policy, .notAPolicyLine)
                }
            } catch { throw EvidenceFault(.policy, error.problem, line: number) }
        }
        guard hasQuorum else { throw EvidenceFault(.policy, .noQuorum) }
    }

    private mutating func addLog(_ words: [String]) throws(EvidenceFault) {
        let key = try NoteKey(words[1])
        guard key.kind == .log else { throw EvidenceFault(.policy, .unknownKind) }
        try checkIsNew(key)
        logs.append(key)
    }

    private mutating func addWitness(_ words: [String]) throws(EvidenceFault) {
        try checkIsNew(name: words[1])
        let key = try NoteKey(words[2])
        guard key.kind == .witness else { throw EvidenceFault(.policy, .unknownKind) }
        try checkIsNew(key)
        nodes[words[1]] = .witness(key)
        witnesses.append((words[1], key, words.count == 4 ? words[3] : nil))
    }

    private mutating func addGroup(_ words: [String], _ members: inout Set<String>) throws(EvidenceFault) {
        try checkIsNew(name: words[1])
        let named = Array(words[3...])
        let threshold: UInt64? =
            switch words[2] {
            case "all": UInt64(named.count)
            case "any": 1
            default: EvidenceText.number(words[2])
            }
        guard let threshold, threshold >= 1, threshold <= UInt64(named.count) else {
            throw EvidenceFault(.policy, .wrongThreshold)
        }
        for name in named {
            guard nodes[name] != nil else { throw EvidenceFault(.policy, .unknownMember) }
            guard members.insert(name).inserted else { throw EvidenceFault(.policy, .memberTwice) }
        }
        nodes[words[1]] = .group(Int(clamping: threshold), of: named)
    }

    private func checkIsNew(name: String) throws(EvidenceFault) {
        guard name != "none", nodes[name] == nil else { throw EvidenceFault(.policy, .nameTwice) }
    }

    /// Each public key stands for one: a log is no witness of itself.
    private func checkIsNew(_ key: NoteKey) throws(EvidenceFault) {
        guard !(logs + witnesses.map(\.key)).contains(where: { $0.publicKey == key.publicKey }) else {
            throw EvidenceFault(.policy, .keyTwice)
        }
    }

    /// The checkpoint of a note that a log of this policy signed and enough witnesses have seen.
    package func open(_ note: SignedNote, origin: String? = nil) throws(EvidenceFault) -> Checkpoint {
        let checkpoint = try Checkpoint(text: note.text)
        guard origin == nil || checkpoint.origin == origin else {
            throw EvidenceFault(.checkpoint, .otherOrigin, line: 1)
        }
        let signed = try note.signers(among: logs + witnesses.map(\.key))
        let ofLogs = signed.filter { $0.kind == .log }
        guard !ofLogs.isEmpty else { throw EvidenceFault(.note, .unknownKey) }
        guard ofLogs.allSatisfy({ $0.name == checkpoint.origin }) else {
            throw EvidenceFault(.checkpoint, .otherOrigin, line: 1)
        }
        guard quorum.map({ holds($0, Set(signed)) }) ?? true else { throw EvidenceFault(.policy, .quorumNotMet) }
        return checkpoint
    }

    /// Whether enough witnesses have signed, whoever's log it is. Without a quorum nobody has to.
    package func isWitnessed(_ note: SignedNote) -> Bool {
        guard let quorum else { return true }
        return holds(quorum, Set(signers(of: note)))
    }

    /// False where checkpoints count without any witness.
    package var asksForWitnesses: Bool { quorum != nil }

    /// Witnesses whose line stands below a note and fits, in the order of the file.
    package func names(of note: SignedNote) -> [String] {
        let signed = Set(signers(of: note))
        return witnesses.filter { signed.contains($0.key) }.map(\.name)
    }

    /// A line that does not fit hides no other witness.
    private func signers(of note: SignedNote) -> [NoteKey] {
        witnesses.map(\.key).filter { (try? note.signers(among: [$0])) == [$0] }
    }

    /// A group names what stands before it, so that the walk ends.
    private func holds(_ name: String, _ signed: Set<NoteKey>) -> Bool {
        switch nodes[name] {
        case .witness(let key): signed.contains(key)
        case .group(let threshold, let members): members.count { holds($0, signed) } >= threshold
        case nil: false
        }
    }
}
