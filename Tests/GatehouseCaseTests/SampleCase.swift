import GatehouseAdmin
import GatehouseCore
import GatehouseCrypto

@testable import GatehouseCase

/// A case in memory, of a journal of a few entries: a refusal with a card number, its picture, and the export.
struct SampleCase {
    let photograph: [UInt8]
    static let card = "H10301:118-1603"
    /// In the journal: `before` others, the refusal, its picture, `between` others, the export.
    var files: [String: [UInt8]] = [:]
    let log: LogSigner
    let site: ReportSigner
    let event: UInt64

    struct Settings {
        var seed: UInt8 = 1
        var before = 3
        var site = "lotus"
        var witness: SecretKey?
        /// What the export names; its own entries where nil.
        var named: [UInt64]?
    }

    init(_ settings: Settings = Settings()) throws {
        let seed = settings.seed
        log = try LogSigner(
            origin: "\(settings.site)/journal/1", seed: SecretKey([UInt8](repeating: seed, count: 32)))
        site = try ReportSigner(seed: SecretKey([UInt8](repeating: seed + 100, count: 32)))
        event = UInt64(settings.before) + 1
        photograph = [UInt8](repeating: seed, count: 1000)
        let salt = [UInt8](repeating: seed, count: 16)
        var entries: [(JournalEntry, [[UInt8]])] = (0..<settings.before).map { _ in (JournalEntry(kind: .health), []) }
        entries.append((Self.refusal, [Hash.sha256(salt + Array(Self.card.utf8))]))
        entries.append((Self.picture(photograph, of: event), []))
        entries += (0..<4).map { _ in (JournalEntry(kind: .health), []) }
        var look = JournalEntry(kind: .look)
        look.actor = "uid 1001 (manager)"
        look.detail[.key] = .octets(site.publicKey)
        look.detail[.entries] = .array((settings.named ?? [event, event + 1]).map { .integer(Int64(clamping: $0)) })
        entries.append((look, []))
        let leaves = entries.enumerated().map { index, pair in
            var entry = pair.0
            entry.sequence = UInt64(index) + 1
            entry.civil = CivilTime(seconds: 1_795_000_000 + Int64(index))
            return entry.canonicalBytes(epoch: 1, commitments: pair.1)
        }
        let hashes = leaves.map(Merkle.leafHash)
        var note = try log.sign(size: UInt64(hashes.count), root: Merkle.root(hashes[...]))
        if let witness = settings.witness { note.signatures.append(try Self.seen(note, witness)) }
        func prove(_ number: UInt64, _ opened: [ProofExtra.Opened] = []) -> [UInt8] {
            let leaf = leaves[Int(number) - 1]
            let extra = ProofExtra(leaf: Base64.encode(leaf), opened: opened)
            return LogProof(
                extra: WireJSON.encode(extra), index: number - 1, path: Self.path(Int(number) - 1, hashes[...]),
                checkpoint: note
            ).octets
        }
        let opened = ProofExtra.Opened(
            name: "cardNumber", salt: Base64.encode(salt), value: Base64.encode(Array(Self.card.utf8)))
        files["checkpoint.txt"] = note.octets
        files["policy.txt"] = Array(
            "log \(log.key)\n\(try Self.policy(of: settings.witness))\n".utf8)
        files["entry-\(event).leaf"] = leaves[Int(event) - 1]
        files["entry-\(event).tlog-proof"] = prove(event, [opened])
        files["entry-\(event + 1).leaf"] = leaves[Int(event)]
        files["entry-\(event + 1).tlog-proof"] = prove(event + 1)
        files["picture-\(event + 1).jpg"] = photograph
        files["export-\(leaves.count).leaf"] = leaves[leaves.count - 1]
        files["export-\(leaves.count).tlog-proof"] = prove(UInt64(leaves.count))
        try write(document(of: leaves, note))
    }

    /// The readable forms anew, and the list over all, signed.
    mutating func write(_ document: CaseDocument) throws {
        files["case.json"] = WireJSON.encode(document)
        let note = String(decoding: files["checkpoint.txt"] ?? [], as: UTF8.self)
        files["case.html"] = Array(CasePage(document, note: note, pictures: files).html.utf8)
        try seal()
    }

