internal import GatehouseAdmin
internal import GatehouseCase
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseRegister
internal import GatehouseStore

/// A case file: the entries that somebody outside may have, with all that proves them, and nothing of the others.
extension Desk {
    func exportCase(_ command: CaseExport, _ call: Call) throws -> CaseExport.Reply {
        let signer = try reportSigner()
        let reader = try reader()
        let wish = try caseWish(command, reader, call)
        let entries = try caseEntries(wish, pictures: command.pictures?.isOn == true, reader, call)
        let given = GivenCase(
            people: Set(entries.compactMap(\.entry.person) + [wish.person?.id].compactMap(\.self)).sorted(),
            entries: entries.map(\.entry.sequence), key: signer.publicKey, with: wish.with)
        // Its entry stands on the disk before anything is shown, and is a part of the case.
        guard let export = try look(call, .caseFile(given)) else { throw Self.busy }
        let (newest, key) = try head()
        let prover = try JournalProver(path: configuration.files.database, sha256: secrets.sha256)
        guard let last = entries.last?.entry.sequence, let index = try prover.index(of: last) else {
            throw Self.unknownEvent
        }
        let earlier = try CheckpointKeeper.stored(
            configuration.files.database, origin: key.name, covering: index + 1
        ).compactMap { try? SignedNote($0.note) }
        let head = try CaseHead(
            newest: SignedNote(newest.note), earlier: earlier, key: key, covering: index + 1,
            sitePolicy: witnesses?.octets(for: key))
        var maker = CaseMaker(reader: reader, prover: prover, head: head, newest: newest, key: key)
        for stored in entries { try maker.add(stored.entry.sequence) }
        try maker.add(export: export)
        let pictures = try addPictures(of: entries, asked: command.pictures?.isOn == true, &maker, reader, call)
        let document = try document(
            wish, entries, pictures, export: export, maker, siteKey: signer.publicKey, reader, call)
        try maker.finish(document, signer)
        for (name, octets) in maker.files.sorted(by: { $0.key < $1.key }) {
            for start in stride(from: 0, to: octets.count, by: Self.casePiece) {
                try call.check()
                let piece = octets[start..<min(start + Self.casePiece, octets.count)]
                try call.list(CaseExport.Piece(file: name, data: OctetsArgument(Array(piece))))
            }
        }
        return CaseExport.Reply(
            event: export, entries: entries.count, pictures: maker.pictures.count, files: maker.files.count,
            size: maker.files.values.reduce(0) { $0 + $1.count }, key: "\(key)", witnesses: head.witnesses,
            enough: head.isEnough)
    }

    private static let casePiece = 32 * 1024

    // MARK: What may be given

    /// What somebody asked for, when they may have it.
    struct CaseWish {
        var numbers: [UInt64] = []
        var person: PersonRow?
        var filter: JournalFilter?
        /// Who had asked for the same before.
        var with: String?
        var court: String?
    }

    private func caseWish(_ command: CaseExport, _ reader: JournalReader, _ call: Call) throws -> CaseWish {
        var wish = CaseWish(court: command.court?.argumentText)
        guard command.events != nil || command.person != nil else {
            throw CommandRefusal(
                code: "argumentMissing", message: Sentence("a case needs numbers of entries, or a person with a span"))
        }
        if let events = command.events {
            guard let numbers = CaseExport.numbers(events.argumentText) else {
                throw CommandRefusal(
                    code: "malformed",
                    message: Sentence("\"events\" is a list of numbers and ranges such as 1207,1300-1310"))
            }
            wish.numbers = numbers
        }
        guard let said = command.person else {
            guard command.from == nil, command.until == nil else {
                throw CommandRefusal(
                    code: "malformed", message: Sentence("\"from\" and \"until\" are the span of a person"))
            }
            return wish
        }
        let filter = try caseSpan(command, call)
        let row = try person(said, "person", reader, call)
        let what =
            "case export \(row.id) \(command.from?.argumentText ?? "") \(command.until?.argumentText ?? "") "
            + "\(wish.court ?? "") \(wish.numbers) \(command.pictures?.isOn == true)"
        guard let first = seconds.first(what, call.actor.name, at: surroundings.monotonic()) else {
            // The wish alone stands in the person's report.
            try look(call, .people([row.id]))
            throw CommandRefusal(
                code: "secondPerson",
                message: Sentence(
                    "all entries of one person are given away by two: a second person gives the same command within 5 minutes"
                ))
        }
        wish.with = first
        wish.person = row
        wish.filter = filter
        wish.filter?.person = row.id
        return wish
    }

