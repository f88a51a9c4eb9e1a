internal import GatehouseAdmin
package import GatehouseCore

/// What is wrong with one text that somebody gave, and which text it is: the name of a column, which is the name of the
/// argument too.
package struct FieldProblem: Error, Hashable, Sendable {
    package var field: String
    package var message: Sentence
    /// The stable word of commands.
    package var code: String

    package init(_ field: String, _ message: Sentence, code: String = "malformed") {
        self.field = field
        self.message = message
        self.code = code
    }

    package var sentence: Sentence { Sentence("\(field): \(message)") }
}

/// Texts that people type and others read: no control characters, nothing that turns the direction of writing.
package enum TextRule {
    package static let longest = 256

    /// The text when it may stand on the register. What stands there already stays, however it came there.
    static func checked(
        _ text: String, _ field: String, longest: Int = longest, kept old: String? = nil
    ) throws(FieldProblem) -> String {
        if let old, old == text { return old }
        let trimmed = ImportText.trimmed(text)
        if let old, old == trimmed { return old }
        if trimmed.isEmpty { throw FieldProblem(field, Sentence("is empty")) }
        guard trimmed.utf8.count <= longest else {
            throw FieldProblem(field, Sentence("is longer than \(longest) octets"))
        }
        // Most texts have nothing that has to be looked up.
        if trimmed.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return trimmed }
        if let fault = fault(of: trimmed) { throw FieldProblem(field, fault) }
        return trimmed
    }

    /// What must not stand in the text; nil when nothing does.
    package static func fault(of text: String) -> Sentence? {
        for scalar in text.unicodeScalars where HarmfulText.isHarmful(scalar) {
            let code = String(scalar.value, radix: 16, uppercase: true)
            let name = "U+\(String(repeating: "0", count: max(0, 4 - code.count)))\(code)"
            return HarmfulText.isHidden(scalar)
                ? Sentence("holds a mark that nobody sees and that turns or hides text (\(name))")
                : Sentence("holds a control character (\(name))")
        }
        return nil
    }

    /// A whole number as people write it: ASCII digits and nothing else. Nil for anything beyond the limit.
    package static func number(_ text: String, atMost limit: UInt64) -> UInt64? {
        guard (1...20).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }),
            let number = UInt64(text), number <= limit
        else { return nil }
        return number
    }
}
