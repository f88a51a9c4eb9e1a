internal import COpenSSL

/// Key octets that are wiped when the last owner lets go, and are never printed. A class because the life of the
/// memory is the point.
package final class SecretKey: Sendable, CustomStringConvertible {
    // Written once in init and wiped in deinit, when nobody else can hold it.
    nonisolated(unsafe) private let storage: UnsafeMutableRawBufferPointer

    package init(_ octets: some Collection<UInt8>) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, octets.count), alignment: 16)
        buffer.copyBytes(from: octets)
        storage = UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: octets.count)
    }

    deinit {
        OPENSSL_cleanse(storage.baseAddress, storage.count)
        storage.deallocate()
    }

    package var count: Int { storage.count }
    package var description: String { "key of \(count) octets" }

    func withOctets<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try body(UnsafeRawBufferPointer(storage))
    }

    /// A key for one purpose, made of this one: HMAC-SHA-256 of the label.
    package func derived(for label: String) -> SecretKey { SecretKey(Hash.hmac(Array(label.utf8), key: self)) }
}
