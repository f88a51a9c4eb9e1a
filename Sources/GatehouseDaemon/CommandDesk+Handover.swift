internal import GatehouseAdmin
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseRegister
internal import GatehouseRuntime

/// The daemon's side of a hand-over: when the old operator's access ends, and who takes the site. The archive is made
/// by gatehousectl, which may read the pictures too.
extension CommandDesk {
    /// After the instant a command is taken under the roles that did not end with it, or not at all.
    func withinHandover(_ call: Call) throws -> Call {
        guard Handover.ended.contains(call.actor.role), try ask({ $0.shell.controller.isHandedOver }) else {
            return call
        }
        var call = call
        let roles = call.roles.subtracting(Handover.ended).union([.viewer])
        guard case .success(let role) = CommandTable.check(call.request, roles: roles) else {
            try order(call, .refused(reason: OrderRefusal.handedOver.word))
            throw CommandRefusal(code: OrderRefusal.handedOver.word, message: OrderRefusal.handedOver.sentence)
        }
        call.actor.role = role
        return call
    }

    func handover(_ call: Call) throws -> JSON {
        switch call.request.command {
        case "handover announce":
            let text = call.text("at") ?? ""
            let at = try text == "now" ? ask { $0.now().civil } : fields.instant(text)
            guard let receiver = call.text("receiver").flatMap({ Hexadecimal.decode($0) }), receiver.count == 32,
                let hash = call.text("token-hash").flatMap({ Hexadecimal.decode($0) }), hash.count == 32
            else {
                throw CommandRefusal(code: "malformed", message: "receiver and token-hash are SHA-256 in hexadecimal")
            }
            // "now" is a moment ago by the time that the loop hears of it.
            let handover = Handover(
                at: text == "now" ? at + .milliseconds(500) : at, receiver: receiver, tokenHash: hash)
            let event = try order(call, .announceHandover(handover))
            return [
                "event": event.map { .integer(Int64($0)) } ?? .null,
                "at": .string(EntryView.time(handover.at, fields.calendar)), "ms": .integer(handover.at.milliseconds),
            ]
        case "handover cancel": return ["event": try order(call, .cancelHandover).map { .integer(Int64($0)) } ?? .null]
        default:
            guard let token = call.text("token").flatMap({ Base64.decode($0, isURLSafe: true) }) else {
                try order(call, .refused(reason: OrderRefusal.wrongToken.word))
                throw CommandRefusal(code: OrderRefusal.wrongToken.word, message: OrderRefusal.wrongToken.sentence)
            }
            return ["event": try order(call, .acceptHandover(token: token)).map { .integer(Int64($0)) } ?? .null]
        }
    }

    static func view(_ handover: Handover?, _ calendar: SiteCalendar) -> JSON {
        guard let handover else { return .null }
        return [
            "at": .string(EntryView.time(handover.at, calendar)), "ms": .integer(handover.at.milliseconds),
            "receiver": .string(Hexadecimal.encode(handover.receiver)), "ended": .boolean(handover.hasEnded),
        ]
    }
}
