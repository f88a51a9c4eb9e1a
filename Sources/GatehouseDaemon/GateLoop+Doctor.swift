internal import GatehouseCore
internal import GatehouseDevices
internal import GatehouseProtocols

/// What the wires of readers tell.
extension GateLoop {
    /// Counts since the start, by name; nil for a reader that has none.
    func counters(_ reader: ReaderID) -> [String: Int64]? {
        lines.wiegand(reader).map(Self.counters) ?? stations.lazy.compactMap { $0.counts(reader) }.first
    }

    private static func counters(_ reader: WatchedWiegand) -> [String: Int64] {
        let found = reader.decoder.counters
        return [
            "frames": Int64(found.frames), "cards": Int64(found.cards), "keys": Int64(found.keys),
            "length": Int64(found.length), "parity": Int64(found.parity), "timing": Int64(found.timing),
            "reserved": Int64(found.reserved), "ambiguous": Int64(found.ambiguous), "glitches": Int64(found.glitches),
            "overlaps": Int64(found.overlaps), "storms": Int64(found.storms), "lostEvents": Int64(found.lostEvents),
            "overruns": Int64(found.overruns), "singleBits": Int64(found.singleBits),
            "quarantines": Int64(reader.babble.quarantines),
        ]
    }

    /// Microseconds from bit to bit: half, nine of ten, and all but one of a hundred lie below.
    func timing(_ reader: ReaderID) -> (p50: Int, p90: Int, p99: Int)? {
        guard let timing = lines.wiegand(reader)?.decoder.timing, let p50 = timing.percentile(0.5),
            let p90 = timing.percentile(0.9), let p99 = timing.percentile(0.99)
        else { return nil }
        return (p50, p90, p99)
    }

    func findings(_ reader: ReaderID) -> [LineDoctor.Finding] {
        if let wiegand = lines.wiegand(reader) {
            let decoder = wiegand.decoder
            return LineDoctor.wiegand(
                decoder.counters, decoder.timing, hasKeypad: decoder.settings.keypad != .none,
                babbles: wiegand.babble.quarantines)
        }
        return stations.lazy.compactMap { $0.findings(reader) }.first ?? []
    }

    /// The recording of a reader's wire, or of its whole bus; nil where there is none.
    func trace(_ reader: ReaderID) -> String? {
        lines.wiegand(reader)?.trace.text
            ?? stations.first { $0.readers.contains(reader) }?.recording
    }

    /// The bits of the latest card, if it was shown lately.
    func lastFrame(_ reader: ReaderID) -> BitString? {
        let found =
            lines.wiegand(reader)?.decoder.lastFrame ?? stations.lazy.compactMap { $0.lastFrames[reader] }.first
        guard let found, SystemClock.monotonic() - found.at <= .seconds(300) else { return nil }
        return found.bits
    }
}
