package import GatehouseCore

/// The report of one walk test, as it is signed: English sentences and stable words, the same octets whenever it is made of the
/// same entries.
package struct WalkReport: Codable, Hashable, Sendable {
    package struct Row: Codable, Hashable, Sendable {
        package var name: String
        /// What the standards call it, and where.
        package var subject: String
        package var standards: [String]
        package var state: String
        package var fault: String?
        package var other: String?
        package var what: String?
        /// What a person said, in their words.
        package var note: String?
        package var measured: [String: Int64]
        package var entry: UInt64?
        package var at: String?
        /// Who did it or said so; nil where it came without being asked for.
        package var by: String?

        package init(
            name: String, subject: String, standards: [String], state: String, fault: String?, other: String?,
            what: String?, note: String?, measured: [String: Int64], entry: UInt64?, at: String?, by: String?
        ) {
            self.name = name
            self.subject = subject
            self.standards = standards
            self.state = state
            self.fault = fault
            self.other = other
            self.what = what
            self.note = note
            self.measured = measured
            self.entry = entry
            self.at = at
            self.by = by
        }
    }

    /// What differs from the walk test before.
    package struct Change: Codable, Hashable, Sendable {
        package var name: String
        /// `state`, or the name of a measurement.
        package var what: String
        /// Nil where the part was not there.
        package var before: String?
        package var now: String?
        package init(name: String, what: String, before: String?, now: String?) {
            self.name = name
            self.what = what
            self.before = before
            self.now = now
        }
    }

    package struct Earlier: Codable, Hashable, Sendable {
        package var begun: String
        package var ended: String
        package var entry: UInt64
        package init(begun: String, ended: String, entry: UInt64) {
            self.begun = begun
            self.ended = ended
            self.entry = entry
        }
    }

    package var form = "gatehouse walk test"
    package var version = 1
    package var site: String
    package var gatehouse: String
    package var begun: String
    package var ended: String
    /// Who began it, and who ended it.
    package var by: String
    package var closer: String
    package var entry: UInt64
    /// How many parts stand in which state.
    package var counts: [String: Int]
    package var rows: [Row]
    /// Readers of which nobody would notice that their cable is cut.
    package var unsupervised: [String]
    package var before: Earlier?
    package var changes: [Change]

    package init(
        site: String, gatehouse: String, begun: String, ended: String, by: String, closer: String, entry: UInt64,
        rows: [Row],
        unsupervised: [String], before: Earlier?, changes: [Change]
    ) {
        self.site = site
        self.gatehouse = gatehouse
        self.begun = begun
        self.ended = ended
        self.by = by
        self.closer = closer
        self.entry = entry
        counts = rows.reduce(into: [:]) { $0[$1.state, default: 0] += 1 }
        self.rows = rows
        self.unsupervised = unsupervised
        self.before = before
        self.changes = changes
    }

    /// What changed from one run to the next: states, parts that came or went, and measurements that differ by more than half.
    package static func changes(from old: WalkRun, to new: WalkRun) -> [Change] {
        var changes: [Change] = []
        for row in new.rows {
            let name = row.part.name
            guard let before = old.row(row.part) else {
                changes.append(Change(name: name, what: "state", before: nil, now: word(row)))
                continue
            }
            if word(before) != word(row) {
                changes.append(Change(name: name, what: "state", before: word(before), now: word(row)))
            }
            for measure in steady {
                guard let was = before.measured[measure.rawValue], let now = row.measured[measure.rawValue],
                    abs(was - now) > max(was, now) / 2, max(was, now) >= 1000
                else { continue }
                changes.append(Change(name: name, what: measure.rawValue, before: "\(was)", now: "\(now)"))
            }
        }
        for row in old.rows where new.row(row.part) == nil {
            changes.append(Change(name: row.part.name, what: "state", before: word(row), now: nil))
        }
        return changes
    }

    private static func word(_ row: WalkRun.Row) -> String {
        [row.state.rawValue, row.fault?.rawValue, row.other].compactMap(\.self).joined(separator: " ")
    }

    /// Measurements that tell of the wiring, and not of who walked.
    private static let steady: [WalkMeasure] = [.bounce, .bitHalf, .bitMost, .entry, .opened]
}

extension WalkPart {
    /// What IEC 60839-11-1:2013 calls it, with its clause: by the table of contents of that edition.
    package var subject: (name: Sentence, clause: String) {
        switch self {
        case .relay: (Sentence("Portal release timing"), "6.2.1")
        case .exit: (Sentence("Access control: request to exit"), "6.2.2")
        case .contact, .sensor: (Sentence("Portal status"), "6.2.3")
        case .lamp: (Sentence("Display at the portal"), "6.3.2")
        case .camera, .clock: (Sentence("Logging"), "6.3.4")
        case .reader: (Sentence("Recognition"), "6.4")
        case .fire: (Sentence("Overriding"), "6.6")
        case .cable: (Sentence("Communication"), "6.7")
        case .restart: (Sentence("Power supply"), "6.9")
        }
    }

    /// The clauses that a part belongs to.
    package var standards: [String] {
        let clause = "IEC 60839-11-1:2013 \(subject.clause)"
        return self == .fire ? [clause, "GB 55024-2022 5.3.6"] : [clause]
    }

    /// What GB 55024-2022 5.3.6 asks, which the part `fire` shows.
    package static var ofFire: Sentence {
        Sentence(
            "GB 55024-2022 5.3.6 asks of access control and of the gates of a car park that they take the signal of a fire, and then hold nobody back: the part fire shows it."
        )
    }
}
