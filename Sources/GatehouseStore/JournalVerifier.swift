package import GatehouseCore

/// Checks a journal as a stranger would: numbers without a gap, each leaf under its hash, the columns true to the
/// leaf, the personal values true to their commitments; and the root of the tree, to hold against one kept elsewhere.
package struct JournalVerifier {
    package struct Report: Sendable {
        package var count: UInt64 = 0
        package var first: UInt64 = 0
        package var last: UInt64 = 0
        package var root: [UInt8] = []
        /// The root of as many entries as were asked for; nil where there are fewer.
        package var earlierRoot: [UInt8]?
        /// Personal values that have been erased; the proof stands without them.
        package var erased = 0
        /// What is wrong, at most 100 sentences.
        package var faults: [String] = []
        package var isWhole: Bool { faults.isEmpty }
    }

    private let database: Database
    private let secrets: StoreSecrets

    package init(path: String, secrets: StoreSecrets) throws {
        database = try Database(path: path, mode: .readOnly)
        self.secrets = secrets
    }

    /// With `earlier` also the root that the journal had when it had so many entries.
    /// `check` is asked now and then, and ends the work by throwing.
    package func verify(earlier: UInt64? = nil, check: () throws -> Void = {}) throws -> Report {
        var report = Report()
        var tree = MerkleTree(sha256: secrets.sha256)
        var lastEpoch: UInt64 = 0
        var faults: [String] = []
        func fault(_ sentence: String) { if faults.count < 100 { faults.append(sentence) } }
        let rows = try database.prepare(
            "SELECT seq, epoch, at, kind, portal, point, person, credential, about, outcome, reason, leaf, hash FROM journal ORDER BY seq"
        )
        let personal = try database.prepare("SELECT name, salt, value FROM personal WHERE seq = ?")
        while try rows.step() {
            if report.count % 256 == 0 { try check() }
            let sequence = UInt64(bitPattern: rows.integer(0))
            let leaf = rows.octets(11)
            let hash = secrets.sha256([0] + leaf)
            if hash != rows.octets(12) { fault("entry \(sequence): its bytes do not fit its hash") }
            tree.append(leafHash: hash)
            if tree.size == earlier { report.earlierRoot = tree.root }
            guard let (entry, epoch, commitments) = JournalEntry.read(canonicalBytes: leaf) else {
                fault("entry \(sequence): its bytes cannot be read")
                report.last = sequence
                report.count += 1
                continue
            }
            if report.count > 0, sequence != report.last + 1, !(entry.kind == .restored && epoch > lastEpoch) {
                fault("entries \(report.last + 1) to \(sequence - 1) are missing")
            }
            if entry.sequence != sequence || epoch != UInt64(bitPattern: rows.integer(1))
                || entry.civil.milliseconds != rows.integer(2) || entry.kind.rawValue != rows.text(3)
                || entry.portal?.name != rows.optionalText(4) || entry.accessPoint?.name != rows.optionalText(5)
                || entry.person.map({ Int64($0) }) != rows.optionalInteger(6)
                || entry.credential.map({ Int64($0) }) != rows.optionalInteger(7)
                || entry.about.map({ Int64($0) }) != rows.optionalInteger(8)
                || entry.outcome != rows.optionalText(9) || entry.reason != rows.optionalText(10)
            {
                fault("entry \(sequence): its columns do not fit its bytes")
            }
            if epoch < lastEpoch { fault("entry \(sequence): its epoch goes back") }
            lastEpoch = max(lastEpoch, epoch)
            try checkPersonal(personal, sequence, commitments, &report, fault)
            if report.count == 0 { report.first = sequence }
            report.count += 1
            report.last = sequence
        }
        report.root = tree.root
        report.faults = faults
        return report
    }

    private func checkPersonal(
        _ personal: Statement, _ sequence: UInt64, _ commitments: [(name: String, hash: [UInt8])],
        _ report: inout Report, _ fault: (String) -> Void
    ) throws {
        guard !commitments.isEmpty else { return }
        try personal.bind(Int64(sequence))
        var found: [String: (salt: [UInt8], value: [UInt8])] = [:]
        while try personal.step() { found[personal.text(0)] = (personal.octets(1), personal.octets(2)) }
        for (name, hash) in commitments {
            guard let row = found[name] else {
                report.erased += 1
                continue
            }
            let associated = PersonalCodec.associated(sequence: sequence, name: name, salt: row.salt)
            guard let value = secrets.openPersonal(row.value, associated) else {
                fault("entry \(sequence): the seal of its \(name) is broken")
                continue
            }
            if secrets.sha256(row.salt + value) != hash {
                fault("entry \(sequence): its \(name) does not fit the entry")
            }
        }
    }
}
