package import GatehouseCore

/// A Wiegand reader with what an installer asks of its wire: a guard against babble and a recording.
package struct WatchedWiegand: Sendable {
    package private(set) var decoder: WiegandDecoder
    package private(set) var trace: ReaderTrace
    package private(set) var babble = BabbleGuard.edges
    private let hasKeypad: Bool

    package init(_ settings: WiegandDecoder.Settings, startedAt start: MonotonicTime) {
        hasKeypad = settings.keypad != .none
        trace = ReaderTrace(hidesOpen: hasKeypad)
        decoder = WiegandDecoder(settings, startedAt: start)
    }

    package var nextDeadline: Deadline? {
        guard let quiet = babble.nextDeadline else { return decoder.nextDeadline }
        return decoder.nextDeadline.map { $0.at < quiet.at ? $0 : quiet } ?? quiet
    }

    package mutating func handle(_ input: WiegandDecoder.Input, at now: MonotonicTime) -> [ReaderSignal] {
        guard case .edge(let line, let moment) = input else {
            babble.timePassed(at: now)
            let signals = pass(input, at: now)
            if input == .lostEvents { trace.add(.lost, at: now) }
            return signals
        }
        let wasQuarantined = babble.isQuarantined
        guard babble.admits(1, at: moment) else {
            // What was heard so far is no frame, and the lines have to be quiet before the next one.
            return wasQuarantined ? [] : pass(.lostEvents, at: moment)
        }
        let signals = pass(input, at: moment)
        // The edge that ended the frame before it belongs to the next one.
        trace.add(.edge(line), at: moment)
        if decoder.nextDeadline == nil { trace.endFrame(isSecret: hasKeypad) }
        return signals
    }

    private mutating func pass(_ input: WiegandDecoder.Input, at now: MonotonicTime) -> [ReaderSignal] {
        let signals = decoder.handle(input, at: now)
        if !signals.isEmpty {
            let isKey = signals.contains { if case .key = $0 { true } else { false } }
            // A damaged key is as secret as a whole one.
            let isShort = hasKeypad && trace.openCount <= 8
            trace.endFrame(isSecret: isKey || isShort)
        }
        return signals
    }
}
