internal import COpenSSL

/// Something that OpenSSL refused: what was tried, and its own words.
package struct CryptoError: Error, CustomStringConvertible, Sendable {
    package let attempt: String
    package let detail: String

    /// Takes the latest words out of OpenSSL's queue of this thread and empties it.
    init(_ attempt: String) {
        self.attempt = attempt
        let code = ERR_peek_last_error()
        var text = [CChar](repeating: 0, count: 256)
        ERR_error_string_n(code, &text, text.count)
        ERR_clear_error()
        detail =
            code == 0
            ? "refused" : String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    init(_ attempt: String, detail: String) {
        self.attempt = attempt
        self.detail = detail
    }

    package var description: String { "\(attempt): \(detail)" }
}
