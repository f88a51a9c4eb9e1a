internal import GatehouseCore

// Pictures of what happened, one at a time.

package struct PictureShow: AdminCommand {
    package static let name = CommandName.pictureShow
    package static let entry = CommandEntry.question(.review, Sentence("the picture of an entry"))
    package typealias Item = Piece
    package var event: CountArgument
    /// By this camera of several, or a frame beside that of the moment: `lane`, `lane.before`.
    package var camera: TextArgument?
    package init(event: CountArgument, camera: TextArgument? = nil) {
        self.event = event
        self.camera = camera
    }

    /// Pieces follow one another.
    package struct Piece: Codable, Hashable, Sendable {
        package var data: OctetsArgument
        package init(data: OctetsArgument) { self.data = data }
    }

    package struct Reply: Codable, Hashable, Sendable {
        /// The entry that it is of.
        package var event: UInt64
        package var at: String
        /// Octets of all pieces.
        package var size: Int
        /// A name for the file: the number of the entry, and what kind of picture it is.
        package var file: String
        /// All cameras that have a picture of it.
        package var cameras: [String]
        package init(event: UInt64, at: String, size: Int, file: String, cameras: [String]) {
            self.cameras = cameras
            self.event = event
            self.at = at
            self.size = size
            self.file = file
        }
    }
}
