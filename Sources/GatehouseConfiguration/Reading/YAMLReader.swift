internal import GatehouseCore
internal import CYAML
internal import Glibc

/// Reads the strict part of YAML that a configuration needs: scalars, lists and groups of keys. Anchors, aliases, tags,
/// directives, duplicate keys, several documents and deep nesting are errors; each would let a file say something else
/// than it seems to.
package enum YAMLReader {
    package static let sizeLimit = 1 << 20
    package static let depthLimit = 32
    package static let keyLimit = 128

    /// Reads a file. Nil when it cannot be read as YAML at all; then, and often otherwise, `errors` says why.
    package static func read(path: String, into errors: ConfigurationErrors) -> YAMLNode? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
        guard descriptor >= 0 else {
            errors.add(Sentence("cannot be opened: \(String(cString: strerror(errno)))"), at: .start)
            return nil
        }
        defer { close(descriptor) }
        var octets: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while octets.count <= sizeLimit {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                errors.add(Sentence("cannot be read: \(String(cString: strerror(errno)))"), at: .start)
                return nil
            }
            if count == 0 { break }
            octets += piece.prefix(count)
        }
        return read(octets, into: errors)
    }

    /// Reads a text.
    package static func read(_ octets: [UInt8], into errors: ConfigurationErrors) -> YAMLNode? {
        guard octets.count <= sizeLimit else {
            errors.add(Sentence("is larger than \(sizeLimit >> 20) MiB"), at: .start)
            return nil
        }
        // a byte order mark is no character of the first line
        let text = octets.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(octets.dropFirst(3)) : octets
        guard !text.isEmpty else {
            errors.add(Sentence("is empty"), at: .start)
            return nil
        }
        guard isText(text, errors) else { return nil }
        return text.withUnsafeBufferPointer { EventReader(errors: errors).read($0) }
    }

    /// Whether the octets are UTF-8 without control characters. Checked here, for libyaml gives no line for those.
    private static func isText(_ octets: [UInt8], _ errors: ConfigurationErrors) -> Bool {
        var position = TextPosition.start
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = octets.makeIterator()
        while true {
            switch parser.parseScalar(from: &iterator) {
            case .emptyInput: return true
            case .error:
                errors.add(Sentence("is not valid UTF-8"), at: position, suggestion: Sentence("save the file as UTF-8"))
                return false
            case .valid(let encoded):
                let value = Unicode.UTF8.decode(encoded).value
                if value == 0x0A {
                    position = TextPosition(line: position.line + 1, column: 1)
                } else if isAllowed(value) {
                    position.column += 1
                } else {
                    errors.add(Sentence("the character U+\(hexadecimal(value)) is not allowed"), at: position)
                    return false
                }
            }
        }
    }

    private static func isAllowed(_ value: UInt32) -> Bool {
        switch value {
        case 0x09, 0x0D, 0x85: true
        case 0..<0x20, 0x7F..<0xA0, 0xFEFF, 0xFFFE, 0xFFFF: false
        default: true
        }
    }

    private static func hexadecimal(_ value: UInt32) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}

/// One pass over libyaml's events. A class because libyaml's parser points into itself and has to stay where it is.
private final class EventReader {
    private let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    private let errors: ConfigurationErrors
    private var event = yaml_event_t()
    private var octets = UnsafeBufferPointer<UInt8>(start: nil, count: 0)

    /// The reading ends here; the reason was added to `errors`.
    private struct Stop: Error {}

    init(errors: ConfigurationErrors) {
        self.errors = errors
        precondition(yaml_parser_initialize(parser) == 1, "no memory for a parser")
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    }