    mutating func seal() throws {
        for name in ["manifest.txt", "manifest.txt.sig", "manifest.txt.pem"] { files[name] = nil }
        let list = CaseList(of: files).octets
        files["manifest.txt"] = list
        files["manifest.txt.sig"] = try site.sign(list)
        files["manifest.txt.pem"] = Array(Ed25519.pem(publicKey: site.publicKey).utf8)
    }

    func check(_ trust: CaseCheck.Trust = CaseCheck.Trust()) -> CaseCheck {
        CaseCheck(CaseFolder.Found(files: files), trust: trust)
    }

    private func document(of leaves: [[UInt8]], _ note: SignedNote) throws -> CaseDocument {
        let views = [event, event + 1].map { number in
            let entry = JournalEntry.read(canonicalBytes: leaves[Int(number) - 1])!.entry
            return EntryView(
                seq: number, at: "2026-11-18T19:06:4\(number - 1).000+08:00", ms: entry.civil.milliseconds,
                kind: entry.kind.rawValue, revision: 0, point: entry.accessPoint?.name, about: entry.about,
                outcome: entry.outcome, reason: entry.reason, person: entry.person, name: "赵<一>",
                personal: entry.kind == .decision ? ["cardNumber": Self.card] : nil)
        }
        let head = try Checkpoint(text: note.text)
        return CaseDocument(
            site: "lotus", gatehouse: "test", key: "\(log.key)", siteKey: Hexadecimal.encode(site.publicKey),
            export: CaseDocument.Export(
                entry: UInt64(leaves.count), at: "2026-11-18T19:10", by: "uid 1001 (manager)", account: nil, with: nil,
                reason: "case 12/2026", court: nil, person: nil, from: nil, until: nil),
            head: CaseDocument.Head(
                size: head.size, root: Hexadecimal.encode(head.root),
                witnesses: note.signatures.count > 1 ? ["w1"] : [], enough: nil),
            entries: views.map {
                CaseDocument.Entry(
                    view: $0, told: CaseDocument.Both { _ in "refused" }, rules: [], again: nil,
                    pictures: $0.kind == "snapshot"
                        ? [CaseDocument.Picture(entry: $0.seq, file: "picture-\($0.seq).jpg", without: nil)] : [])
            })
    }

    private static var refusal: JournalEntry {
        var entry = JournalEntry(kind: .decision)
        entry.accessPoint = "wicket-in"
        entry.person = 7
        (entry.outcome, entry.reason) = ("denied", "CredentialExpired")
        entry.personal = [PersonalField(name: .cardNumber, value: Array(card.utf8))]
        return entry
    }

    private static func picture(_ photograph: [UInt8], of event: UInt64) -> JournalEntry {
        var entry = JournalEntry(kind: .snapshot)
        entry.about = event
        entry.result = .stored
        entry.detail[.sha256] = .octets(Hash.sha256(photograph))
        return entry
    }

    static func witnessKey(_ seed: SecretKey, name: String = "committee/w1") throws -> NoteKey {
        try NoteKey(name: name, kind: .witness, publicKey: Ed25519.publicKey(seed: seed))
    }

    static func policy(of witness: SecretKey?) throws -> String {
        guard let witness else { return "quorum none" }
        return "witness w1 \(try witnessKey(witness))\nquorum w1"
    }

    static func seen(_ note: SignedNote, _ seed: SecretKey) throws -> SignedNote.Signature {
        let key = try witnessKey(seed)
        let cosignature = try Cosignature(of: Array(note.text.utf8), at: 1_795_000_100, seed: seed)
        return SignedNote.Signature(name: key.name, id: key.id, octets: cosignature.octets)
    }

    /// RFC 6962, section 2.1.1.
    private static func path(_ index: Int, _ hashes: ArraySlice<[UInt8]>) -> [[UInt8]] {
        guard hashes.count > 1 else { return [] }
        var half = 1
        while half * 2 < hashes.count { half *= 2 }
        let (left, right) = (hashes.prefix(half), hashes.dropFirst(half))
        return index < half
            ? path(index, left) + [Merkle.root(right)] : path(index - half, right) + [Merkle.root(left)]
    }
}
