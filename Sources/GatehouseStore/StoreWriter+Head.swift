internal import GatehouseCore

/// The head over everything that decides: made, moved with each transaction, and believed.
extension StoreWriter {
    /// The same, with what follows from the journal: a database from before gets it here, and its first head with it.
    static func prepared(path: String, secrets: StoreSecrets) throws -> Database {
        let database = try open(path: path)
        try prepare(database, secrets)
        return database
    }

    /// True for a database that had neither tree nor head.
    @discardableResult
    static func prepare(_ database: Database, _ secrets: StoreSecrets) throws -> Bool {
        guard try !JournalTree.isBuilt(database) else { return false }
        try database.transaction {
            try JournalTree.build(database, secrets.sha256)
            try StandingRows.build(database)
            guard secrets.keepsPersonal else { return }
            try markKey(database, secrets)
            if try !RegistryMarks.isBuilt(database) { try RegistryMarks.insert(database, secrets) }
            try StoreHead.make(database, secrets)
        }
        return true
    }

    /// Another value for each state of the register's rows; nil where no head is kept, and while a large change grows.
    package var registryMark: [UInt8]? { growing == nil ? head?.state.mark(of: .registry) : nil }

    /// One transaction, which moves the head as well.
    func transaction<Result>(_ connection: Connection, _ body: () throws -> Result) throws -> Result {
        var moved: (head: StoreHead, sealed: [UInt8])?
        let result: Result
        do {
            result = try connection.database.transaction {
                let result = try body()
                guard let follower, let tree, var next = head else { return result }
                next.move(to: follower.state, tree, epoch: epoch, last: lastSequence, revision: lastRevision)
                let sealed = try next.sealed(secrets)
                try connection.setHead.bind(sealed).run()
                moved = (next, sealed)
                return result
            }
        } catch {
            if let head { follower?.rollBack(to: head.state) }
            throw error
        }
        if let moved {
            (head, lastHead) = (moved.head, moved.head)
            headCopy?.write(moved.sealed, counter: moved.head.counter)
            sealedHead = moved.sealed
        }
        return result
    }

    /// The head that a new connection goes on from. After a failure only the one that this writer wrote last is it, or the next
    /// where the batch was written all the same: whatever else stands there somebody put there, and the next start finds it.
    func takeHead(of database: Database, isWritten: Bool) throws {
        let taken: StoreHead
        switch (try StoreHead.read(database, secrets), lastHead) {
        case (.head(let found), nil): taken = found
        case (.head(let found), let last?) where found == last || isWritten && found > last: taken = found
        case (_, let last?): taken = last
        case (.missing, nil), (.broken, nil):
            taken = try database.transaction {
                try Self.markKey(database, secrets)
                return try StoreHead.make(database, secrets)
            }
        }
        head = taken
        follower = StateFollower.follow(database, from: taken.state, secrets)
    }

    /// In the transaction of the first batch.
    func begin(_ beginning: (Database) throws -> Void, _ database: Database) throws {
        try beginning(database)
        if secrets.keepsPersonal { try Self.markKey(database, secrets) }
        tree = try JournalTree(database, secrets.sha256)
        guard secrets.keepsPersonal else { return }
        let made = try StoreHead.made(database, secrets)
        head = made
        follower = StateFollower.follow(database, from: made.state, secrets)
    }

    /// The first key that writes marks the database as its own.
    private static func markKey(_ database: Database, _ secrets: StoreSecrets) throws {
        let mark = try database.prepare("INSERT OR IGNORE INTO meta (key, value) VALUES ('key', ?)")
        try mark.bind(secrets.keyMark).run()
    }
}
