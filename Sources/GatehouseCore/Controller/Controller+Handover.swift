/// A site goes to another operator: when the old one's access ends, for whom the archive was made, and by what the new
/// one is known. It stands from the announcement until the new operator accepts, or the old one cancels.
package struct Handover: Hashable, Sendable {
    package var at: CivilTime
    /// SHA-256 of the receiver's certificate.
    package var receiver: [UInt8]
    /// SHA-256 of the token; the token itself is nowhere but with whoever was given it.
    package var tokenHash: [UInt8]
    package var hasEnded = false
    /// When it was announced, and by whom; a second role agrees, or a day passes, before it takes effect.
    package var announced = CivilTime(milliseconds: 0)
    package var announcer = ""
    package var hasAgreement = false

    package init(at: CivilTime, receiver: [UInt8], tokenHash: [UInt8], hasEnded: Bool = false) {
        self.at = at
        self.receiver = receiver
        self.tokenHash = tokenHash
        self.hasEnded = hasEnded
    }

    /// What nobody of a second role agreed to stands for a day before it takes effect.
    package static let consideration: Duration = .seconds(86400)

    package var isConfirmed: Bool { hasAgreement || hasEnded }

    /// The moment from which the old operator's access is over.
    package var effective: CivilTime { hasAgreement ? at : max(at, announced + Self.consideration) }

    /// The roles that end with the instant. Whoever oversees the site, and whoever only looks at its state, stays.
    package static let ended: Set<Role> = [.guard_, .manager, .installer]

    var stored: CanonicalValue {
        .array([
            .integer(at.milliseconds), .octets(receiver), .octets(tokenHash), .boolean(hasEnded),
            .integer(announced.milliseconds), .text(announcer), .boolean(hasAgreement),
        ])
    }

    init?(stored value: CanonicalValue) {
        guard let parts = value.array, parts.count == 4 || parts.count == 7, let at = parts[0].integer,
            let receiver = parts[1].octets,
            let hash = parts[2].octets, hash.count == 32, let hasEnded = parts[3].boolean
        else { return nil }
        self.init(
            at: CivilTime(milliseconds: at), receiver: receiver, tokenHash: hash, hasEnded: hasEnded)
        guard parts.count == 7 else {
            // Announced before there was a second role to ask.
            hasAgreement = true
            return
        }
        guard let announced = parts[4].integer, let announcer = parts[5].text, let hasAgreement = parts[6].boolean
        else { return nil }
        self.announced = CivilTime(milliseconds: announced)
        self.announcer = announcer
        self.hasAgreement = hasAgreement
    }

    /// What guards of the old operator do at the gates until the new one has accepted.
    static func staysWithGuards(_ verb: Order.Verb) -> Bool {
        switch verb {
        case .open, .fireReset, .acknowledge: true
        case .posture(_, let posture): posture == .lockdown
        default: false
        }
    }
}

extension Controller {
    /// Whether the old operator's access is over and nobody has accepted the site yet.
    package var isHandedOver: Bool { ledger.handover?.hasEnded == true }

    /// Why an order is not carried out as far as a hand-over stands in its way.
    func handoverRefusal(of order: Order, _ now: Moment) -> OrderRefusal? {
        let standing = ledger.handover
        switch order.verb {
        case .refused, .stop: return nil
        case .acceptHandover(let token):
            guard let standing else { return .other(Sentence("no hand-over stands; see `gatehousectl status`")) }
            guard standing.hasEnded else { return .other(Sentence("the old operator's access has not ended yet")) }
            return Self.areEqual(primitives.digest(token), standing.tokenHash) ? nil : .wrongToken
        case .cancelHandover where order.actor.isRoot && standing != nil:
            // Whoever stands at the machine can take back what one person announced.
            return order.hasReason ? nil : .reasonMissing
        case _ where isHandedOver && order.actor.role == .guard_ && Handover.staysWithGuards(order.verb): return nil
        // The list of who is inside, which the gate's own door to it allows in a fire alone.
        case .look where isHandedOver && isFire && order.actor.role == .guard_: return nil
        case _ where isHandedOver && Handover.ended.contains(order.actor.role): return .handedOver
        case .announceHandover(let new):
            if !order.hasReason { return .reasonMissing }
            if standing != nil { return .other(Sentence("a hand-over stands already; cancel that first")) }
            return new.at < now.civil ? .other(Sentence("that instant is over")) : nil
        case .confirmHandover:
            guard let standing else { return .other(Sentence("no hand-over stands; see `gatehousectl status`")) }
            if !order.hasReason { return .reasonMissing }
            if standing.isConfirmed { return .other(Sentence("the hand-over is confirmed already")) }
            return standing.announcer == order.actor.name
                ? .other(Sentence("you announced it yourself; a person of another role confirms it")) : nil
        case .cancelHandover:
            if standing == nil { return .other(Sentence("no hand-over stands; see `gatehousectl status`")) }
            return order.hasReason ? nil : .reasonMissing
        default: return nil
        }
    }

    mutating func announce(_ handover: Handover, _ order: Order, _ step: inout Step) -> UInt64? {
        var handover = handover
        handover.announced = step.now.civil
        handover.announcer = order.actor.name
        keep(.handover(handover), &step)
        var entry = orderEntry(order, .announced)
        entry.kind = .handover
        entry.detail[.at] = .integer(handover.at.milliseconds)
        entry.detail[.receiver] = .octets(handover.receiver)
        let event = record(entry, &step)
        settleHandover(&step)
        return event
    }

    /// A second role agrees: from here on the instant alone decides.
    mutating func confirm(_ order: Order, _ step: inout Step) -> UInt64? {
        guard var standing = ledger.handover else { return nil }
        standing.hasAgreement = true
        keep(.handover(standing), &step)
        var entry = orderEntry(order, .confirmed)
        entry.kind = .handover
        entry.detail[.receiver] = .octets(standing.receiver)
        let event = record(entry, &step)
        settleHandover(&step)
        return event
    }

    /// Cancelled by the old operator or accepted by the new one.
    mutating func endHandover(_ order: Order, _ outcome: EntryOutcome, _ step: inout Step) -> UInt64? {
        var entry = orderEntry(order, outcome)
        entry.kind = .handover
        entry.detail[.receiver] = (ledger.handover?.receiver).map { .octets($0) }
        keep(.handover(nil), &step)
        handoverCheckAt = nil
        let event = record(entry, &step)
        set(.handedOver, "", false, &step)
        return event
    }

    /// Ends the old operator's access when its instant has come. Gates go on deciding.
    mutating func settleHandover(_ step: inout Step) {
        guard var standing = ledger.handover, !standing.hasEnded else {
            handoverCheckAt = nil
            return
        }
        guard standing.effective <= step.now.civil else {
            handoverCheckAt = step.now.monotonic + min(standing.effective - step.now.civil, .seconds(3600))
            return
        }
        standing.hasEnded = true
        handoverCheckAt = nil
        keep(.handover(standing), &step)
        var entry = JournalEntry(kind: .handover)
        entry.result = .ended
        entry.detail[.receiver] = .octets(standing.receiver)
        record(entry, &step)
        set(.handedOver, "", true, &step)
    }

    /// In a time that does not depend on where they differ.
    private static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
