internal import GatehouseCore

/// Counts and hashes of what an archive holds: its last record.
package struct HandoverManifest: Hashable, Sendable {
    package struct Part: Hashable, Sendable {
        package var rows: UInt64 = 0
        /// SHA-256 of the rows; of the journal the RFC 6962 root, of the pictures that of their paths and digests.
        package var digest: [UInt8] = []
    }
    package var parts: [String: Part] = [:]
    package var first: UInt64 = 0
    package var last: UInt64 = 0
    package var epoch: UInt64 = 1
    package var revision: UInt64 = 0
    /// Trusted time that the old site had come to.
    package var floor: Int64?
    /// Present rows of the register, by kind.
    package var present: [String: UInt64] = [:]
    /// PINs that have to be set anew: they were hashed with a secret of the old site.
    package var pins: UInt64 = 0
    /// Rows whose seal was broken already.
    package var unreadable: UInt64 = 0
    /// Entries whose bytes did not fit their hash already.
    package var faults: UInt64 = 0
    /// Pictures that the register of pictures names and the folder lacks.
    package var missing: UInt64 = 0

    package var entries: UInt64 { parts["journal"]?.rows ?? 0 }
    package var root: [UInt8] { parts["journal"]?.digest ?? [] }
    package var checkpoints: UInt64 { parts["checkpoint"]?.rows ?? 0 }
    package var pictures: UInt64 { parts["pictures"]?.rows ?? 0 }

    static let picturesPart = "pictures"

    init() {}

    private static func value(_ number: UInt64) -> CanonicalValue { .integer(Int64(clamping: number)) }

    func encoded() -> [UInt8] {
        var map: [String: CanonicalValue] = [
            "parts": .map(parts.mapValues { .array([Self.value($0.rows), .octets($0.digest)]) }),
            "present": .map(present.mapValues(Self.value)), "first": Self.value(first), "last": Self.value(last),
            "epoch": Self.value(epoch), "revision": Self.value(revision), "pins": Self.value(pins),
            "unreadable": Self.value(unreadable), "faults": Self.value(faults), "missing": Self.value(missing),
        ]
        map["floor"] = floor.map { .integer($0) }
        return CanonicalValue.map(map).encoded()
    }

    init?(_ octets: [UInt8]) {
        guard let map = CanonicalValue(decoding: octets)?.map, let parts = map["parts"]?.map,
            let present = map["present"]?.map
        else { return nil }
        func number(_ name: String) -> UInt64? { map[name]?.integer.flatMap { UInt64(exactly: $0) } }
        for (name, part) in parts {
            guard let pair = part.array, pair.count == 2, let rows = pair[0].integer.flatMap({ UInt64(exactly: $0) }),
                let digest = pair[1].octets
            else { return nil }
            self.parts[name] = Part(rows: rows, digest: digest)
        }
        for (name, count) in present { self.present[name] = count.integer.flatMap { UInt64(exactly: $0) } }
        guard let first = number("first"), let last = number("last"), let epoch = number("epoch"),
            let revision = number("revision"), let pins = number("pins"), let unreadable = number("unreadable"),
            let faults = number("faults"), let missing = number("missing"), epoch < UInt64(Int64.max),
            last < UInt64(Int64.max)
        else { return nil }
        (self.first, self.last, self.epoch, self.revision) = (first, last, epoch, revision)
        (self.pins, self.unreadable, self.faults, self.missing) = (pins, unreadable, faults, missing)
        floor = map["floor"]?.integer
    }
}
