internal import GatehouseCore

/// What stands beside entries and may be gone: personal values and pictures. Each that is gone needs an entry which says so; rows
/// that somebody took away have none.
struct RowsBeside {
    /// Entries before this one come from a time whose erasures named nothing.
    private let from: UInt64
    /// Values of entries before this were erased for their age.
    private var before = CivilTime(milliseconds: .min)
    /// People who were erased, by the newest entry about each.
    private var people: [UInt32: UInt64] = [:]
    /// Entries whose visitors were erased.
    private var visitors: Set<UInt64> = []
    private let snapshot: Statement
    /// What each picture is as a file; nil in a database from before pictures were sealed.
    private let file: Statement?
    /// Where the pictures lie, when they are to be read as well.
    private let folder: String?
    private let sha256: @Sendable ([UInt8]) -> [UInt8]
    /// Pictures that count as expired, until the entry of it is found.
    private var expired: [String: UInt64] = [:]
    /// Pictures of which the row says why there is none, until the entry with that reason is found.
    private var unexplained: [String: UInt64] = [:]

    init(_ database: Database, pictures folder: String?, _ sha256: @escaping @Sendable ([UInt8]) -> [UInt8]) throws {
        self.folder = folder
        self.sha256 = sha256
        from = try JournalTree.builtAt(database)
        file =
            try database.has(table: "picture_file")
            ? database.prepare("SELECT file FROM picture_file WHERE event = ? AND camera = ?") : nil
        snapshot = try database.prepare(
            "SELECT state, path, digest, size, reason FROM snapshot WHERE event = ? AND camera = ?")
        let rows = try database.prepare(
            "SELECT leaf FROM journal WHERE kind = 'erasure' AND \(JournalReader.rare) ORDER BY seq")
        while try rows.step() {
            guard let entry = JournalEntry.read(canonicalBytes: rows.octets(0))?.entry, entry.kind == .erasure else {
                continue
            }
            if let time = entry.detail[.before]?.integer { before = max(before, CivilTime(milliseconds: time)) }
            if let person = entry.person { people[person] = entry.sequence }
            for entry in entry.detail[.entries]?.array ?? [] {
                if let number = entry.integer { visitors.insert(UInt64(clamping: number)) }
            }
        }
    }

    /// A personal value of the entry is not there. The fault, unless an entry explains it.
    func missing(_ name: String, of entry: JournalEntry) -> String? {
        guard entry.sequence >= from, entry.civil >= before, entry.detail[.unkept]?.boolean != true else { return nil }
        if let person = entry.person, let erased = people[person], erased > entry.sequence { return nil }
        let ofVisitors: [PersonalField.Name] = [.visitor, .phone]
        if ofVisitors.contains(where: { $0.rawValue == name }), visitors.contains(entry.sequence) { return nil }
        return "entry \(entry.sequence): its \(name) is gone, and no entry says that it was erased"
    }

    /// Holds an entry about a picture against the picture's row, and the row against its file.
    mutating func take(_ entry: JournalEntry) throws -> String? {
        guard entry.kind == .snapshot, entry.sequence >= from, let event = entry.about,
            let camera = entry.detail[.camera]?.text
        else { return nil }
        let place = "\(event)/\(camera)"
        if entry.result == .expired {
            expired[place] = nil
            return nil
        }
        try snapshot.bind(Int64(clamping: event), camera)
        defer { snapshot.reset() }
        guard try snapshot.step() else { return "entry \(event): the row of its picture is gone" }
        switch snapshot.text(0) {
        case "stored" where entry.result == .stored:
            let (path, digest) = (snapshot.text(1), snapshot.octets(2))
            let stated = entry.detail[.file]?.octets
            guard path == entry.detail[.path]?.text, digest == entry.detail[.sha256]?.octets,
                entry.detail[.size].map({ $0.integer == snapshot.optionalInteger(3) }) ?? true,
                try stated == nil || stated == fileDigest(event, camera)
            else {
                return "entry \(event): the row of its picture is not the one of entry \(entry.sequence)"
            }
            return try fault(ofFile: path, digest, event, camera)
        case "stored" where entry.result == .sealed:
            return try fault(ofSealing: entry, snapshot.octets(2), event, camera)
        case "expired" where !contradictsItself:
            expired[place] = event
            return nil
        case "missing" where !contradictsItself && entry.result == .missing:
            unexplained[place] = snapshot.optionalText(4) == entry.reason ? nil : event
            return nil
        default:
            return entry.result == .stored || contradictsItself
                ? "entry \(event): the row of its picture is not the one of entry \(entry.sequence)" : nil
        }
    }

    /// Whether the row has a file though it says that there is none.
    private var contradictsItself: Bool {
        snapshot.text(0) != "stored"
            && (snapshot.optionalText(1) != nil || !snapshot.octets(2).isEmpty || snapshot.optionalInteger(3) != nil)
    }

    /// Asks no key: a sealed picture is held against the digest of its file.
    private func fault(ofFile path: String, _ digest: [UInt8], _ event: UInt64, _ camera: String) throws -> String? {
        guard let folder else { return nil }
        guard let octets = PictureFiles.read(path, in: folder)
        else { return "entry \(event): its picture \(path) cannot be read" }
        // One that was sealed a moment ago is not put down yet.
        let stated = try fileDigest(event, camera) ?? digest
        let isSealing = stated == digest && SealedPicture(octets) != nil
        return sha256(octets) == stated || isSealing ? nil : "entry \(event): its picture \(path) is another one"
    }

    /// The entry of a picture that lay in clear and was sealed.
    private func fault(
        ofSealing entry: JournalEntry, _ digest: [UInt8], _ event: UInt64, _ camera: String
    ) throws -> String? {
        if let found = entry.detail[.sha256]?.octets, found != digest {
            return "entry \(event): its picture was another one when it was sealed, see entry \(entry.sequence)"
        }
        return try fileDigest(event, camera) == entry.detail[.file]?.octets
            ? nil : "entry \(event): the row of its picture is not the one of entry \(entry.sequence)"
    }

    /// Nil where the picture lies in clear.
    private func fileDigest(_ event: UInt64, _ camera: String) throws -> [UInt8]? {
        guard let file else { return nil }
        defer { file.reset() }
        guard try file.bind(Int64(clamping: event), camera).step() else { return nil }
        let octets = file.octets(0)
        return octets.isEmpty ? nil : octets
    }

    /// What is left when all was read.
    var faults: [String] {
        expired.values.sorted().map { "entry \($0): its picture counts as expired, and no entry says so" }
            + unexplained.values.sorted().map { "entry \($0): no entry says why it has no picture as its row does" }
    }
}
