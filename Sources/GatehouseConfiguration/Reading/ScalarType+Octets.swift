internal import GatehouseCore

extension ScalarType where Value == ClosedRange<Int> {
    /// `9-24` or `7`: bits counted from 0, both ends included.
    static var bits: Self { range(below: BitString.capacity) }

    static func range(below bound: Int) -> Self {
        ScalarType { text throws(ScalarProblem) in
            let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { part -> Int? in
                let isPlain =
                    !part.isEmpty && part.utf8.count <= 4 && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
                return isPlain && (part.first != "0" || part.count == 1) ? Int(part) : nil
            }
            guard let first = parts[0], let last = parts.count == 1 ? first : parts[1], parts.count <= 2 else {
                throw ScalarProblem(
                    Sentence("\(text.shown) is no range"), suggestion: Sentence("write it as '9-24', from 0"))
            }
            guard first <= last else { throw ScalarProblem(Sentence("\(text.shown) runs backwards")) }
            guard last < bound else { throw ScalarProblem(Sentence("\(text.shown) goes past \(bound - 1)")) }
            return first...last
        }
    }
}

/// A run of octets of a frame; `last` nil goes up to the check.
struct OctetField: Hashable {
    var first: Int
    var last: Int?
}

extension ScalarType where Value == OctetField {
    /// `1-10`, or `1-` for all that is left.
    static func octets(below bound: Int) -> Self {
        let whole = ScalarType<ClosedRange<Int>>.range(below: bound)
        return ScalarType { text throws(ScalarProblem) in
            let isOpen = text.hasSuffix("-")
            let range = try whole.parse(isOpen ? String(text.dropLast()) : text)
            return OctetField(first: range.lowerBound, last: isOpen ? nil : range.upperBound)
        }
    }
}

extension ScalarType where Value == [UInt8] {
    /// An even number of hexadecimal digits for a known number of octets.
    static func hexadecimal(octets: Int) -> Self { hexadecimal(octets: octets...octets) }

    static func hexadecimal(octets: ClosedRange<Int>) -> Self {
        ScalarType { text throws(ScalarProblem) in
            let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
            guard digits.count == text.utf8.count, digits.count % 2 == 0, octets.contains(digits.count / 2) else {
                let (least, most) = (octets.lowerBound * 2, octets.upperBound * 2)
                throw ScalarProblem(
                    least == most
                        ? Sentence("must be \(most) hexadecimal digits")
                        : Sentence("must be \(least) to \(most) hexadecimal digits"))
            }
            return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
        }
    }
}
