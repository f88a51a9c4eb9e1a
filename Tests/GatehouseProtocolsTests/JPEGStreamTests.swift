import GatehouseCore
import GatehouseProtocols
import GatehouseSimulation
import Testing

/// Streams as cameras send them, and as they should not.
@Suite("Streams of JPEGs")
struct JPEGStreamTests {
    private static let pictures = (1...3).map { EmulatedPicture.jpeg(camera: "gate", number: $0) }
    private static let start: [UInt8] = [0xFF, 0xD8]
    private static let header: [UInt8] = [0xFF, 0xC0, 0, 11, 8, 1, 0x68, 2, 0x80, 1, 1, 0x11, 0]
    private static let scan: [UInt8] = [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0x3F, 0]
    private static let end: [UInt8] = [0xFF, 0xD9]

    private static func part(_ picture: [UInt8], boundary: String = "frame", length: Int? = nil) -> [UInt8] {
        let length = length.map { "Content-Length: \($0)\r\n" } ?? ""
        return Array("--\(boundary)\r\nContent-Type: image/jpeg\r\n\(length)\r\n".utf8) + picture + [13, 10]
    }

    /// The frames, and the faults, of octets that come in pieces of each length.
    private func frames(_ octets: [UInt8], in pieces: Int, longest: Int = 1 << 20) -> ([[UInt8]], JPEGStream.Faults) {
        var stream = JPEGStream(longest: longest)
        var found: [[UInt8]] = []
        for start in stride(from: 0, to: octets.count, by: pieces) {
            found += stream.take(Array(octets[start..<min(start + pieces, octets.count)]))
        }
        return (found, stream.faults)
    }

    private static let streams: [(what: String, octets: [UInt8])] = [
        ("with lengths", pictures.flatMap { part($0, length: $0.count) }),
        ("without lengths", pictures.flatMap { part($0) }),
        ("with wrong lengths", pictures.flatMap { part($0, length: 7) } + part([], length: 1 << 40)),
        ("under another boundary each", pictures.enumerated().flatMap { part($1, boundary: "--x\($0)") }),
        ("one behind the other", pictures.flatMap { $0 }),
        (
            "with a page in between",
            part(pictures[0]) + Array("<html>\u{FF}</html>".utf8) + part(pictures[1]) + part(pictures[2])
        ),
        ("with fill and stray marks", pictures.flatMap { [0xFF, 0xFF, 0xD9, 0xFF] + $0 + [0xFF, 0xD8, 0] }),
    ]

    @Test(arguments: streams)
    func everyPieceGivesTheSameFrames(what: String, octets: [UInt8]) {
        for pieces in [1, 2, 3, 5, 7, 64, 1000, octets.count] {
            let (found, faults) = frames(octets, in: pieces)
            #expect(found == Self.pictures, "\(what), in pieces of \(pieces)")
            #expect(faults == JPEGStream.Faults(), "\(what), in pieces of \(pieces)")
            for frame in found { #expect((try? JPEGFrame(frame))?.octets == frame.count) }
        }
    }

    @Test func aPictureInThePictureIsNotTheFrame() {
        let thumbnail = Self.start + Self.header + Self.scan + [1, 2, 3] + Self.end
        let exif: [UInt8] = [0xFF, 0xE1, 0, UInt8(thumbnail.count + 2)] + thumbnail
        let whole = Self.start + exif + Self.header + Self.scan + [1, 0xFF, 0, 0xFF, 0xD0, 2] + Self.end
        for pieces in 1...whole.count { #expect(frames(whole, in: pieces).0 == [whole]) }
    }

    @Test func halfAFrameIsLeftOutAndTheNextOneCounts() {
        let half = Array(Self.pictures[0].prefix(Self.pictures[0].count / 2))
        for pieces in [1, 13, 100_000] {
            let (found, faults) = frames(half + Self.pictures[1], in: pieces)
            #expect(found == [Self.pictures[1]] && faults.broken == 1)
        }
    }

    /// A frame broke off, and behind the next start stands no marker: its segments may be whole, and it is no picture.
    @Test func aStartWithoutAMarkerBehindItBeginsNoPicture() {
        let body = Self.header + Self.scan + [7]
        let octets = Self.start + body + Self.start + [0x63] + body + Self.end
        for pieces in 1...octets.count {
            #expect(frames(octets, in: pieces).0 == [], "in pieces of \(pieces)")
        }
        let good = Self.start + body + Self.end
        #expect(frames(Self.start + body + good, in: 5).0 == [good])
    }

    @Test func whatHasNoPictureInItIsNone() {
        let sizeless: [UInt8] = [0xFF, 0xC0, 0, 7, 8, 1, 0x68, 2, 0x80]
        let nothing = [
            Self.start + Self.header + Self.end, Self.start + Self.scan + [1] + Self.end,
            Self.start + sizeless + Self.scan + Self.end,
        ]
        for octets in nothing {
            let (found, faults) = frames(octets + Self.pictures[0], in: 3)
            #expect(found == [Self.pictures[0]] && faults.broken == 1)
        }
        let short = Self.start + [0xFF, 0xE0, 0, 1] + Self.pictures[0]
        #expect(frames(short, in: 4).0 == [Self.pictures[0]])
    }

    /// 50 MB of one frame, and parts without an end: nothing grows.
    @Test func whatHasNoEndTakesNoMemory() {
        var stream = JPEGStream(longest: 100_000)
        let coded = [UInt8](repeating: 7, count: 50_000)
        #expect(stream.take(Self.start + Self.header + Self.scan).isEmpty)
        for _ in 0..<1000 {
            #expect(stream.take(coded).isEmpty && stream.kept <= 100_000)
        }
        #expect(stream.faults.tooLarge == 1)
        for _ in 0..<100 { #expect(stream.take(Self.part([])).isEmpty && stream.kept == 0) }
        #expect(stream.take(Self.pictures[0]) == [Self.pictures[0]], "the next one counts")
    }

    // MARK: Ring

    private func at(_ milliseconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: milliseconds * 1_000_000) }

    @Test func theFrameNearestToTheMomentIsTaken() {
        var ring = FrameRing()
        #expect(ring.nearest(to: at(0)) == nil)
        for number in 0..<5 { ring.add([UInt8(number)], at: at(1000 + Int64(number) * 40)) }
        for (moment, number) in [(0, 0), (1000, 0), (1019, 0), (1020, 0), (1021, 1), (1079, 2), (5000, 4)] {
            #expect(ring.nearest(to: at(Int64(moment)))?.octets == [UInt8(number)], "\(moment)")
        }
        #expect(ring.last(before: at(1040))?.octets == [0] && ring.first(from: at(1040))?.octets == [1])
        #expect(ring.last(before: at(1000)) == nil && ring.first(from: at(1161)) == nil)
    }

    @Test func theRingHasABoundOfOctetsAndOfTime() {
        var ring = FrameRing()
        let frame = [UInt8](repeating: 1, count: 3 << 20)
        for number in 0..<10 { ring.add(frame, at: at(Int64(number) * 40)) }
        #expect(ring.count == 2 && ring.octets == 6 << 20)
        ring.add([UInt8](repeating: 1, count: (8 << 20) + 1), at: at(500))
        #expect(ring.count == 2, "larger than the ring")
        ring.add([1], at: at(20_000))
        #expect(ring.count == 1 && ring.octets == 1, "of ten seconds ago")
    }
}
