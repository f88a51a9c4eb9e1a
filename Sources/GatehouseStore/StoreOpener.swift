package import GatehouseCore

/// Opens the store of a controller that must start, whatever the disk says.
package enum StoreOpener {
    package struct Opened: Sendable {
        package var loaded: StoreLoader.Loaded
        package var usedCopy = false
        /// What had to be done, for the log; empty on a good day.
        package var remarks: [String] = []
    }

    /// A damaged database is put aside, never deleted; the registry comes from its last good copy and the journal goes
    /// on in a new epoch.
    package static func open(path: String, site: Site, secrets: StoreSecrets, at now: CivilTime) throws -> Opened {
        do {
            var loaded = try StoreLoader(path: path, secrets: secrets).load(site: site)
            guard loaded.damagedRows > 0,
                let copy = try? RegistryCopy.read(RegistryCopy.path(besides: path), secrets: secrets),
                copy.revision == loaded.restored.registry.revision
            else { return Opened(loaded: loaded) }
            // Same revision, and every row of the copy under its own seal: the copy stands in for the damaged rows.
            loaded.restored.registry = registry(of: copy)
            return Opened(
                loaded: loaded, usedCopy: true,
                remarks: ["\(loaded.damagedRows) damaged rows of the registry were replaced from the last good copy"])
        } catch let error as DatabaseError where error.isDamage {
            return try startAnew(path: path, site: site, secrets: secrets, at: now, because: error)
        }
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
        let epoch = (copy?.epoch ?? 0) + 1
        let first = copy?.nextSequence ?? 1
        let aside = "\(path).damaged-\(now.seconds)"
        guard Files.rename(path, aside) else { throw error }
        for suffix in ["-wal", "-shm"] where Files.exists(path + suffix) {
            _ = Files.rename(path + suffix, aside + suffix)
        }
        try Backup.begin(epoch: epoch, first: first, in: path, at: now, actor: "gatehoused", source: "damage", secrets)
        if let copy {
            let writer = StoreWriter(
                path: path, secrets: secrets, epoch: epoch, run: "copy-\(epoch)", issuerCertificate: nil)
            let changes = copy.rows.map { RegistryChange.put($0) }
            try writer.commit(CommitGate.Batch(number: 1, effects: [.registry(changes, revision: copy.revision)]))
        }
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
