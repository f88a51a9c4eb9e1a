/// One whole JPEG at the start of what a camera sent, found by its markers: ITU-T T.81, B.1.1.2 and figure B.2. Nothing is
/// decoded. What follows the frame's end is not part of it: cameras append counts, zeros and line ends.
package struct JPEGFrame: Hashable, Sendable {
    package enum Fault: Error, Hashable, Sendable {
        case empty
        /// No start of image, or no picture between start and end.
        case notAPicture
        /// It ends before its end marker. A thumbnail that is whole lies within a segment, and ends nothing.
        case truncated
    }

    /// From the start of image to the end of image.
    package private(set) var octets: Int
    package private(set) var width: Int
    /// Lines; 0 where the frame says them only behind its first scan (B.2.5).
    package private(set) var height: Int

    /// Marker codes (B.1.1.3, table B.1).
    private enum Marker {
        static let start: UInt8 = 0xD8
        static let end: UInt8 = 0xD9
        static let scan: UInt8 = 0xDA
        static let temporary: UInt8 = 0x01
        static let restarts: ClosedRange<UInt8> = 0xD0...0xD7

        static func isFrameHeader(_ code: UInt8) -> Bool {
            (0xC0...0xCF).contains(code) && ![0xC4, 0xC8, 0xCC].contains(code)
        }
    }

    package init(_ octets: [UInt8]) throws(Fault) {
        guard !octets.isEmpty else { throw .empty }
        guard octets.starts(with: [0xFF, Marker.start, 0xFF]) else { throw .notAPicture }
        var place = 2
        var size: (width: Int, height: Int)?
        var hasScan = false
        while let code = Self.nextMarker(in: octets, from: &place) {
            if code == Marker.end {
                guard let size, hasScan else { throw .notAPicture }
                self.octets = place
                (width, height) = size
                return
            }
            // Another start before the end: this one broke off and the next one follows.
            if code == Marker.start { throw .truncated }
            if code == Marker.temporary || Marker.restarts.contains(code) { continue }
            guard place + 2 <= octets.count else { throw .truncated }
            let length = Int(octets[place]) << 8 | Int(octets[place + 1])
            guard length >= 2 else { throw .notAPicture }
            guard place + length <= octets.count else { throw .truncated }
            if Marker.isFrameHeader(code), size == nil {
                guard length >= 8 else { throw .notAPicture }
                size = (
                    width: Int(octets[place + 5]) << 8 | Int(octets[place + 6]),
                    height: Int(octets[place + 3]) << 8 | Int(octets[place + 4])
                )
            }
            hasScan = hasScan || code == Marker.scan
            place += length
        }
        throw .truncated
    }

    /// The code of the next marker, past fill octets (B.1.1.2) and past coded data, in which 0xFF is followed by zero. `place` is
    /// behind it afterwards. Nil at the end of the octets.
    private static func nextMarker(in octets: [UInt8], from place: inout Int) -> UInt8? {
        while let first = octets[place...].firstIndex(of: 0xFF) {
            place = first
            while place < octets.count, octets[place] == 0xFF { place += 1 }
            guard place < octets.count else { return nil }
            place += 1
            if octets[place - 1] != 0 { return octets[place - 1] }
        }
        return nil
    }
}
