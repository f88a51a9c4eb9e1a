package import GatehouseCore

/// Readers whose quirks are known before they are seen. A row says whose they are and where it was observed; of whom nothing
/// is known here, the panel finds out what it does by itself, and only an observation with a device makes a new row.
struct OSDPQuirkRow: Sendable {
    var vendor: [UInt8]
    /// Nil for all models of the maker.
    var model: UInt8?
    /// Major, minor, build, from and to; nil for all.
    var firmware: ClosedRange<UInt32>?
    var quirks: Set<ReaderQuirk>
    /// The observation.
    var source: String

    static let table = [
        // The identity of the PyPI package where its user gives none; the number is no OUI.
        OSDPQuirkRow(
            vendor: [0xBE, 0xBA, 0xFE], model: 1, firmware: nil, quirks: [.repeatsAnew],
            source: "libosdp 3.2.9, src/osdp_phy.c: a sequence number that comes again is counted back and taken anew")
    ]

    func fits(_ identity: OSDPIdentity) -> Bool {
        guard vendor == identity.vendor, model.map({ $0 == identity.model }) ?? true else { return false }
        let version = identity.firmware.reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
        return firmware.map { $0.contains(version) } ?? true
    }
}

extension OSDPIdentity {
    /// What the table says of such a reader.
    package var knownQuirks: Set<ReaderQuirk> {
        OSDPQuirkRow.table.filter { $0.fits(self) }.reduce(into: []) { $0.formUnion($1.quirks) }
    }
}

extension OSDPStation {
    /// Known from the table by what the reader said of itself, or seen since the start.
    var quirks: Set<ReaderQuirk> { seenQuirks.union(security.quirks).union(identity?.knownQuirks ?? []) }
}

/// What a reader can pass through, from its capabilities. Kept for smart cards that are asked through it: XWR and XRD in
/// extended packet mode (OSDP 2.2, 6.24 and 7.28) need to know how long a message may be.
package struct OSDPAbilities: Hashable, Sendable {
    /// Octets of one frame that the reader takes (PDCAP 10); nil when it does not say.
    package var receiveSize: Int?
    /// Octets of the largest message in parts (PDCAP 11); nil when it does not say.
    package var largestMessage: Int?
    /// Passes commands on to a smart card (PDCAP 12, bit 0).
    package var isTransparent: Bool
    /// Extended packet mode (PDCAP 12, bit 1).
    package var hasExtendedPackets: Bool

    init(_ capabilities: [OSDPCapability]) {
        func size(_ function: UInt8) -> Int? {
            capabilities.first { $0.function == function }.map { Int($0.level) | Int($0.number) << 8 }
        }
        let smartCard = capabilities.first { $0.function == OSDPCapability.smartCard }?.level ?? 0
        receiveSize = size(OSDPCapability.receiveSize)
        largestMessage = size(OSDPCapability.largestMessage)
        isTransparent = smartCard & 1 != 0
        hasExtendedPackets = smartCard & 2 != 0
    }
}
