/// What is done in a walk test.
package enum WalkOrder: Hashable, Sendable {
    /// All parts of the site, in the order in which somebody walks.
    case start([WalkPart], [ReaderID: ReaderMeasure])
    /// This part is done now.
    case step(WalkPart, [ReaderID: ReaderMeasure])
    /// Lamp and buzzer of a reader show what they show to somebody who is let in. It opens nothing.
    case lamp(ReaderID)
    /// A person saw it work.
    case seen(WalkPart)
    /// A person says that it does not work.
    case failed(WalkPart, ReaderMeasure?)
    case skip(WalkPart)
    /// Ended, with the SHA-256 of the report and the time that stands in it.
    case end(report: [UInt8], at: CivilTime)

    var part: WalkPart? {
        switch self {
        case .start, .end: nil
        case .step(let part, _), .seen(let part), .failed(let part, _), .skip(let part): part
        case .lamp(let reader): .lamp(reader)
        }
    }
}

/// The walk test: a watcher beside the gate. It opens nothing, and what it finds is entries.
extension Controller {
    func refusal(of walk: WalkOrder, _ order: Order) -> OrderRefusal? {
        if !order.hasReason { return .reasonMissing }
        if case .start(let parts, _) = walk {
            if self.walk != nil { return .walkRuns }
            return parts.count > WalkRun.mostRows
                ? .other(Sentence("the site has too many parts for one walk test")) : nil
        }
        guard let running = self.walk else { return .noWalk }
        guard let part = walk.part else { return nil }
        guard let row = running.run.row(part) else { return .unknownPart(part.name) }
        // A person's word does not take the place of what a wire said.
        if case .seen = walk, row.state == .bad, row.isMeasured {
            return .other(
                Sentence("\(part.name) was measured and is faulty: mend it and do it again, or skip it with a reason"))
        }
        return nil
    }

    mutating func carryOut(_ walk: WalkOrder, _ order: Order, _ step: inout Step) -> UInt64? {
        var entry = orderEntry(order, .begun)
        entry.kind = .walkTest
        switch walk {
        case .start(let parts, let measures):
            entry.detail[.parts] = .array(parts.map { .text($0.name) })
            return begin(entry, measures, &step)
        case .step(let part, let measures):
            self.walk({ $0.begin(part, measures) }, &step)
            entry.detail[.part] = .text(part.name)
            return record(entry, &step)
        case .lamp(let reader):
            step.yield(.indicate(reader, .granted, waits: false))
            entry.result = .done
            entry.reader = reader
            return record(entry, &step)
        case .seen(let part): return record(entry, WalkFinding(part: part, state: .said), &step)
        case .skip(let part): return record(entry, WalkFinding(part: part, state: .skipped), &step)
        case .failed(let part, let measure):
            guard let finding = self.walk?.failed(part, measure, level: wires.level(part)) else { return nil }
            return record(entry, finding, &step)
        case .end(let report, let time):
            entry.result = .reported
            entry.detail[.sha256] = .octets(report)
            entry.detail[.at] = .integer(time.milliseconds)
            entry.detail[.version] = .text(GatehouseVersion.text)
            let event = record(entry, &step)
            self.walk = nil
            walkEndsAt = nil
            return event
        }
    }

    /// The run is made of its entry: one that is not recorded has not begun.
    private mutating func begin(
        _ entry: JournalEntry, _ measures: [ReaderID: ReaderMeasure], _ step: inout Step
    ) -> UInt64? {
        var entry = entry
        guard let event = record(entry, &step) else { return nil }
        entry.sequence = event
        entry.civil = step.now.civil
        guard let run = WalkRun(entry) else { return event }
        walk = WalkWatch(run, measures)
        walkEndsAt = step.now.monotonic + WalkRun.longest
        return event
    }

    /// The entry of what a person says, with what was found.
    private mutating func record(_ entry: JournalEntry, _ finding: WalkFinding, _ step: inout Step) -> UInt64? {
        var found = finding.entry(Self.outcome(of: finding.state))
        found.actor = entry.actor
        found.personal = entry.personal
        found.detail[.command] = entry.detail[.command]
        return record(found, &step)
    }

    private static func outcome(of state: WalkState) -> EntryOutcome {
        switch state {
        case .neverHeard: .neverHeard
        case .good: .good
        case .bad: .bad
        case .said: .said
        case .skipped: .skipped
        }
    }

    // MARK: What is heard

    /// Asks the watcher, and makes entries of what it found.
    mutating func walk(_ body: (inout WalkWatch) -> [WalkFinding], _ step: inout Step) {
        guard var watch = walk else { return }
        let findings = body(&watch)
        walk = watch
        for var finding in findings {
            if finding.part == .fire, finding.state == .good {
                finding.measured[.portals] = Int64(portals.count(where: \.isReleased))
            }
            record(finding.entry(Self.outcome(of: finding.state)), &step)
        }
    }

