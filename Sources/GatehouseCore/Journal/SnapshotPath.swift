/// Where the picture of an event lies below the folder of pictures: `YYYY/MM/DD/EVENT-CAMERA-DIGEST.jpg`, by the day (UTC) of its
/// event and the first 8 octets of its SHA-256. Who stores it and who takes the report of it make the same path.
package enum SnapshotPath {
    package static func path(event: UInt64, camera: CameraID, at: CivilTime, digest: [UInt8]) -> String {
        let date = CalendarDay.date(Int32(clamping: at.seconds / 86400))
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let mark = digest.prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let day = "\(date.year)/\(two(date.month))/\(two(date.day))"
        return "\(day)/\(event)-\(camera.name)-\(mark).jpg"
    }
}
