/// A large change of the registry on its way. It is tried portion by portion on a copy beside the registry that decides,
/// then written portion by portion, and comes into force as one revision with its last: whoever looks sees the whole of it
/// or nothing, in memory and on disk. Between two portions the loop serves readers and the writer other entries.
package struct StagedChange: Sendable {
    /// Changes that are tried at a time. What has no more than these is no large change.
    package static let portion = 1000
    /// Revisions that other changes may take meanwhile: a change comes into force behind all that were before it.
    static let gap: UInt64 = 1024

    let order: Order
    let changes: [RegistryChange]
    /// The revision that it becomes.
    let revision: UInt64
    /// The registry as it will be.
    private(set) var trial: Registry
    /// People whose wrong PINs are forgotten with it.
    private(set) var forgets: [UInt32] = []
    private var touched = RowMarks()
    private var tried = 0
    private var written = 0
    /// First octets of the marks that are written, of 256.
    private var indexed = 0
    private var pace = WritingPace()

    init(_ order: Order, _ changes: [RegistryChange], beside registry: Registry) {
        self.order = order
        self.changes = changes
        revision = registry.revision + Self.gap
        trial = registry
    }

    var isTried: Bool { tried == changes.count }
    /// Whether something of it may stand on the disk.
    var hasWritten: Bool { written > 0 }

    /// Tries the next portion; what stands against it, and in which row.
    mutating func tryPortion() -> (problem: RegistryProblem, row: Int)? {
        let end = min(changes.count, tried + Self.portion)
        while tried < end {
            let change = changes[tried]
            if let problem = trial.problem(with: change) { return (problem, tried) }
            trial.apply(change, revision: revision)
            touched.insert(change.row)
            if let person = change.forgets { forgets.append(person) }
            tried += 1
        }
        return nil
    }

    /// The next portion to write: of the rows, then of what they are found by; nil when all of it is on disk.
    mutating func nextPortion(at now: MonotonicTime) -> DurableEffect? {
        pace.goesOn(at: now)
        if written < changes.count {
            let portion = changes[written..<min(changes.count, written + pace.rows)]
            written += portion.count
            return .registryPortion(Array(portion), revision: revision)
        }
        guard indexed < 256 else { return nil }
        // A row has few marks, and they are written in their order: four times as many rows' take as long.
        let octets = indexed..<min(256, indexed + max(1, 256 * 4 * pace.rows / changes.count))
        indexed = octets.upperBound
        return .registryIndex(octets: octets, revision: revision)
    }

    /// Another change comes into force meanwhile. False when the two cannot both be: they name one row, or what was tried
    /// already does not stand beside it.
    mutating func follows(_ others: [RegistryChange], revision other: UInt64) -> Bool {
        guard other < revision else { return false }
        for change in others {
            guard !touched.contains(change.row), trial.problem(with: change) == nil else { return false }
            trial.apply(change, revision: revision)
        }
        // What is not tried yet is asked about, too: nobody's card that was just blocked comes back with an older list.
        guard !isTried else { return true }
        let rows = Set(others.map(\.row))
        return !changes[tried...].contains { rows.contains($0.row) }
    }
}

/// How many changes are written at a time: a release that comes meanwhile waits for them, so a slow disk is given fewer.
struct WritingPace: Sendable {
    static let most = 500
    static let fewest = 32
    /// What takes longer is halved, what takes less than half of it doubled.
    static let longest: Duration = .milliseconds(12)

    private(set) var rows = most
    /// When the portion was given that is on its way.
    private var given: MonotonicTime?

    /// The portion before is on disk, if there was one, and the next is given.
    mutating func goesOn(at now: MonotonicTime) {
        if let given {
            let took = now - given
            if took > Self.longest {
                rows = max(Self.fewest, rows / 2)
            } else if took < Self.longest / 2 {
                rows = min(Self.most, rows * 2)
            }
        }
        given = now
    }
}

extension RegistryChange {
    /// The row that it is about.
    package var row: RegistryRowID {
        switch self {
        case .put(let row): RegistryRowID(row.kind, row.id)
        case .end(let kind, let id): RegistryRowID(kind, id)
        }
    }

    /// Whose wrong PINs it forgets.
    var forgets: UInt32? {
        switch self {
        case .end(.person, let id): id
        case .put(.credential(let row)) where row.kind == .pin: row.person
        case .put, .end: nil
        }
    }
}

/// Rows by kind and identity, a bit each: a set of many would be made anew as it grows, for longer than a reader waits.
struct RowMarks: Sendable {
    private var words: [ContiguousArray<UInt64>] = Array(repeating: [], count: 8)

    mutating func insert(_ row: RegistryRowID) {
        let (kind, word) = (Int(row.kind.rawValue), Int(row.id >> 6))
        while words[kind].count <= word { words[kind].append(0) }
        words[kind][word] |= 1 << UInt64(row.id & 63)
    }

    func contains(_ row: RegistryRowID) -> Bool {
        let (kind, word) = (Int(row.kind.rawValue), Int(row.id >> 6))
        return word < words[kind].count && words[kind][word] & (1 << UInt64(row.id & 63)) != 0
    }
}
