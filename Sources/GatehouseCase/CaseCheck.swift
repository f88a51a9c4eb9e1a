internal import GatehouseAdmin
package import GatehouseCore
package import GatehouseCrypto

/// Checks a case with its files alone: no daemon, no database. Whatever is wrong is named by its file.
package struct CaseCheck: Sendable {
    /// What the reader brings: a key of the journal, or a policy, that did not come with the case.
    package struct Trust: Sendable {
        package var key: NoteKey?
        package var policy: [UInt8]?
        package init(key: NoteKey? = nil, policy: [UInt8]? = nil) {
            self.key = key
            self.policy = policy
        }
    }

    /// An entry that is proved.
    package struct Proved: Sendable {
        package var entry: JournalEntry
        package var opened: [(name: String, value: [UInt8])]
        /// Pictures that it has the digest of.
        package var picture: String?
    }

    package struct Witnessed: Hashable, Sendable {
        package var name: String
        /// Of civil time since 1970.
        package var seconds: UInt64
    }

    package private(set) var faults: [CaseFault] = []
    package private(set) var key: NoteKey?
    package private(set) var siteKey: [UInt8]?
    package private(set) var head: Checkpoint?
    package private(set) var witnesses: [Witnessed] = []
    /// In the order of their numbers.
    package private(set) var entries: [Proved] = []
    /// The entry of the export itself.
    package private(set) var export: JournalEntry?
    package private(set) var document: CaseDocument?
    /// Whether the key was in the reader's hands before.
    package let isKeyGiven: Bool
    /// Whether the witnesses' keys were.
    package var areWitnessesGiven: Bool { trust.policy != nil }

    package var isWhole: Bool { faults.isEmpty }

    private let files: [String: [UInt8]]
    private let trust: Trust

    package init(_ found: CaseFolder.Found, trust: Trust = Trust()) {
        files = found.files
        self.trust = trust
        isKeyGiven = trust.key != nil || trust.policy != nil
        faults = found.faults
        checkList()
        if let policy = checkPolicy() {
            checkHead(policy)
            checkEntries()
            checkExport()
        }
        checkDocument()
    }

    private mutating func fault(_ file: CaseFile, _ what: Sentence) {
        // What is told already is not told twice.
        if !faults.contains(where: { $0.file == file.name }) { faults.append(CaseFault(file, what)) }
    }

    /// The octets of a file, or a fault that it is missing.
    private mutating func octets(_ file: CaseFile) -> [UInt8]? {
        if files[file.name] == nil { fault(file, Sentence("it is missing")) }
        return files[file.name]
    }

    // MARK: The list and its signature

    private mutating func checkList() {
        if let octets = octets(.key) {
            siteKey = CaseKey.read(octets)
            if siteKey == nil { fault(.key, Sentence("it is not a public key of Ed25519 as PEM")) }
        }
        guard let list = octets(.list) else { return }
        if let signature = octets(.signature), let siteKey,
            !Ed25519.verify(list, signature: signature, publicKey: siteKey)
        {
            fault(
                .list,
                Sentence("the signature \(CaseFile.signature.name) is not that of the key \(CaseFile.key.name) over it")
            )
        }
        do throws(CaseFault) {
            let digests = try CaseList(list).digests
            for (name, digest) in digests.sorted(by: { $0.key < $1.key }) {
                guard let file = CaseFile(name), let octets = octets(file) else { continue }
                if Hash.sha256(octets) != digest { fault(file, Sentence("it is not the one of the list")) }
            }
            for name in files.keys.sorted() where digests[name] == nil {
                guard let file = CaseFile(name), !file.isOfTheList else { continue }
                fault(file, Sentence("it does not stand in the list"))
            }
        } catch { faults.append(error) }
        for file in [CaseFile.page, .document, .checkpoint, .policy] { _ = octets(file) }
    }

    // MARK: Policy and head

    /// Whose word counts: what the reader brought, or what came with the case.
    private mutating func checkPolicy() -> LogPolicy? {
        guard let octets = octets(.policy) else { return nil }
        do throws(EvidenceFault) {
            let own = try LogPolicy(octets)
            if let given = trust.policy { return try LogPolicy(given) }
            guard let key = trust.key else { return own }
            guard own.logs.contains(key) else {
                fault(.policy, Sentence("it is of another journal than the key that was given"))
                return try LogPolicy(Array("log \(key)\nquorum none\n".utf8))
            }
            return own
        } catch {
            fault(.policy, error.sentence)
            return nil
        }
    }

    private mutating func checkHead(_ policy: LogPolicy) {
        guard let octets = octets(.checkpoint) else { return }
        do throws(EvidenceFault) {
            let note = try SignedNote(octets)
            let head = try policy.open(note)
            // Of several keys under one name, the one that signed; of those, the one that was given.
            guard let key = try note.signers(among: trust.key.map { [$0] } ?? policy.logs).first else {
                return fault(.checkpoint, Sentence("it is of another journal than the key that was given"))
            }
            (self.head, self.key) = (head, key)
            for (name, key, _) in policy.witnesses where try note.signers(among: [key]) == [key] {
                let line = note.signatures.first { $0.name == key.name && $0.id == key.id }
                let seconds = line.flatMap { Cosignature($0.octets) }?.seconds ?? 0
                witnesses.append(Witnessed(name: name, seconds: seconds))
            }
        } catch { fault(.checkpoint, error.sentence) }
    }

    // MARK: Entries

    private mutating func checkEntries() {
        var numbers: Set<UInt64> = []
        for name in files.keys {
            switch CaseFile(name) {
            case .leaf(let number), .proof(let number): numbers.insert(number)
            default: continue
            }
        }
        guard numbers.count > 0 else { return fault(.list, Sentence("there is no entry in this case")) }
        for number in numbers.sorted() {
            guard let leaf = octets(.leaf(number)), let octets = octets(.proof(number)), let head else { continue }
            guard var proved = prove(number, leaf, octets, proof: .proof(number), leafFile: .leaf(number), head) else {
                continue
            }
            proved.picture = checkPicture(of: proved.entry)
            entries.append(proved)
        }
        for name in files.keys.sorted() {
            guard case .picture(let number)? = CaseFile(name) else { continue }
            if !numbers.contains(number) { fault(.picture(number), Sentence("its entry is not in this case")) }
        }
    }

    /// The leaf under a head, and what is opened beside it.
    private mutating func prove(
        _ number: UInt64, _ leaf: [UInt8], _ octets: [UInt8], proof file: CaseFile, leafFile: CaseFile,
        _ head: Checkpoint?
    ) -> Proved? {
        do throws(EvidenceFault) {
            let proof = try LogProof(octets)
            if let head {
                guard proof.checkpoint.octets == files[CaseFile.checkpoint.name] else {
                    fault(file, Sentence("it has another checkpoint than the case"))
                    return nil
                }
                try proof.verify(leaf: leaf, in: head)
            } else if let key {
                try proof.verify(leaf: leaf, in: try Checkpoint.open(proof.checkpoint, key: key))
            }
            guard let read = JournalEntry.read(canonicalBytes: leaf), read.entry.sequence == number else {
                fault(leafFile, Sentence("it is not the entry of its number"))
                return nil
            }
            guard let opened = opened(proof.extra ?? [], leaf, read.commitments) else {
                fault(file, Sentence("what is opened in it is not what the entry is bound to"))
                return nil
            }
            return Proved(entry: read.entry, opened: opened, picture: nil)
        } catch {
            let isPath = error.part == .proof && (error.problem == .wrongPath || error.problem == .indexBeyondSize)
            if isPath { fault(leafFile, Sentence("\(file.name) does not lead from it to the checkpoint")) }
            fault(file, error.sentence)
            return nil
        }
    }

    /// Nil where one of the values is not the one that the leaf is bound to, or the octets are not in their one form.
    private func opened(
        _ extra: [UInt8], _ leaf: [UInt8], _ commitments: [(name: String, hash: [UInt8])]
    ) -> [(name: String, value: [UInt8])]? {
        guard JSONBounds.hold(extra, depth: 4, values: 1024), let read = WireJSON.decode(ProofExtra.self, extra),
            WireJSON.encode(read) == extra, Base64.decode(read.leaf) == leaf
        else { return nil }
        var values: [(name: String, value: [UInt8])] = []
        for opened in read.opened {
            guard let salt = Base64.decode(opened.salt), let value = Base64.decode(opened.value), salt.count == 16,
                commitments.contains(where: { $0.name == opened.name && $0.hash == Hash.sha256(salt + value) }),
                !values.contains(where: { $0.name == opened.name })
            else { return nil }
            values.append((opened.name, value))
        }
        return values
    }

    private mutating func checkPicture(of entry: JournalEntry) -> String? {
        let file = CaseFile.picture(entry.sequence)
        guard let octets = files[file.name] else { return nil }
        guard entry.kind == .snapshot, entry.result == .stored, entry.detail[.sha256]?.octets == Hash.sha256(octets)
        else {
            fault(file, Sentence("it is not the one that entry \(entry.sequence) names"))
            return nil
        }
        return file.name
    }

    // MARK: The export's own entry

    /// The one entry that ties the key of the list to the journal.
    private mutating func checkExport() {
        let numbers = Set(
            files.keys.compactMap { name -> UInt64? in
                switch CaseFile(name) {
                case .exportLeaf(let number), .exportProof(let number): number
                default: nil
                }
            })
        guard let number = numbers.first, numbers.count == 1 else {
            return fault(.list, Sentence("a case has the entry of its own export, and one alone"))
        }
        guard let leaf = octets(.exportLeaf(number)), let octets = octets(.exportProof(number)),
            let proved = prove(
                number, leaf, octets, proof: .exportProof(number), leafFile: .exportLeaf(number), nil)
        else { return }
        guard proved.entry.kind == .look, let key = proved.entry.detail[.key]?.octets else {
            return fault(.exportLeaf(number), Sentence("it is not the entry of an export"))
        }
        export = proved.entry
        if let siteKey, key != siteKey {
            fault(.key, Sentence("it is not the key that entry \(number) names"))
        }
        let named = Set((proved.entry.detail[.entries]?.array ?? []).compactMap(\.integer).map { UInt64(clamping: $0) })
        let held = Set(entries.map(\.entry.sequence))
        if isWhole, named != held {
            fault(.exportLeaf(number), Sentence("it names other entries than the case has"))
        }
    }

    // MARK: The readable form

    /// What stands readable is what stands in the leaves.
    private mutating func checkDocument() {
        guard let octets = octets(.document) else { return }
        guard JSONBounds.hold(octets, depth: 16, values: 200_000), JSONBounds.doubledMember(octets) == nil,
            let document = WireJSON.decode(CaseDocument.self, octets), document.form == CaseDocument.form,
            document.version == 1
        else { return fault(.document, Sentence("it is not the readable form of a case")) }
        self.document = document
        guard isWhole else { return }
        let isSame =
            document.entries.count == entries.count && document.export.entry == export?.sequence
            && document.export.by == export?.actor
            && document.key == key.map { "\($0)" } && document.siteKey == siteKey.map { Hexadecimal.encode($0) }
            && document.head.size == head?.size && zip(document.entries, entries).allSatisfy { Self.fits($0.view, $1) }
            && document.head.root == head.map { Hexadecimal.encode($0.root) }
            // By a policy of the reader's own, others may have signed it.
            && (trust.policy != nil || document.head.witnesses == witnesses.map(\.name))
            && document.entries.allSatisfy { havePictures($0) }
        if !isSame { fault(.document, Sentence("it says something else than the entries")) }
    }

    /// Whether the pictures that stand with an entry are of it.
    private func havePictures(_ readable: CaseDocument.Entry) -> Bool {
        readable.pictures.allSatisfy { picture in
            guard let file = picture.file else { return true }
            return entries.contains {
                $0.entry.sequence == picture.entry && $0.picture == file
                    && [$0.entry.about, $0.entry.sequence].contains(readable.view.seq)
            }
        }
    }

    private static func fits(_ view: EntryView, _ proved: Proved) -> Bool {
        let entry = proved.entry
        let values = Dictionary(proved.opened.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        return view.seq == entry.sequence && view.ms == entry.civil.milliseconds
            && LocalTime.milliseconds(view.at) == view.ms && view.kind == entry.kind.rawValue
            && view.portal == entry.portal?.name && view.point == entry.accessPoint?.name
            && view.reader == entry.reader?.name && view.person == entry.person && view.about == entry.about
            && view.actor == entry.actor && view.outcome == entry.outcome && view.reason == entry.reason
            && view.credential == entry.credential
            && (view.personal ?? [:]).allSatisfy { name, text in
                values[name].map { String(decoding: $0, as: UTF8.self) == text || Hexadecimal.encode($0) == text }
                    ?? false
            }
    }
}

/// The key of the list as a file that OpenSSL reads.
package enum CaseKey {
    /// 32 octets; nil for anything but the one form.
    static func read(_ octets: [UInt8]) -> [UInt8]? {
        let lines = String(decoding: octets, as: UTF8.self).split(separator: "\n")
        guard lines.count == 3, let der = Base64.decode(lines[1]), der.count == 44 else { return nil }
        let key = Array(der.suffix(32))
        return Array(Ed25519.pem(publicKey: key).utf8) == octets ? key : nil
    }

    /// What two people compare over the telephone: SHA-256 of the key, in groups.
    package static func fingerprint(_ key: [UInt8]) -> String {
        let digits = Array(Hexadecimal.encode(Hash.sha256(key)))
        return stride(from: 0, to: digits.count, by: 4).map { String(digits[$0..<min($0 + 4, digits.count)]) }
            .joined(separator: " ")
    }
}
