/// One walk test, made of its entries alone: hearing the journal again brings the same, after a restart as in the report of
/// next year.
package struct WalkRun: Hashable, Sendable {
    package struct Row: Hashable, Sendable {
        package var part: WalkPart
        package var state = WalkState.neverHeard
        package var fault: WalkFault?
        /// Where it was heard instead, or the reason for having no picture.
        package var other: String?
        package var measured: [String: Int64] = [:]
        /// Who did it or said so, in the words of entries; nil where nobody said beforehand what would be done.
        package var by: String?
        /// The entry that says so, and its time.
        package var entry: UInt64?
        package var at: CivilTime?

        package init(part: WalkPart) { self.part = part }
        package var isOpen: Bool { state == .neverHeard }
        /// Whether its wire says so, and not another one or a person.
        var isMeasured: Bool {
            state == .good || state == .bad && fault != .elsewhere && fault != .failed && fault != .silent
        }
    }

    /// The entry with which it began.
    package let entry: UInt64
    package let begun: CivilTime
    /// Who began it.
    package let by: String
    package private(set) var rows: [Row]
    /// What is being done now, because somebody said so.
    package private(set) var current: WalkPart?
    /// The entry that ended it; its outcome is `reported` or `abandoned`.
    package private(set) var end: JournalEntry?

    /// One that nobody ends is given up.
    package static let longest: Duration = .seconds(12 * 3600)
    package static let mostRows = 2000

    /// The run that an entry begins; nil for every other entry.
    package init?(_ entry: JournalEntry) {
        guard entry.kind == .walkTest, entry.result == .begun, let parts = entry.detail[.parts]?.array else {
            return nil
        }
        self.entry = entry.sequence
        begun = entry.civil
        by = entry.actor ?? ""
        rows = parts.compactMap { $0.text.flatMap(WalkPart.init(name:)) }.map(Row.init(part:))
    }

    /// Whether somebody ended it, and it was not given up.
    package var isReported: Bool { end?.result == .reported }
    /// When it is given up.
    package var until: CivilTime { begun + Self.longest }

    package func row(_ part: WalkPart) -> Row? { rows.first { $0.part == part } }
    package var open: [Row] { rows.filter(\.isOpen) }

    /// Hears an entry, in the order of the journal.
    package mutating func hear(_ entry: JournalEntry) {
        guard entry.kind == .walkTest, end == nil, let result = entry.result else { return }
        if result == .reported || result == .abandoned {
            end = entry
            current = nil
            return
        }
        guard let part = entry.detail[.part]?.text.flatMap(WalkPart.init(name:)),
            let index = rows.firstIndex(where: { $0.part == part })
        else { return }
        if result == .begun {
            rows[index] = Row(part: part)
            rows[index].by = entry.actor
            current = part
            return
        }
        guard let state = WalkState(rawValue: result.rawValue) else { return }
        var row = Row(part: part)
        row.state = state
        row.fault = entry.detail[.fault]?.text.flatMap(WalkFault.init(rawValue:))
        row.other = entry.detail[.other]?.text
        row.measured = (entry.detail[.measured]?.map ?? [:]).compactMapValues(\.integer)
        row.by = entry.actor ?? rows[index].by
        row.entry = entry.sequence
        row.at = entry.civil
        rows[index] = row
        if current == part { current = nil }
    }

    /// The runs that entries of this kind tell, the oldest first.
    package static func runs(_ entries: [JournalEntry]) -> [WalkRun] {
        entries.reduce(into: []) { runs, entry in
            if let run = WalkRun(entry) {
                runs.append(run)
            } else if !runs.isEmpty {
                runs[runs.count - 1].hear(entry)
            }
        }
    }
}

/// What a walk test found out about a part of the site.
package struct WalkFinding: Hashable, Sendable {
    package var part: WalkPart
    package var state: WalkState
    package var fault: WalkFault?
    package var other: String?
    package var measured: [WalkMeasure: Int64] = [:]

    static func good(_ part: WalkPart, _ measured: [WalkMeasure: Int64] = [:]) -> WalkFinding {
        WalkFinding(part: part, state: .good, measured: measured)
    }
    static func bad(
        _ part: WalkPart, _ fault: WalkFault, other: String? = nil, _ measured: [WalkMeasure: Int64] = [:]
    ) -> WalkFinding {
        WalkFinding(part: part, state: .bad, fault: fault, other: other, measured: measured)
    }

    /// Its entry, without an actor: the wires say so themselves.
    func entry(_ result: EntryOutcome) -> JournalEntry {
        var entry = JournalEntry(kind: .walkTest)
        entry.result = result
        entry.detail[.part] = .text(part.name)
        entry.detail[.fault] = fault.map { .text($0.rawValue) }
        entry.detail[.other] = other.map { .text($0) }
        if !measured.isEmpty {
            entry.detail[.measured] = .map(
                Dictionary(uniqueKeysWithValues: measured.map { ($0.key.rawValue, .integer($0.value)) }))
        }
        switch part {
        case .reader(let reader), .cable(let reader), .lamp(let reader): entry.reader = reader
        case .contact(let portal), .exit(let portal), .relay(let portal), .sensor(let portal, _): entry.portal = portal
        case .fire, .camera, .restart, .clock: break
        }
        return entry
    }
}
