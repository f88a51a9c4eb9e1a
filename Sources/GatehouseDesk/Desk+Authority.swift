internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseRegister
internal import GatehouseStore

/// Steps that more than one party takes: the hand-over of the site, and the watchlist.
extension Desk {
    /// After the instant of a hand-over a command is taken under the roles that did not end with it, or not at all. What
    /// guards do at the gates stays theirs until the new operator has accepted.
    func withinHandover(_ line: AdminLine, _ call: Call) throws -> Call {
        guard Handover.ended.contains(call.actor.role), try ask({ $0.controller.isHandedOver }) else { return call }
        var call = call
        switch line.command {
        // Whoever leads people out of a fire has to know who is missing.
        case .inside where try call.roles.contains(.guard_) && ask({ $0.controller.isFire }):
            call.actor.role = .guard_
            return call
        case .portalOpen, .portalLockdown, .portalFireReset, .alarmAck:
            if call.roles.contains(.guard_) {
                call.actor.role = .guard_
                return call
            }
        case .handoverWithdraw where call.actor.isRoot: return call
        default: break
        }
        let roles = call.roles.subtracting(Handover.ended).union([.viewer])
        guard let role = line.command.entry.role(of: roles) else {
            call.journalText = line.command.rawValue
            try order(call, .refused(reason: OrderRefusal.handedOver.word))
            throw CommandRefusal(code: OrderRefusal.handedOver.word, message: OrderRefusal.handedOver.sentence)
        }
        call.actor.role = role
        return call
    }

    func announceHandover(_ command: HandoverAnnounce, _ call: Call) throws -> HandoverAnnounce.Reply {
        let text = command.at.argumentText
        let at = try text == "now" ? now() : time("at", command.at, call, .ahead)
        // "now" is a moment ago by the time that the loop hears of it.
        let handover = Handover(
            at: text == "now" ? at + .milliseconds(500) : at, receiver: command.receiver.octets,
            tokenHash: command.tokenHash.octets)
        let event = try order(call, .announceHandover(handover))
        let isConfirmed = try ask { $0.controller.ledger.handover?.isConfirmed ?? false }
        return HandoverAnnounce.Reply(
            event: event, at: self.text(handover.at), ms: handover.at.milliseconds, confirmed: isConfirmed)
    }

    func confirmHandover(_ command: HandoverConfirm, _ call: Call) throws -> Recorded {
        Recorded(try order(call, .confirmHandover))
    }

    func cancelHandover(_ command: HandoverWithdraw, _ call: Call) throws -> Recorded {
        Recorded(try order(call, .cancelHandover))
    }

    func acceptHandover(_ command: HandoverAccept, _ call: Call) throws -> Recorded {
        guard let token = Base64.decode(command.token.argumentText, isURLSafe: true) else {
            try order(call, .refused(reason: OrderRefusal.wrongToken.word))
            throw CommandRefusal(code: OrderRefusal.wrongToken.word, message: OrderRefusal.wrongToken.sentence)
        }
        return Recorded(try order(call, .acceptHandover(token: token)))
    }
}
