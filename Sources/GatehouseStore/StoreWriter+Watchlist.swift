internal import GatehouseCore

extension StoreWriter {
    /// What the list keeps: each row is sealed as a whole, and all of a kind have one size.
    func writeWatch(_ effect: DurableEffect, _ connection: Connection) throws {
        switch effect {
        case .watchlistActivation(let activation):
            try put("activation", WatchlistCodec.encode(activation), connection)
        case .watchlistDeactivated:
            owesErasure = true
            try connection.dropWatch.bind(WatchlistCodec.key("activation", secrets)).run()
        case .watchlistEntry(let entry):
            try put("entry/\(entry.id)", WatchlistCodec.padded(WatchlistCodec.encode(entry)), connection)
        case .watchlistErased(let id, let tombstone):
            // What is left of it looks like what was there.
            owesErasure = true
            try put("entry/\(id)", WatchlistCodec.padded(WatchlistCodec.encode(tombstone: tombstone)), connection)
        case .watchlistSteps(let steps): try put("steps", WatchlistCodec.encode(steps), connection)
        case .dropSealedAlerts:
            owesErasure = true
            // The newest number stays, so that none is given twice.
            try connection.database.execute(
                """
                DELETE FROM outbox WHERE kind = 'watchlist' AND id < (SELECT max(id) FROM outbox);
                UPDATE outbox SET state = 'expired', content = x'' WHERE kind = 'watchlist';
                """)
        default: preconditionFailure("another effect than the list's: \(effect)")
        }
    }

    private func put(_ name: String, _ plain: [UInt8], _ connection: Connection) throws {
        let key = WatchlistCodec.key(name, secrets)
        try connection.setWatch.bind(key, secrets.sealWatchlist(plain, Array(key.utf8))).run()
    }
}
