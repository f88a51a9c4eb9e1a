package import GatehouseAdmin
package import GatehouseCore
package import GatehouseCrypto

/// One witness before the journal: what it has seen, what it is asked next, how it stands. Pure: answers and times come in, what is to be
/// done comes out. C2SP tlog-witness, the log's side.
package struct WitnessTalk: Sendable {
    /// A signed head, as the daemon has made it.
    package struct Offer: Hashable, Sendable {
        package let origin: String
        package let size: UInt64
        /// With the line of the log alone.
        package let note: SignedNote

        /// Nil for what is no head of a log that signs it.
        package init?(note text: String) {
            guard var note = try? SignedNote(Array(text.utf8)), let head = try? Checkpoint(text: note.text) else {
                return nil
            }
            note.signatures.removeAll { $0.name != head.origin }
            guard !note.signatures.isEmpty else { return nil }
            (origin, size, self.note) = (head.origin, head.size, note)
        }
    }

    package enum Input: Sendable {
        /// The newest head; a daemon that has just come says its own first, and nothing of what was said before is known to it.
        case offered(Offer, again: Bool)
        case proof(old: UInt64, new: UInt64, hashes: [[UInt8]])
        case answered(WitnessReply)
        /// Nobody answered.
        case unreachable
        case time
    }

    package enum Output: Hashable, Sendable {
        /// To `add-checkpoint`; its answer comes as `answered` or `unreachable`.
        case post(WitnessRequest, size: UInt64)
        case prove(old: UInt64, new: UInt64)
        case cosigned(size: UInt64, SignedNote.Signature)
        case stands(WitnessStanding)
    }

    private enum Phase: Hashable, Sendable {
        case idle
        /// A proof is asked of the daemon, which may forget it.
        case proving(old: UInt64, Offer, until: MonotonicTime)
        case asking(Offer)
        case resting(until: MonotonicTime)
    }

    package static let firstRest: Duration = .seconds(2)
    package static let longestRest: Duration = .seconds(60)
    /// How long the daemon may take for a proof.
    package static let proofPatience: Duration = .seconds(30)
    /// A witness that names another size each time is not asked for ever.
    private static let mostSizes = 3

    private var newest: Offer?
    /// How much the witness has seen; not known before its first answer.
    private var seen: UInt64?
    private var last: (offer: Offer, line: SignedNote.Signature)?
    private var standing: WitnessStanding?
    private var phase = Phase.idle
    private var failures = 0
    private var sizesNamed = 0

    package init() {}

    package mutating func handle(_ input: Input, at now: MonotonicTime) -> [Output] {
        switch input {
        case .offered(let offer, let again): return take(offer, again: again, at: now)
        case .proof(let old, let new, let hashes):
            guard case .proving(old, let offer, _) = phase, offer.size == new else { return [] }
            return post(offer, old: old, hashes)
        case .answered(let reply):
            guard case .asking(let offer) = phase else { return [] }
            return take(reply, to: offer, at: now)
        case .unreachable:
            guard case .asking = phase else { return [] }
            return rest(.away(status: nil), at: now)
        case .time:
            switch phase {
            case .resting(let until) where until <= now, .proving(_, _, let until) where until <= now:
                phase = .idle
                return next(at: now)
            default: return []
            }
        }
    }

    private mutating func take(_ offer: Offer, again: Bool, at now: MonotonicTime) -> [Output] {
        // What was said of another log is not said of this one.
        if newest?.origin != offer.origin { (seen, last, standing) = (nil, nil, nil) }
        newest = offer
        let said = again ? standing.map { [Output.stands($0)] } ?? [] : []
        if let last, last.offer.note.text == offer.note.text {
            return said + [.cosigned(size: offer.size, last.line)]
        }
        // The daemon that was asked may be gone.
        if case .proving = phase { phase = .idle }
        return said + next(at: now)
    }

    /// Asks for the newest, where nothing is under way.
    private mutating func next(at now: MonotonicTime) -> [Output] {
        guard phase == .idle, let offer = newest, last?.offer.note.text != offer.note.text else { return [] }
        let old = min(seen ?? 0, offer.size)
        guard old > 0, old < offer.size else { return post(offer, old: old, []) }
        phase = .proving(old: old, offer, until: now + Self.proofPatience)
        return [.prove(old: old, new: offer.size)]
    }

    private mutating func post(_ offer: Offer, old: UInt64, _ hashes: [[UInt8]]) -> [Output] {
        phase = .asking(offer)
        return [.post(WitnessRequest(old: old, proof: hashes, checkpoint: offer.note), size: offer.size)]
    }

    private mutating func take(_ reply: WitnessReply, to offer: Offer, at now: MonotonicTime) -> [Output] {
        // The journal has got another name meanwhile: an answer about the old one says nothing of it.
        guard newest?.origin == offer.origin else {
            phase = .idle
            return next(at: now)
        }
        switch reply {
        case .cosigned(let line):
            phase = .idle
            (seen, last) = (offer.size, (offer, line))
            (failures, sizesNamed) = (0, 0)
            return [.cosigned(size: offer.size, line)] + stand(.agrees) + next(at: now)
        case .asksFrom(let size), .isAhead(let size):
            // What it has seen may be a head that came meanwhile.
            guard let newest, size <= newest.size else { return rest(.disagrees(seen: size), at: now) }
            sizesNamed += 1
            guard sizesNamed <= Self.mostSizes else {
                sizesNamed = 0
                return rest(.away(status: 409), at: now)
            }
            seen = size
            phase = .idle
            return next(at: now)
        case .refused(422): return rest(.disagrees(seen: nil), at: now)
        case .refused(let status): return rest(.away(status: status), at: now)
        }
    }

    private mutating func rest(_ standing: WitnessStanding, at now: MonotonicTime) -> [Output] {
        let pause = min(Self.longestRest, Self.firstRest * (1 << min(failures, 5)))
        failures += 1
        // What it has seen is asked anew.
        seen = nil
        phase = .resting(until: now + pause)
        return stand(standing)
    }

    private mutating func stand(_ new: WitnessStanding) -> [Output] {
        guard standing != new else { return [] }
        standing = new
        return [.stands(new)]
    }
}
