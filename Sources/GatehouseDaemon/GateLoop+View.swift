internal import GatehouseAdmin
internal import GatehouseCore
internal import GatehouseDesk
internal import GatehouseDevices
internal import GatehouseProtocols
internal import GatehouseRuntime

extension GateLoop {
    /// The gate as it stands between two inputs.
    var view: LoopView {
        var view = LoopView(
            controller: shell.controller, now: now(), machineClock: SystemClock.civil(), isSettled: shell.isSettled,
            release: Status.Release(
                count: latency.count, half: latency.percentile(0.5).wholeNanoseconds / 1000,
                most: latency.percentile(0.99).wholeNanoseconds / 1000,
                longest: latency.longest.wholeNanoseconds / 1000)
        ) { [unowned self] in reading(of: $0) }
        view.figures = figures
        view.isUnheard = { [unowned self] in standing(of: $0)?.isOnline == nil && !wasHeard($0) }
        return view
    }

    private func reading(of reader: ReaderID) -> ReaderReading {
        var reading = ReaderReading()
        reading.wasHeard = wasHeard(reader)
        reading.counters = counters(reader)
        reading.timing = timing(reader).map { ($0.p50, $0.p90, $0.p99) }
        reading.findings = findings(reader)
        reading.trace = trace(reader)
        reading.lastFrame = lastFrame(reader)
        reading.measure = measure(of: reader)
        if let standing = standing(of: reader) {
            reading.isHeard = standing.isOnline
            reading.isSecured = standing.isSecured
            reading.identity = standing.identity
            reading.place = standing.place
            reading.outputs = standing.outputs
            reading.quirks = standing.quirks
            reading.abilities = standing.abilities
        }
        return reading
    }

    /// Whether anything came from a reader since the start.
    private func wasHeard(_ reader: ReaderID) -> Bool {
        if lines.wiegand(reader) != nil { return lines.lastEdges[reader].map { $0 > .zero } ?? false }
        return stations.contains { $0.readers.contains(reader) && $0.lastOctets > .zero }
    }
}
