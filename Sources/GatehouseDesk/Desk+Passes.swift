internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseRegister
internal import GatehouseStore

/// Visitor passes: signed here, shown at a scanner, counted by the ledger. The text of a pass goes to whoever asked for
/// it and is kept nowhere.
extension Desk {
    private func signingKeys() throws -> PassKeys {
        if let passKeys { return passKeys }
        throw CommandRefusal(code: OrderRefusal.withoutKey.word, message: OrderRefusal.withoutKey.sentence)
    }

    func tellPassKey(_ command: PassKey, _ call: Call) throws -> PassKey.Reply {
        let keys = try signingKeys()
        return PassKey.Reply(
            issuer: configuration.site.name, keyID: Hexadecimal.encode(keys.keyID),
            publicKey: Hexadecimal.encode(keys.publicKey))
    }

    // MARK: Issuing

    func issuePass(_ command: PassIssue, _ call: Call) throws -> PassIssue.Reply {
        let keys = try signingKeys()
        let host = try person(command.host, "host", reader(), call)
        let now = try ask { $0.now }
        let end = try instant("until", command.until, isEnd: true, call, .ahead)
        let from = try command.from.map { try instant("from", $0, call, .ahead) } ?? now.civil.seconds
        // Once, unless something else is said; 0 is as often as one likes.
        let uses = try command.uses.map { text in try fields.at("uses") { try fields.uses(text.argumentText) } } ?? 1
        let claims = PassClaims(
            id: PassID(Random.octets(8).reduce(0) { $0 << 8 | UInt64($1) }), issuer: configuration.site.name,
            from: max(0, from), until: end, points: try points(command.points.argumentText), uses: uses, host: host.id,
            plate: try command.plate.map { text in
                try fields.at("plate") { try fields.plate(text.argumentText) }
            })
        try checkIssue(claims, host, now, call)
        let text: String
        do {
            text = try keys.sign(claims)
        } catch PassKeys.Refusal.tooLong(let count) {
            try order(call, .refused(reason: "passTooLong"))
            throw CommandRefusal(
                code: "passTooLong",
                message:
                    Sentence(
                        "the pass would have \(count) characters and readers take \(PassToken.longestText): name fewer access points"
                    )
            )
        }
        let visitor = try visitor(command)
        let event = try order(call, .pass(.issue(claims, visitor: visitor)))
        var view = view(claims)
        if let visitor {
            view.visitor = visitor.name.isEmpty ? nil : visitor.name
            view.phone = visitor.phone.isEmpty ? nil : visitor.phone
        }
        view.host = host.reference
        return Joined(view, PassIssue.Signed(token: text, event: event))
    }

    /// Who comes; nil where nobody says it.
    private func visitor(_ command: PassIssue) throws -> PassVisitor? {
        let name = try command.visitor.map { try fields.visitor($0.argumentText) } ?? ""
        let phone = try command.phone.map { try fields.phone($0.argumentText) } ?? ""
        return name.isEmpty && phone.isEmpty ? nil : PassVisitor(name: name, phone: phone)
    }

    private func checkIssue(_ claims: PassClaims, _ host: PersonRow, _ now: Moment, _ call: Call) throws {
        let tomorrow = fields.calendar.utc(day: now.localDay + 1, minute: 0)
        if let problem = PassProblem(claims, by: call.actor.role, now: now.civil.seconds, tomorrow: tomorrow) {
            try order(call, .refused(reason: problem.rawValue))
            throw CommandRefusal(code: problem.rawValue, message: problem.sentence)
        }
        let isAtHome = try ask { $0.controller.isAtHome(claims.host, at: max(claims.from, now.civil.seconds)) }
        guard isAtHome else {
            try order(call, .refused(reason: DenialReason.hostGone.word))
            throw CommandRefusal(
                code: DenialReason.hostGone.word,
                message: Sentence("\"\(host.reference)\" neither lives nor works here then: no visitor comes to them"))
        }
    }

    /// Names of access points here, and `site/point` for those of others.
    private func points(_ text: String) throws -> [String] {
        let site = configuration.site
        var found: [String] = []
        for word in text.split(whereSeparator: { $0 == "," || $0 == " " }) {
            let parts = word.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            guard parts.count <= 2 else {
                throw CommandRefusal(
                    code: "malformed",
                    message: Sentence("\"\(word.prefix(40))\" is no access point; write point or site/point"))
            }
            if parts.count == 2, parts[0] != site.name {
                found.append(
                    "\(try fields.identifier(parts[0], Sentence("site")))/\(try fields.identifier(parts[1], Sentence("access point")))"
                )
                continue
            }
            let name = parts[parts.count - 1]
            guard let point = site.accessPoints.first(where: { $0.id.name == name }) else {
                throw unknown(
                    Sentence("access point"), name, among: site.accessPoints.map(\.id.name), code: "unknownPoint")
            }
            guard takesPasses(point) else {
                throw CommandRefusal(
                    code: "noPassesThere",
                    message: Sentence("\(point.id) takes no passes: its factors in the configuration name none"))
            }
            found.append(point.id.name)
        }
        let unique = found.enumerated().filter { found.firstIndex(of: $0.element) == $0.offset }.map(\.element)
        guard !unique.isEmpty else {
            throw CommandRefusal(
                code: "malformed", message: Sentence("name at least one access point: --points wicket-in"))
        }
        return unique
    }

