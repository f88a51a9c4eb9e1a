package import GatehouseCore

/// A picture of an entry as it is found, or why there is none.
package enum FoundPicture: Hashable, Sendable {
    /// Nothing was asked for, or no answer came yet.
    case none
    case missing(reason: String)
    /// Kept as long as it had to be, or erased with the person.
    case gone
    /// Its file is not there, or not readable.
    case unreadable(path: String)
    /// Its file is not the one that was taken.
    case altered(path: String)
    /// Its file is sealed to a key that is not here.
    case locked(path: String)
    case found(octets: [UInt8], path: String)
}

extension JournalReader {
    /// The picture of an entry by one camera or by any, from the folder of the pictures. What was erased is gone, though its file may wait to be deleted.
    package func picture(of event: UInt64, by camera: String? = nil, in folder: String) throws -> FoundPicture {
        let statement = try database.prepare(
            """
            SELECT state, path, reason, digest, EXISTS (
                SELECT 1 FROM erasure WHERE erasure.event = snapshot.event AND erasure.camera = snapshot.camera), camera
            FROM snapshot WHERE event = ?1 AND (?2 IS NULL OR camera = ?2)
            ORDER BY CASE state WHEN 'stored' THEN 0 WHEN 'expired' THEN 1 ELSE 2 END, instr(camera, '.') > 0, camera
            """)
        try statement.bind(Int64(clamping: event), camera)
        guard try statement.step() else { return .none }
        if statement.integer(4) != 0 { return .gone }
        switch statement.text(0) {
        case "stored":
            let path = statement.text(1)
            let files = try PictureFiles(database, in: folder, secrets)
            switch try files.picture(of: event, statement.text(5), at: path, statement.octets(3)) {
            case .whole(let octets): return .found(octets: octets, path: path)
            case .altered: return .altered(path: path)
            case .locked: return .locked(path: path)
            case .unreadable: return .unreadable(path: path)
            }
        case "expired": return .gone
        default: return .missing(reason: statement.optionalText(2) ?? "")
        }
    }

    /// Cameras that have a picture of an entry; the frames beside that of the moment behind the others.
    package func picturedBy(_ event: UInt64) throws -> [String] {
        let rows = try database.prepare(
            "SELECT camera FROM snapshot WHERE event = ? AND state = 'stored' ORDER BY instr(camera, '.') > 0, camera"
        ).bind(Int64(clamping: event))
        var found: [String] = []
        while try rows.step() { found.append(rows.text(0)) }
        return found
    }

    /// When the last picture by a camera was taken, of the newest events that were pictured.
    package func lastPicture(by camera: String) throws -> CivilTime? {
        let row = try database.prepare(
            """
            SELECT (SELECT at FROM journal WHERE seq = event) FROM snapshot
            WHERE state = 'stored' AND camera = ?1 AND event > (SELECT max(event) FROM snapshot) - 20000
            ORDER BY event DESC LIMIT 1
            """
        ).bind(camera)
        return try row.step() ? row.optionalInteger(0).map { CivilTime(milliseconds: $0) } : nil
    }
}
