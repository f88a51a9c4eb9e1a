internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseProtocols
internal import GatehouseStore

extension Desk {
    /// Takes a picture in the way of every event, and says what came of it.
    func testCamera(_ command: CameraTest, _ call: Call) throws -> CameraTest.Reply {
        let name = command.camera.argumentText
        let cameras = configuration.cameras.map(\.id)
        guard let camera = cameras.first(where: { $0.name == name }) else {
            throw unknown(Sentence("camera"), name, among: cameras.map(\.name), code: "unknownCamera")
        }
        let (row, after) = try picture(by: camera, call)
        var reply = CameraTest.Reply(camera: name, event: row.event, milliseconds: after.wholeMilliseconds)
        switch row.result {
        case .missing(let failure):
            reply.reason = failure.rawValue
            reply.advice = Words.advice(failure).text(in: call.language)
        case .expired, .sealed: reply.reason = SnapshotFailure.diskFull.rawValue
        case .stored(_, let size, _, _):
            reply.size = size
            let found = try reader().picture(of: row.event, in: configuration.files.snapshots)
            guard case .found(let octets, let path) = found else {
                throw Self.noPicture(row.event, found, call.language)
            }
            reply.file = Self.fileName(row.event, path)
            if let frame = try? JPEGFrame(octets) {
                reply.width = frame.width
                reply.height = frame.height > 0 ? frame.height : nil
            }
            guard command.picture?.isOn == true else { break }
            try look(call, .entries(from: row.event, through: row.event))
            try send(octets, call)
        }
        return reply
    }
}
