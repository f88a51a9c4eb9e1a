/// A text with signatures below it, as C2SP signed-note has it: the text, an empty line, and lines of an em dash, a name and base64.
package struct SignedNote: Hashable, Sendable {
    package struct Signature: Hashable, Sendable {
        package var name: String
        /// The four octets that name the key.
        package var id: [UInt8]
        package var octets: [UInt8]

        package init(name: String, id: [UInt8], octets: [UInt8]) {
            self.name = name
            self.id = id
            self.octets = octets
        }

        package var line: String { "\u{2014} \(name) \(Base64.encode(id + octets))\n" }
    }

    /// A note of 64 signatures of the longest kind, of 2,420 octets, has 210 KB.
    package static let octetLimit = 262_144
    package static let signatureLimit = 64

    /// With its last line end: what is signed.
    package let text: String
    package var signatures: [Signature]

    package init(text: String, signatures: [Signature]) {
        self.text = text
        self.signatures = signatures
    }

    package init(_ octets: [UInt8]) throws(EvidenceFault) {
        guard octets.count <= Self.octetLimit else { throw EvidenceFault(.note, .tooLong) }
        if let place = octets.firstIndex(where: { $0 < 0x20 && $0 != 0x0A }) {
            throw EvidenceFault(.note, .controlCharacter, line: octets[..<place].count { $0 == 0x0A } + 1)
        }
        guard String(validating: octets, as: UTF8.self) != nil else { throw EvidenceFault(.note, .notUTF8) }
        guard octets.last == 0x0A else { throw EvidenceFault(.note, .noLastLineEnd) }
        // The last empty line splits: a text may hold others.
        guard let place = octets.indices.dropFirst().last(where: { octets[$0] == 0x0A && octets[$0 - 1] == 0x0A }),
            place >= 2
        else { throw EvidenceFault(.note, .noEmptyLine) }
        guard place + 1 < octets.count else { throw EvidenceFault(.note, .noSignature) }
        let above = octets[..<place].count { $0 == 0x0A } + 1
        let lines = octets[(place + 1)...].dropLast().split(separator: 0x0A, omittingEmptySubsequences: false)
        guard lines.count <= Self.signatureLimit else { throw EvidenceFault(.note, .tooManySignatures) }
        text = String(decoding: octets[..<place], as: UTF8.self)
        signatures = []
        for (index, line) in lines.enumerated() {
            do throws(EvidenceFault) { signatures.append(try Signature(line)) } catch {
                throw error.after(lines: above + index)
            }
        }
    }

    /// The notes of a file that several were written into, one behind the other, with or without empty lines between them. The line of a
    /// fault is that of its note.
    package static func several(_ octets: [UInt8]) throws(EvidenceFault) -> [SignedNote] {
        let dash = Array("\u{2014} ".utf8)
        var notes: [SignedNote] = []
        var current: [UInt8] = []
        var isSigned = false
        for line in octets.split(separator: 0x0A, omittingEmptySubsequences: false) {
            if isSigned, !line.starts(with: dash) {
                notes.append(try SignedNote(current))
                (current, isSigned) = ([], false)
            }
            if current.isEmpty, line.isEmpty { continue }
            current += line + [0x0A]
            isSigned = line.starts(with: dash)
        }
        if !current.isEmpty { notes.append(try SignedNote(current)) }
        return notes
    }

    package var octets: [UInt8] { Array("\(text)\n\(signatures.map(\.line).joined())".utf8) }

    /// The keys that signed, each once, in their order here. Lines of other keys are nobody's business; a line of one of these that does not
    /// fit refuses the whole.
    package func signers(among keys: [NoteKey]) throws(EvidenceFault) -> [NoteKey] {
        let signed = Array(text.utf8)
        let above = text.utf8.count { $0 == 0x0A } + 1
        var found: [NoteKey] = []
        for key in keys {
            let id = key.id
            for (index, line) in signatures.enumerated() where line.name == key.name && line.id == id {
                guard key.fits(line.octets, over: signed) else {
                    throw EvidenceFault(.note, .badSignature, line: above + index + 1)
                }
                if found.last != key { found.append(key) }
            }
        }
        return found
    }
}

extension SignedNote.Signature {
    /// A line without its end. What is wrong stands in line 1.
    package init(_ line: some Collection<UInt8>) throws(EvidenceFault) {
        let parts = line.split(separator: 0x20, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].elementsEqual("\u{2014}".utf8),
            let name = String(validating: parts[1], as: UTF8.self)
        else { throw EvidenceFault(.note, .notASignatureLine, line: 1) }
        guard NoteKey.isName(name) else { throw EvidenceFault(.note, .notAName, line: 1) }
        guard let blob = Base64.decode(String(decoding: parts[2], as: UTF8.self)) else {
            throw EvidenceFault(.note, .notBase64, line: 1)
        }
        guard blob.count > 4 else { throw EvidenceFault(.note, .wrongLength, line: 1) }
        self.init(name: name, id: Array(blob.prefix(4)), octets: Array(blob.dropFirst(4)))
    }
}
