/// Open addressing over an array of credentials: slots hold positions, 0 is free. Linear probing with removal by
/// shifting back, so that there are no tombstones.
struct KeyIndex: Sendable {
    private var slots: ContiguousArray<UInt32> = []
    private var used = 0

    func find(_ key: CredentialKey, in records: ContiguousArray<CredentialRecord>) -> UInt32? {
        guard !slots.isEmpty else { return nil }
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: key.mixed) & mask
        while slots[slot] != 0 {
            let position = slots[slot]
            if records[Int(position)].key == key { return position }
            slot = (slot + 1) & mask
        }
        return nil
    }

    mutating func reserve(_ count: Int, in records: ContiguousArray<CredentialRecord>) {
        var size = max(16, slots.count)
        while size * 3 < count * 4 { size *= 2 }
        if size > slots.count { rebuild(size: size, in: records) }
    }

    mutating func insert(_ position: UInt32, in records: ContiguousArray<CredentialRecord>) {
        if (used + 1) * 4 > slots.count * 3 { rebuild(size: max(16, slots.count * 2), in: records) }
        place(position, in: records)
        used += 1
    }

    mutating func remove(at position: UInt32, in records: ContiguousArray<CredentialRecord>) {
        guard !slots.isEmpty else { return }
        let mask = slots.count - 1
        var hole = Int(truncatingIfNeeded: records[Int(position)].key.mixed) & mask
        while slots[hole] != position {
            guard slots[hole] != 0 else { return }
            hole = (hole + 1) & mask
        }
        used -= 1
        var next = hole
        while true {
            next = (next + 1) & mask
            guard slots[next] != 0 else { break }
            let home = Int(truncatingIfNeeded: records[Int(slots[next])].key.mixed) & mask
            // An entry may move into the hole unless its home lies after the hole, going round.
            let distanceToNext = (next - home) & mask
            let distanceToHole = (next - hole) & mask
            if distanceToNext >= distanceToHole {
                slots[hole] = slots[next]
                hole = next
            }
        }
        slots[hole] = 0
    }

    private mutating func place(_ position: UInt32, in records: ContiguousArray<CredentialRecord>) {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: records[Int(position)].key.mixed) & mask
        while slots[slot] != 0 { slot = (slot + 1) & mask }
        slots[slot] = position
    }

    private mutating func rebuild(size: Int, in records: ContiguousArray<CredentialRecord>) {
        let old = slots
        slots = ContiguousArray(repeating: 0, count: size)
        for position in old where position != 0 { place(position, in: records) }
    }
}
