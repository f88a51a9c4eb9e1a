/// Watches a site while a walk test runs. What it finds becomes entries, and the run is made of those; what it remembers beside
/// is lost with the daemon and nothing but measurements on their way.
package struct WalkWatch: Hashable, Sendable {
    package internal(set) var run: WalkRun
    private var traces: [WalkPart: WireTrace] = [:]
    private var tallies: [ReaderID: ReaderTally] = [:]
    private var pulses: [PortalID: Pulse] = [:]
    private var gone: [ReaderID: MonotonicTime] = [:]
    /// Cards whose entry is not on disk yet.
    private var cards: [Card] = []
    /// What was heard at other places while one was waited for.
    private var instead: [WalkFinding] = []
    /// The level at which each input rested when it moved last.
    private var rests: [WalkPart: Bool] = [:]

    /// A portal was released, and its contact or limits have not moved yet.
    private struct Pulse: Hashable, Sendable {
        var at: MonotonicTime
        var until: MonotonicTime
        var moved: WalkPart?
    }

    private struct Card: Hashable, Sendable {
        var reader: ReaderID
        var sequence: UInt64
        var heard: MonotonicTime?
    }

    init(_ run: WalkRun, _ measures: [ReaderID: ReaderMeasure] = [:]) {
        self.run = run
        for (reader, measure) in measures { look(at: reader, measure) }
    }

    // MARK: What somebody does

    /// A part is done from here on: what is known of it counts no more. Of the part before it is said where it was heard.
    mutating func begin(_ part: WalkPart, _ measures: [ReaderID: ReaderMeasure]) -> [WalkFinding] {
        let findings = leave()
        traces[part] = nil
        if case .relay(let portal) = part { pulses[portal] = nil }
        if case .reader(let reader) = part { look(at: reader, measures[reader] ?? tallies[reader]?.latest) }
        return findings
    }

    private mutating func look(at reader: ReaderID, _ measure: ReaderMeasure?) {
        tallies[reader] = ReaderTally(base: measure ?? ReaderMeasure(), latest: measure ?? ReaderMeasure())
        cards.removeAll { $0.reader == reader }
    }

    private mutating func leave() -> [WalkFinding] {
        defer { instead = [] }
        guard let current = run.current, run.row(current)?.isOpen ?? false, let found = heardInstead(of: current) else {
            return []
        }
        return [.bad(current, .elsewhere, other: found.name)]
    }

    /// Of several places the one beside it, or the first.
    private func heardInstead(of part: WalkPart) -> WalkPart? {
        let places = instead.map(\.part)
        return places.first { $0.place == part.place } ?? places.first
    }

    /// Somebody says that a part does not work: why, as far as its wire and the level of an input tell.
    mutating func failed(_ part: WalkPart, _ measure: ReaderMeasure?, level: Bool?) -> WalkFinding {
        defer { instead = [] }
        if case .reader(let reader) = part, let measure { tallies[reader, default: ReaderTally()].latest = measure }
        if run.current == part, let found = heardInstead(of: part) {
            return .bad(part, .elsewhere, other: found.name)
        }
        return .bad(part, fault(of: part, level), measured(of: part))
    }

    private func fault(of part: WalkPart, _ level: Bool?) -> WalkFault {
        if case .reader(let reader) = part {
            let tally = tallies[reader]
            return tally?.fault ?? (tally?.cards ?? 0 > 0 ? .failed : tally?.hasNoise == true ? .wrongSpeed : .silent)
        }
        guard part.isWire else { return .failed }
        guard let trace = traces[part] else {
            // What was measured before is no silence: somebody says that it fails all the same.
            if let row = run.row(part), row.state == .good || !row.measured.isEmpty { return .failed }
            return level == true ? .stuck : .silent
        }
        guard trace.rest == part.restsActive else { return .inverted }
        // A lower limit that the barrier left and did not reach again is no wire's fault.
        return trace.level ? .stuck : .failed
    }

    private func measured(of part: WalkPart) -> [WalkMeasure: Int64] {
        if case .reader(let reader) = part { return tallies[reader]?.measured ?? [:] }
        if let trace = traces[part] { return trace.measured }
        let before = run.row(part)?.measured ?? [:]
        return Dictionary(
            before.compactMap { name, value in WalkMeasure(rawValue: name).map { ($0, value) } },
            uniquingKeysWith: { $1 })
    }

    // MARK: What is heard

    /// An edge of an input, with the level before it, and how long a level has to stand there to be believed.
    mutating func edge(
        _ wire: WalkPart, _ isActive: Bool, from before: Bool, span: Duration, at moment: MonotonicTime
    ) -> [WalkFinding] {
        guard run.row(wire) != nil else { return [] }
        var findings = moved(wire, at: moment)
        guard var trace = traces[wire] else {
            traces[wire] = WireTrace(from: before, to: isActive, at: moment)
            rests[wire] = before
            return findings
        }
        trace.hear(isActive, at: moment)
        traces[wire] = trace
        if trace.chatters {
            traces[wire] = nil
            findings += tick(.bad(wire, .chatters, trace.measured))
        }
        return findings
    }

    /// What moves after a release says that the output is the right one.
    private mutating func moved(_ wire: WalkPart, at moment: MonotonicTime) -> [WalkFinding] {
        guard let portal = wire.tellsOfOutput else { return [] }
        if let pulse = pulses[portal] {
            guard moment >= pulse.at else { return [] }
            pulses[portal] = nil
            return tick(.good(.relay(portal), [.opened: (moment - pulse.at).wholeNanoseconds / 1000]))
        }
        if case .relay(let other)? = run.current, pulses[other] != nil, pulses[other]?.moved == nil {
            pulses[other]?.moved = wire
        }
        return []
    }

    /// A portal was released for somebody.
    mutating func released(_ portal: PortalID, for time: Duration, at moment: MonotonicTime) {
        guard run.row(.relay(portal))?.isOpen == true, run.rows.contains(where: { $0.part.tellsOfOutput == portal })
        else { return }
        pulses[portal] = Pulse(at: moment, until: moment + time + .seconds(1))
    }

    /// Of a reader that nobody looked at since the daemon's start the counts began with nothing.
    mutating func measured(_ measure: ReaderMeasure, of reader: ReaderID) {
        tallies[reader, default: ReaderTally()].latest = measure
    }

    /// A card was read; `sequence` is the newest entry that came of it, nil where none did.
    mutating func card(_ bits: Int?, at reader: ReaderID, sequence: UInt64?) -> [WalkFinding] {
        tallies[reader, default: ReaderTally()].cards += 1
        tallies[reader]?.bits = bits
        guard let sequence else { return settled(reader, entry: nil) }
        cards.append(Card(reader: reader, sequence: sequence, heard: tallies[reader]?.latest.lastHeard))
        return []
    }

    mutating func unreadable(_ fault: ReadFault, at reader: ReaderID) -> [WalkFinding] {
        tallies[reader, default: ReaderTally()].errors[fault, default: 0] += 1
        return settled(reader, entry: nil)
    }

    /// Entries are on disk: of cards it is known how long that took.
    mutating func committed(through sequence: UInt64, at now: MonotonicTime) -> [WalkFinding] {
        let done = cards.filter { $0.sequence <= sequence }
        guard !done.isEmpty else { return [] }
        cards.removeAll { $0.sequence <= sequence }
        return done.flatMap { card in
            settled(card.reader, entry: card.heard.map { (now - $0).wholeNanoseconds / 1000 })
        }
    }

    private mutating func settled(_ reader: ReaderID, entry micros: Int64?) -> [WalkFinding] {
        guard let tally = tallies[reader] else { return [] }
        var measured = tally.measured
        measured[.entry] = micros
        let part = WalkPart.reader(reader)
        let fault = tally.fault
        guard fault != nil || tally.cards > 0 else { return [] }
        let finding = fault.map { WalkFinding.bad(part, $0, measured) } ?? .good(part, measured)
        guard let row = run.row(part), row.isMeasured, !waits(finding) else { return tick(finding) }
        // What more frames say of the wire takes the place of what the first ones said, a few times.
        guard row.fault != fault, tally.corrections < Self.mostCorrections else { return [] }
        tallies[reader]?.corrections += 1
        return [finding]
    }

    /// A wire that is good and bad in turn does not fill the journal.
    private static let mostCorrections = 5

    mutating func link(_ link: ReaderLink, of reader: ReaderID, at now: MonotonicTime) -> [WalkFinding] {
        switch link {
        case .offline:
            if gone[reader] == nil { gone[reader] = now }
            return []
        case .online:
            guard let since = gone.removeValue(forKey: reader) else { return [] }
            return tick(.good(.cable(reader), [.away: (now - since).wholeMilliseconds]))
        }
    }

    mutating func picture(_ row: SnapshotRow) -> [WalkFinding] {
        guard row.event > run.entry, !row.camera.isFrameBeside else { return [] }
        switch row.result {
        case .stored(_, let size, _, _): return tick(.good(.camera(row.camera), [.octets: Int64(size)]))
        case .missing(let reason): return tick(.bad(.camera(row.camera), .noPicture, other: reason.rawValue))
        case .expired, .sealed: return []
        }
    }

    /// The program ended and came again, and the machine ran on: that is no cut of its power.
    mutating func crashed() -> [WalkFinding] { tick(.bad(.restart, .crashed)) }

    /// What a cut says takes the place of what a crash said before.
    mutating func powerWasCut(_ measured: [WalkMeasure: Int64]) -> [WalkFinding] {
        let finding = WalkFinding.good(.restart, measured)
        return run.row(.restart)?.fault == .crashed ? [finding] : tick(finding)
    }

    /// Anything that is seen at once.
    mutating func seen(_ part: WalkPart, _ measured: [WalkMeasure: Int64]) -> [WalkFinding] {
        tick(.good(part, measured))
    }

    /// What stands once is found again when somebody begins it again.
    private mutating func tick(_ finding: WalkFinding) -> [WalkFinding] {
        guard !waits(finding), run.row(finding.part)?.isOpen == true else { return [] }
        guard run.current == finding.part else { return [finding] }
        defer { instead = [] }
        return [finding] + instead.filter { run.row($0.part)?.isOpen == true }
    }

    /// Whether it is what another place is waited for with: then it waits until that is known.
    private mutating func waits(_ finding: WalkFinding) -> Bool {
        guard let current = run.current, current.competes(with: finding.part) else { return false }
        instead.removeAll { $0.part == finding.part }
        instead.append(finding)
        return true
    }

    // MARK: Time

    var nextDeadline: MonotonicTime? {
        (traces.values.map(\.settlesAt) + pulses.values.map(\.until)).min()
    }

    /// `spans` says how long a level of an input has to stand to be believed.
    mutating func timePassed(_ now: MonotonicTime, spans: (WalkPart) -> Duration) -> [WalkFinding] {
        var findings: [WalkFinding] = []
        for wire in traces.keys.sorted(by: { $0.name < $1.name }) {
            guard let trace = traces[wire], trace.settlesAt <= now else { continue }
            if trace.isBack { findings += tick(finding(of: trace, wire, span: spans(wire))) }
            traces[wire] = nil
        }
        for portal in pulses.keys.sorted() where pulses[portal]!.until <= now {
            let pulse = pulses.removeValue(forKey: portal)!
            // Nobody has to open a door that was released for them; somebody who tests it does.
            guard run.current == .relay(portal) else { continue }
            findings += tick(
                pulse.moved.map { .bad(.relay(portal), .elsewhere, other: $0.name) }
                    ?? .bad(.relay(portal), .withoutEffect))
        }
        return findings
    }

    private func finding(of trace: WireTrace, _ wire: WalkPart, span: Duration) -> WalkFinding {
        if trace.rest != wire.restsActive {
            return .bad(wire, areLimitsExchanged(wire) ? .limitsExchanged : .inverted, trace.measured)
        }
        if trace.last - trace.first < span { return .bad(wire, .tooShort, trace.measured) }
        return trace.bounce > span ? .bad(wire, .bounces, trace.measured) : .good(wire, trace.measured)
    }

    /// Both limits of a barrier rest where the other one should.
    private func areLimitsExchanged(_ wire: WalkPart) -> Bool {
        guard case .sensor(let portal, let sensor) = wire, sensor == .openLimit || sensor == .closedLimit else {
            return false
        }
        let other = WalkPart.sensor(portal, sensor == .openLimit ? .closedLimit : .openLimit)
        return rests[other].map { $0 != other.restsActive } ?? false
    }
}

extension WalkPart {
    /// The portal whose output is seen to work by this input.
    var tellsOfOutput: PortalID? {
        switch self {
        case .contact(let portal), .sensor(let portal, .openLimit), .sensor(let portal, .closedLimit): portal
        case .sensor, .reader, .cable, .lamp, .exit, .relay, .fire, .camera, .restart, .clock: nil
        }
    }
}
