internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseProtocols
internal import GatehouseRegister
internal import GatehouseStore

/// The walk test: what has to be seen, what is open, and the report.
extension Desk {
    func startWalk(_ command: WalkTestStart, _ call: Call) throws -> WalkView {
        let plan = Self.plan(configuration)
        try order(call, .walk(.start(plan, measures(plan))))
        return try walk(call)
    }

    func stepWalk(_ command: WalkTestStep, _ call: Call) throws -> WalkView {
        guard let name = command.part else {
            guard command.verdicts.isEmpty else {
                throw CommandRefusal(
                    code: "argumentMissing", message: Sentence("say which part of the walk test it is"))
            }
            return try walk(call)
        }
        let part = try part(name, call)
        guard command.verdicts.count <= 1 else {
            throw CommandRefusal(
                code: "malformed", message: Sentence("one of pulse, seen, failed and skip at a time"))
        }
        switch command.verdicts.first {
        case nil: try begin(part, call)
        case .pulse: try pulse(part, call)
        case .seen: try order(call, .walk(.seen(part)), reason: call.reason ?? "seen")
        case .failed(let text):
            let reading = try reading(of: part)
            try order(call, .walk(.failed(part, reading)), reason: text)
        case .skip(let text): try order(call, .walk(.skip(part)), reason: text)
        }
        return try walk(call)
    }

    private func begin(_ part: WalkPart, _ call: Call) throws {
        try order(call, .walk(.step(part, measures([part]))), reason: call.reason ?? "step")
    }

    /// A relay is driven by an ordinary opening, with all that one needs.
    private func pulse(_ part: WalkPart, _ call: Call) throws {
        switch part {
        case .relay(let portal):
            guard call.reason != nil else {
                throw CommandRefusal(
                    code: "reasonMissing",
                    message: Sentence("\"walk-test step --pulse\" opens: it needs --reason \"…\""))
            }
            try begin(part, call)
            try order(call, .open(portal))
        case .lamp(let reader):
            try begin(part, call)
            try order(call, .walk(.lamp(reader)), reason: call.reason ?? "lamp")
        case .reader, .cable, .contact, .exit, .sensor, .fire, .camera, .restart, .clock:
            throw CommandRefusal(code: "malformed", message: Sentence("\(part.name) is no output: it is not driven"))
        }
    }

    private func part(_ name: NameArgument, _ call: Call) throws -> WalkPart {
        guard let run = try ask({ $0.controller.walk?.run }) else { throw Self.noWalk }
        guard let part = WalkPart(name: name.argumentText), run.row(part) != nil else {
            throw unknown(
                Sentence("part of the walk test"), name.argumentText, among: run.rows.map(\.part.name),
                code: "unknownPart")
        }
        return part
    }

    private static let noWalk = CommandRefusal(code: OrderRefusal.noWalk.word, message: OrderRefusal.noWalk.sentence)

    /// What the wires of the readers among these parts have brought so far.
    private func measures(_ parts: [WalkPart]) throws -> [ReaderID: ReaderMeasure] {
        try ask { view in
            parts.reduce(into: [:]) { if case .reader(let reader) = $1 { $0[reader] = view.reading(reader).measure } }
        }
    }

    private func reading(of part: WalkPart) throws -> ReaderMeasure? {
        guard case .reader(let reader) = part else { return nil }
        return try ask { $0.reading(reader).measure }
    }

    private func walk(_ call: Call) throws -> WalkView {
        guard let run = try ask({ $0.controller.walk?.run }) else { throw Self.noWalk }
        return WalkView(
            entry: run.entry, begun: text(run.begun), until: text(run.until), by: run.by, current: run.current?.name,
            open: run.open.count, rows: run.rows.map { Self.view($0, call.language) })
    }

    private static func view(_ row: WalkRun.Row, _ language: Language) -> WalkView.Row {
        WalkView.Row(
            name: row.part.name, state: row.state.rawValue, fault: row.fault?.rawValue, other: row.other,
            what: row.fault?.sentence(row.other).text(in: language), advice: row.fault?.advice.text(in: language),
            todo: row.isOpen ? row.part.todo.text(in: language) : nil, measured: row.measured, by: row.by)
    }

    // MARK: The report

    func endWalk(_ command: WalkTestEnd, _ call: Call) throws -> WalkTestReport.Reply {
        guard let running = try ask({ $0.controller.walk?.run }) else { throw Self.noWalk }
        let signer = try reportSigner()
        let at = try now()
        let document = try document(
            of: running, endedAt: at, by: call.actor.inEntries, version: GatehouseVersion.text,
            before: try runs().last { $0.isReported })
        let event = try order(call, .walk(.end(report: Hash.sha256(document), at: at)), reason: call.reason ?? "end")
        return try signed(document, by: signer, event: event, isRecorded: true, call)
    }

    func reportSigner() throws -> ReportSigner {
        guard let signer else {
            throw CommandRefusal(code: OrderRefusal.withoutKey.word, message: OrderRefusal.withoutKey.sentence)
        }
        return signer
    }

    func reportWalk(_ command: WalkTestReport, _ call: Call) throws -> WalkTestReport.Reply {
        let signer = try reportSigner()
        let runs = try runs()
        guard let index = runs.lastIndex(where: { $0.end?.result == .reported }), let end = runs[index].end,
            let at = end.detail[.at]?.integer
        else {
            throw CommandRefusal(
                code: "noWalk",
                message: Sentence("no walk test has ended here yet; gatehousectl walk-test end ends one that runs"))
        }
        let document = try document(
            of: runs[index], endedAt: CivilTime(milliseconds: at), by: end.actor ?? "",
            version: end.detail[.version]?.text ?? "",
            before: runs[..<index].last { $0.isReported })
        let isRecorded = end.detail[.sha256]?.octets == Hash.sha256(document)
        return try signed(document, by: signer, event: end.sequence, isRecorded: isRecorded, call)
    }

