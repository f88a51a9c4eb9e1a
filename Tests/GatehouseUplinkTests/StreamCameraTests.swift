import GatehouseConfiguration
import GatehouseCore
import GatehouseSimulation
import GatehouseThreads
import GatehouseUplink
import Testing

/// A camera whose stream is kept open, played by the test.
@Suite("Streams of cameras")
struct StreamCameraTests {
    private static let pictures = (1...4).map { EmulatedPicture.jpeg(camera: "gate", number: $0) }

    /// A stream that the test feeds octet by octet, and ends.
    private final class Feed: Sendable {
        enum Step: Sendable { case octets([UInt8]), end(SnapshotFailure) }
        let steps = Mailbox<Step>()
        /// Each time that the stream is opened.
        let opened = Mailbox<Void>()
        /// What whoever follows it said.
        let wanted = Mailbox<Bool>()
        let time = Guarded(MonotonicTime(nanoseconds: 1_000_000_000_000))

        var camera: StreamCamera {
            StreamCamera(longest: 100_000, clock: { self.time.withLock { $0 } }) { take in
                self.opened.put(())
                while let step = try? self.steps.take() {
                    switch step {
                    case .octets(let octets):
                        let isWanted = take(octets)
                        self.wanted.put(isWanted)
                        if !isWanted { return .timeout }
                    case .end(let failure): return failure
                    }
                }
                return .unreachable
            }
        }

        /// Gives octets at a moment.
        func give(_ octets: [UInt8], at milliseconds: Int64) throws -> Bool {
            time.withLock { $0 = MonotonicTime(nanoseconds: milliseconds * 1_000_000) }
            steps.put(.octets(octets))
            return try wanted.take()
        }
    }

    private func moment(_ milliseconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: milliseconds * 1_000_000) }

    @Test func theFrameOfTheMomentIsThereWhenItIsAskedFor() throws {
        let feed = Feed()
        let camera = feed.camera
        #expect(camera.start())
        try feed.opened.take()
        for (index, picture) in Self.pictures.enumerated() {
            #expect(try feed.give(picture, at: 100_000 + Int64(index) * 40))
        }
        for (at, index) in [(100_000, 0), (100_030, 1), (100_085, 2), (99_000, 0), (100_300, 3)] {
            #expect(camera.take(at: moment(Int64(at))) == .success(Self.pictures[index]), "\(at)")
        }
        #expect(camera.lastFrame == moment(100_120))
        for (choice, at, index) in [
            (StreamCamera.Choice.before, 101_040, 1), (.after, 99_085, 2), (.before, 100_000, 0),
        ] {
            #expect(camera.take(choice, at: moment(Int64(at))) == .success(Self.pictures[index]), "\(choice)")
        }
        // Of another minute: none of this moment.
        #expect(camera.take(at: moment(104_000)) == .failure(CameraFailure(reason: .timeout)))
        camera.stop()
        feed.steps.put(.end(.unreachable))
    }

    @Test func aStreamThatEndsIsOpenedAgainAndSaysWhyMeanwhile() throws {
        let feed = Feed()
        let camera = feed.camera
        #expect(camera.start())
        for failure in [SnapshotFailure.unreachable, .unauthorized, .noSuchPath] {
            try feed.opened.take()
            feed.steps.put(.end(failure))
        }
        try feed.opened.take()
        #expect(camera.take(at: moment(5)) == .failure(CameraFailure(reason: .noSuchPath)))
        // Half a frame, and then a whole one.
        #expect(try feed.give(Array(Self.pictures[0].dropLast(9)), at: 200_000))
        #expect(camera.take(at: moment(200_000)) == .failure(CameraFailure(reason: .noSuchPath)))
        #expect(try feed.give(Self.pictures[1], at: 200_010))
        #expect(camera.take(at: moment(200_000)) == .success(Self.pictures[1]))
        camera.stop()
        feed.steps.put(.end(.unreachable))
    }

    /// Parts without end and without a picture: nobody waits for it longer than that.
    @Test func aStreamThatBringsNoFramesIsGivenUp() throws {
        let feed = Feed()
        let camera = feed.camera
        #expect(camera.start())
        try feed.opened.take()
        let page = Array("--frame\r\nContent-Type: text/html\r\n\r\n<html>".utf8)
        #expect(try feed.give(page, at: 1_000_000))
        #expect(try feed.give(page, at: 1_009_000))
        #expect(try !feed.give(page, at: 1_011_000))
        try feed.opened.take()
        #expect(camera.take(at: moment(1_011_000)) == .failure(CameraFailure(reason: .timeout)))
        feed.steps.put(.end(.truncated))
        try feed.opened.take()
        #expect(camera.take(at: moment(1_011_000)) == .failure(CameraFailure(reason: .notAPicture)))
        // 50 MB that are no frame.
        #expect(try feed.give([0xFF, 0xD8, 0xFF] + [UInt8](repeating: 0, count: 50 << 20), at: 1_012_000))
        feed.steps.put(.end(.truncated))
        try feed.opened.take()
        camera.stop()
        feed.steps.put(.end(.unreachable))
    }
}
