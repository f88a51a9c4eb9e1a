internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseRegister
internal import GatehouseStore

/// The list of flagged people, for its auditor: nothing here lists or searches entries.
extension Desk {
    func activateWatchlist(_ command: WatchlistActivate, _ call: Call) throws -> Recorded {
        guard let settings = configuration.watchlist else {
            try order(call, .refused(reason: "noOversightKey"))
            throw CommandRefusal(
                code: "noOversightKey",
                message: Sentence("no oversight key stands in the configuration; the watchlist stays off"))
        }
        do {
            let activation = try WatchlistDocument.activation(
                command.document.argumentText, oversightKey: settings.oversightKey, site: configuration.site.name,
                now: now())
            return Recorded(try order(call, .watchlistActivate(activation)))
        } catch let refusal as WatchlistDocument.Refusal {
            try order(call, .refused(reason: "certificateRefused"))
            throw CommandRefusal(code: "certificateRefused", message: refusal.message)
        }
    }

    /// By a document of the oversight; without one, two auditors say so.
    func deactivateWatchlist(_ command: WatchlistDeactivate, _ call: Call) throws -> Recorded {
        guard let activation = try ask({ $0.controller.watchlist.activation }) else {
            try order(call, .refused(reason: "notActivated"))
            throw CommandRefusal(code: "notActivated", message: WatchlistSleep.notActivated.sentence)
        }
        guard let document = command.document, let settings = configuration.watchlist else {
            guard seconds.agrees("watchlist deactivate", call.actor.name, at: surroundings.monotonic()) else {
                throw CommandRefusal(
                    code: "secondPerson",
                    message: Sentence(
                        "this ends the activation with all its entries; a second auditor gives the same command within 5 minutes, or the oversight signs a document"
                    ))
            }
            return Recorded(try order(call, .watchlistDeactivate(nil)))
        }
        do {
            let digest = try WatchlistDocument.deactivation(
                document.argumentText, of: activation, oversightKey: settings.oversightKey,
                site: configuration.site.name)
            return Recorded(try order(call, .watchlistDeactivate(digest)))
        } catch let refusal as WatchlistDocument.Refusal {
            try order(call, .refused(reason: "certificateRefused"))
            throw CommandRefusal(code: "certificateRefused", message: refusal.message)
        }
    }

    /// Keys of single notes that a reply holds at most.
    private static let mostOpenings = 2000

    func countWatchlist(_ command: WatchlistCount, _ call: Call) throws -> WatchlistCount.Reply {
        let from = try time("from", command.from, call, .past)
        let until = try time("until", command.until, call, .past)
        let last = try ask { $0.controller.nextSequence }
        var counters = WatchlistCounters(from: from, until: until)
        var epochs: [UInt64: UInt64] = [:]
        // An entry lives a month at most, and what became of it is noted a little later.
        try reader().eachNote(from: from + .seconds(-40 * 86_400), before: last) { note, entry, epoch in
            guard entry.civil < until else { return }
            epochs[entry.sequence] = epoch
            counters.hear(note, at: entry.civil, sequence: entry.sequence)
        }
        guard counters.notes.count <= Self.mostOpenings else {
            throw CommandRefusal(
                code: "malformed",
                message: Sentence("these are more than \(Self.mostOpenings) notes; ask for less time"))
        }
        let openings = counters.notes.sorted().map { sequence in
            WatchlistCount.Opening(
                entry: sequence, key: Hexadecimal.encode(secrets.noteKey(sequence, epochs[sequence] ?? 1)))
        }
        let rows = WatchlistCategory.allCases.compactMap { category -> WatchlistCount.Row? in
            guard let count = counters.byCategory[category] else { return nil }
            return WatchlistCount.Row(
                category: category.rawValue, entries: count.entries, hits: count.hits, confirmed: count.confirmed,
                notThePerson: count.notThePerson, suspended: count.suspended,
                meanHours: count.entries > 0 ? Int(count.seconds) / 3600 / count.entries : 0)
        }
        let event = try order(call, .look(.people([])))
        return WatchlistCount.Reply(event: event, rows: rows, refused: counters.refused, openings: openings)
    }

    func importWatchlist(_ command: WatchlistImport, _ call: Call) throws -> Recorded {
        let (now, activation) = try ask { ($0.now, $0.controller.watchlist.activation) }
        guard let activation else {
            try order(call, .watchlistRefuse(Hash.sha256(Array(command.document.argumentText.utf8))))
            throw CommandRefusal(code: "notActivated", message: WatchlistSleep.notActivated.sentence)
        }
        let reader = try reader()
        do {
            let register = StoredRegister(reader: reader)
            let entry = try WatchlistDocument.entry(
                command.document.argumentText, activation: activation, now: now.civil,
                portals: configuration.site.portals.map(\.id), primitives: primitives, cards: fields.cards
            ) { reference in
                try? self.fields.findPerson(reference, in: register)?.id
            } holder: { card in
                let key = CredentialKey(card: card, primitives: self.primitives)
                return try? self.ask { $0.controller.registry.credential(for: key)?.person }
            }
            return Recorded(try order(call, .watchlistImport(entry)))
        } catch let refusal as WatchlistDocument.Refusal {
            try order(call, .watchlistRefuse(Hash.sha256(Array(command.document.argumentText.utf8))))
            throw CommandRefusal(code: "entryRefused", message: refusal.message)
        }
    }

    func withdrawWatchlist(_ command: WatchlistRemove, _ call: Call) throws -> Recorded {
        Recorded(try order(call, .watchlistWithdraw(command.entry.argumentText)))
    }

    /// To all but its auditor the list is active or asleep, and nothing else.
    func tellWatchlist(_ command: WatchlistStatus, _ call: Call) throws -> WatchlistStatus.Reply {
        let isAuditor = call.roles.contains(.auditor)
        let key = leadKey
        return try ask { view in
            let list = view.controller.watchlist
            let sleep = list.sleepReason(at: view.now)
            guard isAuditor else {
                return WatchlistStatus.Reply(state: sleep == nil ? "active" : "asleep")
            }
            return WatchlistStatus.Reply(
                state: sleep?.sentence.text(in: call.language) ?? "active", entries: list.count, people: list.people,
                cap: Watchlist.cap(residents: view.controller.registry.counts.persons),
                slotMs: list.activation?.slot.wholeMilliseconds, owed: list.leads.ring.owed,
                key: key.map { Hexadecimal.encode($0) })
        }
    }
}
