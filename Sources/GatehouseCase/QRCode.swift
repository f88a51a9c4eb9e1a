internal import CQREncode

/// A QR code, as the dark and light squares that it is made of.
package struct QRCode: Sendable {
    /// Squares of an edge, without the margin.
    package let width: Int
    private let squares: [Bool]

    /// Light squares around it, by the standard.
    package static let margin = 4

    /// Nil when the text does not fit.
    package init?(_ text: String) {
        let octets = Array(text.utf8)
        // Level M: a crumpled print or a scratched screen still reads.
        guard let code = QRcode_encodeData(Int32(octets.count), octets, 0, QR_ECLEVEL_M) else { return nil }
        defer { QRcode_free(code) }
        width = Int(code.pointee.width)
        squares = UnsafeBufferPointer(start: code.pointee.data, count: width * width).map { $0 & 1 == 1 }
    }

    /// Whether the square is dark; all of the margin is light.
    package func isDark(_ x: Int, _ y: Int) -> Bool {
        (0..<width).contains(x) && (0..<width).contains(y) && squares[y * width + x]
    }

    private var whole: Range<Int> { -Self.margin..<width + Self.margin }

    package var svg: String {
        let size = width + 2 * Self.margin
        var path = ""
        for y in 0..<width {
            for x in 0..<width where isDark(x, y) { path += "M\(x + Self.margin) \(y + Self.margin)h1v1h-1z" }
        }
        return """
            <svg xmlns="http://www.w3.org/2000/svg" width="60mm" height="60mm" viewBox="0 0 \(size) \(size)" \
            shape-rendering="crispEdges"><rect width="\(size)" height="\(size)" fill="#fff"/><path d="\(path)"/></svg>

            """
    }

    /// Two rows of squares a line of half blocks, dark on light whatever the colours of the terminal are.
    package var terminal: String {
        stride(from: whole.lowerBound, to: whole.upperBound, by: 2).map { y in
            "\u{1B}[30;107m"
                + whole.map { x in
                    switch (isDark(x, y), isDark(x, y + 1)) {
                    case (true, true): "█"
                    case (true, false): "▀"
                    case (false, true): "▄"
                    case (false, false): " "
                    }
                }.joined() + "\u{1B}[0m"
        }.joined(separator: "\n")
    }
}
