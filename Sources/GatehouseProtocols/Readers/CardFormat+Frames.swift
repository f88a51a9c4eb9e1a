/// Which frames a format takes, as equations: each says that the ones under a mask are even or odd in number. Parity
/// rules, XOR rows and constant bits all are of this kind, so "can these two be told apart" has an exact answer.
extension CardFormat {
    /// One equation; bit 0 of a frame is the lowest bit of the mask.
    struct Equation: Hashable, Sendable {
        var mask: UInt128
        var isOdd: Bool
    }

    var equations: [Equation] {
        func mask(_ bits: some Sequence<Int>) -> UInt128 { bits.reduce(0) { $0 ^ (1 << UInt128($1)) } }
        var found = parities.map { Equation(mask: mask($0.covered + [$0.position]), isOdd: $0.isOdd) }
        found += ones.map { Equation(mask: mask([$0]), isOdd: true) }
        if let xor {
            let size = xor.rawValue
            found += (0..<size).map { Equation(mask: mask(stride(from: $0, to: bitCount, by: size)), isOdd: false) }
        }
        return found
    }

    /// How many of the checks are independent: random bits pass all of them with a chance of 1 in 2 to this power.
    package var checkCount: Int { Self.reduced(equations).count }

    /// Whether the change of these bits, and of no others, goes past every check.
    package func isUndetected(flipping positions: [Int]) -> Bool {
        let flips = positions.reduce(UInt128(0)) { $0 ^ (1 << UInt128($1)) }
        return equations.allSatisfy { ($0.mask & flips).nonzeroBitCount % 2 == 0 }
    }

    /// Whether every frame of this format is a frame of the other: then no card of this one could be told from one of
    /// the other at a reader that may send both. A format that no frame fits is within all others.
    package func isWithin(_ other: CardFormat) -> Bool {
        guard bitCount == other.bitCount else { return false }
        let basis = Self.reduced(equations)
        if basis.contains(where: { $0.mask == 0 }) { return true }
        return other.equations.allSatisfy { equation in
            let rest = Self.rest(of: equation, by: basis)
            return rest.mask == 0 && !rest.isOdd
        }
    }

    /// The checks contradict one another: no card can have this format.
    package var isEmpty: Bool { Self.reduced(equations).contains { $0.mask == 0 } }

    /// An independent set with the same solutions, each with a leading bit that no other has as its own. A mask of 0
    /// stays only where nothing solves them.
    private static func reduced(_ equations: [Equation]) -> [Equation] {
        var basis: [Equation] = []
        for equation in equations {
            let rest = rest(of: equation, by: basis)
            if rest.mask != 0 || rest.isOdd { basis.append(rest) }
        }
        return basis
    }

    /// Each equation of the basis was reduced by those before it, so one pass in their order is enough.
    private static func rest(of equation: Equation, by basis: [Equation]) -> Equation {
        var rest = equation
        for one in basis where one.mask != 0 && rest.mask & (1 << UInt128(127 - one.mask.leadingZeroBitCount)) != 0 {
            rest.mask ^= one.mask
            rest.isOdd = rest.isOdd != one.isOdd
        }
        return rest
    }
}