    /// The span of a person: 72 hours, or more for an auditor with the number of a court's order.
    private func caseSpan(_ command: CaseExport, _ call: Call) throws -> JournalFilter {
        guard let from = command.from, let until = command.until else {
            throw CommandRefusal(
                code: "windowMissing",
                message: Sentence("entries of one person need --from and --until, at most 72 hours apart"))
        }
        var filter = JournalFilter()
        let (first, last) = (try time("from", from, call, .past), try time("until", until, call, .ago))
        guard first < last else {
            throw CommandRefusal(code: "malformed", message: Sentence("\"until\" has to be behind \"from\""))
        }
        let isWide = last - first > .seconds(Self.personWindow)
        guard !isWide || command.court != nil && call.roles.contains(.auditor) else {
            throw CommandRefusal(
                code: "windowTooWide",
                message: Sentence(
                    "more than 72 hours of a person need the role auditor and the number of a court's order: --court NUMBER"
                ))
        }
        (filter.from, filter.until) = (first, last)
        (filter.limit, filter.isNewestFirst) = (0, false)
        filter.kinds = EntryKind.allCases.filter { $0.isEvent && !$0.isForTheAuditorAlone }
        return filter
    }

    /// The entries in their order; with pictures, those that have the digests of these too.
    private func caseEntries(
        _ wish: CaseWish, pictures: Bool, _ reader: JournalReader, _ call: Call
    ) throws -> [StoredEntry] {
        var found: [UInt64: StoredEntry] = [:]
        func take(_ stored: StoredEntry) throws {
            try call.check()
            found[stored.entry.sequence] = stored
            guard found.count <= CaseFile.mostEntries else { throw Self.caseTooLarge }
        }
        guard wish.numbers.count <= CaseFile.mostEntries else { throw Self.caseTooLarge }
        for number in wish.numbers {
            guard let stored = try reader.entry(number, withPersonal: true),
                call.actor.role == .auditor || !stored.entry.kind.isForTheAuditorAlone && stored.entry.kind != .look
            else {
                throw CommandRefusal(code: "unknownEvent", message: Sentence("there is no entry \(number)"))
            }
            try take(stored)
        }
        if let filter = wish.filter { try reader.each(filter, withPersonal: true, take) }
        guard !found.isEmpty else {
            throw CommandRefusal(code: "unknownEvent", message: Sentence("there is no entry in that span"))
        }
        if pictures {
            for event in found.keys.sorted() {
                var about = JournalFilter()
                (about.about, about.kinds, about.limit) = (event, [.snapshot], 0)
                let all = try reader.entries(about, withPersonal: true)
                let stored = all.filter { $0.entry.result == .stored }
                // Why there is none says something where there is none.
                for one in stored.isEmpty ? all : stored { try take(one) }
            }
        }
        return found.values.sorted { $0.entry.sequence < $1.entry.sequence }
    }

    private static let caseTooLarge = CommandRefusal(
        code: "tooMany",
        message: Sentence(
            "a case has at most \(CaseFile.mostEntries, "entry", "entries"), those of its pictures among them; make several"
        ))

    // MARK: Pictures

