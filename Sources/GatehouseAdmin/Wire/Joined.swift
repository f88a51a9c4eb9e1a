/// Two values whose members stand side by side in one object.
package struct Joined<First: Codable & Hashable & Sendable, Second: Codable & Hashable & Sendable>: Codable, Hashable,
    Sendable
{
    package var first: First
    package var second: Second
    package init(_ first: First, _ second: Second) {
        self.first = first
        self.second = second
    }
    package init(from decoder: any Decoder) throws {
        first = try First(from: decoder)
        second = try Second(from: decoder)
    }
    package func encode(to encoder: any Encoder) throws {
        try first.encode(to: encoder)
        try second.encode(to: encoder)
    }
}
