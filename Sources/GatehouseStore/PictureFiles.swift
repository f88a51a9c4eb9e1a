package import GatehouseCore

/// Pictures as they lie in their folder, and the keys that open them.
struct PictureFiles {
    /// What was found, file by file.
    enum Found {
        case unreadable
        /// Not the file, or not the picture, that was put down.
        case altered
        /// Sealed to a key that is not here.
        case locked
        case whole([UInt8])
    }

    private let file: Statement
    private let key: Statement
    private let secrets: StoreSecrets
    private let folder: String

    init(_ database: Database, in folder: String, _ secrets: StoreSecrets) throws {
        file = try database.prepare("SELECT file FROM picture_file WHERE event = ? AND camera = ?")
        key = try database.prepare("SELECT sealed FROM picture_key WHERE name = ?")
        self.folder = folder
        self.secrets = secrets
    }

    /// The picture of a row, opened. Where the row has no file yet, the picture may lie in clear, or be sealed since.
    func picture(of event: UInt64, _ camera: String, at path: String, _ digest: [UInt8]) throws -> Found {
        guard let octets = Self.read(path, in: folder) else { return .unreadable }
        defer { file.reset() }
        let stated = try file.bind(Int64(clamping: event), camera).step() ? file.octets(0) : []
        guard stated.isEmpty || secrets.sha256(octets) == stated else { return .altered }
        guard let sealed = SealedPicture(octets) else {
            return stated.isEmpty && secrets.sha256(octets) == digest ? .whole(octets) : .altered
        }
        let older = try sealed.key == secrets.pictures.name ? nil : privateKey(sealed.key)
        guard sealed.key == secrets.pictures.name || older != nil else { return .locked }
        guard let picture = secrets.pictures.open(sealed, older), secrets.sha256(picture) == digest else {
            return .altered
        }
        return .whole(picture)
    }

    /// Rows of pictures of which nobody says that they are sealed lie in clear.
    static func noteClear(_ database: Database) throws {
        try database.execute(
            "INSERT OR IGNORE INTO picture_file (event, camera) SELECT event, camera FROM snapshot WHERE state = 'stored'"
        )
    }

    private func privateKey(_ name: [UInt8]) throws -> [UInt8]? {
        defer { key.reset() }
        return try key.bind(name).step() ? secrets.pictures.openKey(key.octets(0), name) : nil
    }

    static func read(_ path: String, in folder: String) -> [UInt8]? {
        HandoverPicture.isPath(path) ? Files.read("\(folder)/\(path)", atMost: HandoverPicture.limit) : nil
    }
}

extension JournalReader {
    /// Pictures that lie in clear, in the order of their events, behind one of them.
    package func clearPictures(after last: (event: UInt64, camera: String)?, limit: Int) throws -> [(
        event: UInt64, camera: String, path: String
    )] {
        let rows = try database.prepare(
            """
            SELECT picture_file.event, picture_file.camera, path FROM picture_file JOIN snapshot USING (event, camera)
            WHERE file IS NULL AND state = 'stored' AND (picture_file.event, picture_file.camera) > (?, ?)
            ORDER BY picture_file.event, picture_file.camera LIMIT ?
            """
        ).bind(last.map { Int64(clamping: $0.event) } ?? -1, last?.camera ?? "", Int64(limit))
        var found: [(event: UInt64, camera: String, path: String)] = []
        while try rows.step() { found.append((UInt64(clamping: rows.integer(0)), rows.text(1), rows.text(2))) }
        return found
    }

    package func clearPictureCount() throws -> Int {
        let row = try database.prepare("SELECT count(*) FROM picture_file WHERE file IS NULL")
        return try row.step() ? Int(row.integer(0)) : 0
    }
}

/// What the database has of the picture of an event by a camera.
package struct PictureStanding: Hashable, Sendable {
    package enum State: Hashable, Sendable {
        /// Asked for, and neither it nor the reason for having none has come.
        case owed
        case kept(isClear: Bool)
        /// Expired, or there was none to be had.
        case gone
    }
    /// The instant of its event.
    package var at: CivilTime
    package var state: State
    package init(at: CivilTime, state: State) {
        self.at = at
        self.state = state
    }
}

extension JournalReader {
    /// Nil where no picture was ever asked for.
    package func pictureStanding(_ place: SnapshotRow.Place) throws -> PictureStanding? {
        let row = try database.prepare(
            """
            SELECT (SELECT at FROM journal WHERE seq = ?1), state, reason,
                EXISTS (SELECT 1 FROM picture_file WHERE event = ?1 AND camera = ?2 AND file IS NULL),
                EXISTS (SELECT 1 FROM owed_picture WHERE event = ?1 AND camera = ?2)
            FROM (SELECT 1) LEFT JOIN snapshot ON event = ?1 AND camera = ?2
            """
        ).bind(Int64(clamping: place.event), place.camera.name)
        guard try row.step(), let at = row.optionalInteger(0) else { return nil }
        func standing(_ state: PictureStanding.State) -> PictureStanding {
            PictureStanding(at: CivilTime(milliseconds: at), state: state)
        }
        switch row.optionalText(1) {
        case "stored": return standing(.kept(isClear: row.integer(3) != 0))
        // It was asked of an uplink that went: a picture that was taken all the same may come later.
        case "missing": return standing(row.text(2) == SnapshotFailure.uplinkAway.rawValue ? .owed : .gone)
        case nil: return row.integer(4) != 0 ? standing(.owed) : nil
        default: return standing(.gone)
        }
    }
}
