/// The shape of a value of JSON, asked of the type itself: what its `init(from:)` reads. Known arguments are checked by it,
/// and the schema in docs/ is made of it.
package indirect enum Shape: Hashable, Sendable {
    package struct Member: Hashable, Sendable {
        package var name: String
        package var shape: Shape
        package var isOptional: Bool
    }
    case text, integer, number, boolean, anything
    case choice([String])
    case array(Shape)
    /// Members whose names are data.
    case map(Shape)
    case object([Member])

    package static func of<Value: Decodable>(_ type: Value.Type) -> Shape {
        let recorder = ShapeRecorder()
        _ = try? ShapeDecoder(recorder: recorder, codingPath: []).sample(of: type)
        return recorder.shape ?? .anything
    }
}

/// A value that knows its own shape, because it reads more than one.
package protocol Shaped: Decodable {
    static var shape: Shape { get }
    static var shapeSample: Self { get }
}

extension Dictionary: Shaped where Key == String, Value: Decodable {
    package static var shape: Shape { .map(Shape.of(Value.self)) }
    package static var shapeSample: Self { [:] }
}

extension JSON: Shaped {
    package static var shape: Shape { .anything }
    package static var shapeSample: Self { .null }
}

private final class ShapeRecorder {
    var shape: Shape?

    func add(_ name: String, _ member: Shape, isOptional: Bool) {
        var members: [Shape.Member] = []
        if case .object(let known) = shape { members = known }
        if !members.contains(where: { $0.name == name }) {
            members.append(Shape.Member(name: name, shape: member, isOptional: isOptional))
        }
        shape = .object(members)
    }
}

