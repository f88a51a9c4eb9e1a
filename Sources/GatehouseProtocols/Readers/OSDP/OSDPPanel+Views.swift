package import GatehouseCore

/// What the panel knows of its readers, for those who ask.
extension OSDPPanel {
    /// Nil for a reader that is not on this bus.
    package func counters(of id: ReaderID) -> OSDPCounters? {
        stations.first { $0.settings.id == id }?.counters
    }

    /// How the reader babbled last; nil when it never did.
    package func babble(of id: ReaderID) -> OSDPBabbleKind? {
        stations.first { $0.settings.id == id }?.babble.kind
    }

    /// Where the reader is now.
    package func place(of id: ReaderID) -> OSDPPlace? { stations.first { $0.settings.id == id }?.place }

    /// The reader's outputs as it last told them.
    package func outputs(of id: ReaderID) -> [Bool] { stations.first { $0.settings.id == id }?.outputs ?? [] }

    /// What the reader said of itself; nil until it did.
    package func identity(of id: ReaderID) -> OSDPIdentity? {
        stations.first { $0.settings.id == id }?.identity
    }

    /// What the reader does otherwise than the standard says, in the order of the list of quirks.
    package func quirks(of id: ReaderID) -> [ReaderQuirk] {
        let held = stations.first { $0.settings.id == id }?.quirks ?? []
        return ReaderQuirk.allCases.filter(held.contains)
    }

    /// What the reader can take and pass on; nil until it said so.
    package func abilities(of id: ReaderID) -> OSDPAbilities? {
        guard let station = stations.first(where: { $0.settings.id == id }), !station.capabilities.isEmpty else {
            return nil
        }
        return OSDPAbilities(station.capabilities)
    }

    /// How the reader was last told of; nil until it was.
    package func link(of id: ReaderID) -> ReaderLink? {
        guard let station = stations.first(where: { $0.settings.id == id }) else { return nil }
        switch station.reported {
        case .nothing: return nil
        case .online: return .online(station.security.isRequired ? .secure : .clear)
        case .offline(let reason): return .offline(reason)
        }
    }

    /// The reader that is being given a key.
    package var changingKey: ReaderID? { stations.first { $0.keyChange != nil }?.settings.id }
}
