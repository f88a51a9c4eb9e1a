package struct CaptureRequest: Hashable, Sendable {
    package var event: UInt64
    package var camera: CameraID
    package var at: CivilTime
    /// Whose last bit is the moment of the picture; nil for what no reader told.
    package var reader: ReaderID?
    package init(event: UInt64, camera: CameraID, at: CivilTime, reader: ReaderID? = nil) {
        self.reader = reader
        self.event = event
        self.camera = camera
        self.at = at
    }
}

/// The picture of an event, or why there is none (promise P5).
package struct SnapshotRow: Hashable, Sendable {
    package enum Result: Hashable, Sendable {
        /// Path below the snapshot folder, octets and SHA-256 of the picture, and SHA-256 of the sealed file; nil where the
        /// picture lies in clear.
        case stored(path: String, size: Int, digest: [UInt8], file: [UInt8]? = nil)
        /// A picture that lay in clear was sealed: the SHA-256 of what was sealed, and of the file; nil where none was there.
        case sealed(SealedFileDigests?)
        case missing(SnapshotFailure)
        /// The picture was deleted to keep the budget or the retention.
        case expired
    }
    /// Of a picture and of the file that holds it sealed. What was sealed before is not known to whoever reports it.
    package struct SealedFileDigests: Hashable, Sendable {
        package var picture: [UInt8]?
        package var file: [UInt8]
        package init(picture: [UInt8]?, file: [UInt8]) {
            self.picture = picture
            self.file = file
        }
    }
    /// Whose picture it is, and by which camera.
    package struct Place: Hashable, Sendable {
        package var event: UInt64
        package var camera: CameraID
        package init(event: UInt64, camera: CameraID) {
            self.event = event
            self.camera = camera
        }
    }
    package var event: UInt64
    package var camera: CameraID
    package var result: Result
    package var place: Place { Place(event: event, camera: camera) }
    package init(event: UInt64, camera: CameraID, result: Result) {
        self.event = event
        self.camera = camera
        self.result = result
    }
}

package enum SnapshotFailure: String, Hashable, Sendable, CaseIterable {
    case noCamera, timeout, unreachable, tlsFailed, refused, unauthorized, noSuchPath, redirected, cameraBusy,
        truncated,
        notAPicture, tooLarge, empty, diskFull, notStored, uplinkAway, busy, cleartextPassword, noKey, noProgram
}

extension CameraID {
    /// Frames of a stream besides that of the moment, as further pictures of its camera. No camera of a configuration has a name
    /// with a dot.
    package var before: CameraID { CameraID("\(name).before") }
    package var after: CameraID { CameraID("\(name).after") }
    package var isFrameBeside: Bool { name.contains(".") }
}