    /// Encloses the pictures that were asked for. What there is of each entry, by its number.
    private func addPictures(
        of entries: [StoredEntry], asked: Bool, _ maker: inout CaseMaker, _ reader: JournalReader, _ call: Call
    ) throws -> [UInt64: [CaseDocument.Picture]] {
        var told: [UInt64: [CaseDocument.Picture]] = [:]
        guard asked else { return told }
        for stored in entries where stored.entry.kind == .snapshot {
            try call.check()
            guard let event = stored.entry.about else { continue }
            let number = stored.entry.sequence
            let found = try reader.picture(of: event, in: configuration.files.snapshots)
            var picture = CaseDocument.Picture(entry: number, file: nil, without: nil)
            if case .found(let octets, let path) = found, stored.entry.detail[.path]?.text == path {
                guard maker.add(picture: octets, of: number) else {
                    throw CommandRefusal(
                        code: "tooMany",
                        message: Sentence("the pictures of this case are too large together; make several cases"))
                }
                picture.file = CaseFile.picture(number).name
            } else {
                picture.without = CaseDocument.Both {
                    Self.noPicture(event, found, $0).sentence.text(in: $0)
                }
            }
            told[event, default: []].append(picture)
            if !entries.contains(where: { $0.entry.sequence == event }) { told[number, default: []].append(picture) }
        }
        return told
    }

    // MARK: Words

    private func document(
        _ wish: CaseWish, _ entries: [StoredEntry], _ pictures: [UInt64: [CaseDocument.Picture]], export: UInt64,
        _ maker: CaseMaker, siteKey: [UInt8], _ reader: JournalReader, _ call: Call
    ) throws -> CaseDocument {
        var views = EntryViews(reader: reader, calendar: fields.calendar, showsNames: true)
        let now = try now()
        views.homes = FoundRows(reader, fields.calendar, now: now.seconds)
        let (head, filter) = (maker.head, wish.filter)
        return CaseDocument(
            site: configuration.site.name, gatehouse: GatehouseVersion.text, key: "\(maker.key)",
            siteKey: Hexadecimal.encode(siteKey),
            export: CaseDocument.Export(
                entry: export, at: text(now), by: "\(call.actor.name) (\(call.actor.role.word))",
                account: call.actor.account, with: wish.with, reason: call.reason ?? "", court: wish.court,
                person: wish.person.map { "\($0.name), \($0.reference)" }, from: filter?.from.map(text),
                until: filter?.until.map(text)),
            head: CaseDocument.Head(
                size: head.checkpoint.size, root: Hexadecimal.encode(head.checkpoint.root), witnesses: head.witnesses,
                enough: head.isEnough),
            entries: try entries.map { stored in
                let view = views.view(stored)
                let rules = (stored.entry.path.map(EntryViews.rules) ?? []).filter { $0[1] != "abstain" }
                let cause = try cause(of: stored.entry, reader)
                return CaseDocument.Entry(
                    view: view,
                    told: CaseDocument.Both { language in
                        guard stored.entry.kind == .decision else { return LogTable.happened(view, language) }
                        let why = Why.Reply(entry: view, cause: cause, rules: rules, others: [], leftOut: nil)
                        return WhySentence.text(why, language)
                    }, rules: rules.map(Self.ruleWords), again: Self.isSameAgain(stored.entry),
                    pictures: pictures[stored.entry.sequence] ?? [])
            })
    }

    private func cause(of entry: JournalEntry, _ reader: JournalReader) throws -> Why.Cause? {
        guard entry.kind == .decision, let person = entry.person,
            case .person(let row)? = try reader.row(.person, person)
        else { return nil }
        return try cause(of: entry, row, reader)
    }

    private static func isSameAgain(_ entry: JournalEntry) -> Bool? {
        guard let facts = entry.facts, let path = entry.path else { return nil }
        return RuleBook.decide(facts).decision.word == entry.outcome && path.agrees(with: facts)
    }

    private static func ruleWords(_ rule: [String]) -> CaseDocument.Rule {
        let (name, verdict) = (rule[0], rule[1])
        return CaseDocument.Rule(
            rule: name, verdict: verdict,
            words: CaseDocument.Both { language in
                if verdict == "permit" { return Sentence("in order").text(in: language) }
                guard let open = verdict.firstIndex(of: "("), verdict.hasPrefix("deny") else { return verdict }
                return Words.reason(String(verdict[verdict.index(after: open)...].dropLast()), language)
            })
    }
}