    private func takesPasses(_ point: AccessPointSettings) -> Bool {
        let windows = configuration.site.policy.factorWindows.filter { $0.accessPoint == point.id }
        return (point.factors + windows.flatMap(\.factors)).contains { $0.contains(.pass) }
    }

    // MARK: Looking

    private func view(_ claims: PassClaims) -> PassView {
        PassView(
            pass: claims.id.description, issuer: claims.issuer, from: text(seconds: claims.from),
            until: text(seconds: claims.until), points: claims.points, uses: claims.uses, used: nil, left: nil,
            host: "\(claims.host)", plate: claims.plate, hasPlate: nil, keyID: nil, state: nil, counts: nil)
    }

    /// The reference of somebody on the register here, nil where they are gone from it; of another register the number is all that
    /// is known.
    private func host(_ id: UInt32, _ issuer: String, _ reader: JournalReader) -> String? {
        guard issuer == configuration.site.name else { return "\(id)" }
        guard case .person(let row)? = try? reader.row(.person, id) else { return nil }
        return row.reference
    }

    private func view(_ id: PassID, _ record: PassRecord, _ reader: JournalReader) -> PassView {
        let details = record.details
        var view = PassView(
            pass: id.description, issuer: details?.issuer, from: text(seconds: details?.from),
            until: text(seconds: record.until), points: details?.points, uses: details?.uses, used: record.total,
            left: details?.uses.map { max(0, Int($0) - record.total) },
            host: details.flatMap { host($0.host, $0.issuer, reader) },
            plate: nil,
            hasPlate: details?.hasPlate, keyID: nil, state: nil, counts: nil)
        let personal = details?.entry.flatMap { try? reader.entry($0, withPersonal: true) }?.personal ?? []
        func said(_ name: PersonalField.Name) -> String? {
            let value = personal.first { $0.name == name.rawValue }.map { String(decoding: $0.value, as: UTF8.self) }
            return value?.isEmpty == false ? value : nil
        }
        (view.visitor, view.phone) = (said(.visitor), said(.phone))
        return view
    }

    private static func state(
        from: Int64?, until: Int64?, uses: UInt16?, _ record: PassRecord?, at now: Int64
    ) -> String {
        if record?.isRevoked == true { return "revoked" }
        if let until, now >= until { return "ended" }
        if let uses, (record?.total ?? 0) >= Int(uses) { return "usedUp" }
        if let from, now < from { return "coming" }
        return "valid"
    }

    func showPass(_ command: PassShow, _ call: Call) throws -> PassView {
        let (id, token) = try identify(command.pass)
        let (record, now) = try ask { ($0.controller.ledger.passes[id], $0.now.civil.seconds) }
        if let token, let claims = token.claims {
            try look(call, .people(claims.issuer == configuration.site.name ? [claims.host] : []))
            var view = view(claims)
            view.host = host(claims.host, claims.issuer, try reader())
            if let record {
                (view.visitor, view.phone) = try { ($0.visitor, $0.phone) }(self.view(id, record, reader()))
            }
            view.used = record?.total ?? 0
            view.keyID = Hexadecimal.encode(token.keyID)
            view.state =
                passKeys?.open(command.pass.argumentText) != nil
                ? Self.state(from: claims.from, until: claims.until, uses: claims.uses, record, at: now)
                : "unknownSignature"
            return view
        }
        guard let record else {
            throw CommandRefusal(
                code: "unknownPass", message: Sentence("no pass of that number was given out or shown here"))
        }
        let isOurs = record.details?.issuer == configuration.site.name
        try look(call, .people(isOurs ? [record.details?.host].compactMap(\.self) : []))
        var view = view(id, record, try reader())
        view.state = Self.state(
            from: record.details?.from, until: record.until, uses: record.details?.uses, record, at: now)
        view.counts = record.counts
        return view
    }

    /// A pass by its number or its text.
    private func identify(_ argument: DocumentArgument) throws -> (id: PassID, token: PassToken?) {
        let text = argument.argumentText
        if let id = PassID(text) { return (id, nil) }
        if let token = PassKeys.token(text), let claims = token.claims { return (claims.id, token) }
        throw CommandRefusal(
            code: "notAPass", message: Sentence("give the number of a pass (16 hexadecimal digits) or its text"))
    }

    /// Passes that are looked through for who comes with them: the ones that end last.
    private static let mostSearched = 5000

