internal import GatehouseCrypto

/// A picture as it is stored: sealed, with what is known of what it holds. The clear one is nowhere on disk.
package struct TakenPicture: Hashable, Sendable {
    package var file: [UInt8]
    /// Octets and SHA-256 of the picture itself.
    package var size: Int
    package var digest: [UInt8]

    package init(_ picture: [UInt8], file: [UInt8]) {
        self.file = file
        size = picture.count
        digest = Hash.sha256(picture)
    }

    /// Sealed to the public key of the site.
    package init(_ picture: [UInt8], sealedTo key: [UInt8]) throws {
        self.init(picture, file: try PictureSeal.seal(picture, to: key))
    }
}
