package import GatehouseCore

/// What the counters of a reader say about its wire, in sentences for the person with the screwdriver.
package enum LineDoctor {
    package struct Finding: Hashable, Sendable {
        package var what: Sentence
        package var advice: Sentence
    }

    /// So many of a hundred are an accident; more are a fault. Before anything whole came, the first one is.
    private static func isOften(_ some: Int, of all: Int, beside whole: Int = .max) -> Bool {
        some >= (whole == 0 ? 1 : 3) && some * 50 > all
    }

    package static func wiegand(
        _ counters: WiegandCounters, _ timing: WiegandTiming, hasKeypad: Bool, babbles: Int
    ) -> [Finding] {
        var found: [Finding] = []
        func add(_ what: Sentence, _ advice: Sentence) { found.append(Finding(what: what, advice: advice)) }
        let (frames, whole) = (counters.frames, counters.cards + counters.keys)
        let rings = counters.glitches + counters.rung
        if frames == 0 {
            add(
                Sentence("Not one frame came since the start."),
                Sentence(
                    "Show a card. If nothing comes: power of the reader, DATA0 and DATA1 at the right lines, common ground."
                )
            )
        }
        if babbles > 0 {
            add(
                Sentence("The wire brought so many edges that the reader was put aside \(babbles, "time", "times")."),
                Sentence(
                    "Look for a loose ground or a data line beside a motor cable; the lines want a pull-up of 1 to 10 kΩ."
                ))
        }
        found += wrongWay(counters)
        if isOften(counters.singleBits, of: frames) {
            add(
                Sentence(
                    "Frames fall apart into single bits: the reader is slower than the silence that ends a frame."),
                Sentence("Set the reader's interval from bit to bit to 2 ms or less."))
        } else if isOften(counters.length, of: frames, beside: whole) {
            add(
                Sentence("\(counters.length) of \(frames) frames have a length that no format of this reader has."),
                counters.cards > 0
                    ? Sentence(
                        "Bits are lost or doubled: common ground, cable length, termination. Or a second kind of card is in use."
                    )
                    : Sentence("Name the format that the reader sends: gatehousectl reader formats."))
        }
        if isOften(rings, of: frames, beside: whole) {
            add(
                Sentence("Pulses ring: \(rings) second edges."),
                Sentence("Shorten the cable, or put 100 Ω in series at the reader."))
        }
        if isOften(counters.paired, of: frames, beside: whole) {
            add(
                Sentence("Both data lines go low together."),
                Sentence("Pair each data wire with ground, not with the other; check the common ground."))
        }
        if counters.lostEvents > 0 {
            add(
                Sentence("The kernel lost edges \(counters.lostEvents, "time", "times")."),
                Sentence("The machine is too busy, or the chip's queue too short: docs/operating.md, \"Inputs\"."))
        }
        if counters.overruns > 0 {
            add(
                Sentence("Bits followed a card that was taken at its length."),
                Sentence("Leave ends_at_length out for this reader."))
        }
        if counters.ambiguous > 0 {
            add(
                Sentence("\(counters.ambiguous, "frame fits", "frames fit") two formats with different numbers."),
                Sentence("Name only the format that is in use at this reader."))
        }
        if let p99 = timing.percentile(0.99), p99 > 20_000 {
            add(
                Sentence("Bits are up to \(p99) us apart; 20 ms is the most that the standard allows."),
                Sentence("Set the reader's interval."))
        }
        return found
    }

    /// Whether frames would be cards if their lines were exchanged or their bits turned round.
    private static func wrongWay(_ counters: WiegandCounters) -> [Finding] {
        var found: [Finding] = []
        func add(_ what: Sentence, _ advice: Sentence) { found.append(Finding(what: what, advice: advice)) }
        let frames = counters.frames
        let isSwap = counters.swappedLines > 0 && counters.swappedLines * 2 > counters.parity
        if isSwap, counters.reversedBits < counters.swappedLines {
            add(
                Sentence("Frames would be cards with DATA0 and DATA1 exchanged."),
                Sentence("Exchange the two data wires."))
        } else if isSwap {
            add(
                Sentence("Frames would be cards with DATA0 and DATA1 exchanged, or with the last bit first."),
                Sentence("Exchange the two data wires; if that does not help, set the bit order of the reader."))
        } else if counters.reversedBits > 0, counters.reversedBits * 2 > counters.parity {
            add(
                Sentence("Frames would be cards with the last bit first."), Sentence("Set the bit order of the reader.")
            )
        } else if isOften(counters.parity, of: frames, beside: counters.cards + counters.keys) {
            add(
                Sentence("\(counters.parity) of \(frames) frames have a wrong parity."),
                Sentence("The cable is long or unshielded, or the format is another: gatehousectl reader formats."))
        }
        return found
    }

    /// `babble`: how the reader babbled when it was put aside last.
    package static func osdp(
        _ counters: OSDPCounters, bus: OSDPBusCounters = OSDPBusCounters(), babble: OSDPBabbleKind? = nil
    ) -> [Finding] {
        var found: [Finding] = []
        func add(_ what: Sentence, _ advice: Sentence) { found.append(Finding(what: what, advice: advice)) }
        let frames = counters.frames
        if frames == 0 {
            add(
                Sentence("Not one reply came since the start."),
                Sentence(
                    "Power, A and B exchanged, address and speed; RS-485 direction of the adapter: docs/operating.md."))
        }
        if counters.quarantines > 0 {
            let how =
                switch babble {
                case .events, nil: Sentence("It has an event for each poll")
                case .useless: Sentence("It answers and never to the purpose (garbage, another address, BUSY or NAK)")
                case .unasked: Sentence("It speaks without having been asked")
                }
            add(
                Sentence("\(how), and was put aside \(counters.quarantines, "time", "times")."),
                Sentence(
                    "Is its speed the right one, does another have its address? Otherwise the reader is broken: change it."
                ))
        }
        if bus.foreignCommands > 0 {
            add(
                Sentence("A second panel speaks on the bus."),
                Sentence("Find it, and take it off: a bus has one panel."))
        }
        if isOften(bus.strayOctets, of: frames * 14) {
            add(
                Sentence("The bus brings octets while nobody was asked."),
                Sentence("Terminate both ends, bias once; or a reader speaks out of turn: take them off one by one."))
        }
        if isOften(counters.checkErrors, of: frames) {
            add(
                Sentence("\(counters.checkErrors) of \(frames) replies have a wrong check."),
                Sentence(
                    "Terminate both ends of the bus, one pair for A and B, bias once; or lower the speed: reader move.")
            )
        }
        if isOften(counters.timeouts, of: frames), frames > 0 {
            add(
                Sentence("\(counters.timeouts, "question", "questions") had no answer in time."),
                Sentence("A weak supply restarts the reader, a contact is loose, or two readers have one address."))
        }
        if isOften(counters.wrongSequence, of: frames) {
            add(
                Sentence("Replies come late or doubled."),
                Sentence("Two readers may have one address, or the adapter buffers: lower its latency."))
        }
        if isOften(counters.naks, of: frames) {
            add(
                Sentence("The reader refuses \(counters.naks, "command", "commands")."),
                Sentence("Its firmware may be old: reader show tells which it is."))
        }
        return found + sessions(counters)
    }

    /// What became of the sessions of a secured reader.
    private static func sessions(_ counters: OSDPCounters) -> [Finding] {
        var found: [Finding] = []
        func add(_ what: Sentence, _ advice: Sentence) { found.append(Finding(what: what, advice: advice)) }
        if counters.refusedRepeats > 2 {
            add(
                Sentence(
                    "The reader takes repeated commands for new ones: \(counters.refusedRepeats, "answer was lost", "answers were lost") and what they told with them."
                ),
                Sentence(
                    "Mend the wire: terminate both ends, bias once, lower the speed. Ask the maker for newer firmware.")
            )
        }
        let lostByItself = counters.sessionsLost - counters.refusedRepeats
        if lostByItself > 2 {
            add(
                Sentence("The reader lost its session \(lostByItself, "time", "times")."),
                Sentence("It restarts: look at its supply at the reader's end of the cable, when it unlocks."))
        }
        if counters.wrongMACs + counters.clearReplies + counters.openReplies + counters.sessionsDropped > 0 {
            add(
                Sentence("Messages came that are not the reader's own, or not as they must be."),
                Sentence("Look for a strange device at the wire: gatehousectl health."))
        }
        return found
    }

    package static func characters(_ counters: ASCIICardCounters, babbles: Int) -> [Finding] {
        // A text of another shape is said with its own advice.
        let others = counters.unreadable - counters.unmatched
        let found = serial(
            frames: counters.frames, unreadable: others, half: counters.halfFrames + counters.tooLong, babbles: babbles)
        guard counters.unmatched > 0 else { return found }
        return found + [
            Finding(
                what: Sentence(
                    "\(counters.unmatched) of \(counters.frames) texts have another shape than the pattern of this reader."
                ),
                advice: Sentence(
                    "Compare them: gatehousectl reader trace. The pattern stands for the whole text; its group is the card."
                ))
        ]
    }

    package static func tags(_ counters: UHFCounters, babbles: Int) -> [Finding] {
        var found = serial(
            frames: counters.frames, unreadable: counters.broken, half: counters.halfFrames, babbles: babbles)
        if counters.frames > 0, counters.failures > 0 {
            found.append(
                Finding(
                    what: Sentence("The reader answered \(counters.failures, "time", "times") with an error."),
                    advice: Sentence("An antenna is missing or its cable broken; look into the reader's own tool.")))
        }
        return found
    }

    private static func serial(frames: Int, unreadable: Int, half: Int, babbles: Int) -> [Finding] {
        var found: [Finding] = []
        if frames == 0, unreadable + half == 0 {
            found.append(
                Finding(
                    what: Sentence("Not one frame came since the start."),
                    advice: Sentence(
                        "Show a card. If nothing comes: power, TX of the reader to RX of the port, the right port."))
            )
        }
        if isOften(unreadable + half, of: frames + half, beside: frames - unreadable), frames <= unreadable {
            found.append(
                Finding(
                    what: Sentence("Octets come and not one is a whole reading."),
                    advice:
                        Sentence(
                            "The speed or the protocol of the reader is another: baud and protocol in the configuration."
                        )))
        } else if isOften(unreadable + half, of: frames + half) {
            found.append(
                Finding(
                    what: Sentence("\(unreadable) of \(frames) frames cannot be read, \(half) were not whole."),
                    advice: Sentence("Cable and ground; RS-485 direction; a supply that is too weak.")))
        }
        if babbles > 0 {
            found.append(
                Finding(
                    what: Sentence(
                        "The wire was full for so long that the reader was put aside \(babbles, "time", "times")."),
                    advice: Sentence("The speed is wrong, the wire is open, or the reader is broken.")))
        }
        return found
    }
}
