internal import GatehouseAdmin
internal import GatehouseCore
internal import Glibc

/// Why a question or an order came to nothing.
enum GateFault: Error {
    /// The daemon is not there, or does not answer.
    case away(SocketError)
    case refused(CommandRefusal)

    var isAway: Bool { if case .away = self { true } else { false } }
}

/// The admin socket, as one signed-in person speaks over it. Each question has a connection of its own: nobody waits behind another.
struct Gate: Sendable {
    let path: String
    let language: Language
    /// For whom it is asked; nil for the console itself.
    let person: OnBehalf?

    /// A daemon that says nothing for so long does not answer.
    static let patience: Duration = .seconds(20)

    func ask<Command: AdminCommand>(_ command: Command, reason: String? = nil) throws(GateFault) -> Command.Reply {
        try list(command, reason: reason) { _ in }
    }

    /// Calls `item` for each item of the answer.
    @discardableResult
    func list<Command: AdminCommand>(
        _ command: Command, reason: String? = nil, item: (Command.Item) -> Void
    ) throws(GateFault) -> Command.Reply {
        let answer: Result<AdminClient.Answer<Command.Reply>, CommandRefusal>
        do throws(SocketError) {
            let client = try AdminClient(path: path)
            client.limitWaits(to: Self.patience)
            answer = try client.ask(command, reason: reason, language: language, for: person) { item($0.value) }
        } catch {
            throw .away(error)
        }
        switch answer {
        case .success(let answer): return answer.value
        case .failure(let refusal): throw .refused(refusal)
        }
    }

    /// All items of an answer, and its reply.
    func all<Command: AdminCommand>(
        _ command: Command, reason: String? = nil
    ) throws(GateFault) -> (items: [Command.Item], reply: Command.Reply) {
        var items: [Command.Item] = []
        let reply = try list(command, reason: reason) { items.append($0) }
        return (items, reply)
    }
}
