internal import GatehouseCore

/// Personal values beside an entry with what their commitments were made of.
extension JournalReader {
    package struct Opening: Hashable, Sendable {
        package var name: String
        package var salt: [UInt8]
        package var value: [UInt8]
    }

    /// In the order of their names. What was erased, or cannot be opened with this key, is not there.
    package func openings(of sequence: UInt64) throws -> [Opening] {
        let rows = try database.prepare("SELECT name, salt, value FROM personal WHERE seq = ? ORDER BY name")
        try rows.bind(Int64(clamping: sequence))
        var found: [Opening] = []
        while try rows.step() {
            let (name, salt) = (rows.text(0), rows.octets(1))
            let associated = PersonalCodec.associated(sequence: sequence, name: name, salt: salt)
            guard let value = secrets.openPersonal(rows.octets(2), associated) else { continue }
            found.append(Opening(name: name, salt: salt, value: value))
        }
        return found
    }
}
