internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseRegister
internal import GatehouseRuntime
internal import GatehouseStore

/// Visitor passes: signed here, shown at a scanner, counted by the ledger. The text of a pass goes to whoever asked for
/// it and is kept nowhere.
extension CommandDesk {
    func pass(_ call: Call) throws -> JSON {
        switch call.request.command {
        case "pass issue": return try issuePass(call)
        case "pass show": return try showPass(call)
        case "pass revoke": return try revokePass(call)
        case "pass list": return try listPasses(call)
        case "pass uses": return try exportUses(call)
        case "pass merge": return try mergeUses(call)
        default:
            try order(call, .look(person: nil))
            let keys = try signingKeys()
            return [
                "issuer": .string(configuration.site.name), "key_id": .string(Hexadecimal.encode(keys.keyID)),
                "public_key": .string(Hexadecimal.encode(keys.publicKey)),
            ]
        }
    }

    private func signingKeys() throws -> PassKeys {
        if let passKeys { return passKeys }
        throw CommandRefusal(code: OrderRefusal.withoutKey.word, message: OrderRefusal.withoutKey.sentence)
    }

    // MARK: Issuing

    private func issuePass(_ call: Call) throws -> JSON {
        let keys = try signingKeys()
        let host = try fields.person(
            try call.given("host") ?? "", "host", in: StoredRegister(reader: reader()))
        let now = try ask { $0.now() }
        let until = try call.given("until").map { text in
            try fields.at("until") { try fields.instant(text, isEnd: true) }
        }
        let from =
            try call.given("from").map { text in try fields.at("from") { try fields.instant(text, isEnd: false) } }
            ?? now.civil.seconds
        // Once, unless something else is said; 0 is as often as one likes.
        let uses = try call.given("uses").map { text in try fields.at("uses") { try fields.uses(text) } } ?? 1
        let claims = PassClaims(
            id: PassID(Random.octets(8).reduce(0) { $0 << 8 | UInt64($1) }), issuer: configuration.site.name,
            from: max(0, from), until: until ?? 0, points: try points(call), uses: uses, host: host.id,
            plate: try call.given("plate").map { text in try fields.at("plate") { try fields.plate(text) } })
        let tomorrow = fields.calendar.utc(day: now.localDay + 1, minute: 0)
        if let problem = PassProblem(claims, by: call.actor.role, now: now.civil.seconds, tomorrow: tomorrow) {
            try order(call, .refused(reason: problem.rawValue))
            throw CommandRefusal(code: problem.rawValue, message: problem.sentence)
        }
        let isAtHome = try ask { $0.shell.controller.isAtHome(claims.host, at: max(claims.from, now.civil.seconds)) }
        guard isAtHome else {
            try order(call, .refused(reason: DenialReason.hostGone.word))
            throw CommandRefusal(
                code: DenialReason.hostGone.word,
                message: "\"\(host.reference)\" neither lives nor works here then: no visitor comes to them")
        }
        let text: String
        do {
            text = try keys.sign(claims)
        } catch PassKeys.Refusal.tooLong(let count) {
            try order(call, .refused(reason: "passTooLong"))
            throw CommandRefusal(
                code: "passTooLong",
                message:
                    "the pass would have \(count) characters and readers take \(PassToken.longestText): name fewer access points"
            )
        }
        let event = try order(call, .pass(.issue(claims)))
        var object = view(claims)
        object["host"] = .string(host.reference)
        object["token"] = .string(text)
        object["event"] = event.map { .integer(Int64($0)) } ?? .null
        return .object(object)
    }

    /// Names of access points here, and `site/point` for those of others.
    private func points(_ call: Call) throws -> [String] {
        let site = configuration.site
        var found: [String] = []
        for word in (call.text("points") ?? "").split(whereSeparator: { $0 == "," || $0 == " " }) {
            let parts = word.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            guard parts.count <= 2 else {
                throw CommandRefusal(
                    code: "malformed", message: "\"\(word.prefix(40))\" is no access point; write point or site/point")
            }
            if parts.count == 2, parts[0] != site.name {
                found.append(
                    "\(try fields.identifier(parts[0], "site"))/\(try fields.identifier(parts[1], "access point"))")
                continue
            }
            guard let point = site.accessPoints.first(where: { $0.id.name == parts[parts.count - 1] }) else {
                let known = site.accessPoints.map(\.id.name).joined(separator: ", ")
                throw CommandRefusal(
                    code: "unknownPoint", message: "there is no access point \"\(word.prefix(40))\"; one of \(known)")
            }
            guard takesPasses(point) else {
                throw CommandRefusal(
                    code: "noPassesThere",
                    message: "\(point.id) takes no passes: its factors in the configuration name none")
            }
            found.append(point.id.name)
        }
        let unique = found.enumerated().filter { found.firstIndex(of: $0.element) == $0.offset }.map(\.element)
        guard !unique.isEmpty else {
            throw CommandRefusal(code: "malformed", message: "name at least one access point: --points wicket-in")
        }
        return unique
    }

    private func takesPasses(_ point: AccessPointSettings) -> Bool {
        let windows = configuration.site.policy.factorWindows.filter { $0.accessPoint == point.id }
        return (point.factors + windows.flatMap(\.factors)).contains { $0.contains(.pass) }
    }

    // MARK: Looking

    private func view(_ claims: PassClaims) -> [String: JSON] {
        [
            "pass": .string(claims.id.description), "issuer": .string(claims.issuer),
            "from": .string(time(claims.from)), "until": .string(time(claims.until)),
            "points": .array(claims.points.map { .string($0) }),
            "uses": claims.uses.map { .integer(Int64($0)) } ?? .null,
            "host": .integer(Int64(claims.host)), "plate": claims.plate.map { .string($0) } ?? .null,
        ]
    }

