extension Controller {
    /// Somebody waits for the picture of their order.
    struct AwaitedPicture: Hashable, Sendable {
        var order: OrderID
        var since: MonotonicTime
    }
    /// A camera is tested no more often: pictures of tests take the room of those of events.
    static let testPause: Duration = .seconds(5)

    func refusalToTest(_ camera: CameraID, _ now: Moment) -> OrderRefusal? {
        guard let last = testedCameras[camera], now.monotonic - last < Self.testPause else { return nil }
        return .other(Sentence("\(camera) was tested a moment ago; wait five seconds"))
    }

    /// Asks a camera for a picture in the way of every event. The reply comes with the picture, or with why there is none.
    mutating func test(_ camera: CameraID, _ order: Order, _ step: inout Step) {
        var entry = orderEntry(order, .done)
        entry.detail[.camera] = .text(camera.name)
        guard let event = record(entry, &step) else {
            return step.yield(.reply(order.id, .refused(.journalCrowded)))
        }
        testedCameras[camera] = step.now.monotonic
        awaitedPictures[event] = AwaitedPicture(order: order.id, since: step.now.monotonic)
        capture(event, camera, nil, &step)
    }

    /// Asks each camera for its picture, and after an alarm also for the frames before and after it, where a stream is kept open.
    mutating func capture(
        _ event: UInt64?, cameras: [CameraID], reader: ReaderID? = nil, isAlarm: Bool = false, _ step: inout Step
    ) {
        guard let event else { return }
        guard !cameras.isEmpty else {
            note(SnapshotRow(event: event, camera: "none", result: .missing(.noCamera)), &step)
            return
        }
        for camera in cameras {
            capture(event, camera, reader, &step)
            guard isAlarm, site.streams.contains(camera) else { continue }
            for frame in [camera.before, camera.after] { capture(event, frame, reader, &step) }
        }
    }

    private mutating func capture(_ event: UInt64, _ camera: CameraID, _ reader: ReaderID?, _ step: inout Step) {
        guard isUplinkConnected else {
            note(SnapshotRow(event: event, camera: camera, result: .missing(.uplinkAway)), &step)
            return
        }
        let request = CaptureRequest(event: event, camera: camera, at: step.now.civil, reader: reader)
        guard captures.add(request) else {
            note(SnapshotRow(event: event, camera: camera, result: .missing(.busy)), &step)
            return
        }
        step.yield(.durable(.pictureOwed(request)))
        step.yield(.capture(request))
    }

    mutating func note(_ row: SnapshotRow, _ step: inout Step) {
        step.yield(.durable(.snapshot(row)))
        var entry = JournalEntry(kind: .snapshot)
        entry.about = row.event
        entry.detail[.camera] = .text(row.camera.name)
        switch row.result {
        case .stored(let path, let size, let digest, let file):
            entry.result = .stored
            entry.detail[.path] = .text(path)
            entry.detail[.size] = .integer(Int64(size))
            entry.detail[.sha256] = .octets(digest)
            entry.detail[.file] = file.map { .octets($0) }
        case .sealed(let digests):
            // Where no file was there is nothing to tell.
            guard let digests else { return }
            entry.result = .sealed
            entry.detail[.sha256] = digests.picture.map { .octets($0) }
            entry.detail[.file] = .octets(digests.file)
        case .missing(let failure):
            entry.result = .missing
            entry.reason = failure.rawValue
        case .expired: entry.result = .expired
        }
        record(entry, &step)
        sendPicture(row, &step)
        if let awaited = awaitedPictures.removeValue(forKey: row.event) {
            step.yield(.reply(awaited.order, .pictured(row, after: step.now.monotonic - awaited.since)))
        }
    }

    func cameras(of portal: PortalID) -> [CameraID] {
        portalIndex[portal].map { portals[$0].settings.cameras } ?? []
    }

    func cameras(of point: AccessPointSettings) -> [CameraID] {
        point.cameras.isEmpty ? cameras(of: point.portal) : point.cameras
    }
}
