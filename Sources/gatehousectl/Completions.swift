import ArgumentParser
import GatehouseAdmin
import GatehouseCore

/// What a shell completes by asking the daemon: names of devices alone, which everybody with a role may see. People and
/// what is theirs are never completed: each press of a key would show them, and be a look in their reports.
extension CompletionKind {
    static var portals: CompletionKind { .custom { words, _, _ in status(words)?.portals.map(\.name) ?? [] } }
    static var readers: CompletionKind { .custom { words, _, _ in status(words)?.readers.map(\.name) ?? [] } }

    /// Without a daemon or a role there is nothing to complete, and nothing is said.
    private static func status(_ words: [String]) -> Status.Reply? {
        let place = words.firstIndex(of: "--socket").map { $0 + 1 } ?? words.count
        let socket = place < words.count ? words[place] : "/run/gatehouse/admin.sock"
        guard let client = try? AdminClient(path: socket),
            case .success(let answer)? = try? client.ask(Status(), reason: nil, item: { _ in })
        else { return nil }
        return answer.value
    }
}
