import Foundation
import Testing

/// One row of a recording, by column name. A column that is missing fails the test and reads as nothing.
struct Row: Sendable, CustomTestStringConvertible {
    let cells: [String: String]

    subscript(_ column: String) -> String {
        guard let cell = cells[column] else {
            Issue.record("no column \(column) in \(cells)")
            return ""
        }
        return cell
    }

    var id: String { self["id"] }
    var testDescription: String { id }
}

/// The rows of a file in `Recordings`.
func recording(_ name: String) -> [Row] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let path = folder.appendingPathComponent("Recordings").appendingPathComponent(name)
    guard let text = try? String(contentsOf: path, encoding: .utf8) else {
        Issue.record("no recording \(path.path)")
        return []
    }
    let lines = text.split(separator: "\n").filter { !$0.hasPrefix("# ") }
    guard let header = lines.first?.split(separator: "\t").map(String.init) else { return [] }
    return lines.dropFirst().map { line in
        let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        return Row(cells: Dictionary(uniqueKeysWithValues: zip(header, cells)))
    }
}

extension Array where Element == UInt8 {
    /// Octets from hexadecimal digits; `-` and blanks stand for nothing.
    init(hex: String) {
        let digits = hex.compactMap(\.hexDigitValue)
        self = stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
    }

    var hex: String { map { String(format: "%02x", $0) }.joined() }
}
