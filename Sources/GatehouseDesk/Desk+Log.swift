internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseRegister
internal import GatehouseStore

/// What happened, and who may see of whom.
extension Desk {
    /// Seconds of entries that somebody may see of one person at a time, or with names without saying why.
    static let personWindow = 72 * 3600

    /// An auditor with a case may look further than anybody else.
    func mayLookFurther(_ call: Call) -> Bool {
        call.roles.contains(.auditor) && call.reason?.contains(/(case|案件)[^0-9]{0,12}[0-9]/.ignoresCase()) == true
    }

    /// The one gate to entries of one person, whatever they are found by: with a reason, for 72 hours at most.
    func checkWindow(of filter: JournalFilter, _ call: Call) throws {
        try checkMayAsk(call)
        guard let from = filter.from, let until = filter.until else {
            if mayLookFurther(call) { return }
            throw CommandRefusal(
                code: "windowMissing",
                message: Sentence("entries of one person need --from and --until, at most 72 hours apart"))
        }
        guard until - from > .seconds(Self.personWindow), !mayLookFurther(call) else { return }
        throw CommandRefusal(
            code: "windowTooWide",
            message:
                Sentence(
                    "more than 72 hours of a person need the role auditor and a reason that names the case: \"case 12/2026 …\""
                )
        )
    }

    /// Role and reason, before anybody is looked for: who may not ask learns no name.
    private func checkMayAsk(_ call: Call) throws {
        guard call.actor.role == .manager || call.actor.role == .auditor else {
            throw CommandRefusal(
                code: "notAllowed", message: Sentence("entries of one person need the role manager or auditor"))
        }
        guard call.reason != nil else {
            throw CommandRefusal(
                code: "reasonMissing", message: Sentence("entries of one person need a reason: --reason \"…\""))
        }
    }

    func showLog(_ command: Log, _ call: Call) throws -> Log.Reply {
        let reader = try reader()
        let isOffice = call.actor.role == .manager || call.actor.role == .auditor
        var filter = try filter(of: command, call, isOffice: isOffice)
        if command.person != nil || command.credential != nil { try checkMayAsk(call) }
        if let person = command.person {
            filter.person = try self.person(person, "person", reader, call).id
        }
        if let credential = command.credential {
            // One that has ended has its number still.
            let id = try credential.row ?? self.credential(credential, reader, call).id
            // Somebody else may have held it before: their entries are shown as well, and so they are looked at.
            let holders = try reader.history(.credential, id).compactMap { state in
                if case .credential(let row) = state.row { row.person } else { nil }
            }
            guard !holders.isEmpty else { throw Self.unknownRow("credential") }
            filter.credential = id
            try checkWindow(of: filter, call)
            try look(call, .people(holders))
        }
        if let person = filter.person {
            try checkWindow(of: filter, call)
            try look(call, .people([person]))
        }
        var views = try entryViews(reader, call)
        if isOffice, call.reason == nil { views.namesSince = try now() + .seconds(-Self.personWindow) }
        return try list(filter, views, command, call)
    }

    /// Entries as whoever asks for the log may see them now.
    func entryViews(_ reader: JournalReader, _ call: Call) throws -> EntryViews {
        let now = try now()
        let isOffice = call.actor.role == .manager || call.actor.role == .auditor
        var views = EntryViews(reader: reader, calendar: fields.calendar, showsNames: isOffice)
        views.homes = FoundRows(reader, fields.calendar, now: now.seconds)
        if call.actor.role == .guard_ {
            views.gate = EntryViews.GateSight(
                since: now + (Duration.zero - EntryViews.GateSight.span),
                own: "\(call.actor.name) (\(call.actor.role.word))")
        }
        return views
    }

