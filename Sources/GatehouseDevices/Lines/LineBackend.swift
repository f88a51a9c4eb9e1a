internal import GatehouseCore
package import GatehouseProtocols

/// Lines of one kind: of the kernel, or of a simulator. A class because it owns descriptors; it belongs to the thread of
/// the event loop.
package protocol LineBackend: AnyObject {
    /// To be waited on for reading. They change only when the backend fails and is made again.
    var descriptors: [Int32] { get }

    /// Takes all edges that wait, on all descriptors, ordered by the kernel's stamps. Never blocks. A throw is the end of
    /// this backend: ask for the lines again.
    func drain() throws(LineError) -> LineEdges

    /// Whether a line, input or output, is active now.
    func level(of line: LineName) throws(LineError) -> Bool

    func set(_ line: LineName, to isActive: Bool) throws(LineError)

    /// Gives all lines back. Outputs go to what their wiring makes of them.
    func release()
}

/// What one drain found.
package struct LineEdges: Hashable, Sendable {
    package var edges: [LineEdge] = []
    /// Lines that lost edges before the edges of this drain, sorted, with how many. Only seen where events are numbered.
    package var lost: [LostEdges] = []

    package init(edges: [LineEdge] = [], lost: [LostEdges] = []) {
        self.edges = edges
        self.lost = lost
    }
}

package struct LostEdges: Hashable, Sendable {
    package var line: LineName
    package var count: UInt32

    package init(line: LineName, count: UInt32) {
        self.line = line
        self.count = count
    }
}

package enum LineError: Error, Hashable, Sendable, CustomStringConvertible {
    case noSuchChip(LineName, chip: String)
    case noSuchLine(LineName, wanted: String)
    /// Several chips or lines carry the name that was asked for.
    case ambiguous(LineName, wanted: String)
    /// Another program, or another line of the configuration, has it.
    case busy(LineName)
    /// The name was given to two lines, or was never requested.
    case unknownName(LineName)
    case duplicateName(LineName)
    case isNoOutput(LineName)
    case failed(LineName, what: String, code: Int32)
    /// The simulator refused a line, said something that is no message, or went away.
    case simulator(String)

    package var description: String {
        switch self {
        case .noSuchChip(let line, let chip): "line \(line): no GPIO chip is called '\(chip)'"
        case .noSuchLine(let line, let wanted): "line \(line): no GPIO line is called '\(wanted)'"
        case .ambiguous(let line, let wanted): "line \(line): '\(wanted)' names several; give the chip or the offset"
        case .busy(let line): "line \(line): in use by another program or another line of the configuration"
        case .unknownName(let line): "line \(line): was never requested"
        case .duplicateName(let line): "line \(line): requested twice"
        case .isNoOutput(let line): "line \(line): is no output"
        case .failed(let line, let what, let code): "line \(line): \(what): \(SystemError.message(code))"
        case .simulator(let reason): "simulated lines: \(reason)"
        }
    }
}

/// Puts what several descriptors gave into one order, and finds gaps in the numbers of each line.
package struct EdgeMerger: Sendable {
    private var newest: [LineName: UInt32] = [:]

    package init() {}

    /// Orders by stamp. Equal stamps keep the order in which they were read.
    package mutating func merge(_ edges: [LineEdge]) -> LineEdges {
        let ordered = edges.enumerated().sorted {
            ($0.element.at, $0.offset) < ($1.element.at, $1.offset)
        }.map(\.element)
        var lost: [LineName: UInt32] = [:]
        for edge in ordered {
            guard let sequence = edge.sequence else { continue }
            // the kernel's counter wraps; a step backwards is another counter, not a loss of four billion
            let step = sequence &- (newest[edge.line] ?? 0)
            if step > 1, step < UInt32.max / 2 { lost[edge.line, default: 0] += step - 1 }
            newest[edge.line] = sequence
        }
        let sorted = lost.sorted { $0.key < $1.key }.map { LostEdges(line: $0.key, count: $0.value) }
        return LineEdges(edges: ordered, lost: sorted)
    }
}
