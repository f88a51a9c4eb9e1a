internal import GatehouseCore
internal import GatehouseDevices
internal import GatehouseProtocols
internal import GatehouseRuntime

/// What a walk test measures at wires and clock.
extension GateLoop {
    /// The counts of a reader's wire ahead of its signal, while somebody walks.
    func measured(_ reader: ReaderID) -> [Input] {
        shell.controller.walk == nil ? [] : [.measured(reader, measure(of: reader))]
    }

    /// Inputs that are wired to a reader have edges too, stamped when it told of them.
    static func stamped(_ inputs: [Input]) -> [Input] {
        let now = SystemClock.monotonic()
        return inputs.flatMap { input -> [Input] in
            switch input {
            case .contact(let portal, let isOpen): [.edge(.contact(portal), isActive: isOpen, at: now), input]
            case .exitButton(let portal, let isPressed): [.edge(.exit(portal), isActive: isPressed, at: now), input]
            default: [input]
            }
        }
    }

    /// Tells whether something keeps the clock in step, when that is new.
    func tellStep() {
        let isKept = SystemClock.synchronization() == .synchronized
        guard isKept != isKeptInStep else { return }
        isKeptInStep = isKept
        give(.clock(.keptInStep(isKept)))
    }

    func measure(of reader: ReaderID) -> ReaderMeasure {
        if let wiegand = lines.wiegand(reader) {
            var measure = ReaderMeasure(wiegand.decoder.counters)
            let timing = timing(reader)
            (measure.bitHalf, measure.bitMost) = (timing?.p50, timing?.p99)
            measure.lastHeard = lines.lastEdges[reader]
            return measure
        }
        var measure = ReaderMeasure()
        guard let station = stations.first(where: { $0.readers.contains(reader) }) else { return measure }
        measure.frames = Int(clamping: counters(reader)?["frames"] ?? 0)
        measure.hasOctets = station.lastOctets > .zero
        measure.lastHeard = measure.hasOctets ? station.lastOctets : nil
        return measure
    }
}

extension ReaderMeasure {
    fileprivate init(_ counters: WiegandCounters) {
        self.init()
        frames = counters.frames
        exchanged = counters.swappedLines
        reversed = counters.reversedBits
        overlaps = counters.paired
        glitches = counters.glitches + counters.rung
        data0 = counters.zeros
        data1 = counters.ones
    }
}
