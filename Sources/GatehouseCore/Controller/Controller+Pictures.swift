extension Controller {
    mutating func capture(_ event: UInt64?, camera: CameraID?, _ now: Moment, _ effects: inout [Effect]) {
        guard let event else { return }
        guard let camera else {
            take(SnapshotRow(event: event, camera: "none", result: .missing(.noCamera)), now, &effects)
            return
        }
        guard isUplinkConnected else {
            take(SnapshotRow(event: event, camera: camera, result: .missing(.uplinkAway)), now, &effects)
            return
        }
        let request = CaptureRequest(event: event, camera: camera, at: now.civil)
        guard captures.add(request) else {
            take(SnapshotRow(event: event, camera: camera, result: .missing(.busy)), now, &effects)
            return
        }
        effects.append(.durable(.pictureOwed(request)))
        effects.append(.capture(request))
    }

    mutating func take(_ row: SnapshotRow, _ now: Moment, _ effects: inout [Effect]) {
        effects.append(.durable(.snapshot(row)))
        var entry = JournalEntry(kind: .snapshot)
        entry.about = row.event
        entry.detail["camera"] = .text(row.camera.name)
        switch row.result {
        case .stored(let path, let size, let digest):
            entry.outcome = "stored"
            entry.detail["path"] = .text(path)
            entry.detail["size"] = .integer(Int64(size))
            entry.detail["sha256"] = .octets(digest)
        case .missing(let failure):
            entry.outcome = "missing"
            entry.reason = failure.rawValue
        case .expired: entry.outcome = "expired"
        }
        record(entry, now, &effects)
        sendPicture(row, now, &effects)
    }

    func cameraOfPortal(_ portal: PortalID) -> CameraID? {
        portalIndex[portal].flatMap { portals[$0].settings.camera }
    }
}