    private func view(_ id: PassID, _ record: PassRecord, _ reader: JournalReader) -> [String: JSON] {
        var object: [String: JSON] = [
            "pass": .string(id.description), "until": record.until.map { .string(time($0)) } ?? .null,
            "used": .integer(Int64(record.total)),
        ]
        guard let details = record.details else { return object }
        object["issuer"] = .string(details.issuer)
        object["from"] = .string(time(details.from))
        object["points"] = .array(details.points.map { .string($0) })
        object["uses"] = details.uses.map { .integer(Int64($0)) } ?? .null
        object["left"] = details.uses.map { .integer(Int64(max(0, Int($0) - record.total))) } ?? .null
        object["has_plate"] = .boolean(details.hasPlate)
        object["host"] = .integer(Int64(details.host))
        if details.issuer == configuration.site.name, case .person(let row)? = try? reader.row(.person, details.host) {
            object["host"] = .string(row.reference)
        }
        return object
    }

    private func time(_ seconds: Int64) -> String {
        EntryView.time(CivilTime(seconds: seconds), fields.calendar)
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

    private func showPass(_ call: Call) throws -> JSON {
        let (id, token) = try identify(call)
        try order(call, .look(person: nil))
        let (record, now) = try ask { ($0.shell.controller.ledger.passes[id], $0.now().civil.seconds) }
        var object: [String: JSON]
        if let claims = token?.claims {
            object = view(claims)
            object["used"] = .integer(Int64(record?.total ?? 0))
            object["key_id"] = token.map { .string(Hexadecimal.encode($0.keyID)) }
            let isKnown = call.text("pass").flatMap { passKeys?.open($0) } != nil
            object["state"] = .string(
                isKnown
                    ? Self.state(from: claims.from, until: claims.until, uses: claims.uses, record, at: now)
                    : "unknownSignature")
            return .object(object)
        }
        guard let record else {
            throw CommandRefusal(code: "unknownPass", message: "no pass of that number was given out or shown here")
        }
        object = view(id, record, try reader())
        object["state"] = .string(
            Self.state(
                from: record.details?.from, until: record.until, uses: record.details?.uses, record, at: now))
        object["counts"] = .object(record.counts.mapValues { .integer(Int64($0)) })
        return .object(object)
    }

    /// A pass by its number or its text.
    private func identify(_ call: Call) throws -> (id: PassID, token: PassToken?) {
        let text = call.text("pass") ?? ""
        if let id = PassID(text) { return (id, nil) }
        if let token = PassKeys.token(text), let claims = token.claims { return (claims.id, token) }
        throw CommandRefusal(code: "notAPass", message: "give the number of a pass (16 hexadecimal digits) or its text")
    }

    private func listPasses(_ call: Call) throws -> JSON {
        try order(call, .look(person: nil))
        let (book, now) = try ask { ($0.shell.controller.ledger.passes, $0.now().civil.seconds) }
        let reader = try reader()
        var count: Int64 = 0
        for (id, record) in book.records.sorted(by: {
            ($0.value.until ?? .max, $0.key) < ($1.value.until ?? .max, $1.key)
        }) {
            let state = Self.state(
                from: record.details?.from, until: record.until, uses: record.details?.uses, record, at: now)
            guard call.flag("all") || (["valid", "coming"].contains(state) && record.details != nil) else { continue }
            var object = view(id, record, reader)
            object["state"] = .string(state)
            call.reply(.item(.object(object)))
            count += 1
        }
        return ["count": .integer(count)]
    }

    /// Passes for visitors of somebody on the register here, as far as they are kept.
    func passes(ofHost host: UInt32, _ reader: JournalReader) throws -> [JSON] {
        let (site, book) = (configuration.site.name, try ask { $0.shell.controller.ledger.passes })
        return book.records.filter { $0.value.details?.host == host && $0.value.details?.issuer == site }
            .sorted { $0.key < $1.key }.map { .object(view($0.key, $0.value, reader)) }
    }

    // MARK: Revoking, and other gates

    private func revokePass(_ call: Call) throws -> JSON {
        let (id, token) = try identify(call)
        let event = try order(call, .pass(.revoke(id, until: token?.claims?.until)))
        return ["pass": .string(id.description), "event": event.map { .integer(Int64($0)) } ?? .null]
    }

    private func exportUses(_ call: Call) throws -> JSON {
        try order(call, .look(person: nil))
        let book = try ask { $0.shell.controller.ledger.passes }
        var count: Int64 = 0
        for (id, record) in book.records.sorted(by: { $0.key < $1.key }) where record.isRevoked || record.total > 0 {
            call.reply(.item(PassUses.json(id, record)))
            count += 1
        }
        return ["count": .integer(count)]
    }

    private func mergeUses(_ call: Call) throws -> JSON {
        var others: [PassID: PassRecord] = [:]
        for (index, line) in (call.request.arguments["passes"]?.array ?? []).enumerated() {
            guard let (id, record) = PassUses.read(line) else {
                throw CommandRefusal(
                    code: "malformed",
                    message: "line \(index + 1) is none of `pass uses`: {\"pass\", \"until\", \"revoked\", \"counts\"}")
            }
            others[id, default: PassRecord(until: record.until)].merge(record)
        }
        let event = try order(call, .pass(.merge(others)))
        return ["passes": .integer(Int64(others.count)), "event": event.map { .integer(Int64($0)) } ?? .null]
    }
}
