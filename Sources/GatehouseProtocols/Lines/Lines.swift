package import GatehouseCore

package enum LineTag {}
/// The name of a GPIO line as the configuration uses it. It goes with each edge.
package typealias LineName = Identifier<LineTag>

/// What the program wants of one line. Levels and edges are logical: `isActiveLow` is settled here and nowhere else.
package struct LineRequest: Hashable, Sendable {
    /// Where the line is. Labels and line names survive a replugged chip and a new kernel, numbers of chips don't.
    package enum Place: Hashable, Sendable {
        case offset(UInt32, chip: String)
        /// A line by the name that the board gives it, on one chip or, without one, on any.
        case named(String, chip: String? = nil)
    }
    package enum Edges: String, Hashable, Sendable, CaseIterable { case falling, both }
    package enum Bias: String, Hashable, Sendable, CaseIterable {
        case asIs = "as-is"
        case none
        case pullUp = "pull-up"
        case pullDown = "pull-down"
    }
    package enum Drive: String, Hashable, Sendable, CaseIterable {
        case pushPull = "push-pull"
        case openDrain = "open-drain"
        case openSource = "open-source"
    }
    package enum Direction: Hashable, Sendable {
        case input(Edges, bias: Bias = .asIs)
        /// The level is set in the request itself, so that a restart moves nothing.
        case output(initial: Bool, drive: Drive = .pushPull)
    }

    package var name: LineName
    package var place: Place
    package var direction: Direction
    package var isActiveLow: Bool
    /// Inputs of one group, one chip and equal settings share a request and its event buffer: the two data lines of a
    /// reader. A line without a group has a buffer of its own, which a chattering contact fills for nobody else.
    package var group: String?

    package init(
        _ name: LineName, at place: Place, _ direction: Direction, isActiveLow: Bool = false, group: String? = nil
    ) {
        self.name = name
        self.place = place
        self.direction = direction
        self.isActiveLow = isActiveLow
        self.group = group
    }
}

/// A change of a line, as the kernel stamped it.
package struct LineEdge: Hashable, Sendable {
    package var line: LineName
    package var isRising: Bool
    package var at: MonotonicTime
    /// Counts the events of this line from 1; nil where the library does not tell (libgpiod 1.x).
    package var sequence: UInt32?

    package init(line: LineName, isRising: Bool, at: MonotonicTime, sequence: UInt32? = nil) {
        self.line = line
        self.isRising = isRising
        self.at = at
        self.sequence = sequence
    }
}
