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
        let caller: Caller
        do throws(CommandRefusal) {
            caller = try Caller(uid: person.uid, held: person.roles, for: line.onBehalf, console: Person.console.uid)
        } catch { return Answer(reply: .failure(error)) }
        guard let role = entry.role(of: caller.roles),
            entry.refusal(line.command, caller.roles, reason: line.reason) == nil
        else {
            let refusal = entry.refusal(line.command, caller.roles, reason: line.reason)
            return Answer(reply: .failure(refusal ?? Followers.stopping))
        }
        let items = Guarded<[[UInt8]]>([])
        let call = Call(
            id: line.id, actor: caller.actor(role, account: nil, mark: desk.secrets.mark),
            roles: caller.roles, reason: line.reason, language: line.language ?? .english,
            giver: caller.giver, connection: UInt64(person.uid),
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
