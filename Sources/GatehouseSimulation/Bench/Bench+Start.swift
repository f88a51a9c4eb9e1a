internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseStore
internal import Glibc

extension Bench {
    private static let people: UInt32 = 100_000
    private static let cards: UInt32 = 150_000

    /// How long a gate with a large register is away at a start: from the file to what decides, the head held against the rows.
    static func starts(_ folder: String, _ report: (String) -> Void) throws {
        let path = "\(folder)/gatehouse-bench-start.db"
        func clear() { for suffix in ["", "-wal", "-shm", ".head", ".registry"] { unlink(path + suffix) } }
        clear()
        defer { clear() }
        let secrets = KeyRing(master: SecretKey([UInt8](repeating: 1, count: 32))).storeSecrets
        var writer: StoreWriter? = StoreWriter(
            path: path, secrets: secrets, epoch: 1, run: "bench")
        var first = entry(1)
        first.registryRevision = 1
        try writer?.commit(
            CommitGate.Batch(number: 1, effects: [.registry(largeRegister(), revision: 1), .record(first)]))
        while writer?.idle() == false {}
        writer = nil
        let site = Site(name: "bench", portals: [], accessPoints: [], policy: AccessPolicy())
        func open() throws -> Double {
            let began = wall()
            let opened = try StoreOpener.open(path: path, site: site, secrets: secrets, at: CivilTime(seconds: 1))
            let spent = wall() - began
            let counts = opened.loaded.restored.registry.counts
            precondition(
                opened.state.isGood && counts.persons == Int(people) && counts.credentials == Int(cards),
                "the register is not there: \(counts)")
            return spent
        }
        let without = try (0..<3).map { _ in try open() }
        try RegistryCopy.make(database: path, secrets: secrets)
        let with = try (0..<3).map { _ in try open() }
        let floor = try (0..<3).map { _ in try openedAlone(path, secrets) }
        func milliseconds(_ samples: [Double]) -> Int { Int(percentile(samples, 0.5) * 1000) }
        report(
            "start with \(people) people and \(cards) cards: \(milliseconds(without)) ms (bound 1000), beside a copy that fits its head \(milliseconds(with)) ms (bound 300); the rows read and opened alone take \(milliseconds(floor)) ms"
        )
    }

    private static func openedAlone(_ path: String, _ secrets: StoreSecrets) throws -> Double {
        let began = wall()
        let database = try Database(path: path, mode: .readOnly)
        let rows = try database.prepare("SELECT sealed FROM registry WHERE to_revision IS NULL")
        var octets = 0
        while try rows.step() {
            let sealed = rows.octets(0)
            // The seal covers more than is known here: it is computed all the same, and refused at the end.
            octets += (secrets.openRegistry(sealed, []) ?? sealed).count
        }
        precondition(octets > 0, "there are no rows")
        return wall() - began
    }

    private static func largeRegister() -> [RegistryChange] {
        var changes: [RegistryChange] = [.put(.community(CommunityRow(id: 1, code: "c", name: "C")))]
        for id in 1...people / 3 {
            changes.append(.put(.dwelling(DwellingRow(id: id, community: 1, code: "1-\(id)", use: .owned))))
        }
        for id in 1...people {
            changes.append(
                .put(
                    .person(
                        PersonRow(
                            id: id, reference: "R-\(id)", name: "王\(id)", role: .resident,
                            dwelling: (id - 1) % (people / 3) + 1, groups: ["residents"]))))
        }
        for id in 1...cards {
            changes.append(
                .put(
                    .credential(
                        CredentialRow(
                            id: id, person: (id - 1) % people + 1, kind: .card,
                            key: CredentialKey(high: UInt64(id) &* 0x9E37_79B9_7F4A_7C15, low: UInt64(id)),
                            label: "H10301:1-\(id)"))))
        }
        return changes
    }
}
