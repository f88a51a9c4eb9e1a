import GatehouseProtocols
import GatehouseSimulation
import Testing

/// Frames of a real encoder (libgd), and of segments written out from ITU-T T.81.
@Suite("Frames of JPEG")
struct JPEGFrameTests {
    private static let picture = EmulatedPicture.jpeg(camera: "gate", number: 7)

    private static func segment(_ code: UInt8, _ content: [UInt8]) -> [UInt8] {
        let length = content.count + 2
        return [0xFF, code, UInt8(length >> 8), UInt8(length & 0xFF)] + content
    }
    private static let start: [UInt8] = [0xFF, 0xD8]
    private static let end: [UInt8] = [0xFF, 0xD9]
    private static let header = segment(0xC0, [8, 1, 0x68, 2, 0x80, 1, 1, 0x11, 0])
    private static let scan = segment(0xDA, [1, 1, 0, 0, 0x3F, 0])

    private func fault(_ octets: [UInt8]) -> JPEGFrame.Fault? {
        do throws(JPEGFrame.Fault) {
            _ = try JPEGFrame(octets)
            return nil
        } catch { return error }
    }

    @Test func aPictureOfALibraryIsWhole() throws {
        let frame = try JPEGFrame(Self.picture)
        #expect(frame.octets == Self.picture.count && frame.width == 320 && frame.height == 180)
        #expect(try JPEGFrame(Self.picture + Array("dhav".utf8)) == frame, "what follows is not part of it")
    }

    @Test func everyBeginningOfItIsCut() {
        for count in 3..<Self.picture.count { #expect(fault(Array(Self.picture.prefix(count))) == .truncated) }
        #expect(fault([]) == .empty)
        for count in 1..<3 { #expect(fault(Array(Self.picture.prefix(count))) == .notAPicture) }
    }

    /// The end of the small picture in its head is not that of the picture.
    @Test func aWholeThumbnailDoesNotMakeACutPictureWhole() throws {
        let thumbnail = Self.start + Self.header + Self.scan + [1, 2, 3] + Self.end
        let head = Self.start + Self.segment(0xE1, Array("Exif".utf8) + [0, 0] + thumbnail)
        #expect(fault(head + Self.header + Self.scan + [4, 5, 6]) == .truncated)
        let frame = try JPEGFrame(head + Self.header + Self.scan + [4, 5, 6] + Self.end)
        #expect(frame.width == 640 && frame.height == 360)
    }

    @Test func stuffedOctetsRestartsAndFurtherScansAreCodedData() throws {
        let coded: [UInt8] = [1, 0xFF, 0x00, 0xD9, 0xFF, 0xD0, 2, 0xFF, 0xD7, 3]
        let more = Self.segment(0xC4, [0, 1]) + Self.scan + [4, 0xFF, 0x00]
        let whole = Self.start + Self.header + Self.scan + coded + [0xFF, 0xFF] + more + [0xFF, 0xFF] + Self.end
        #expect(try JPEGFrame(whole).octets == whole.count)
    }

    @Test func whatHasNoPictureInItIsNone() {
        #expect(fault(Self.start + Self.segment(0xE0, [1]) + Self.end) == .notAPicture)
        #expect(fault(Self.start + Self.header + Self.end) == .notAPicture)
        #expect(fault(Self.start + Self.scan + [1] + Self.end) == .notAPicture)
        #expect(fault(Self.start + [0xFF, 0xE0, 0, 1] + Self.header + Self.scan + Self.end) == .notAPicture)
        #expect(fault(Array("<html>".utf8)) == .notAPicture)
    }

    /// A camera that starts anew in the midst of a frame: the first one is half.
    @Test func aSecondStartEndsNothing() {
        #expect(fault(Self.start + Self.header + Self.scan + [1, 2] + Self.picture) == .truncated)
    }
}