    private func filter(of command: Log, _ call: Call, isOffice: Bool) throws -> JournalFilter {
        var filter = JournalFilter()
        filter.from = try command.from.map { try time("from", $0, call, .past) }
        filter.until = try command.until.map { try time("until", $0, call, .ago) }
        filter.after = command.after?.value
        filter.before = command.before?.value
        filter.accessPoint = try command.point.map { try accessPoint($0).name }
        filter.portal = try command.portal.map { try portal($0).name }
        filter.limit = Int(clamping: command.limit?.value ?? 100)
        if let decision = command.decision?.argumentText {
            let words =
                [AccessDecision.granted.word, "denied"] + (isOffice ? [AccessDecision.grantedUnderDuress.word] : [])
            let said = decision
            let decision = words.first { $0 == said || Words.outcome($0, .chinese) == said } ?? said
            guard words.contains(decision) else {
                throw unknown(Sentence("decision"), decision, among: words, code: "malformed")
            }
            let duress = AccessDecision.grantedUnderDuress.word
            // To a guard a grant under duress is a grant, and there is no other kind.
            filter.outcomes = decision == AccessDecision.granted.word && !isOffice ? [decision, duress] : [decision]
        }
        if let words = command.kind?.argumentText.split(separator: ",").map(String.init) {
            filter.kinds =
                try words.contains("all")
                ? EntryKind.allCases
                : words.map { word in
                    guard
                        let kind = EntryKind(rawValue: word)
                            ?? EntryKind.allCases.first(where: { kind in
                                Language.allCases.contains { Words.kind(kind, $0) == word }
                            })
                    else {
                        throw unknown(
                            Sentence("kind"), word, among: EntryKind.allCases.map(\.rawValue), code: "malformed",
                            listsAll: true)
                    }
                    return kind
                }
        }
        // What is sealed shows to nobody here, and its neighbours are not told apart by it.
        if call.actor.role != .auditor {
            let isNamed = !filter.kinds.isEmpty
            filter.kinds.removeAll(where: \.isForTheAuditorAlone)
            // No kind at all would be every event.
            if isNamed, filter.kinds.isEmpty {
                throw CommandRefusal(
                    code: "notAllowed", message: Sentence("entries of this kind need the role auditor"))
            }
        }
        if filter.after != nil { filter.isNewestFirst = false }
        return filter
    }

    /// Entries that are read at once; more of them are read as they are sent.
    private static let longestPage = 1000

    /// Streams what fits, puts down who saw from which number to which, and goes on with what comes.
    private func list(_ filter: JournalFilter, _ views: EntryViews, _ command: Log, _ call: Call) throws -> Log.Reply {
        let follows = command.follow?.isOn ?? false
        let isOfOne = filter.person != nil || filter.credential != nil
        if follows { try followers.check(call) }
        var count = 0
        var withheld = 0
        var last = filter.after ?? 0
        func show(_ stored: StoredEntry) throws {
            if count % 64 == 0 { try call.check() }
            if views.withholds(stored.entry) { withheld += 1 }
            try call.list(views.view(stored))
            count += 1
            last = stored.entry.sequence
        }
        var hasMore = false
        if (1...Self.longestPage).contains(filter.limit) {
            let page = try views.reader.page(filter)
            hasMore = page.hasMore
            if !isOfOne {
                let numbers = page.entries.map(\.entry.sequence)
                try look(call, .entries(from: numbers.first ?? 0, through: numbers.last ?? 0))
            }
            for stored in page.entries { try show(views.reader.whole(stored, withPersonal: views.readsPersonal)) }
        } else {
            let span = try views.reader.span(filter)
            if !isOfOne { try look(call, .entries(from: span.first, through: span.last)) }
            try views.reader.each(filter, withPersonal: views.readsPersonal, show)
            hasMore = filter.limit > 0 && span.count > UInt64(count)
        }
        if follows {
            var next = filter
            next.after = try max(last, filter.after ?? views.reader.lastSequence())
            next.isNewestFirst = false
            next.limit = 1000
            try followers.add(call, next)
        }
        return Log.Reply(
            count: count, more: hasMore && !follows ? true : nil, withheld: withheld == 0 ? nil : withheld)
    }

    func explain(_ command: Explain, _ call: Call) throws -> Explain.Reply {
        let reader = try reader()
        guard let stored = try reader.entry(command.event.value, withPersonal: true),
            !stored.entry.kind.isForTheAuditorAlone || call.actor.role == .auditor
        else { throw Self.unknownEvent }
        try look(call, .people([stored.entry.person].compactMap(\.self)))
        var views = EntryViews(reader: reader, calendar: fields.calendar, showsNames: true)
        if call.reason == nil { views.namesSince = try now() + .seconds(-Self.personWindow) }
        var about = JournalFilter()
        about.kinds = EntryKind.allCases.filter { call.actor.role == .auditor || !$0.isForTheAuditorAlone }
        about.isNewestFirst = false
        about.about = command.event.value
        about.limit = 200
        var reply = Explain.Reply(
            entry: views.view(stored), facts: nil, rules: nil, again: nil, agrees: nil,
            followed: try reader.entries(about).map(views.view))
        if let facts = stored.entry.facts, let path = stored.entry.path {
            let again = RuleBook.decide(facts)
            reply.facts = EntryViews.facts(facts)
            reply.rules = EntryViews.rules(path)
            reply.again = again.decision.word
            reply.agrees = again.decision.word == stored.entry.outcome && path.agrees(with: facts)
        }
        return reply
    }
}

extension EntryKind {
    /// Steps of the watchlist, and what is sealed: nobody else is shown that they are there.
    var isForTheAuditorAlone: Bool { self == .sealed || self == .watchlist }
}
