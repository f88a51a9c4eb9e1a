/// Markup. Literals of the program are taken as they stand; whatever is put into them is text, and shows as that text and nothing
/// else, in an element or between the quotation marks of an attribute.
struct HTML: ExpressibleByStringInterpolation, Sendable, Hashable {
    private(set) var markup: String

    init(stringLiteral value: String) { markup = value }
    init(stringInterpolation: StringInterpolation) { markup = stringInterpolation.markup }
    init(_ parts: [HTML]) { markup = parts.map(\.markup).joined() }

    static let none: HTML = ""

    static func + (one: HTML, other: HTML) -> HTML { HTML([one, other]) }
    static func += (one: inout HTML, other: HTML) { one.markup += other.markup }

    /// What people wrote, in the direction of its own letters: it turns nothing around it.
    static func name(_ text: String) -> HTML { "<bdi>\(text)</bdi>" }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var markup = ""

        init(literalCapacity: Int, interpolationCount: Int) { markup.reserveCapacity(literalCapacity * 2) }
        mutating func appendLiteral(_ literal: String) { markup += literal }

        mutating func appendInterpolation(_ text: String) { HTML.escape(text, to: &markup) }
        mutating func appendInterpolation(_ number: some BinaryInteger) { markup += String(number) }
        mutating func appendInterpolation(_ html: HTML) { markup += html.markup }
        mutating func appendInterpolation(_ parts: [HTML]) { for part in parts { markup += part.markup } }
        /// An attribute without a value, or a whole one, where something holds.
        mutating func appendInterpolation(_ html: HTML, if isWanted: Bool) {
            if isWanted { markup += html.markup }
        }
    }

    /// Marks of the language are escaped; what would steer a terminal or turn a line is a dot.
    private static func escape(_ text: String, to markup: inout String) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": markup += "&amp;"
            case "<": markup += "&lt;"
            case ">": markup += "&gt;"
            case "\"": markup += "&quot;"
            case "'": markup += "&#39;"
            case "\n", "\t": markup.unicodeScalars.append(scalar)
            // Joins letters of several scripts, and is no turn.
            case "\u{200C}", "\u{200D}": markup.unicodeScalars.append(scalar)
            default:
                let category = scalar.properties.generalCategory
                if category == .control || category == .format {
                    markup += "·"
                } else {
                    markup.unicodeScalars.append(scalar)
                }
            }
        }
    }
}
