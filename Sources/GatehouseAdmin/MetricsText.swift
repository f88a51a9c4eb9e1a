/// The figures of a gate in the text format of Prometheus, version 0.0.4.
package struct MetricsText {
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private enum Kind: String {
        case counter, gauge, histogram
    }
    private var lines: [String] = []

    package static func text(of reply: Metrics.Reply) -> String {
        var text = MetricsText()
        text.gate(reply)
        text.release(reply.release)
        text.journal(reply)
        text.owed(reply.outbox)
        text.readers(reply.readers)
        text.portals(reply.portals)
        text.standing(reply)
        return text.lines.joined(separator: "\n") + "\n"
    }

    // MARK: Families

    private mutating func gate(_ reply: Metrics.Reply) {
        family("gatehouse_info", .gauge, "The site and the version of its daemon; always 1.")
        add("gatehouse_info", [("site", reply.site), ("version", reply.version)], "1")
        family("gatehouse_uptime_seconds", .gauge, "Seconds since the daemon started.")
        add("gatehouse_uptime_seconds", [], seconds(reply.uptime))
        family("gatehouse_clock_trusted", .gauge, "Whether the civil clock is trusted.")
        add("gatehouse_clock_trusted", [], reply.clock == "trusted" ? "1" : "0")
        family("gatehouse_decisions_total", .counter, "Access decisions since the start, by outcome.")
        for one in reply.decisions { add("gatehouse_decisions_total", [("outcome", one.kind)], "\(one.count)") }
    }

    private mutating func release(_ release: Metrics.Release) {
        let name = "gatehouse_release_seconds"
        family(name, .histogram, "From the last bit of a reading to the release line of its grant.")
        for (bound, count) in zip(Metrics.Release.bounds, release.within) {
            add("\(name)_bucket", [("le", decimal(bound, digits: 6))], "\(count)")
        }
        add("\(name)_bucket", [("le", "+Inf")], "\(release.count)")
        add("\(name)_sum", [], decimal(release.sum, digits: 6))
        add("\(name)_count", [], "\(release.count)")
    }

    private mutating func journal(_ reply: Metrics.Reply) {
        family("gatehouse_journal_entries", .gauge, "The number of the newest entry on disk.")
        add("gatehouse_journal_entries", [], "\(reply.entries)")
        family("gatehouse_journal_waiting_entries", .gauge, "Entries that are decided and not yet on disk.")
        add("gatehouse_journal_waiting_entries", [], "\(reply.waiting.entries)")
        family("gatehouse_journal_waiting_seconds", .gauge, "How long the oldest of them has waited.")
        add("gatehouse_journal_waiting_seconds", [], seconds(reply.waiting.oldest))
        if let age = reply.checkpoint {
            family("gatehouse_checkpoint_age_seconds", .gauge, "Seconds since a head of the journal was signed.")
            add("gatehouse_checkpoint_age_seconds", [], seconds(age))
        }
        if let age = reply.witnessed {
            family("gatehouse_witness_age_seconds", .gauge, "Seconds since enough witnesses had signed a head.")
            add("gatehouse_witness_age_seconds", [], seconds(age))
        }
    }

    private mutating func owed(_ outbox: [Metrics.Owed]) {
        family("gatehouse_outbox_owed", .gauge, "Alerts that are owed to a receiver.")
        for one in outbox { add("gatehouse_outbox_owed", [("destination", one.destination)], "\(one.owed)") }
        family("gatehouse_outbox_oldest_seconds", .gauge, "The age of the oldest of them.")
        for one in outbox {
            add("gatehouse_outbox_oldest_seconds", [("destination", one.destination)], seconds(one.oldest))
        }
    }

    private mutating func readers(_ readers: [Metrics.Reader]) {
        // Of a wire that cannot be asked nothing is known before the first card.
        family("gatehouse_reader_online", .gauge, "Whether a reader answers, or was heard and is not missed.")
        for one in readers where one.link != "neverHeard" {
            add("gatehouse_reader_online", [("reader", one.name)], one.link == "online" ? "1" : "0")
        }
        family(
            "gatehouse_reader_counts_total", .counter,
            "What came over the wire of a reader, and what was wrong with it.")
        for one in readers {
            for (kind, count) in one.counters.sorted(by: { $0.key < $1.key }) {
                add("gatehouse_reader_counts_total", [("reader", one.name), ("kind", kind)], "\(count)")
            }
        }
    }

    private mutating func portals(_ portals: [Metrics.Portal]) {
        states("gatehouse_portal_posture", "The posture of a portal: 1 at the one that it has.", portals, \.posture)
        states("gatehouse_portal_lock", "The lock of a portal: released or secured.", portals, \.lock)
        states(
            "gatehouse_portal_door", "The door of a portal: closed, open, forced, heldOpen or unknown.", portals, \.door
        )
    }

    private mutating func states(
        _ name: String, _ help: String, _ portals: [Metrics.Portal], _ state: KeyPath<Metrics.Portal, String>
    ) {
        family(name, .gauge, help)
        for one in portals { add(name, [("portal", one.name), ("state", one[keyPath: state])], "1") }
    }

    private mutating func standing(_ reply: Metrics.Reply) {
        family("gatehouse_conditions", .gauge, "Conditions that stand, by severity.")
        for one in reply.conditions { add("gatehouse_conditions", [("severity", one.kind)], "\(one.count)") }
        family("gatehouse_alarms_unacknowledged", .gauge, "Alarms that nobody has acknowledged.")
        add("gatehouse_alarms_unacknowledged", [], "\(reply.alarms)")
    }

    // MARK: Form

    private mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        lines.append("# HELP \(name) \(help)")
        lines.append("# TYPE \(name) \(kind.rawValue)")
    }

    private mutating func add(_ name: String, _ labels: [(String, String)], _ value: String) {
        let inner = labels.map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ",")
        lines.append(inner.isEmpty ? "\(name) \(value)" : "\(name){\(inner)} \(value)")
    }

    /// A label's value: backslash, quote and line feed have a backslash before them.
    static func escaped(_ text: String) -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped.append(contentsOf: "\\\\".unicodeScalars)
            case "\"": escaped.append(contentsOf: "\\\"".unicodeScalars)
            case "\n": escaped.append(contentsOf: "\\n".unicodeScalars)
            default: escaped.append(scalar)
            }
        }
        return String(escaped)
    }

    private func seconds(_ milliseconds: Int64) -> String { decimal(milliseconds, digits: 3) }

    /// A whole number of parts as a decimal fraction, without zeros at its end: no rounding comes between.
    private func decimal(_ parts: Int64, digits: Int) -> String {
        let whole = String(parts.magnitude)
        let padded = String(repeating: "0", count: max(0, digits + 1 - whole.count)) + whole
        let sign = parts < 0 ? "-" : ""
        var fraction = String(padded.suffix(digits))
        while fraction.hasSuffix("0") { fraction.removeLast() }
        let front = sign + padded.dropLast(digits)
        return fraction.isEmpty ? front : "\(front).\(fraction)"
    }
}
