internal import GatehouseCore

/// Which device stands under a reader's name: at most two rows a reader, written anew when that changes.
enum ReaderIdentityRows {
    private static let columns = "reader, place, maker, model, serial, firmware, accepted_by"

    static func put(_ standing: ReaderStanding, of reader: ReaderID, _ database: Database) throws {
        try database.prepare("DELETE FROM reader_identity WHERE reader = ?").bind(reader.name).run()
        let rows = [("known", standing.known)] + (standing.stranger.map { [("stranger", $0)] } ?? [])
        for (place, identity) in rows {
            try database.prepare("INSERT INTO reader_identity (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?)").bind(
                reader.name, place, identity.maker, identity.model, identity.serial, identity.firmware,
                standing.acceptedBy
            ).run()
        }
    }

    /// The row of the device that was accepted comes before that of the stranger.
    static func all(_ database: Database) throws -> [ReaderID: ReaderStanding] {
        var standings: [ReaderID: ReaderStanding] = [:]
        let statement = try database.prepare("SELECT \(columns) FROM reader_identity ORDER BY reader, place")
        while try statement.step() {
            let reader = ReaderID(statement.text(0))
            let identity = ReaderIdentity(
                maker: statement.text(2), model: statement.text(3), serial: statement.text(4),
                firmware: statement.text(5))
            if statement.text(1) == "known" {
                let acceptedBy = statement.isNull(6) ? nil : statement.text(6)
                standings[reader] = ReaderStanding(known: identity, acceptedBy: acceptedBy)
            } else {
                standings[reader]?.stranger = identity
            }
        }
        return standings
    }
}
