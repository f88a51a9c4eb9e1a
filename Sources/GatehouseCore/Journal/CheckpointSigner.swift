/// Reads heads of one log, as a closure: the store knows no key.
package struct CheckpointReader: Sendable {
    /// `SITE/journal/EPOCH`: a restore begins another log, because its tree lacks leaves that the old one has signed.
    package let origin: String
    /// What a note of this log says; nil where the key did not sign it, or it is another log's.
    package let open: @Sendable (_ note: [UInt8]) -> (size: UInt64, root: [UInt8])?

    package init(origin: String, open: @escaping @Sendable ([UInt8]) -> (size: UInt64, root: [UInt8])?) {
        self.origin = origin
        self.open = open
    }

    /// The name of the log that a site keeps in an epoch.
    package static func origin(site: String, epoch: UInt64) -> String { "\(site)/journal/\(epoch)" }
}

/// Signs heads of one log too.
package struct CheckpointSigner: Sendable {
    package let reader: CheckpointReader
    /// The signed note over so many entries and their root.
    package let sign: @Sendable (_ size: UInt64, _ root: [UInt8]) throws -> [UInt8]

    package init(reader: CheckpointReader, sign: @escaping @Sendable (UInt64, [UInt8]) throws -> [UInt8]) {
        self.reader = reader
        self.sign = sign
    }
}

/// Whose words below a head count, as closures.
package struct CheckpointWitnesses: Sendable {
    /// The note with a witness's line below it; nil where that witness is not asked here, or its line does not fit.
    package let add: @Sendable (_ note: [UInt8], _ witness: String, _ line: String) -> [UInt8]?
    /// Whether enough have signed.
    package let areEnough: @Sendable (_ note: [UInt8]) -> Bool

    package init(
        add: @escaping @Sendable ([UInt8], String, String) -> [UInt8]?,
        areEnough: @escaping @Sendable ([UInt8]) -> Bool
    ) {
        self.add = add
        self.areEnough = areEnough
    }
}