    /// All walk tests of the journal: an index finds them, however long it is.
    private func runs() throws -> [WalkRun] {
        var filter = JournalFilter()
        filter.kinds = [.walkTest]
        filter.limit = 0
        filter.isNewestFirst = false
        return WalkRun.runs(try reader().entries(filter).map(\.entry))
    }

    private func document(
        of run: WalkRun, endedAt at: CivilTime, by closer: String, version: String, before: WalkRun?
    ) throws -> [UInt8] {
        let notes = try notes(of: run)
        let rows = run.rows.map { row in
            WalkReport.Row(
                name: row.part.name, subject: row.part.subject.name.english, standards: row.part.standards,
                state: row.state.rawValue, fault: row.fault?.rawValue, other: row.other,
                what: row.fault?.sentence(row.other).english, note: row.entry.flatMap { notes[$0] },
                measured: row.measured, entry: row.entry, at: row.at.map { text($0) }, by: row.by)
        }
        let supervised = Set(run.rows.compactMap { if case .cable(let reader) = $0.part { reader } else { nil } })
        let report = WalkReport(
            site: configuration.site.name, gatehouse: version, begun: text(run.begun), ended: text(at), by: run.by,
            closer: closer,
            entry: run.entry, rows: rows,
            unsupervised: run.rows.compactMap {
                if case .reader(let reader) = $0.part, !supervised.contains(reader) { reader.name } else { nil }
            },
            before: before.map {
                WalkReport.Earlier(begun: text($0.begun), ended: $0.end.map { text($0.civil) } ?? "", entry: $0.entry)
            }, changes: before.map { WalkReport.changes(from: $0, to: run) } ?? [])
        return WireJSON.encode(report)
    }

    /// What people wrote beside what they said of a part.
    private func notes(of run: WalkRun) throws -> [UInt64: String] {
        var filter = JournalFilter()
        filter.kinds = [.walkTest]
        filter.limit = 0
        filter.isNewestFirst = false
        filter.after = run.entry
        let said = Set(run.rows.compactMap(\.entry))
        var notes: [UInt64: String] = [:]
        try reader().each(filter, withPersonal: true) { stored in
            guard said.contains(stored.entry.sequence) else { return }
            let note = stored.personal.first { $0.name == PersonalField.Name.note.rawValue }
            notes[stored.entry.sequence] = note.map { String(decoding: $0.value, as: UTF8.self) }
        }
        return notes
    }

    private func signed(
        _ document: [UInt8], by signer: ReportSigner, event: UInt64?, isRecorded: Bool, _ call: Call
    ) throws -> WalkTestReport.Reply {
        guard let report = WireJSON.decode(WalkReport.self, document) else { throw Self.busy }
        let key = Hexadecimal.encode(signer.publicKey)
        let signature = Base64.encode(try signer.sign(document))
        let page = WalkPage.html(report, signature: signature, key: key, call.language)
        return WalkTestReport.Reply(
            event: event, document: String(decoding: document, as: UTF8.self), signature: signature, page: page,
            pageSignature: Base64.encode(try signer.sign(Array(page.utf8))), key: key, recorded: isRecorded)
    }
}

extension WalkTestStep {
    fileprivate enum Verdict {
        case pulse, seen
        case failed(String)
        case skip(String)
    }

    fileprivate var verdicts: [Verdict] {
        var found: [Verdict] = []
        if pulse?.isOn == true { found.append(.pulse) }
        if seen?.isOn == true { found.append(.seen) }
        if let failed { found.append(.failed(failed.argumentText)) }
        if let skip { found.append(.skip(skip.argumentText)) }
        return found
    }
}

extension Desk {
    /// What has to be seen at a site, in the order in which somebody walks: portal by portal, then what is there once.
    static func plan(_ configuration: Configuration) -> [WalkPart] {
        let lines = configuration.lines
        let settings = Dictionary(uniqueKeysWithValues: configuration.readers.map { ($0.id, $0) })
        var plan: [WalkPart] = []
        func add(_ part: WalkPart) { if !plan.contains(part) { plan.append(part) } }
        for portal in configuration.site.portals {
            let points = configuration.site.accessPoints.filter { $0.portal == portal.id }
            for reader in points.flatMap(\.readers) {
                add(.reader(reader))
                if settings[reader]?.showsIndications == true { add(.lamp(reader)) }
                if settings[reader]?.kind.serial?.isSupervised == true { add(.cable(reader)) }
            }
            if lines.exitButtons[portal.id] != nil || lines.readerExitButtons[portal.id] != nil {
                add(.exit(portal.id))
            }
            if lines.contacts[portal.id] != nil || lines.readerContacts[portal.id] != nil { add(.contact(portal.id)) }
            if lines.outputs[portal.id] != nil || lines.readerReleases[portal.id] != nil { add(.relay(portal.id)) }
            for sensor in LaneMachine.Sensor.allCases where lines.laneSensors[portal.id]?[sensor] != nil {
                add(.sensor(portal.id, sensor))
            }
            for camera in points.flatMap(\.cameras) + portal.cameras { add(.camera(camera)) }
        }
        for camera in configuration.cameras { add(.camera(camera.id)) }
        if lines.fireInput != nil { add(.fire) }
        add(.restart)
        add(.clock)
        return plan
    }
}

extension ReaderSettings {
    /// Whether it has a lamp or a buzzer that the controller drives.
    fileprivate var showsIndications: Bool {
        greenLamp != nil || buzzer != nil || kind.osdp != nil
    }
}
