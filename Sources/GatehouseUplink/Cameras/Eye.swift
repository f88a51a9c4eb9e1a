internal import GatehouseConfiguration
internal import GatehouseCore

/// A camera by the way its pictures come.
enum Eye: Sendable {
    case still(HTTPStillCamera)
    case stream(StreamCamera)

    /// Which picture is asked for, by what the daemon calls it: `lane`, `lane.before`, `lane.after`.
    static func asked(_ name: String) -> (camera: String, frame: StreamCamera.Choice) {
        for (choice, ending) in [(StreamCamera.Choice.before, ".before"), (.after, ".after")]
        where name.hasSuffix(ending) {
            return (String(name.dropLast(ending.count)), choice)
        }
        return (name, .moment)
    }

    init(_ settings: CameraSettings, password: String?) {
        self =
            switch settings.kind {
            case .still: .still(HTTPStillCamera(settings, password: password))
            case .mjpeg, .rtsp: .stream(StreamCamera(settings, password: password))
            }
    }

    /// False where there is no thread for its stream.
    func start() -> Bool { if case .stream(let camera) = self { camera.start() } else { true } }
    func stop() { if case .stream(let camera) = self { camera.stop() } }

    /// A picture: of the moment where there are frames of it, else as soon as it comes.
    func take(_ frame: StreamCamera.Choice, at moment: MonotonicTime) -> Result<[UInt8], CameraFailure> {
        switch self {
        case .still(let camera): camera.take()
        case .stream(let camera): camera.take(frame, at: moment)
        }
    }
}
