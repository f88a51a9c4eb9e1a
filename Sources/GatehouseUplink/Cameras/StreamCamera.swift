package import GatehouseConfiguration
package import GatehouseCore
internal import GatehouseProtocols
internal import GatehouseThreads

/// A camera whose stream is kept open, with the frames of the last seconds: the one of the moment is there when it is asked
/// for. The stream is opened again when it ends, stalls or brings no frames.
///
/// A class because its thread and whoever asks share the frames.
package final class StreamCamera: Sendable {
    /// Reads a stream until it ends or `take` says that it is enough, and says why.
    package typealias Source = @Sendable (_ take: @escaping ([UInt8]) -> Bool) -> SnapshotFailure

    package enum Choice: Hashable, Sendable {
        case moment
        /// A second before it, a second after it.
        case before, after

        var distance: Duration {
            switch self {
            case .moment: .zero
            case .before: .seconds(-1)
            case .after: .seconds(1)
            }
        }
    }

    /// The moment's frame may still be on its way.
    static let patience: Duration = .milliseconds(150)
    /// A frame that is further from its moment is none of it.
    static let farthest: Duration = .seconds(3)
    /// A stream that brings no whole frame for so long is opened anew.
    static let stall: Duration = .seconds(10)

    private struct State {
        var ring = FrameRing()
        /// Why the stream ended last; nil while it brings frames.
        var failure: SnapshotFailure?
        var isStopped = false
    }
    private let state = Guarded(State())
    private let source: Source
    private let longest: Int
    private let clock: @Sendable () -> MonotonicTime

    package init(
        longest: Int, clock: @escaping @Sendable () -> MonotonicTime = UplinkClock.monotonic, source: @escaping Source
    ) {
        self.longest = longest
        self.clock = clock
        self.source = source
    }

    package convenience init(_ settings: CameraSettings, password: String?) {
        let source: Source =
            settings.kind == .rtsp
            ? ProgramStream.source(settings, password: password) : HTTPStream.source(settings, password: password)
        self.init(longest: settings.maxBytes, source: source)
    }

    /// False where the system has no thread left.
    package func start() -> Bool { NamedThread("stream") { self.run() } != nil }

    package func stop() { state.change { $0.isStopped = true } }

    private func run() {
        var callBack = CallBack()
        while !state.withLock({ $0.isStopped }) {
            if follow() { callBack.answered() }
            let pause = callBack.pause()
            _ = state.wait(atMost: pause) { $0.isStopped ? true : nil }
        }
    }

    /// Whether it brought a frame.
    private func follow() -> Bool {
        var stream = JPEGStream(longest: longest)
        var lastFrame = clock()
        var hasFrames = false
        let failure = source { [self] octets in
            let (frames, now) = (stream.take(octets), clock())
            if !frames.isEmpty { (lastFrame, hasFrames) = (now, true) }
            return state.change { state in
                for frame in frames { state.ring.add(frame, at: now) }
                if !frames.isEmpty { state.failure = nil }
                return !state.isStopped && now - lastFrame < Self.stall
            }
        }
        let isEmpty = !hasFrames && stream.faults == JPEGStream.Faults()
        state.change { state in
            state.failure =
                switch failure {
                // It spoke, and not of pictures.
                case .truncated where stream.faults.tooLarge > 0 && !hasFrames: .tooLarge
                case .truncated where isEmpty: .notAPicture
                default: failure
                }
        }
        return hasFrames
    }

    /// When the last whole frame came.
    package var lastFrame: MonotonicTime? { state.withLock { $0.ring.newest?.at } }

    /// The frame nearest to a moment, or to a second before or after it; or the word for why there is none.
    package func take(_ choice: Choice = .moment, at moment: MonotonicTime) -> Result<[UInt8], CameraFailure> {
        let moment = moment + choice.distance
        let patience = Self.patience + max(.zero, min(moment - clock(), .seconds(1)))
        _ = state.wait(atMost: patience) { $0.ring.first(from: moment) }
        return state.withLock { state in
            guard let frame = state.ring.nearest(to: moment), abs(frame.at - moment) <= Self.farthest else {
                return .failure(CameraFailure(reason: state.failure ?? .timeout))
            }
            return .success(frame.octets)
        }
    }
}

private func abs(_ duration: Duration) -> Duration { duration < .zero ? .zero - duration : duration }
