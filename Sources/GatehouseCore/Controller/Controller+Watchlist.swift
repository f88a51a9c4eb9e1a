extension Controller {
    mutating func matchWatchlist(
        _ presented: FactorCollector.Presented, _ judgement: Judgement, _ settings: AccessPointSettings, event: UInt64?,
        _ step: inout Step
    ) {
        guard watchlist.sleepReason(at: step.now) == nil else { return }
        // No module states how sure it is of a face.
        let isByFaceAlone = presented.factors == [.face]
        let candidates = WatchlistMatcher.candidates(
            card: presented.card?.number, person: judgement.person, confidence: isByFaceAlone ? 0 : 100,
            primitives: primitives)
        let hit = watchlist.match(candidates, at: settings.id, portal: settings.portal, now: step.now)
        noteSealed(hit, at: settings.portal, event: event, &step)
    }

    /// While the list is active each attempt has a sealed entry of one size beside it, hit or not: the numbers of the
    /// journal tell nobody who is sought. It is the row of the lead that is owed.
    mutating func noteSealed(
        _ hit: WatchlistEntry?, at portal: PortalID, event: UInt64?, _ step: inout Step
    ) {
        guard watchlist.sleepReason(at: step.now) == nil else { return }
        var note = WatchlistNote(.hit)
        note.entry = hit?.id ?? ""
        note.category = hit?.category
        note.isMinor = hit?.isMinor ?? false
        note.portal = portal.name
        note.event = event ?? 0
        note.expires = hit?.expires ?? step.now.civil
        let isHit = hit != nil && event != nil
        seal(watchlist.leads.decided(note, isHit: isHit, at: step.now), &step)
    }

    private mutating func seal(_ note: WatchlistNote, _ step: inout Step) {
        var entry = JournalEntry(kind: .sealed)
        entry.detail[.note] = .octets(primitives.sealWatchlistNote(cursor.next, note.octets))
        record(entry, &step)
    }

    /// The digest of a hit's picture takes a later slot. Of other events it is nobody's.
    mutating func sendPicture(_ row: SnapshotRow, _ step: inout Step) {
        guard case .stored(_, _, let digest, _) = row.result else { return }
        watchlist.leads.picture(digest, of: row.event, at: step.now.monotonic)
    }

    /// What is due in the slots of the list.
    mutating func advanceLeads(_ step: inout Step) {
        let period = watchlist.sleepReason(at: step.now) == nil ? watchlist.activation?.slot : nil
        settle(watchlist.leads.advance(period: period, at: step.now), &step)
    }

    /// The receiver's word, which the issuer signed. Its certificate is the one that is in force.
    mutating func hear(_ answers: [LeadAnswer], under certificate: [UInt8], _ step: inout Step) {
        guard certificate == watchlist.activation?.issuerCertificate else { return }
        let keys = Dictionary(
            watchlist.leads.messages.map { (primitives.leadID($0.event, $0.isPicture), $0) }, uniquingKeysWith: { $1 })
        for answer in answers {
            guard let key = keys[answer.id] else { continue }
            settle(watchlist.leads.answered(key, answer.answer), &step)
        }
    }

    mutating func restore(_ history: LeadHistory, _ step: inout Step) {
        var history = history
        history.hold { watchlist.entry($0)?.expires }
        watchlist.leads.restore(history, at: step.now)
    }

    private mutating func settle(_ outputs: [LeadSlots.Output], _ step: inout Step) {
        for output in outputs {
            switch output {
            case .leaves(let number, let message):
                guard let activation = watchlist.activation else { continue }
                step.yield(
                    .leadSlot(
                        LeadSlot(
                            number: number, id: message.map { primitives.leadID($0.key.event, $0.key.isPicture) },
                            lead: message?.lead, certificate: activation.issuerCertificate)))
            case .note:
                seal(watchlist.leads.nextStep(), &step)
                step.yield(.durable(.watchlistSteps(watchlist.leads.steps)))
            case .suspend(let entry):
                watchlist.leads.drop(entry: entry)
                step.yield(.durable(.watchlistSteps(watchlist.leads.steps)))
            }
        }
    }

    mutating func scheduleSweep(_ now: Moment) {
        watchlistSweepAt = watchlist.earliestExpiry.map {
            now.monotonic + max(.zero, min($0 - now.civil, .seconds(3600)))
        }
    }

    /// Erases entries that have expired, and all of them when their activation has; a hash of each stays (G4).
    mutating func sweepWatchlist(_ step: inout Step) {
        guard let at = watchlistSweepAt, at <= step.now.monotonic else { return }
        if step.now.isCivilTrusted {
            for id in watchlist.expired(at: step.now) { erase(id, as: .expired, &step) }
            if let end = watchlist.activation?.notAfter, end <= step.now.civil, watchlist.count > 0 {
                endWatchlist(&step)
            }
        }
        scheduleSweep(step.now)
        if let next = watchlistSweepAt, next <= step.now.monotonic {
            watchlistSweepAt = step.now.monotonic + .seconds(60)
        }
    }

    /// Takes an entry out, with its leads. The step waits for a note.
    mutating func erase(_ id: String, as kind: WatchlistNote.Kind, _ step: inout Step) {
        let tombstone = primitives.digest(Array(id.utf8))
        owe(kind, watchlist.entry(id), id: id)
        watchlist.remove(id)
        watchlist.leads.drop(entry: id)
        watchlist.bury(tombstone)
        step.yield(.durable(.watchlistErased(id, tombstone: tombstone)))
        step.yield(.durable(.watchlistSteps(watchlist.leads.steps)))
    }

    private mutating func owe(_ kind: WatchlistNote.Kind, _ entry: WatchlistEntry?, id: String) {
        var note = WatchlistNote(kind)
        note.entry = id
        note.category = entry?.category
        note.document = entry?.digest ?? []
        watchlist.leads.owe(note)
    }

    // MARK: Orders

    /// Another certificate ends all that the one before allowed.
    mutating func activate(_ activation: WatchlistActivation, _ order: Order, _ step: inout Step) -> UInt64? {
        endWatchlist(&step)
        watchlist.activate(activation)
        step.yield(.durable(.watchlistActivation(activation)))
        return recordWatchlist(order, .activated, activation.digest, &step)
    }

    mutating func deactivate(by document: [UInt8]?, _ order: Order, _ step: inout Step) -> UInt64? {
        let digest = document ?? watchlist.activation?.digest ?? []
        endWatchlist(&step)
        watchlist.deactivate()
        step.yield(.durable(.watchlistDeactivated))
        return recordWatchlist(order, .ended, digest, &step)
    }

    mutating func enter(_ entry: WatchlistEntry, _ step: inout Step) {
        let isRenewal = watchlist.holds(entry.id)
        watchlist.put(entry)
        watchlist.leads.begin(entry: entry.id)
        owe(isRenewal ? .renewed : .added, entry, id: entry.id)
        scheduleSweep(step.now)
        step.yield(.durable(.watchlistEntry(entry)))
        step.yield(.durable(.watchlistSteps(watchlist.leads.steps)))
    }

    /// A document that is no entry, or one that has no place: a step like others.
    mutating func refuseEntry(_ document: [UInt8], _ step: inout Step) {
        var note = WatchlistNote(.refused)
        note.document = document
        watchlist.leads.owe(note)
        step.yield(.durable(.watchlistSteps(watchlist.leads.steps)))
    }

    /// All entries and leads of the activation end. What waits for a note gets one now, among as many as there may be: their
    /// number tells nobody how many entries there were.
    private mutating func endWatchlist(_ step: inout Step) {
        watchlist.leads.drop(entry: nil)
        var owed = watchlist.leads.takeSteps()
        for id in watchlist.ids {
            erase(id, as: .replaced, &step)
            owed += watchlist.leads.takeSteps()
        }
        watchlist.end()
        for note in owed { seal(note, &step) }
        for _ in owed.count..<LeadSlots.notesOfAnEnd - 1 { seal(WatchlistNote(.blank), &step) }
        // The leads that were owed go with it.
        seal(WatchlistNote(.replaced), &step)
        step.yield(.durable(.watchlistSteps([])))
        scheduleSweep(step.now)
    }
}

/// A slot: what leaves in it, sealed to the issuer. Without a lead it is a blank of the same size.
package struct LeadSlot: Hashable, Sendable {
    package var number: UInt64
    /// Names the message of a lead; a blank is given a name when it is sealed.
    package var id: String?
    package var lead: WatchlistLead?
    package var certificate: [UInt8]
    package init(number: UInt64, id: String?, lead: WatchlistLead?, certificate: [UInt8]) {
        self.number = number
        self.id = id
        self.lead = lead
        self.certificate = certificate
    }
}

/// What somebody who holds the issuer's key said of a message.
package struct LeadAnswer: Hashable, Sendable {
    package var id: String
    package var answer: LeadSlots.Answer
    package init(id: String, answer: LeadSlots.Answer) {
        self.id = id
        self.answer = answer
    }
}