    mutating func walk(_ wire: WalkPart, _ isActive: Bool, at moment: MonotonicTime, _ step: inout Step) {
        // The first that a reader tells of its input is a level, and the same again is no change.
        guard let before = wires.level(wire), before != isActive else { return wires.stands(wire, isActive) }
        wires.edge(wire, isActive)
        let span = debounce(of: wire)
        walk({ $0.edge(wire, isActive, from: before, span: span, at: moment) }, &step)
    }

    /// How long a level of an input has to stand to be believed.
    private func debounce(of wire: WalkPart) -> Duration {
        func settings(_ portal: PortalID) -> PortalSettings? { portalIndex[portal].map { portals[$0].settings } }
        return switch wire {
        case .contact(let portal): settings(portal)?.contactDebounce ?? .zero
        case .exit(let portal): settings(portal)?.exitDebounce ?? .zero
        case .sensor: LaneSettings.debounce
        case .fire: site.fireDebounce
        case .reader, .cable, .lamp, .relay, .camera, .restart, .clock: .zero
        }
    }

    /// `before` is the number that the next entry had when the signal came.
    mutating func walk(_ signal: ReaderSignal, at reader: ReaderID, since before: UInt64, _ step: inout Step) {
        guard walk != nil else { return }
        let sequence = cursor.next > before ? cursor.next - 1 : nil
        let now = step.now.monotonic
        switch signal {
        case .card(let card):
            let bits = card.bits.count > 0 ? card.bits.count : nil
            walk({ $0.card(bits, at: reader, sequence: sequence) }, &step)
        case .face, .key: walk({ $0.card(nil, at: reader, sequence: sequence) }, &step)
        case .unreadable(let fault): walk({ $0.unreadable(fault, at: reader) }, &step)
        case .link(let link): walk({ $0.link(link, of: reader, at: now) }, &step)
        case .faceRefused, .stays, .breach, .keyChange, .file, .identified, .faceUsers, .tamper, .powerFault, .input:
            break
        }
        guard sequence != nil, isClockKeptInStep == false, signal.isPresentation else { return }
        let isTrusted = step.now.isCivilTrusted
        walk({ $0.seen(.clock, [.trusted: isTrusted ? 1 : 0]) }, &step)
    }

    mutating func walkReleased(_ portal: PortalID, _ now: Moment) {
        guard let index = portalIndex[portal] else { return }
        walk?.released(portal, for: portals[index].settings.unlockTime, at: now.monotonic)
    }

    // MARK: Time

    var walkDeadline: MonotonicTime? {
        guard let walk, let walkEndsAt else { return nil }
        return walk.nextDeadline.map { min($0, walkEndsAt) } ?? walkEndsAt
    }

    mutating func settleWalk(_ step: inout Step) {
        guard walk != nil else { return }
        let now = step.now.monotonic
        let spans = { [self] (wire: WalkPart) in debounce(of: wire) }
        walk({ $0.timePassed(now, spans: spans) }, &step)
        guard let walkEndsAt, walkEndsAt <= now else { return }
        var entry = JournalEntry(kind: .walkTest)
        entry.result = .abandoned
        record(entry, &step)
        walk = nil
        self.walkEndsAt = nil
    }

    /// A run goes on over a restart. One after a cut of the power is what it waits for: `boot` and the report name the start of
    /// the machine before and now.
    mutating func restoreWalk(
        _ report: StartReport, newest: CivilTime?, boot: String?, _ step: inout Step
    ) {
        guard let watch = walk else { return }
        walkEndsAt = step.now.monotonic + max(.zero, watch.run.until - step.now.civil)
        guard !report.wasCleanStop, let before = boot, let now = report.boot else { return }
        guard before != now else { return walk({ $0.crashed() }, &step) }
        // The kernel's monotonic clock begins with the machine.
        var measured: [WalkMeasure: Int64] = [.ready: (step.now.monotonic - .zero).wholeMilliseconds]
        if step.now.isCivilTrusted, let newest {
            measured[.outage] = max(0, (step.now.civil - newest).wholeMilliseconds)
        }
        walk({ $0.powerWasCut(measured) }, &step)
    }
}

extension ReaderSignal {
    /// Whether somebody showed something that is decided on.
    fileprivate var isPresentation: Bool {
        switch self {
        case .card, .face: true
        case .key, .faceRefused, .stays, .unreadable, .link, .breach, .keyChange, .file, .identified, .faceUsers,
            .tamper, .powerFault, .input:
            false
        }
    }
}
