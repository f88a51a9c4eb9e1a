internal import GatehouseCore

// Cameras as they are now.

package struct CameraTest: AdminCommand {
    package static let name = CommandName.cameraTest
    package static let entry = CommandEntry.device(
        [.installer, .manager], Sentence("a picture of a camera as it is now, or why there is none")
    )
    package typealias Item = PictureShow.Piece
    package var camera: NameArgument
    /// Whether the picture is sent too, in pieces before the reply: that is a look.
    package var picture: FlagArgument?
    package init(camera: NameArgument, picture: FlagArgument? = nil) {
        self.camera = camera
        self.picture = picture
    }

    package struct Reply: Codable, Hashable, Sendable {
        package var camera: String
        /// The entry that the picture belongs to.
        package var event: UInt64
        /// From the order to the picture on disk, or to what kept it away.
        package var milliseconds: Int64
        /// Octets; nil where there is no picture.
        package var size: Int?
        /// In pixels; nil where the picture does not say it in its head.
        package var width: Int?
        package var height: Int?
        /// A name for the file.
        package var file: String?
        /// Why there is none: a word of the journal.
        package var reason: String?
        /// What to do about it.
        package var advice: String?
        package init(camera: String, event: UInt64, milliseconds: Int64) {
            self.camera = camera
            self.event = event
            self.milliseconds = milliseconds
        }
    }
}
