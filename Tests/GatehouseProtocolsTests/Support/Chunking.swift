import GatehouseCore
import Testing

/// Gives the same octets to a fresh decoder in every way a serial line may cut them, and expects the same values:
/// whole, octet by octet, every split in two, in threes, and the whole sequence twice in one piece.
func expectEveryChunking<Decoder, Value: Equatable>(
    of octets: [UInt8], gives expected: [Value], _ make: () -> Decoder,
    _ feed: (inout Decoder, [UInt8]) -> [Value], _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    func run(_ chunks: [[UInt8]]) -> [Value] {
        var decoder = make()
        return chunks.flatMap { feed(&decoder, $0) }
    }
    #expect(run([octets]) == expected, comment, sourceLocation: sourceLocation)
    #expect(run(octets.map { [$0] }) == expected, comment, sourceLocation: sourceLocation)
    for cut in 0...octets.count {
        let values = run([Array(octets[..<cut]), Array(octets[cut...])])
        #expect(values == expected, "cut at \(cut)", sourceLocation: sourceLocation)
    }
    let threes = stride(from: 0, to: octets.count, by: 3).map { Array(octets[$0..<min($0 + 3, octets.count)]) }
    #expect(run(threes) == expected, comment, sourceLocation: sourceLocation)
    #expect(run([octets + octets]) == expected + expected, "lumped twice", sourceLocation: sourceLocation)
}

/// Reproducible noise: Sebastiano Vigna's SplitMix64.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension SplitMix64 {
    /// Noise that often looks like the beginning of a frame: half of the octets come from `favourites`.
    mutating func octets(_ count: Int, favourites: [UInt8]) -> [UInt8] {
        (0..<count).map { _ in
            let favourite = favourites.randomElement(using: &self)
            return Bool.random(using: &self) ? UInt8.random(in: 0...255, using: &self) : favourite ?? 0
        }
    }
}

extension MonotonicTime {
    static func milliseconds(_ count: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: count * 1_000_000) }
    static func microseconds(_ count: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: count * 1000) }
}
