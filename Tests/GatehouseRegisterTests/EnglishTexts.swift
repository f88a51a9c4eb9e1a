import GatehouseCore
import GatehouseRegister

// Tests compare English.

extension FieldProblem {
    var text: String { sentence.english }
}

extension RegistryImport.Problem {
    var text: String { sentence.english }
}

extension Sentence {
    func contains(_ text: String) -> Bool { english.contains(text) }
    func hasPrefix(_ text: String) -> Bool { english.hasPrefix(text) }
    func hasSuffix(_ text: String) -> Bool { english.hasSuffix(text) }
    static func == (left: Sentence, right: String) -> Bool { left.english == right }
}
