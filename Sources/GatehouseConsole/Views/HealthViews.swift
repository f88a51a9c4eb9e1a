internal import GatehouseAdmin
internal import GatehouseCore

/// How the gates themselves are: what stands against them with what to do, readers, cameras, disk, clock, what is owed.
enum HealthViews {
    static func view(_ visitor: Visitor, _ incoming: Incoming) throws(GateFault) -> View? {
        switch incoming.path.count {
        case 1: return try overview(visitor)
        case 3 where incoming.path[1] == "reader": return try reader(visitor, incoming.path[2])
        default: return nil
        }
    }

    private static func overview(_ visitor: Visitor) throws(GateFault) -> View {
        func say(_ text: Sentence.Text) -> String { visitor.say(text) }
        let status = try visitor.gate.ask(Status())
        let health = try visitor.gate.ask(Health())
        let metrics = try visitor.gate.ask(Metrics())
        return View(
            say("Health"), .health, isWide: true,
            """
            \(health.conditions.isEmpty ? quiet(visitor, status) : "<ul>\(health.conditions.map { condition($0, visitor) })</ul>" as HTML)
            <h2>\(say("Readers"))</h2>
            <div class="scroll"><table><thead><tr><th scope="col">\(say("Reader"))</th><th scope="col">\(say("Heard"))</th><th scope="col">\(say("Line"))</th><th scope="col">\(say("Kind"))</th></tr></thead>
            <tbody data-rows>\(status.readers.map { readerRow($0, visitor) })</tbody></table></div>
            <h2>\(say("Cameras"))</h2>
            \(status.cameras.isEmpty ? "<p class=\"soft\">\(say("No camera is set up."))</p>" : "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">\(say("Camera"))</th><th scope=\"col\">\(say("Last picture"))</th></tr></thead><tbody>\(status.cameras.map { camera($0, visitor) })</tbody></table></div>" as HTML)
            <h2>\(say("The controller"))</h2>
            <section class="card"><dl class="facts">\(facts(status, metrics, visitor))</dl></section>
            """)
    }

    private static func quiet(_ visitor: Visitor, _ status: Status.Reply) -> HTML {
        "<div class=\"card empty\"><strong>\(visitor.say("Nothing stands against the gates."))</strong>\(visitor.say("\(Int64(clamping: status.entries), "entry", "entries") in the journal, and every one of them hangs together."))</div>"
    }

    static func condition(_ condition: ConditionView, _ visitor: Visitor) -> HTML {
        let tone = condition.severity == "alarm" || condition.severity == "fault" ? "red" : "amber"
        let severity =
            HealthCode.Severity(rawValue: condition.severity).map { Words.severity($0, visitor.language) }
            ?? condition.severity
        return """
            <li class="card \(condition.severity == "info" ? "" : tone)"><div class="spread"><strong>\(condition.sentence)\(condition.subject.isEmpty ? "" : " (\(condition.subject))")</strong> \
            <span class="mark \(condition.severity == "info" ? "" : tone)">\(severity)</span></div>
            <p>\(condition.advice)</p><p class="small soft">\(visitor.say("since \(SiteTime.minute(condition.since))"))</p></li>
            """
    }

    private static func readerRow(_ reader: ReaderView, _ visitor: Visitor) -> HTML {
        let tone = reader.link == "online" ? "" : reader.link == "offline" ? "red" : "amber"
        return """
            <tr><th scope="row"><a class="open" href="/health/reader/\(Fields.encoded(reader.name))">\(HTML.name(reader.name))</a></th>\
            <td><span class="mark \(tone)">\(Words.state(reader.link, visitor.language))</span></td>\
            <td>\(Words.state(reader.security, visitor.language))\(reader.tamper ? " · \(visitor.say("opened or moved"))" : "")</td><td>\(reader.protocolName)</td></tr>
            """
    }

    private static func camera(_ camera: Status.Camera, _ visitor: Visitor) -> HTML {
        "<tr><th scope=\"row\">\(HTML.name(camera.name))</th><td>\(camera.last.map { SiteTime.html($0, isLive: true) } ?? "<span class=\"mark amber\">\(visitor.say("none yet"))</span>")</td></tr>"
    }

    private static func facts(_ status: Status.Reply, _ metrics: Metrics.Reply, _ visitor: Visitor) -> HTML {
        func say(_ text: Sentence.Text) -> String { visitor.say(text) }
        let owed = status.outbox.map { "\($0.destination): \($0.owed) (\(say("since \(SiteTime.minute($0.oldest))")))" }
        let rows: [(String, String)] = [
            (say("Time"), "\(SiteTime.minute(status.time)), \(Words.state(status.clock, visitor.language))"),
            (say("Version"), status.version),
            (
                say("Register"),
                say(
                    "\(status.registry.persons, "person", "people"), \(status.registry.credentials, "credential", "credentials"), \(status.registry.tenancies, "tenancy", "tenancies"), \(status.registry.dwellings, "dwelling", "dwellings")"
                )
            ),
            (say("Journal"), say("\(Int64(clamping: status.entries), "entry", "entries")")),
            (say("Signed head"), ago(metrics.checkpoint, visitor)),
            (say("Signed by witnesses"), ago(metrics.witnessed, visitor)),
            (
                say("Last bit to line"),
                say(
                    "half of them within \(milliseconds(status.release.half)), 99 of 100 within \(milliseconds(status.release.most))"
                )
            ),
            (say("Alerts owed"), owed.isEmpty ? say("none") : owed.joined(separator: "; ")),
        ]
        return HTML(rows.map { "<dt>\($0.0)</dt><dd class=\"figures\">\($0.1)</dd>" as HTML })
    }

    private static func ago(_ age: Int64?, _ visitor: Visitor) -> String {
        age.map { visitor.say("\("\(max(1, $0 / 60_000))") min ago") } ?? visitor.say("not since the start")
    }

    private static func milliseconds(_ microseconds: Int64) -> String {
        "\(microseconds / 1000).\(microseconds % 1000 / 100) ms"
    }

    private static func reader(_ visitor: Visitor, _ name: String) throws(GateFault) -> View {
        let report = try visitor.gate.ask(ReaderDoctor(reader: NameArgument(name)))
        let findings = report.second.conditions + report.second.findings
        return View(
            name, .health, isWide: true,
            """
            <p class="row no-print"><a class="button" href="/health" data-back="/health">\(visitor.say("Health")) <kbd>Esc</kbd></a></p>
            \(findings.isEmpty ? "<div class=\"card empty\"><strong>\(visitor.say("The line is good."))</strong>\(visitor.say("Nothing that was counted points to a fault."))</div>" as HTML : HTML(findings.map { "<div class=\"card amber\"><p><strong>\($0.what)</strong></p><p>\($0.advice)</p></div>" as HTML }))
            <section class="card"><dl class="facts">\((report.first.counters ?? [:]).filter { $0.value != 0 }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "<dt>\($0.key)</dt><dd class=\"figures\">\($0.value)</dd>" as HTML })</dl></section>
            """)
    }
}
