internal import GatehouseAdmin
internal import GatehouseCore
internal import GatehouseThreads

/// What a command was understood as, while it is carried out.
///
/// A class because the parts of a command that run one behind the other write into the same notes.
final class CallNotes: Sendable {
    private struct Notes {
        var meant: [(row: FoundRow, people: [UInt32])] = []
        var times: [String: String] = [:]
        var cards: [String: String] = [:]
        var lookedAt: Set<UInt32> = []
    }
    private let notes = Guarded(Notes())

    func meant(_ row: FoundRow, _ people: [UInt32]) {
        notes.withLock { notes in
            guard !notes.meant.contains(where: { $0.row == row }) else { return }
            notes.meant.append((row, people))
        }
    }

    func time(_ argument: String, _ text: String) { notes.withLock { $0.times[argument] = text } }

    /// What was typed as a card, and how the register writes it.
    func card(_ argument: String, _ typed: String?, _ label: String) {
        guard let typed, typed != label else { return }
        notes.withLock { $0.cards[argument] = label }
    }

    func lookedAt(_ look: Look) {
        let people: [UInt32]
        switch look {
        case .people(let named): people = named
        case .caseFile(let given): people = given.people
        case .entries, .register: return
        }
        notes.withLock { $0.lookedAt.formUnion(people) }
    }

    /// People whom the reply will name, and whom no look of this command was of.
    var unseen: [UInt32] {
        notes.withLock { notes in
            Set(notes.meant.flatMap(\.people)).subtracting(notes.lookedAt).sorted()
        }
    }

    func understood(withRows: Bool) -> Understood {
        notes.withLock { notes in
            Understood(
                meant: notes.meant.isEmpty || !withRows ? nil : notes.meant.map(\.row),
                times: notes.times.isEmpty ? nil : notes.times, cards: notes.cards.isEmpty ? nil : notes.cards)
        }
    }
}