    deinit {
        yaml_event_delete(&event)
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    func read(_ octets: UnsafeBufferPointer<UInt8>) -> YAMLNode? {
        self.octets = octets
        yaml_parser_set_input_string(parser, octets.baseAddress, octets.count)
        do throws(Stop) {
            try next()  // the stream's start
            try next()
            guard event.type != YAML_STREAM_END_EVENT else {
                errors.add(Sentence("is empty"), at: .start)
                return nil
            }
            if event.data.document_start.version_directive != nil
                || event.data.document_start.tag_directives.start != event.data.document_start.tag_directives.end
            {
                errors.add(
                    Sentence("directives are not used here"), at: position,
                    suggestion: Sentence("remove the line that begins with '%'"))
            }
            try next()
            let root = try node(depth: 1)
            try next()  // the document's end
            try next()
            if event.type != YAML_STREAM_END_EVENT {
                errors.add(
                    Sentence("a second document begins here"), at: position, suggestion: Sentence("remove the '---'"))
            }
            return root
        } catch {
            return nil
        }
    }

    private var position: TextPosition { TextPosition(event.start_mark) }

    private func next() throws(Stop) {
        yaml_event_delete(&event)
        guard yaml_parser_parse(parser, &event) == 1 else {
            reportSyntax()
            throw Stop()
        }
    }

    private func node(depth: Int) throws(Stop) -> YAMLNode {
        let position = position
        guard depth <= YAMLReader.depthLimit else {
            errors.add(Sentence("nested deeper than \(YAMLReader.depthLimit) levels"), at: position)
            throw Stop()
        }
        switch event.type {
        case YAML_SCALAR_EVENT:
            refuseProperties(anchor: event.data.scalar.anchor, tag: event.data.scalar.tag)
            let scalar = event.data.scalar
            let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            return YAMLNode(.scalar(text, isQuoted: scalar.style != YAML_PLAIN_SCALAR_STYLE), at: position)
        case YAML_SEQUENCE_START_EVENT:
            refuseProperties(anchor: event.data.sequence_start.anchor, tag: event.data.sequence_start.tag)
            var items: [YAMLNode] = []
            try next()
            while event.type != YAML_SEQUENCE_END_EVENT {
                items.append(try node(depth: depth + 1))
                try next()
            }
            return YAMLNode(.sequence(items), at: position)
        case YAML_MAPPING_START_EVENT:
            refuseProperties(anchor: event.data.mapping_start.anchor, tag: event.data.mapping_start.tag)
            return YAMLNode(.mapping(try entries(depth: depth)), at: position)
        case YAML_ALIAS_EVENT:
            errors.add(
                Sentence("aliases (*) are not used here"), at: position, suggestion: Sentence("write the value out"))
            return YAMLNode(.refused, at: position)
        default:
            preconditionFailure("libyaml gave event \(event.type.rawValue) where a node begins")
        }
    }

    private func entries(depth: Int) throws(Stop) -> [YAMLNode.Entry] {
        var entries: [YAMLNode.Entry] = []
        var lines: [String: Int] = [:]
        try next()
        while event.type != YAML_MAPPING_END_EVENT {
            let key = try node(depth: depth + 1)
            try next()
            let value = try node(depth: depth + 1)
            try next()
            switch key.content {
            case .scalar("", _): errors.add(Sentence("a key is missing before the ':'"), at: key.position)
            case .scalar(let name, _) where name.utf8.count > YAMLReader.keyLimit:
                errors.add(Sentence("a key is longer than \(YAMLReader.keyLimit) octets"), at: key.position)
            case .scalar(let name, _):
                if let line = lines[name] {
                    errors.add(
                        Sentence("the key \(name.shown) stands here again, first in line \(line)"), at: key.position)
                } else {
                    lines[name] = key.position.line
                    entries.append(YAMLNode.Entry(key: name, keyPosition: key.position, value: value))
                }
            case .sequence, .mapping: errors.add(Sentence("a key must be plain text"), at: key.position)
            case .refused: break
            }
        }
        return entries
    }

    private func refuseProperties(anchor: UnsafeMutablePointer<UInt8>?, tag: UnsafeMutablePointer<UInt8>?) {
        if anchor != nil {
            errors.add(
                Sentence("anchors (&) are not used here"), at: position,
                suggestion: Sentence("write the value out each time"))
        }
        if tag != nil {
            errors.add(
                Sentence("tags (!) are not used here"), at: position,
                suggestion: Sentence("remove the tag; values are read as needed"))
        }
    }

    private func reportSyntax() {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "cannot be read"
        let context = parser.pointee.context.map { " \(String(cString: $0))" } ?? ""
        let position = TextPosition(parser.pointee.problem_mark)
        let suggestion = isTab(at: position) ? Sentence("indent with spaces, not with tabs") : nil
        errors.add(Sentence(verbatim: problem + context), at: position, suggestion: suggestion)
    }

    private func isTab(at position: TextPosition) -> Bool {
        let lines = octets.split(separator: 0x0A, maxSplits: position.line, omittingEmptySubsequences: false)
        guard position.line <= lines.count else { return false }
        return String(decoding: lines[position.line - 1], as: UTF8.self).unicodeScalars
            .dropFirst(position.column - 1).first == "\t"
    }
}

extension TextPosition {
    fileprivate init(_ mark: yaml_mark_t) { self.init(line: mark.line + 1, column: mark.column + 1) }
}

extension String {
    /// The text in quotes for a message: cut, and on one line.
    var shown: String {
        let limit = 40
        let characters = unicodeScalars.prefix(limit).map { $0.value < 0x20 ? " " : String($0) }
        return "'" + characters.joined() + (unicodeScalars.count > limit ? "…'" : "'")
    }
}