    /// Passes by their number, and by who comes with them, with who let the visitor in. Guards find nobody by a telephone number.
    func foundPasses(
        _ text: String, _ query: FindQuery, _ rows: FoundRows, _ reader: JournalReader, isOffice: Bool, _ call: Call
    ) throws -> [(row: FoundRow, host: UInt32?)] {
        let (book, now) = try ask { ($0.controller.ledger.passes, $0.now.civil.seconds) }
        if let id = PassID(ImportText.trimmed(text)), let record = book[id] {
            return [try found(id, record, view(id, record, reader), rows, at: now)]
        }
        let named = book.records.filter { $0.value.details?.entry != nil }
            .sorted { ($1.value.until ?? .max, $0.key) < ($0.value.until ?? .max, $1.key) }.prefix(Self.mostSearched)
        var (index, views) = (FindIndex(), [PassView]())
        for (id, record) in named {
            try call.check()
            let view = view(id, record, reader)
            views.append(view)
            index.put(
                .person(
                    PersonRow(
                        id: UInt32(clamping: views.count), reference: "", name: view.visitor ?? "", role: .visitor,
                        groups: [], phone: isOffice ? view.phone ?? "" : "")))
        }
        let byPhone = isOffice ? Phones.Query(text).map { index.people(withPhone: $0) } ?? [] : []
        var known: Set<UInt32> = []
        return try (index.people(query) + byPhone).filter { known.insert($0.id).inserted }.map { hit in
            let place = Int(hit.id) - 1
            let (id, record) = named[named.startIndex + place]
            return try found(id, record, views[place], rows, at: now)
        }
    }

    private func found(
        _ id: PassID, _ record: PassRecord, _ view: PassView, _ rows: FoundRows, at now: Int64
    ) throws -> (row: FoundRow, host: UInt32?) {
        let details = record.details?.issuer == configuration.site.name ? record.details : nil
        let host = try details.flatMap { try rows.person($0.host) }
        let row = FoundRow(
            kind: "pass", id: nil, reference: host?.reference, name: host?.name,
            dwelling: try host.flatMap { try rows.home(of: $0) }.flatMap { try rows.code(ofDwelling: $0) },
            state: Self.state(from: details?.from, until: record.until, uses: details?.uses, record, at: now),
            value: id.description, from: self.text(seconds: details?.from), until: self.text(seconds: record.until),
            visitor: view.visitor)
        return (row, host?.id)
    }

    func listPasses(_ command: PassList, _ call: Call) throws -> Listed {
        let host = try command.host.map { try person($0, "host", self.reader(), call) }
        try look(call, host.map { Look.people([$0.id]) } ?? .register)
        let (book, now) = try ask { ($0.controller.ledger.passes, $0.now.civil.seconds) }
        let reader = try reader()
        var count = 0
        for (id, record) in book.records.sorted(by: {
            ($0.value.until ?? .max, $0.key) < ($1.value.until ?? .max, $1.key)
        }) {
            let state = Self.state(
                from: record.details?.from, until: record.until, uses: record.details?.uses, record, at: now)
            let isGood = ["valid", "coming"].contains(state) && record.details != nil
            let isTheirs = record.details?.issuer == configuration.site.name && record.details?.host == host?.id
            guard command.all?.isOn == true || isGood, host == nil || isTheirs else { continue }
            var view = view(id, record, reader)
            view.state = state
            try call.list(view)
            count += 1
        }
        return Listed(count: count)
    }

    /// Passes for visitors of somebody on the register here, as far as they are kept.
    func passes(ofHost host: UInt32, _ reader: JournalReader) throws -> [PassView] {
        let (site, book) = (configuration.site.name, try ask { $0.controller.ledger.passes })
        return book.records.filter { $0.value.details?.host == host && $0.value.details?.issuer == site }
            .sorted { $0.key < $1.key }.map { view($0.key, $0.value, reader) }
    }

    // MARK: Revoking, and other gates

    func revokePass(_ command: PassRemove, _ call: Call) throws -> PassRemove.Reply {
        let (id, token) = try identify(command.pass)
        let event = try order(call, .pass(.revoke(id, until: token?.claims?.until)))
        return PassRemove.Reply(pass: id.description, event: event)
    }

    func exportUses(_ command: PassUsesList, _ call: Call) throws -> Listed {
        let book = try ask { $0.controller.ledger.passes }
        var count = 0
        for (id, record) in book.records.sorted(by: { $0.key < $1.key }) where record.isRevoked || record.total > 0 {
            try call.list(PassUse(pass: id, record: record))
            count += 1
        }
        return Listed(count: count)
    }

    func mergeUses(_ command: PassMerge, _ call: Call) throws -> PassMerge.Reply {
        var others: [PassID: PassRecord] = [:]
        for use in command.passes {
            others[use.pass, default: PassRecord(until: use.record.until)].merge(use.record)
        }
        let event = try order(call, .pass(.merge(others)))
        return PassMerge.Reply(passes: others.count, event: event)
    }
}
