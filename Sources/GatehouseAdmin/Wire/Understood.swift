/// What the daemon made of what people typed, where there was something to make of it: `understood`, beside the other members of
/// any reply that is an object.
package struct Understood: Codable, Hashable, Sendable {
    /// Rows that were found otherwise than by their own reference or number, as they stood before the command.
    package var meant: [FoundRow]?
    /// Times in words and the like, by the argument: `2026-11-26 18:00`, in local time of the site.
    package var times: [String: String]?
    /// Cards that were typed otherwise than the register writes them, by the argument: `H10301:118-1705` for `118:1705`.
    package var cards: [String: String]?
    package init(meant: [FoundRow]? = nil, times: [String: String]? = nil, cards: [String: String]? = nil) {
        self.meant = meant
        self.times = times
        self.cards = cards
    }

    package var isNothing: Bool { meant == nil && times == nil && cards == nil }

    private struct Beside: Codable {
        var understood: Understood?
    }

    /// What stands beside the members of a reply.
    package init?(beside reply: [UInt8]) {
        guard reply.first == UInt8(ascii: "{"), let found = WireJSON.decode(Beside.self, reply)?.understood else {
            return nil
        }
        self = found
    }

    /// The text of a reply with this beside its members; of what is no object, the text as it is.
    package func beside(_ reply: [UInt8]) -> [UInt8] {
        guard !isNothing, reply.first == UInt8(ascii: "{"), reply.last == UInt8(ascii: "}") else { return reply }
        let own = WireJSON.encode(Beside(understood: self)).dropFirst()
        return reply.dropLast() + (reply.count > 2 ? [UInt8(ascii: ",")] : []) + own
    }
}
