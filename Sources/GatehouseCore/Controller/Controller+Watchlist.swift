extension Controller {
    mutating func matchWatchlist(
        _ presented: FactorCollector.Presented, _ judgement: Judgement, _ settings: AccessPointSettings, event: UInt64?,
        _ step: inout Step
    ) {
        guard watchlist.sleepReason(at: step.now) == nil else { return }
        let references = WatchlistMatcher.references(
            card: presented.card?.number, person: judgement.person, primitives: primitives)
        let hit = watchlist.match(references, at: settings.id, portal: settings.portal, now: step.now)
        noteSealed(references: references, lead: hit.map { ($0, settings.portal, event) }, &step)
    }

    /// While the list is active each attempt has a sealed entry of one size beside it, hit or not: the numbers of the
    /// journal tell nobody who is sought.
    mutating func noteSealed(
        references: [[UInt8]], lead: (entry: WatchlistEntry, portal: PortalID, event: UInt64?)?, _ step: inout Step
    ) {
        guard watchlist.sleepReason(at: step.now) == nil else { return }
        var plain = Array((lead?.entry.id ?? "").utf8.prefix(64))
        plain += [UInt8](repeating: 0, count: 64 - plain.count)
        var entry = JournalEntry(kind: .sealed)
        entry.detail[.note] = .octets(primitives.sealWatchlistNote(cursor.next, plain))
        record(entry, &step)
        guard let lead, let event = lead.event else { return }
        let content = WatchlistLead(entry: lead.entry.id, portal: lead.portal, at: step.now.civil, event: event)
        send(content, expires: lead.entry.expires, &step)
        watchlist.awaitPicture(of: content, expires: lead.entry.expires)
    }

    /// The digest of a hit's picture follows the lead, sealed like it. Nothing else is told of it.
    mutating func sendPicture(_ row: SnapshotRow, _ step: inout Step) {
        guard case .stored(_, _, let digest, _) = row.result, let hit = watchlist.leadAwaiting(row.event),
            watchlist.sleepReason(at: step.now) == nil
        else { return }
        var lead = hit.lead
        lead.picture = digest
        send(lead, expires: hit.expires, &step)
    }

    private mutating func send(_ lead: WatchlistLead, expires: CivilTime, _ step: inout Step) {
        for route in site.alerts where route.kinds.contains(.watchlist) {
            enqueue(.watchlist, to: route.destination, event: lead.event, .lead(lead), expires: expires, &step)
        }
    }

    mutating func scheduleSweep(_ now: Moment) {
        watchlistSweepAt = watchlist.earliestExpiry.map {
            now.monotonic + max(.zero, min($0 - now.civil, .seconds(3600)))
        }
    }

    /// Erases entries that have expired; a hash of each stays in the journal (G4).
    mutating func sweepWatchlist(_ step: inout Step) {
        guard let at = watchlistSweepAt, at <= step.now.monotonic else { return }
        if step.now.isCivilTrusted {
            for id in watchlist.expired(at: step.now) { erase(id, outcome: .expired, actor: nil, &step) }
        }
        scheduleSweep(step.now)
        if let next = watchlistSweepAt, next <= step.now.monotonic {
            watchlistSweepAt = step.now.monotonic + .seconds(60)
        }
    }

    mutating func erase(_ id: String, outcome: EntryOutcome, actor: String?, _ step: inout Step) {
        watchlist.remove(id)
        let tombstone = primitives.digest(Array(id.utf8))
        if outcome == .withdrawn { watchlist.bury(tombstone) }
        step.yield(.durable(.watchlistErased(id)))
        var entry = JournalEntry(kind: .watchlist)
        entry.result = outcome
        entry.actor = actor
        entry.detail[.entry] = .octets(tombstone)
        record(entry, &step)
    }
}
