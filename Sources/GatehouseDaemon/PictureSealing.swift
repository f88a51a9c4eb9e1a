internal import GatehouseCore
internal import GatehouseAdmin
internal import Synchronization

/// Has the pictures of older versions sealed, which lie in clear: the uplink is told of a portion, and of the next one when it
/// has answered for each. What is left after a kill is asked again of the next uplink.
final class PictureSealing: Sendable {
    struct Picture: Hashable, Sendable {
        var event: UInt64
        var camera: String
        var path: String
    }
    /// Finds those behind one, on a thread that may wait, and calls with them.
    typealias Find = @Sendable (_ last: Picture?, _ limit: Int, @escaping @Sendable ([Picture]) -> Void) -> Void

    private static let portion = 256

    private struct State {
        var connection: LineServer.ConnectionID?
        var last: Picture?
        var asked: Set<SnapshotRow.Place> = []
        var tell: @Sendable (Picture, LineServer.ConnectionID) -> Void = { _, _ in }
    }
    private let state = Mutex(State())
    private let find: Find

    init(find: @escaping Find) { self.find = find }

    func ask(_ tell: @escaping @Sendable (Picture, LineServer.ConnectionID) -> Void) {
        state.withLock { $0.tell = tell }
    }

    /// Another uplink has come.
    func begin(with connection: LineServer.ConnectionID) {
        state.withLock { ($0.connection, $0.last, $0.asked) = (connection, nil, []) }
        next(for: connection)
    }

    /// Whether it was asked of this uplink, and not answered yet.
    @discardableResult
    func answered(_ row: SnapshotRow, by connection: LineServer.ConnectionID) -> Bool {
        let (wasAsked, isLast) = state.withLock { state in
            guard state.connection == connection else { return (false, false) }
            let wasAsked = state.asked.remove(row.place) != nil
            return (wasAsked, wasAsked && state.asked.isEmpty)
        }
        if isLast { next(for: connection) }
        return wasAsked
    }

    private func next(for connection: LineServer.ConnectionID) {
        find(state.withLock { $0.last }, Self.portion) { [weak self] pictures in
            guard let self, !pictures.isEmpty else { return }
            let tell = state.withLock { state -> (@Sendable (Picture, LineServer.ConnectionID) -> Void)? in
                guard state.connection == connection else { return nil }
                state.last = pictures.last
                state.asked.formUnion(
                    pictures.map { SnapshotRow.Place(event: $0.event, camera: CameraID($0.camera)) })
                return state.tell
            }
            for picture in pictures { tell?(picture, connection) }
        }
    }
}
