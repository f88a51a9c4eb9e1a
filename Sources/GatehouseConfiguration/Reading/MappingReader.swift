package import GatehouseCore

/// Reads the keys of one group and notes everything that is wrong. Ask for each key that the group may have; what nobody
/// asked for is reported as unknown when the group is done. A class because it remembers what was asked.
///
///     let port = reader.group("serial") { serial in
///         SerialSettings(
///             path: serial.required("path", .path, placeholder: ""),
///             baud: serial.optional("baud", .integer(in: 300...921_600), default: 9600))
///     }
///
/// A value that is wrong is replaced by its placeholder or default, so that reading goes on and finds the next error. The
/// result of a reading with errors must not be used: `ConfigurationErrors.throwIfAny` comes first.
package final class MappingReader {
    private let entries: [YAMLNode.Entry]
    private let errors: ConfigurationErrors
    private var asked: Set<String> = []
    private var missing: [String] = []
    private var isLeft = false
    /// Where the group begins.
    package let position: TextPosition

    private init(_ entries: [YAMLNode.Entry], at position: TextPosition, _ errors: ConfigurationErrors) {
        self.entries = entries
        self.position = position
        self.errors = errors
    }

    /// Reads a node that must be a group of keys. `what` names it in messages.
    package static func read<Result>(
        _ node: YAMLNode, what: Sentence, errors: ConfigurationErrors, _ body: (MappingReader) -> Result?
    ) -> Result? {
        let entries: [YAMLNode.Entry]
        switch node.content {
        case .mapping(let found): entries = found
        case .refused: return nil
        case .scalar where node.isAbsent: entries = []
        case .scalar, .sequence:
            errors.add(Sentence("\(what) must be a group of keys, not \(node.kind)"), at: node.position)
            return nil
        }
        let reader = MappingReader(entries, at: node.position, errors)
        let result = body(reader)
        reader.finish()
        return result
    }

    // MARK: Single values

    /// A key that must be there. Nil after an error.
    package func required<Value>(_ key: String, _ type: ScalarType<Value>) -> Value? {
        guard let value = value(of: key) else {
            missing.append(key)
            return nil
        }
        return scalar(value, key, type)
    }

    /// A key that must be there. After an error the placeholder stands in, so that reading can go on.
    package func required<Value>(_ key: String, _ type: ScalarType<Value>, placeholder: Value) -> Value {
        required(key, type) ?? placeholder
    }

    /// A key that may be left out. Nil when it was, and after an error.
    package func optional<Value>(_ key: String, _ type: ScalarType<Value>) -> Value? {
        value(of: key).flatMap { scalar($0, key, type) }
    }

    package func optional<Value>(_ key: String, _ type: ScalarType<Value>, default fallback: Value) -> Value {
        optional(key, type) ?? fallback
    }

    // MARK: Lists and groups

    /// A list of single values. One value alone is no list. Missing, it is empty, unless `count` wants more.
    package func list<Value>(
        _ key: String, of type: ScalarType<Value>, count: ClosedRange<Int> = 0...1000
    ) -> [Value] {
        items(key, count: count).compactMap { scalar($0, key, type) }
    }

    /// A list of groups, each beginning with a dash.
    package func groups<Result>(
        _ key: String, count: ClosedRange<Int> = 0...1000, _ body: (MappingReader) -> Result?
    ) -> [Result] {
        items(key, count: count).compactMap {
            Self.read($0, what: Sentence("an item of '\(key)'"), errors: errors, body)
        }
    }

    /// A group that may be left out. Nil when it was. A group without keys (`journal:`) is read, all defaults.
    package func group<Result>(_ key: String, _ body: (MappingReader) -> Result?) -> Result? {
        value(of: key).flatMap { Self.read($0, what: Sentence("'\(key)'"), errors: errors, body) }
    }

    package func requiredGroup<Result>(_ key: String, _ body: (MappingReader) -> Result?) -> Result? {
        guard entry(key) != nil else {
            asked.insert(key)
            missing.append(key)
            return nil
        }
        return group(key, body)
    }

    /// A group whose keys are names chosen by the installer, each with a group of its own. In the order of the text.
    package func namedGroups<Name, Result>(
        _ key: String, names: ScalarType<Name>, count: ClosedRange<Int> = 0...1000,
        _ body: (Name, MappingReader) -> Result?
    ) -> [(name: Name, value: Result)] {
        guard let node = value(of: key) else {
            if count.lowerBound > 0 { missing.append(key) }
            return []
        }
        guard case .mapping(let entries) = node.content else {
            if node.isAbsent {
                check(0, count, key, at: node.position)
            } else if node.content != .refused {
                errors.add(Sentence("'\(key)' must be a group of named groups, not \(node.kind)"), at: node.position)
            }
            return []
        }
        check(entries.count, count, key, at: node.position)
        return entries.compactMap { entry in
            let name: Name
            do throws(ScalarProblem) {
                name = try names.parse(entry.key)
            } catch {
                errors.add(error.message, at: entry.keyPosition, suggestion: error.suggestion)
                return nil
            }
            return Self.read(entry.value, what: Sentence("'\(entry.key)'"), errors: errors) { body(name, $0) }
                .map { (name, $0) }
        }
    }

    // MARK: What the schema finds out itself

    /// Notes at a key's value that it does not fit another one; where the key is not there, at the group.
    package func error(at key: String, _ message: Sentence, suggestion: Sentence? = nil) {
        errors.contradict(message, at: entry(key)?.value.position ?? position, suggestion: suggestion)
    }

    /// Notes at a key's value that it is wrong by itself, whatever else stands in the file.
    package func fault(at key: String, _ message: Sentence, suggestion: Sentence? = nil) {
        errors.add(message, at: entry(key)?.value.position ?? position, suggestion: suggestion)
    }

    /// Notes that the group is wrong by itself.
    package func fault(_ message: Sentence, suggestion: Sentence? = nil) {
        errors.add(message, at: position, suggestion: suggestion)
    }

    /// Notes at a key's value that what it names is not there.
    package func missing(at key: String, _ message: Sentence, suggestion: Sentence? = nil) {
        errors.miss(message, at: entry(key)?.value.position ?? position, suggestion: suggestion)
    }

    /// Notes that the values of the group do not fit each other.
    package func error(_ message: Sentence, suggestion: Sentence? = nil) {
        errors.contradict(message, at: position, suggestion: suggestion)
    }

    /// What other keys the group may have hangs on a value that is wrong: they are not judged.
    package func leaveRest() { isLeft = true }

    /// Whether the key is there, right or wrong.
    package func has(_ key: String) -> Bool {
        asked.insert(key)
        return entry(key) != nil
    }

    /// The keys as they stand in the file, for groups whose keys are names.
    var keys: [String] { entries.map(\.key) }

    /// Where a key's value stands, for checks across groups: the schema keeps it beside the value.
    package func position(of key: String) -> TextPosition { entry(key)?.value.position ?? position }

    // MARK: -

    private func entry(_ key: String) -> YAMLNode.Entry? { entries.first { $0.key == key } }

    private func value(of key: String) -> YAMLNode? {
        asked.insert(key)
        return entry(key)?.value
    }

    private func scalar<Value>(_ node: YAMLNode, _ key: String, _ type: ScalarType<Value>) -> Value? {
        guard case .scalar(let text, _) = node.content else {
            if node.content != .refused {
                errors.add(Sentence("'\(key)' must be a single value, not \(node.kind)"), at: node.position)
            }
            return nil
        }
        guard !node.isAbsent else {
            errors.add(Sentence("'\(key)' has no value"), at: node.position)
            return nil
        }
        do throws(ScalarProblem) {
            return try type.parse(text)
        } catch {
            let message = Sentence("'\(key)': \(error.message)")
            if error.isReference {
                errors.miss(message, at: node.position, suggestion: error.suggestion)
            } else {
                errors.add(message, at: node.position, suggestion: error.suggestion)
            }
            return nil
        }
    }

    private func items(_ key: String, count: ClosedRange<Int>) -> [YAMLNode] {
        guard let node = value(of: key) else {
            if count.lowerBound > 0 { missing.append(key) }
            return []
        }
        guard case .sequence(let items) = node.content else {
            if node.content != .refused {
                let suggestion =
                    node.isAbsent ? Sentence("write '[]' for an empty list") : Sentence("begin each item with '- '")
                errors.add(
                    Sentence("'\(key)' must be a list, not \(node.kind)"), at: node.position, suggestion: suggestion)
            }
            return []
        }
        check(items.count, count, key, at: node.position)
        return items
    }

    private func check(_ found: Int, _ count: ClosedRange<Int>, _ key: String, at position: TextPosition) {
        guard !count.contains(found) else { return }
        let bound =
            found < count.lowerBound
            ? Sentence("at least \(count.lowerBound)") : Sentence("at most \(count.upperBound)")
        errors.add(Sentence("'\(key)' has \(found) items; it must have \(bound)"), at: position)
    }

    /// Reports unknown and missing keys. A missing key that an unknown one seems to mean is reported once.
    private func finish() {
        let present = Set(entries.map(\.key))
        let free = asked.subtracting(present)
        var meant: Set<String> = []
        for entry in entries where !isLeft && !asked.contains(entry.key) {
            let nearest = Nearest.match(for: entry.key, among: free)
            if let nearest { meant.insert(nearest) }
            var suggestion = nearest.map { Sentence("did you mean '\($0)'?") }
            if suggestion == nil, Nearest.match(for: entry.key, among: asked) == nil, (1...12).contains(asked.count) {
                suggestion = Sentence("known here: \(asked.sorted())")
            }
            errors.add(Sentence("unknown key \(entry.key.shown)"), at: entry.keyPosition, suggestion: suggestion)
        }
        for key in missing where !meant.contains(key) { errors.add(Sentence("'\(key)' is missing"), at: position) }
    }
}
