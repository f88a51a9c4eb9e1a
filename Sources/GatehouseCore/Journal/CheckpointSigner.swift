/// Signs the heads of one journal, as closures: the store knows no key.
package struct CheckpointSigner: Sendable {
    /// `SITE/journal/EPOCH`: a restore begins another log, because its tree lacks leaves that the old one has signed.
    package let origin: String
    /// The signed note over so many entries and their root.
    package let sign: @Sendable (_ size: UInt64, _ root: [UInt8]) throws -> [UInt8]
    /// What a note of this log says; nil where the key did not sign it, or it is another log's.
    package let open: @Sendable (_ note: [UInt8]) -> (size: UInt64, root: [UInt8])?

    package init(
        origin: String, sign: @escaping @Sendable (UInt64, [UInt8]) throws -> [UInt8],
        open: @escaping @Sendable ([UInt8]) -> (size: UInt64, root: [UInt8])?
    ) {
        self.origin = origin
        self.sign = sign
        self.open = open
    }

    /// The name of the log that a site keeps in an epoch.
    package static func origin(site: String, epoch: UInt64) -> String { "\(site)/journal/\(epoch)" }
}
