/// Cuts a stream into lines. A line over the bound is an error for which the connection is closed.
package struct LineSplitter: Sendable {
    /// Octets of a line, the line feed not counted.
    package static let bound = 1 << 20

    private let bound: Int
    private var buffer: [UInt8] = []
    private var searched = 0

    package init(bound: Int = LineSplitter.bound) { self.bound = bound }

    package var partialCount: Int { buffer.count }

    /// The complete lines; nil when the bound is passed.
    package mutating func take(_ octets: some Sequence<UInt8>) -> [[UInt8]]? {
        buffer += octets
        var lines: [[UInt8]] = []
        var start = 0
        var index = searched
        while index < buffer.count {
            if buffer[index] == 10 {
                let line = buffer[start..<index]
                if line.count > bound { return nil }
                if !line.isEmpty { lines.append(Array(line)) }
                start = index + 1
            }
            index += 1
        }
        buffer.removeFirst(start)
        searched = buffer.count
        return buffer.count > bound ? nil : lines
    }
}
