/// Cuts whole frames out of a stream of JPEGs: the parts of multipart/x-mixed-replace (RFC 2046, 5.1) that cameras send, or
/// frames one behind the other. Boundaries, heads and lengths are not asked, for cameras get them wrong: a frame is found by
/// its own markers (ITU-T T.81, B.1.1), and what is between two frames is passed over. Nothing is decoded.
package struct JPEGStream: Sendable {
    /// What did not become a frame.
    package struct Faults: Hashable, Sendable {
        /// Another one began, or an impossible segment came, before its end.
        package var broken = 0
        package var tooLarge = 0
        package init() {}
    }

    private enum Place {
        /// Between two frames, with so many octets of a beginning.
        case outside(Int)
        /// Up to the next marker: coded data, or fill.
        case data
        /// Behind 0xFF.
        case marker
        case lengthHigh(UInt8)
        case lengthLow(UInt8, UInt8)
        /// Octets of a segment that are left.
        case segment(Int)
    }

    /// Octets of the largest frame.
    private let longest: Int
    private var place = Place.outside(0)
    private var frame: [UInt8] = []
    private var hasSize = false
    private var hasScan = false
    package private(set) var faults = Faults()

    package init(longest: Int) { self.longest = longest }

    /// Octets that are kept of a frame that is not whole.
    package var kept: Int { frame.count }

    /// The frames that end in these octets.
    package mutating func take(_ octets: UnsafeBufferPointer<UInt8>) -> [[UInt8]] {
        var frames: [[UInt8]] = []
        var next = 0
        while next < octets.count {
            if case .outside(let count) = place {
                seek(octets, &next, count)
            } else if let frame = follow(octets, &next) {
                frames.append(frame)
            }
        }
        return frames
    }

    package mutating func take(_ octets: [UInt8]) -> [[UInt8]] { octets.withUnsafeBufferPointer { take($0) } }

    // MARK: Between frames

    /// Looks for the start of an image and the 0xFF of the marker behind it.
    private mutating func seek(_ octets: UnsafeBufferPointer<UInt8>, _ next: inout Int, _ count: Int) {
        var count = count
        while next < octets.count {
            let octet = octets[next]
            next += 1
            switch (count, octet) {
            case (0, 0xFF): count = 1
            case (0, _): break
            case (1, 0xD8): count = 2
            case (2, 0xFF): return begin([0xFF, 0xD8, 0xFF])
            default: count = octet == 0xFF ? 1 : 0
            }
        }
        place = .outside(count)
    }

    private mutating func begin(_ octets: [UInt8]) {
        frame.removeAll(keepingCapacity: true)
        frame += octets
        (hasSize, hasScan) = (false, false)
        place = octets.last == 0xFF ? .marker : .data
    }

    private mutating func leave() {
        frame.removeAll(keepingCapacity: true)
        place = .outside(0)
    }

    // MARK: Within a frame

    /// Goes on within a frame, as far as it or the octets go. The frame, where it is whole.
    private mutating func follow(_ octets: UnsafeBufferPointer<UInt8>, _ next: inout Int) -> [UInt8]? {
        let start = next
        while next < octets.count {
            switch place {
            case .outside: return nil
            case .data:
                while next < octets.count, octets[next] != 0xFF { next += 1 }
                guard next < octets.count else { continue }
                next += 1
                place = .marker
            case .marker:
                let code = octets[next]
                next += 1
                if let end = meet(code, octets, start, next) { return end.frame }
            case .lengthHigh(let code):
                place = .lengthLow(code, octets[next])
                next += 1
            case .lengthLow(let code, let high):
                let length = Int(high) << 8 | Int(octets[next])
                next += 1
                // A frame's header has its size.
                guard length >= (Self.isFrameHeader(code) && !hasSize ? 8 : 2) else {
                    faults.broken += 1
                    leave()
                    return nil
                }
                if Self.isFrameHeader(code) { hasSize = true }
                if code == 0xDA { hasScan = true }
                place = length == 2 ? .data : .segment(length - 2)
            case .segment(let left):
                let count = min(left, octets.count - next)
                next += count
                place = count == left ? .data : .segment(left - count)
            }
        }
        append(octets, start, next)
        return nil
    }

    private struct End { var frame: [UInt8]? }

    /// The octet behind 0xFF. Not nil where the frame is over, whole or not.
    private mutating func meet(
        _ code: UInt8, _ octets: UnsafeBufferPointer<UInt8>, _ start: Int, _ next: Int
    ) -> End? {
        switch code {
        case 0xFF: return nil
        case 0xD9:
            append(octets, start, next)
            guard case .marker = place else { return End() }
            // What stands in its segments is held against one another where it ends.
            guard hasSize, hasScan, (try? JPEGFrame(frame))?.octets == frame.count else {
                faults.broken += 1
                leave()
                return End()
            }
            let whole = frame
            leave()
            return End(frame: whole)
        case 0xD8:
            // This one broke off, and the next one follows.
            faults.broken += 1
            begin([0xFF, 0xD8])
            return End()
        // Stuffing, and markers without a length.
        case 0x00, 0x01, 0xD0...0xD7: place = .data
        default: place = .lengthHigh(code)
        }
        return nil
    }

    private mutating func append(_ octets: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) {
        guard frame.count + end - start <= longest else {
            faults.tooLarge += 1
            return leave()
        }
        frame.append(contentsOf: octets[start..<end])
    }

    private static func isFrameHeader(_ code: UInt8) -> Bool {
        (0xC0...0xCF).contains(code) && ![0xC4, 0xC8, 0xCC].contains(code)
    }
}
