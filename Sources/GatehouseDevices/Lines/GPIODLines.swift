internal import CGPIOD
internal import GatehouseCore
package import GatehouseProtocols
internal import Glibc

/// Lines of the kernel, by libgpiod. Everything it touches belongs to the thread of the event loop.
package final class GPIODLines: LineBackend {
    /// How often one drain goes round all descriptors at most, so that a line that never rests cannot hold the loop.
    private static let roundsLimit = 8
    private static let room = 64

    private struct Handle {
        let lines: OpaquePointer
        let names: [UInt32: LineName]
        let descriptors: [Int32]
    }
    private struct Place {
        let handle: Int
        let offset: UInt32
        let isOutput: Bool
    }

    private var handles: [Handle] = []
    private var places: [LineName: Place] = [:]
    private var merger = EdgeMerger()
    private var events = [cgpiod_event](repeating: cgpiod_event(), count: GPIODLines.room)

    package private(set) var descriptors: [Int32] = []

    /// The version of the library in use.
    package static var libraryVersion: String { String(cString: cgpiod_version()) }
    /// Whether lost edges can be seen.
    package static var seesLosses: Bool { cgpiod_has_sequences() }

    package init() {}

    deinit { release() }

    /// Requests all lines, outputs first and each with its level, or none: when one fails, those that were taken are given back.
    package func request(_ requests: [LineRequest], consumer: String = "gatehoused") throws(LineError) {
        precondition(handles.isEmpty, "lines are requested once")
        do throws(LineError) {
            var names: Set<LineName> = []
            for request in requests where !names.insert(request.name).inserted {
                throw LineError.duplicateName(request.name)
            }
            for request in requests { try requestOutput(request, consumer: consumer) }
            for batch in try batches(of: requests) { try requestInputs(batch, consumer: consumer) }
        } catch {
            release()
            throw error
        }
        descriptors = handles.flatMap(\.descriptors)
    }

    package func drain() throws(LineError) -> LineEdges {
        var found: [LineEdge] = []
        for _ in 0..<Self.roundsLimit {
            // An edge that comes on a descriptor already read must not be overtaken by a later one on the next:
            // only a round that finds nothing ends the drain.
            let before = found.count
            for handle in handles { try drain(handle, into: &found) }
            if found.count == before { break }
        }
        return merger.merge(found)
    }

    package func level(of line: LineName) throws(LineError) -> Bool {
        guard let place = places[line] else { throw .unknownName(line) }
        var isActive = false
        let code = cgpiod_get(handles[place.handle].lines, place.offset, &isActive)
        guard code == 0 else { throw .failed(line, what: "reading the level", code: code) }
        return isActive
    }

    package func set(_ line: LineName, to isActive: Bool) throws(LineError) {
        guard let place = places[line] else { throw .unknownName(line) }
        guard place.isOutput else { throw .isNoOutput(line) }
        let code = cgpiod_set(handles[place.handle].lines, place.offset, isActive)
        guard code == 0 else { throw .failed(line, what: "setting the level", code: code) }
    }

    package func release() {
        for handle in handles { cgpiod_release(handle.lines) }
        handles = []
        places = [:]
        descriptors = []
    }

    // MARK: Taking events

    private func drain(_ handle: Handle, into found: inout [LineEdge]) throws(LineError) {
        for index in handle.descriptors.indices {
            var count: UInt32 = 0
            repeat {
                let code = cgpiod_read(handle.lines, UInt32(index), &events, UInt32(Self.room), &count)
                guard code == 0 else {
                    throw .failed(handle.names.values.min() ?? "", what: "reading edges", code: code)
                }
                for event in events.prefix(Int(count)) {
                    guard let name = handle.names[event.offset] else { continue }
                    found.append(
                        LineEdge(
                            line: name, isRising: event.rising,
                            at: MonotonicTime(nanoseconds: Int64(truncatingIfNeeded: event.nanoseconds)),
                            sequence: event.sequence == 0 ? nil : event.sequence))
                }
            } while count == Self.room && found.count < Self.room * Self.roundsLimit
        }
    }

    // MARK: Requesting

    private struct Batch {
        var path: String
        var group: String?
        var edges: LineRequest.Edges
        var bias: LineRequest.Bias
        var isActiveLow: Bool
        var lines: [(name: LineName, offset: UInt32)] = []

        func takes(_ other: Batch) -> Bool {
            group != nil && group == other.group && path == other.path && edges == other.edges && bias == other.bias
                && isActiveLow == other.isActiveLow && lines.count < Int(CGPIOD_LINES_MAX)
        }
    }

    private func batches(of requests: [LineRequest]) throws(LineError) -> [Batch] {
        var batches: [Batch] = []
        for request in requests {
            guard case .input(let edges, let bias) = request.direction else { continue }
            let (path, offset) = try find(request)
            var batch = Batch(
                path: path, group: request.group, edges: edges, bias: bias, isActiveLow: request.isActiveLow)
            if let index = batches.firstIndex(where: { $0.takes(batch) }) {
                batches[index].lines.append((request.name, offset))
            } else {
                batch.lines = [(request.name, offset)]
                batches.append(batch)
            }
        }
        return batches
    }

    private func requestInputs(_ batch: Batch, consumer: String) throws(LineError) {
        var lines: OpaquePointer?
        let code = cgpiod_request_inputs(
            batch.path, batch.lines.map(\.offset), UInt32(batch.lines.count),
            batch.edges == .falling ? CGPIOD_EDGES_FALLING : CGPIOD_EDGES_BOTH, batch.bias.word, batch.isActiveLow,
            consumer, &lines)
        try keep(lines, code: code, of: batch.lines, isOutput: false)
    }

    private func requestOutput(_ request: LineRequest, consumer: String) throws(LineError) {
        guard case .output(let initial, let drive) = request.direction else { return }
        let (path, offset) = try find(request)
        var lines: OpaquePointer?
        let code = cgpiod_request_output(
            path, offset, initial, drive.word, request.isActiveLow, consumer, &lines)
        try keep(lines, code: code, of: [(request.name, offset)], isOutput: true)
    }

    private func keep(
        _ lines: OpaquePointer?, code: Int32, of members: [(name: LineName, offset: UInt32)], isOutput: Bool
    ) throws(LineError) {
        guard code == 0, let lines else {
            throw code == EBUSY
                ? .busy(members[0].name) : .failed(members[0].name, what: "requesting the line", code: code)
        }
        let count = cgpiod_descriptor_count(lines)
        for member in members {
            places[member.name] = Place(handle: handles.count, offset: member.offset, isOutput: isOutput)
        }
        var names: [UInt32: LineName] = [:]
        for member in members { names[member.offset] = member.name }
        handles.append(
            Handle(lines: lines, names: names, descriptors: (0..<count).map { cgpiod_descriptor(lines, $0) }))
    }

    private func find(_ request: LineRequest) throws(LineError) -> (path: String, offset: UInt32) {
        var path = [CChar](repeating: 0, count: Int(CGPIOD_PATH_SIZE))
        var offset: UInt32 = 0
        let code: Int32
        let wanted: String
        switch request.place {
        case .offset(let number, let chip):
            wanted = chip
            code = cgpiod_find_chip(chip, &path)
            offset = number
        case .named(let name, let chip):
            wanted = name
            if let chip {
                code = cgpiod_find_line(chip, name, &path, &offset)
            } else {
                code = cgpiod_find_line(nil, name, &path, &offset)
            }
        }
        switch code {
        case 0:
            return (String(decoding: path.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self), offset)
        case ENOENT:
            if case .offset = request.place { throw .noSuchChip(request.name, chip: wanted) }
            throw .noSuchLine(request.name, wanted: wanted)
        case ENOTUNIQ: throw .ambiguous(request.name, wanted: wanted)
        default: throw .failed(request.name, what: "looking for '\(wanted)'", code: code)
        }
    }
}

extension LineRequest.Bias {
    fileprivate var word: cgpiod_bias {
        switch self {
        case .asIs: CGPIOD_BIAS_AS_IS
        case .none: CGPIOD_BIAS_NONE
        case .pullUp: CGPIOD_BIAS_PULL_UP
        case .pullDown: CGPIOD_BIAS_PULL_DOWN
        }
    }
}

extension LineRequest.Drive {
    fileprivate var word: cgpiod_drive {
        switch self {
        case .pushPull: CGPIOD_DRIVE_PUSH_PULL
        case .openDrain: CGPIOD_DRIVE_OPEN_DRAIN
        case .openSource: CGPIOD_DRIVE_OPEN_SOURCE
        }
    }
}
