/// Scalars of a text that do something to whoever reads it: control characters, and marks that nobody sees and that turn
/// or hide what stands around them.
package enum HarmfulText {
    package static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0xFFFE, 0xFFFF: true
        default: isHidden(scalar)
        }
    }

    /// Marks of direction, and what has no width and joins nothing.
    package static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x061C, 0x200B, 0x200E, 0x200F, 0x202A...0x202E, 0x2060, 0x2066...0x2069, 0xFEFF: true
        default: false
        }
    }
}
