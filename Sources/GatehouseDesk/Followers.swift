package import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseRegister
internal import GatehouseStore
internal import GatehouseThreads

/// Who hears of entries as they come. Bounded for each user and in all.
package final class Followers: Sendable {
    struct Follower: Sendable {
        var number: UInt64
        var call: Call
        var filter: JournalFilter
        /// The first and the last number that was shown.
        var shown: ClosedRange<UInt64>?
    }
    static let limit = 64
    static let limitOfOne = 16
    /// Of one account, with all the people for whom it asks.
    static let limitOfAccount = 48

    private struct State: Sendable {
        var followers: [Follower] = []
        var next: UInt64 = 1
        var refused: UInt64 = 0
        /// The daemon ends: who comes now is told, and whoever was told is known.
        var isOver = false
        var told: Set<UInt64> = []
    }
    package static let stopping = CommandRefusal(
        code: "stopping", message: Sentence("the daemon is stopping; try again in a moment"))
    private let state = Guarded(State())

    init() {}

    package var isEmpty: Bool { state.withLock { $0.followers.isEmpty } }
    package var counts: (present: Int, refused: UInt64) { state.withLock { ($0.followers.count, $0.refused) } }

    /// Whether there is room for one more of this user.
    func check(_ call: Call) throws {
        try state.withLock { state in
            let (giver, account) = (call.giver, call.giver.account)
            let ofOne = state.followers.count { $0.call.giver == giver }
            let ofAccount = state.followers.count { $0.call.giver.account == account }
            let isRoot = giver == Giver(0)
            guard state.followers.count < Self.limit,
                isRoot || ofOne < Self.limitOfOne && ofAccount < Self.limitOfAccount
            else {
                state.refused += 1
                throw CommandRefusal(
                    code: "busy",
                    message: Sentence(
                        "\(Self.limit) follow the journal at once, and \(Self.limitOfOne) of one user; close one"))
            }
        }
    }

    func add(_ call: Call, _ filter: JournalFilter) throws {
        try check(call)
        try state.withLock { state in
            if state.isOver { throw Self.stopping }
            state.followers.append(
                Follower(number: state.next, call: call, filter: filter))
            state.next += 1
        }
    }

    /// A connection is gone. What its followers saw comes back, to be put down.
    package func closed(_ connection: UInt64) -> [Followed] {
        state.withLock { state in
            let gone = state.followers.filter { $0.call.connection == connection }
            state.followers.removeAll { $0.call.connection == connection }
            return gone.compactMap { follower in follower.shown.map { Followed(call: follower.call, shown: $0) } }
        }
    }

    /// What somebody saw of the journal as it came.
    package struct Followed: Sendable {
        var call: Call
        var shown: ClosedRange<UInt64>
    }

    package func isFollowing(_ connection: UInt64) -> Bool {
        state.withLock { $0.followers.contains { $0.call.connection == connection } }
    }

    var all: [Follower] { state.withLock { $0.followers } }

    func advance(_ number: UInt64, shown: ClosedRange<UInt64>) {
        state.withLock { state in
            guard let index = state.followers.firstIndex(where: { $0.number == number }) else { return }
            let first = state.followers[index].shown?.lowerBound ?? shown.lowerBound
            state.followers[index].filter.after = shown.upperBound
            state.followers[index].shown = first...shown.upperBound
        }
    }

    /// The daemon ends: nobody follows any more. Who did comes back, to be told.
    package func end() -> [Call] {
        state.withLock { state in
            state.isOver = true
            let calls = state.followers.map(\.call)
            state.followers = []
            state.told = Set(calls.map(\.connection))
            return calls
        }
    }

    /// Whether the end overtook the reply with which somebody began to follow.
    package func wasToldOfTheEnd(_ connection: UInt64) -> Bool { state.withLock { $0.told.contains(connection) } }

    /// Takes out the followers that fit; who they are comes back.
    package func remove(where fits: @Sendable (Call) -> Bool) -> [Call] {
        state.withLock { state in
            let gone = state.followers.filter { fits($0.call) }.map(\.call)
            state.followers.removeAll { fits($0.call) }
            return gone
        }
    }
}

extension Desk {
    /// Shows followers what has come. Called when entries have reached the disk, on a thread that may wait; `hasLeft` says
    /// who may not follow any more. What followers are told at their end comes back with them.
    package func serveFollowers(hasLeft: @Sendable (Call) -> Bool) -> [(call: Call, refusal: CommandRefusal)] {
        guard let reader = try? reader() else { return [] }
        var ended: [(call: Call, refusal: CommandRefusal)] = []
        if (try? ask { $0.controller.isHandedOver }) == true {
            let refusal = OrderRefusal.handedOver
            ended += followers.remove { Handover.ended.contains($0.actor.role) }.map {
                ($0, CommandRefusal(code: refusal.word, message: refusal.sentence))
            }
        }
        ended += followers.remove(where: hasLeft).map {
            (
                $0,
                CommandRefusal(code: "notAllowed", message: Sentence("you have not the role any more that this needs"))
            )
        }
        for follower in followers.all {
            guard let views = try? entryViews(reader, follower.call) else { continue }
            var shown: ClosedRange<UInt64>?
            do {
                try reader.each(follower.filter, withPersonal: views.readsPersonal) { stored in
                    // Who was told of the end hears no more.
                    if followers.wasToldOfTheEnd(follower.call.connection) { throw Followers.stopping }
                    try follower.call.list(views.view(stored))
                    shown = (shown?.lowerBound ?? stored.entry.sequence)...stored.entry.sequence
                }
            } catch let refusal as CommandRefusal {
                ended += followers.remove { $0.connection == follower.call.connection }.map { ($0, refusal) }
            } catch {
                continue
            }
            if let shown { followers.advance(follower.number, shown: shown) }
        }
        return ended
    }

    /// Puts down what somebody saw of the journal as it came, now that they have gone.
    package func endFollowing(_ followed: [Followers.Followed]) {
        for one in followed {
            var call = one.call
            call.expires = surroundings.monotonic() + CommandLife.change.longest
            call.diesWithItsSender = false
            _ = try? look(call, .entries(from: one.shown.lowerBound, through: one.shown.upperBound))
        }
    }
}
