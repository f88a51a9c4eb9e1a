internal import GatehouseAdmin
internal import GatehouseCore
internal import GatehouseDesk
internal import GatehouseThreads

extension DeskBench {
    /// What the door of the daemon does with a line, at any desk: its role, its reason, its time, and the answer.
    static func say(
        _ octets: [UInt8], at desk: Desk, by person: Person, readAt: MonotonicTime,
        take: (@Sendable ([UInt8]) -> Void)? = nil, isWanted: @escaping @Sendable () -> Bool
    ) -> Answer {
        let line: AdminLine
        do throws(AdminLine.Refused) { line = try AdminLine(octets) } catch {
            return Answer(reply: .failure(error.refusal))
        }
        let entry = line.command.entry
        guard let role = entry.role(of: person.roles), line.onBehalfOf == nil else {
            let refusal = entry.refusal(line.command, person.roles, reason: line.reason)
            return Answer(
                reply: .failure(
                    refusal
                        ?? CommandRefusal(
                            code: "asNotAllowed", message: Sentence(verbatim: "nobody stands for others at this bench"))
                ))
        }
        if let refusal = entry.refusal(line.command, person.roles, reason: line.reason) {
            return Answer(reply: .failure(refusal))
        }
        let items = Guarded<[[UInt8]]>([])
        let call = Call(
            id: line.id, actor: Actor(name: "uid \(person.uid)", role: role, isRoot: person.uid == 0),
            roles: person.roles, reason: line.reason, language: line.language ?? .english,
            uid: person.uid, connection: UInt64(person.uid),
            expires: readAt + entry.life(of: line), diesWithItsSender: entry.life.diesWithItsSender,
            isWanted: isWanted,
            send: { item throws(CommandRefusal) in
                if let take { take(item) } else { items.change { $0.append(item) } }
            },
            check: { () throws(CommandRefusal) in })
        var outcome = desk.answer(line, call)
        if case .success(.later(_, let rest)) = outcome { outcome = desk.refusing { .reply(try rest()) } }
        let reply: Result<[UInt8], CommandRefusal> = outcome.map { outcome in
            if case .reply(let text) = outcome { text } else { [] }
        }
        return Answer(items: items.withLock { $0 }, reply: reply)
    }
}
