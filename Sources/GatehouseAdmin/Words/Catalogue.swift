package import GatehouseCore

/// The sentences of one language, by their English text. Read from `zh.po`, which is a file of gettext's form: any tool of
/// that form edits and checks it.
package struct Catalogue: Sendable {
    package private(set) var texts: [String: String] = [:]
    /// Lines that could not be read, for the test that holds the file.
    package private(set) var faults: [String] = []

    package static let chinese = Catalogue(PackageResources.zh_po)

    package init(_ octets: [UInt8]) {
        var id: String?
        var text: String?
        func entryEnds() {
            // The head of the file has an empty name.
            if let id, let text, !id.isEmpty {
                if texts.updateValue(text, forKey: id) != nil { faults.append("twice: \(id)") }
            }
        }
        for (number, line) in String(decoding: octets, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false
        ).enumerated() {
            let line = line.drop { $0 == " " }
            if line.isEmpty || line.first == "#" { continue }
            let isName = line.hasPrefix("msgid ")
            let isText = line.hasPrefix("msgstr ")
            guard let first = line.firstIndex(of: "\""), let piece = Self.unquoted(line[first...]),
                isName || isText || first == line.startIndex
            else {
                faults.append("line \(number + 1)")
                continue
            }
            if isName {
                entryEnds()
                (id, text) = (piece, nil)
            } else if isText {
                text = piece
            } else if text != nil {
                text! += piece
            } else {
                id = (id ?? "") + piece
            }
        }
        entryEnds()
    }

    private static func unquoted(_ text: Substring) -> String? {
        guard text.count >= 2, text.first == "\"", text.last == "\"" else { return nil }
        var plain = ""
        var isEscaped = false
        for character in text.dropFirst().dropLast() {
            if isEscaped {
                plain.append(character == "n" ? "\n" : character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else {
                plain.append(character)
            }
        }
        return isEscaped ? nil : plain
    }
}

extension Sentence {
    /// The sentence as somebody reads it. What the catalogue lacks is shown in English.
    package func text(in language: Language) -> String {
        switch language {
        case .english: english
        case .chinese: text(list: "、") { Catalogue.chinese.texts[$0] }
        }
    }
}
