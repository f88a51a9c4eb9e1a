package import GatehouseCore

extension ASCIICardReader: SerialMachine {
    package mutating func take(_ event: SerialEvent, at now: MonotonicTime) -> [SerialEffect] {
        func told(_ signals: [ReaderSignal]) -> [SerialEffect] { signals.map { .signal(nil, $0) } }
        switch event {
        case .opened: return told(handle(.portOpened, at: now))
        case .lost: return told(handle(.portLost, at: now))
        case .received(let octets): return told(handle(.received(octets), at: now))
        case .time: return told(handle(.time, at: now))
        case .wish(let wish): return wish.refusal
        }
    }

    package func findings(of reader: ReaderID, babbles: Int) -> [LineDoctor.Finding] {
        LineDoctor.characters(counters, babbles: babbles)
    }

    package func counts(of reader: ReaderID) -> [String: Int64]? {
        [
            "frames": Int64(counters.frames), "cards": Int64(counters.cards), "repeats": Int64(counters.repeats),
            "unreadable": Int64(counters.unreadable), "halfFrames": Int64(counters.halfFrames),
            "tooLong": Int64(counters.tooLong), "unmatched": Int64(counters.unmatched),
        ]
    }
}

extension ASCIICardReader.Framing {
    /// What its texts hold; nil where the frame itself says.
    package var content: CardLineContent? {
        switch self {
        case .em4100: nil
        case .line(let content, _), .framed(_, let content), .counted(let content): content
        }
    }
}
