package import GatehouseCore

/// Opens the store of a controller that must start, whatever the disk says.
package enum StoreOpener {
    package struct Opened: Sendable {
        package var loaded: StoreLoader.Loaded
        package var usedCopy = false
        /// What the database was found to be beside its head.
        package var state = StateReport()
        /// What had to be done, for the log; empty on a good day.
        package var remarks: [String] = []

        fileprivate struct Held {
            var state = StateReport()
            var usedCopy = false
            var remarks: [String] = []
        }
    }

    /// A damaged database is put aside, never deleted; the registry comes from its last good copy and the journal goes
    /// on in a new epoch.
    package static func open(path: String, site: Site, secrets: StoreSecrets, at now: CivilTime) throws -> Opened {
        do {
            var held = Opened.Held()
            var loaded: StoreLoader.Loaded
            if secrets.keepsPersonal {
                (held, loaded) = try hold(path, site, secrets, at: now)
            } else {
                // Without the key no head can be read, and none is written.
                loaded = try load(path, site, secrets)
            }
            guard loaded.damagedRows > 0, loaded.restored.ledger.rewinding?.isRegisterUnproved != true,
                let copy = try? RegistryCopy.read(RegistryCopy.path(besides: path), secrets: secrets),
                copy.revision == loaded.restored.registry.revision
            else {
                return Opened(
                    loaded: loaded, usedCopy: held.usedCopy, state: held.state, remarks: held.remarks)
            }
            // Same revision, and every row of the copy under its own seal: the copy stands in for the damaged rows.
            loaded.restored.registry = registry(of: copy)
            return Opened(
                loaded: loaded, usedCopy: true, state: held.state,
                remarks: held.remarks + [
                    "\(loaded.damagedRows) damaged rows of the registry were replaced from the last good copy"
                ])
        } catch let error as DatabaseError where error.isDamage {
            return try startAnew(path: path, site: site, secrets: secrets, at: now, because: error)
        }
    }

    /// Holds the database against its head, and puts it in order where it is not what was written last. Meanwhile it is loaded: on a
    /// good day, as nearly all of them are, a start waits for the longer of the two; on another it is loaded again.
    private static func hold(
        _ path: String, _ site: Site, _ secrets: StoreSecrets, at now: CivilTime
    ) throws -> (Opened.Held, StoreLoader.Loaded) {
        let database = try StoreWriter.open(path: path)
        database.keepLog()
        let schema = try SchemaCheck.differences(database)
        let isNew = try StoreWriter.prepare(database, secrets)
        let check = SideThread<String, HeadReport> { try HeadCheck.look($0, secrets) }
        check.give(path)
        let loaded = Result { try load(path, site, secrets) }
        var found = try check.take()
        if isNew, found.state.finding == .inOrder, try JournalTree.size(database) > 0 {
            found.state.finding = .made
        }
        if !schema.isEmpty {
            found.state.tables.append(HeadCheck.schema)
            if found.state.isGood { found.state.finding = .altered }
        }
        guard !found.state.isGood else { return (Opened.Held(state: found.state), try loaded.get()) }
        let copy = try? RegistryCopy.read(RegistryCopy.path(besides: path), secrets: secrets)
        let (report, isUnproved) = try StateRemedy(
            path: path, secrets: secrets, now: now, found: found, copy: copy
        ).carryOut()
        var remarks = [
            "the database is \(report.finding.rawValue): \(report.tables.joined(separator: ", ")); \(report.missingEntries) entries are missing"
        ]
        if report.registerRows > 0 {
            remarks.append(
                isUnproved
                    ? "\(report.registerRows) rows of the register are not proven and decide nothing"
                    : "\(report.registerRows) rows of the register were put back from the last good copy")
        }
        return (
            Opened.Held(state: report, usedCopy: report.registerRows > 0 && !isUnproved, remarks: remarks),
            try load(path, site, secrets)
        )
    }

    /// What a database in use is beside its head; nothing is changed. Nothing is found without the key.
    package static func look(_ path: String, secrets: StoreSecrets) throws -> StateReport {
        secrets.keepsPersonal ? try HeadCheck.look(path, secrets).state : StateReport()
    }

    /// A head that was kept outside of the machine's own folder.
    package enum KeptHead: Sendable {
        /// Nothing is kept, or what no key of this gate sealed.
        case none
        /// The database is that head's, or goes on from it.
        case inOrder
        /// The database is older, or another one. The head stands beside it for the next start, where `isPut`.
        case ahead(StateReport, isPut: Bool)
    }

    /// Holds a database in use against a head that was kept elsewhere.
    package static func compare(_ path: String, kept sealed: [UInt8], secrets: StoreSecrets) throws -> KeptHead {
        guard secrets.keepsPersonal, let kept = StoreHead(sealed: sealed, secrets) else { return .none }
        guard let report = try HeadCheck.look(path, beside: kept, secrets) else { return .inOrder }
        return .ahead(report, isPut: HeadCopy.put(sealed, counter: kept.counter, besides: path))
    }

    /// Puts it beside the database once nobody writes there any more.
    package static func put(kept sealed: [UInt8], besides path: String, secrets: StoreSecrets) -> Bool {
        guard let kept = StoreHead(sealed: sealed, secrets) else { return false }
        return HeadCopy.put(sealed, counter: kept.counter, besides: path)
    }

    /// While nothing proves the register, only what is equal in the database and in the last copy decides.
    private static func load(_ path: String, _ site: Site, _ secrets: StoreSecrets) throws -> StoreLoader.Loaded {
        let loader = try StoreLoader(path: path, secrets: secrets)
        let loaded = try loader.load(site: site)
        guard loaded.restored.ledger.rewinding?.isRegisterUnproved == true else { return loaded }
        let copy = try? RegistryCopy.read(RegistryCopy.path(besides: path), secrets: secrets)
        let proven = Dictionary(
            (copy?.rows ?? []).map { (RegistryRowID($0.kind, $0.id), $0) }, uniquingKeysWith: { first, _ in first })
        return try loader.load(site: site) { proven[RegistryRowID($0.kind, $0.id)] == $0 }
    }

    /// What would keep a start from this database, or from admitting anybody with it; nil where nothing does, or nothing is there.
    /// It is opened for reading alone. `keyMark` is that of the master key, where it is at hand.
    package static func obstacle(_ path: String, keyMark mark: String?) -> Sentence? {
        guard Files.exists(path) else { return nil }
        guard isOurs(path) else {
            return Sentence(
                "\(path): this is no database of Gatehouse, and stays as it is; give files.database a path of its own")
        }
        do {
            try Migrations.check(try Database(path: path, mode: .readOnly))
        } catch { return (error as? DatabaseError)?.isDamage == true ? nil : Sentence(verbatim: "\(error)") }
        guard let mark, let made = keyMark(path), made != mark else { return nil }
        return Sentence("\(path): the master key is not the one that it was made with; nobody would be admitted")
    }

    /// SQLite's own since 3.12: nothing here sets another one.
    private static let pageSize = 4096

    /// Whether a file may be put aside when it is damaged: it begins as SQLite's do (file format, 1.3), has beside it what only a
    /// database of ours has, or is of whole pages, as one whose first page is destroyed. Whatever else somebody named by mistake
    /// is not touched; a gate whose disk went bad goes on.
    static func isOurs(_ path: String) -> Bool {
        if ["-wal", "-shm"].contains(where: { Files.exists(path + $0) })
            || Files.exists(RegistryCopy.path(besides: path))
        {
            return true
        }
        guard let head = Files.head(path, 16) else { return false }
        return Files.size(path) % pageSize == 0 || head == Array("SQLite format 3\0".utf8)
    }

    /// The mark of the key that made the database; nil where there is none to read.
    package static func keyMark(_ path: String) -> String? {
        guard let database = try? Database(path: path, mode: .readOnly),
            let statement = try? database.prepare("SELECT value FROM meta WHERE key = 'key'"),
            (try? statement.step()) == true
        else { return nil }
        return statement.text(0)
    }

    private static func startAnew(
        path: String, site: Site, secrets: StoreSecrets, at now: CivilTime, because error: DatabaseError
    ) throws -> Opened {
        guard isOurs(path) else { throw error }
        let copy = try? RegistryCopy.read(RegistryCopy.path(besides: path), secrets: secrets)
        let (epoch, first) = Backup.behind(path, secrets)
        let head = HeadCopy.read(besides: path, secrets)
        let aside = "\(path).damaged-\(now.seconds)"
        guard Files.rename(path, aside) else { throw error }
        for suffix in ["-wal", "-shm"] where Files.exists(path + suffix) {
            _ = Files.rename(path + suffix, aside + suffix)
        }
        // How often a card was used is gone with the database; whether the copy is the newest, its head says.
        let newest = [head, copy?.head].compactMap { $0 }.max()
        let isUnproved = newest.map { $0.state.mark(of: .registry) != copy?.head?.state.mark(of: .registry) } ?? false
        let found = Rewinding(at: now, isRegisterUnproved: isUnproved, areCountsUnproved: newest != nil)
        try Backup.begin(
            epoch: epoch + 1, first: first, in: path, at: now, actor: "gatehoused", source: "damage",
            ledger: newest == nil ? [] : [.rewinding(found)],
            rows: copy.map { ($0.rows.map { .put($0) }, max($0.revision, newest?.revision ?? 0)) }, secrets)
        let loaded = try StoreLoader(path: path, secrets: secrets).load(site: site)
        return Opened(
            loaded: loaded, usedCopy: copy != nil,
            remarks: [
                "\(error)", "the damaged database stands at \(aside)",
                copy == nil
                    ? "there was no copy of the registry: nobody is known"
                    : "the registry comes from its last good copy",
            ])
    }

    private static func registry(of copy: RegistryCopy.Content) -> Registry {
        var registry = Registry(revision: copy.revision)
        for row in copy.rows where registry.problem(with: .put(row), isLoading: true) == nil {
            registry.apply(.put(row), revision: copy.revision)
        }
        return registry
    }
}
