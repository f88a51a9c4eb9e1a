internal import Glibc

/// A call to the system that failed: what was tried, on what, and what came back.
package struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    package var call: String
    package var subject: String
    /// An errno.
    package var code: Int32

    package init(_ call: String, on subject: String, code: Int32) {
        self.call = call
        self.subject = subject
        self.code = code
    }

    package var description: String { "\(call) \(subject): \(Self.message(code))" }

    static func message(_ code: Int32) -> String {
        var text = [CChar](repeating: 0, count: 128)
        guard strerror_r(code, &text, text.count) == 0 else { return "error \(code)" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
