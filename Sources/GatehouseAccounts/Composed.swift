// The one place in the toolchain that composes: FoundationEssentials has it from here too, and shows it to nobody.
@_spi(_Unicode) import Swift

/// Texts in Unicode's form C (UAX #15), so that what two keyboards compose in two ways is one text.
package enum Composed {
    package static func text(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text._nfc { scalars.append(scalar) }
        return String(scalars)
    }
}
