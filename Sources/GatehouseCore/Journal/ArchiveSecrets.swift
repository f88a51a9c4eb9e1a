/// What a hand-over archive needs of cryptography, as closures.
package enum ArchiveSecrets {
    /// SHA-256 of what comes piece by piece.
    package struct Running {
        package var update: ([UInt8]) -> Void
        package var finish: () -> [UInt8]
        package init(update: @escaping ([UInt8]) -> Void, finish: @escaping () -> [UInt8]) {
            self.update = update
            self.finish = finish
        }
    }

    /// For whoever makes one: a content key of this archive alone, in an envelope for the receiver, and the site's
    /// signature.
    package struct Making {
        package var envelope: [UInt8]
        /// SHA-256 of the receiver's certificate.
        package var receiver: [UInt8]
        /// The Ed25519 key that the receiver compares with what the old operator tells on another way.
        package var publicKey: [UInt8]
        package var seal: (_ plain: [UInt8], _ associated: [UInt8]) throws -> [UInt8]
        package var sign: (_ message: [UInt8]) throws -> [UInt8]
        package var running: () -> Running

        package init(
            envelope: [UInt8], receiver: [UInt8], publicKey: [UInt8],
            seal: @escaping ([UInt8], [UInt8]) throws -> [UInt8], sign: @escaping ([UInt8]) throws -> [UInt8],
            running: @escaping () -> Running
        ) {
            self.envelope = envelope
            self.receiver = receiver
            self.publicKey = publicKey
            self.seal = seal
            self.sign = sign
            self.running = running
        }
    }

    /// For whoever reads one.
    package struct Reading {
        package typealias Open = (_ sealed: [UInt8], _ associated: [UInt8]) -> [UInt8]?
        package var verify: (_ message: [UInt8], _ signature: [UInt8], _ publicKey: [UInt8]) -> Bool
        /// Opens the envelope; nil where only the outside of the archive is looked at.
        package var open: ((_ envelope: [UInt8]) throws -> Open)?
        package var running: () -> Running

        package init(
            verify: @escaping ([UInt8], [UInt8], [UInt8]) -> Bool, open: (([UInt8]) throws -> Open)?,
            running: @escaping () -> Running
        ) {
            self.verify = verify
            self.open = open
            self.running = running
        }
    }
}
