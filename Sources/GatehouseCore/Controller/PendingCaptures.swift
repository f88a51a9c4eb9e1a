/// Pictures that were asked for and are not answered yet. When the uplink goes, each gets its reason (promise P5).
struct PendingCaptures: Sendable {
    /// More than all queues of 64 cameras hold. Past it a picture is recorded as `busy`.
    static let limit = 2048

    private var requests: [SnapshotRow.Place: CaptureRequest] = [:]

    /// False at the bound.
    mutating func add(_ request: CaptureRequest) -> Bool {
        guard requests.count < Self.limit else { return false }
        requests[SnapshotRow.Place(event: request.event, camera: request.camera)] = request
        return true
    }

    mutating func answered(_ place: SnapshotRow.Place) { requests[place] = nil }

    /// All that are open, by event and camera; none is afterwards.
    mutating func abandon() -> [CaptureRequest] {
        defer { requests = [:] }
        return requests.values.sorted { ($0.event, $0.camera) < ($1.event, $1.camera) }
    }
}
