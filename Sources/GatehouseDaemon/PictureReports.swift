internal import GatehouseCore
internal import GatehouseStore
internal import Synchronization

/// What the uplink may report of pictures: of what it was asked for, once, of that camera, in the form of its path. It chooses
/// neither name nor number nor pace: what it says again is acknowledged and leaves no entry, and whoever breaks the rule is
/// sent away.
final class PictureReports: Sendable {
    enum Verdict: Hashable, Sendable {
        case take
        /// The journal has it already: it need not be said again.
        case known
        case breach(String)
    }

    /// Requests that are remembered, also when their connection is gone. Past it the database is asked.
    static let limit = 4096
    /// No file of a picture is longer.
    static let longest = 64 << 20

    /// Each of them once, however it is said: what is sealed already is reported without the digest of its picture.
    private struct Taken: Hashable {
        enum Step: Hashable { case came, ended, sealed }
        var place: SnapshotRow.Place
        var step: Step

        init(_ row: SnapshotRow) {
            place = row.place
            step =
                switch row.result {
                case .stored, .missing: .came
                case .expired: .ended
                case .sealed: .sealed
                }
        }
    }

    private struct State {
        var asked: [SnapshotRow.Place: CivilTime] = [:]
        /// In the order in which they were asked.
        var order: [SnapshotRow.Place] = []
        /// Taken, and perhaps not in the database yet.
        var taken: Set<Taken> = []
        var recent: Set<SnapshotRow.Place> = []

        /// False where it was taken before.
        mutating func take(_ row: SnapshotRow) -> Bool {
            if taken.count >= PictureReports.limit { (taken, recent) = ([], []) }
            recent.insert(row.place)
            return taken.insert(Taken(row)).inserted
        }
    }
    private let state = Mutex(State())
    /// Reads what the database has of a picture, on a thread that may wait, and calls with it; false where there is no room.
    private let look: @Sendable (SnapshotRow.Place, @escaping @Sendable (PictureStanding?) -> Void) -> Bool

    init(
        look: @escaping @Sendable (SnapshotRow.Place, @escaping @Sendable (PictureStanding?) -> Void) -> Bool
    ) { self.look = look }

    func asked(_ request: CaptureRequest) {
        let place = SnapshotRow.Place(event: request.event, camera: request.camera)
        state.withLock { state in
            state.asked[place] = request.at
            state.order.append(place)
            if state.order.count > 2 * Self.limit { state.order.removeAll { state.asked[$0] == nil } }
            while state.asked.count > Self.limit, !state.order.isEmpty {
                state.asked[state.order.removeFirst()] = nil
            }
        }
    }

    /// Calls with what is to be done with a report; false where there is no room to find out.
    func judge(_ row: SnapshotRow, done: @escaping @Sendable (Verdict) -> Void) -> Bool {
        let at = state.withLock { state -> CivilTime? in
            switch row.result {
            case .stored, .missing: state.asked.removeValue(forKey: row.place)
            case .expired, .sealed: nil
            }
        }
        if let at {
            settle(row, PictureStanding(at: at, state: .owed), done)
            return true
        }
        return look(row.place) { [self] standing in
            // Its own event may not be in the database yet.
            let isRecent = standing == nil && state.withLock { $0.recent.contains(row.place) }
            settle(
                row, isRecent ? PictureStanding(at: CivilTime(seconds: 0), state: .kept(isClear: false)) : standing,
                done)
        }
    }

    private func settle(_ row: SnapshotRow, _ standing: PictureStanding?, _ done: (Verdict) -> Void) {
        let verdict = Self.verdict(row, standing)
        // It may be said twice before the first is on disk.
        done(verdict != .take || state.withLock { $0.take(row) } ? verdict : .known)
    }

    /// Holds a report against what is known of its picture.
    static func verdict(_ row: SnapshotRow, _ standing: PictureStanding?) -> Verdict {
        guard let standing else { return .breach("a picture that nobody asked for") }
        switch (row.result, standing.state) {
        case (.stored(let path, let size, let digest, _), .owed):
            let expected = SnapshotPath.path(event: row.event, camera: row.camera, at: standing.at, digest: digest)
            guard path == expected else { return .breach("a picture at another path") }
            return 0...longest ~= size ? .take : .breach("a picture of an impossible size")
        case (.missing, .owed): return .take
        case (.stored, _), (.missing, _): return .known
        case (.expired, .kept), (.expired, .owed), (.sealed, .kept(isClear: true)): return .take
        case (.expired, .gone), (.sealed, _): return .known
        }
    }
}