private struct ShapeDecoder: Decoder {
    let recorder: ShapeRecorder
    var codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        if recorder.shape == nil { recorder.shape = .object([]) }
        return KeyedDecodingContainer(Keyed<Key>(recorder: recorder, codingPath: codingPath))
    }
    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        if recorder.shape == nil { recorder.shape = .array(.anything) }
        return Unkeyed(recorder: recorder, codingPath: codingPath)
    }
    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        Single(recorder: recorder, codingPath: codingPath)
    }

    /// A value of the type, with its shape recorded.
    func sample<Value: Decodable>(of type: Value.Type) throws -> Value {
        if let shaped = type as? any Shaped.Type {
            recorder.shape = shaped.shape
            if let value = Self.sample(shaped) as? Value { return value }
        }
        if let argument = type as? any ArgumentValue.Type {
            recorder.shape = .text
            if let value = Self.sample(argument) as? Value { return value }
        }
        if let cases = type as? any (CaseIterable & RawRepresentable).Type, let (shape, first) = Self.choice(cases),
            let value = first as? Value
        {
            recorder.shape = shape
            return value
        }
        let value = try Value(from: self)
        // A type that reads nothing is an object without members.
        if recorder.shape == nil { recorder.shape = .object([]) }
        return value
    }

    private static func sample<Value: Shaped>(_ type: Value.Type) -> Any { type.shapeSample }
    private static func sample<Value: ArgumentValue>(_ type: Value.Type) -> Any { type.sample }
    private static func choice<Value: CaseIterable & RawRepresentable>(_ type: Value.Type) -> (Shape, Any)? {
        guard let first = type.allCases.first, first.rawValue is String else { return nil }
        return (.choice(type.allCases.compactMap { $0.rawValue as? String }), first)
    }

    /// The shape of a type below this one, and a value of it.
    static func child<Value: Decodable>(_ type: Value.Type, _ path: [any CodingKey]) throws -> (Shape, Value) {
        let recorder = ShapeRecorder()
        let value = try ShapeDecoder(recorder: recorder, codingPath: path).sample(of: type)
        return (recorder.shape ?? .anything, value)
    }

    struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let recorder: ShapeRecorder
        var codingPath: [any CodingKey]
        var allKeys: [Key] { [] }
        func contains(_ key: Key) -> Bool { true }
        func decodeNil(forKey key: Key) throws -> Bool { false }

        func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
            let (shape, value) = try ShapeDecoder.child(type, codingPath + [key])
            recorder.add(key.stringValue, shape, isOptional: false)
            return value
        }
        func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
            let (shape, value) = try ShapeDecoder.child(type, codingPath + [key])
            recorder.add(key.stringValue, shape, isOptional: true)
            return value
        }
        // The compiler's conformances ask for these types by name.
        func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? { note(key, .boolean, false) }
        func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? { note(key, .text, "") }
        func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { note(key, .integer, 0) }
        func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? { note(key, .integer, 0) }
        func decodeIfPresent(_ type: UInt32.Type, forKey key: Key) throws -> UInt32? { note(key, .integer, 0) }
        func decodeIfPresent(_ type: UInt64.Type, forKey key: Key) throws -> UInt64? { note(key, .integer, 0) }
        func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? { note(key, .number, 0) }
        private func note<Value>(_ key: Key, _ shape: Shape, _ value: Value) -> Value? {
            recorder.add(key.stringValue, shape, isOptional: true)
            return value
        }

        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type, forKey key: Key
        ) throws -> KeyedDecodingContainer<Nested> { throw unsupported(codingPath) }
        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
            throw unsupported(codingPath)
        }
        func superDecoder() throws -> any Decoder { throw unsupported(codingPath) }
        func superDecoder(forKey key: Key) throws -> any Decoder { throw unsupported(codingPath) }
    }

    struct Unkeyed: UnkeyedDecodingContainer {
        let recorder: ShapeRecorder
        var codingPath: [any CodingKey]
        let count: Int? = 1
        var isAtEnd: Bool { currentIndex > 0 }
        var currentIndex = 0
        mutating func decodeNil() throws -> Bool { false }
        mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
            let (shape, value) = try ShapeDecoder.child(type, codingPath)
            recorder.shape = .array(shape)
            currentIndex += 1
            return value
        }
        mutating func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type
        ) throws -> KeyedDecodingContainer<Nested> { throw unsupported(codingPath) }
        mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { throw unsupported(codingPath) }
        mutating func superDecoder() throws -> any Decoder { throw unsupported(codingPath) }
    }

    struct Single: SingleValueDecodingContainer {
        let recorder: ShapeRecorder
        var codingPath: [any CodingKey]
        func decodeNil() -> Bool { false }
        func decode(_ type: Bool.Type) throws -> Bool { note(.boolean, false) }
        func decode(_ type: String.Type) throws -> String { note(.text, "") }
        func decode(_ type: Double.Type) throws -> Double { note(.number, 0) }
        func decode(_ type: Float.Type) throws -> Float { note(.number, 0) }
        func decode(_ type: Int.Type) throws -> Int { note(.integer, 0) }
        func decode(_ type: Int8.Type) throws -> Int8 { note(.integer, 0) }
        func decode(_ type: Int16.Type) throws -> Int16 { note(.integer, 0) }
        func decode(_ type: Int32.Type) throws -> Int32 { note(.integer, 0) }
        func decode(_ type: Int64.Type) throws -> Int64 { note(.integer, 0) }
        func decode(_ type: UInt.Type) throws -> UInt { note(.integer, 0) }
        func decode(_ type: UInt8.Type) throws -> UInt8 { note(.integer, 0) }
        func decode(_ type: UInt16.Type) throws -> UInt16 { note(.integer, 0) }
        func decode(_ type: UInt32.Type) throws -> UInt32 { note(.integer, 0) }
        func decode(_ type: UInt64.Type) throws -> UInt64 { note(.integer, 0) }
        func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
            let (shape, value) = try ShapeDecoder.child(type, codingPath)
            recorder.shape = shape
            return value
        }
        private func note<Value>(_ shape: Shape, _ value: Value) -> Value {
            recorder.shape = shape
            return value
        }
    }
}

private func unsupported(_ path: [any CodingKey]) -> DecodingError {
    .dataCorrupted(.init(codingPath: path, debugDescription: "give the type a shape of its own: Shaped"))
}
