import Testing

@testable import GatehouseConsole

/// Colours by the style sheet itself (WCAG 2.2, 1.4.3 and 1.4.6): text has 7:1, and what is a form alone 3:1.
@Suite struct ContrastTests {
    /// The variables of each palette: the first is light, the second dark.
    static func palettes() throws -> [[String: UInt32]] {
        let sheet = String(decoding: PackageResources.page_css, as: UTF8.self)
        return sheet.split(separator: "}").filter { $0.contains("--paper: #") && !$0.contains("@media print") }.map {
            block in
            Dictionary(
                block.matches(of: /--([a-z-]+): #([0-9a-f]{6})/).compactMap { match in
                    UInt32(match.2, radix: 16).map { (String(match.1), $0) }
                }, uniquingKeysWith: { one, _ in one })
        }
    }

    private static func luminance(_ colour: UInt32) -> Double {
        let parts = [16, 8, 0].map { shift in
            let part = Double(colour >> UInt32(shift) & 0xFF) / 255
            return part <= 0.04045 ? part / 12.92 : power((part + 0.055) / 1.055)
        }
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    }

    /// To the power of 2.4: the square, times the fifth root of the square.
    private static func power(_ value: Double) -> Double {
        let square = value * value
        var root = 1.0
        for _ in 0..<60 { root -= (root * root * root * root * root - square) / (5 * root * root * root * root) }
        return square * root
    }

    static func contrast(_ one: UInt32, _ other: UInt32) -> Double {
        let (one, other) = (luminance(one), luminance(other))
        return (max(one, other) + 0.05) / (min(one, other) + 0.05)
    }

    @Test func textCanBeReadInEveryPalette() throws {
        #expect(abs(Self.contrast(0, 0xFFFFFF) - 21) < 0.01 && abs(Self.contrast(0x767676, 0xFFFFFF) - 4.54) < 0.01)
        let palettes = try Self.palettes()
        #expect(palettes.count == 3, "light, dark by the machine, dark by the account")
        #expect(palettes[1] == palettes[2])
        let texts = [
            ("ink", "paper"), ("ink", "surface"), ("ink", "fill"), ("ink", "blue-fill"), ("soft", "paper"),
            ("soft", "surface"), ("blue", "paper"),
            ("blue", "surface"), ("on-blue", "blue"), ("amber", "amber-fill"), ("amber", "surface"),
            ("red", "red-fill"), ("red", "surface"),
        ]
        for palette in palettes {
            for (text, ground) in texts {
                let contrast = Self.contrast(try #require(palette[text]), try #require(palette[ground]))
                #expect(contrast >= 7, "\(text) on \(ground): \(contrast)")
            }
            for (form, ground) in [("edge", "surface"), ("amber-line", "surface"), ("red-line", "surface")] {
                #expect(
                    Self.contrast(try #require(palette[form]), try #require(palette[ground])) >= 3,
                    "\(form) on \(ground)")
            }
        }
    }
}
