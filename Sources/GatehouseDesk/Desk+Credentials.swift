internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseRegister
internal import GatehouseStore

extension Desk {
    func addCredential(_ command: CredentialAdd, _ call: Call) throws -> RecordedRow {
        let reader = try reader()
        let source = source(reader, call)
        let holder = try person(command.person, "person", reader, call)
        var texts = CredentialTexts()
        texts.kind = command.kind.argumentText
        texts.bound = command.bound?.argumentText
        texts.duress = command.duress?.argumentText
        texts.status = command.status?.argumentText
        texts.from = command.from?.argumentText
        texts.until = command.until?.argumentText
        texts.uses = command.uses?.argumentText
        texts.firstUse = command.firstUse?.argumentText
        texts.vehicle = command.vehicle?.argumentText
        let kind = try fields.at("kind") { try fields.kind(command.kind.argumentText) }
        texts.also = command.also?.argumentText
        texts.value = try value(of: command, kind)
        var row: CredentialRow
        do {
            let new = try fields(call).presented(texts, by: holder.id)
            var days = KnownDays()
            row = try fields(call).credential(texts, new, of: holder.id, changing: nil, id: 0, in: source, &days)
        } catch var problem as FieldProblem where problem.field == "value" {
            problem.field = kind == .face ? "user" : kind.word
            throw problem
        }
        try explain(&row, call, isSaid: command.status != nil)
        var changes: [RegistryChange] = []
        if kind == .face {
            try checkOtherWay(holder, reader)
            if let basis = command.consent { changes = try consentChanges(of: holder, basis: basis, reader) }
        }
        row.id = try ids.next(.credential, reader)
        try checkAlonePINs([.put(.credential(row))]) { try reader.rows(.credential) }
        if kind == .card { call.notes.card("card", command.card?.argumentText, row.label) }
        echo(row, command.also, call)
        var answer = RecordedRow(id: row.id, event: try order(call, .registry(changes + [.put(.credential(row))])))
        answer.warning = warning(row, call)
        return answer
    }

    private func echo(_ row: CredentialRow, _ also: PersonalArgument?, _ call: Call) {
        guard !row.others.isEmpty else { return }
        call.notes.card("also", also?.argumentText, row.others.map(\.label).joined(separator: " "))
    }

    /// What people should know of a card with all its numbers before they give it away.
    private func warning(_ row: CredentialRow, _ call: Call, besides more: Sentence? = nil) -> String? {
        guard row.kind == .card else { return nil }
        var said: [String] = []
        for label in [row.label] + row.others.map(\.label) {
            guard let text = CardNumber(label).flatMap(fields.cards.warning)?.text(in: call.language) else { continue }
            if !said.contains(text) { said.append(text) }
        }
        if let more { said.append(more.text(in: call.language)) }
        return said.isEmpty ? nil : said.joined(separator: "; ")
    }

    /// A card that nobody types: the next one at a reader, within a minute.
    func addShownCard(_ command: CredentialAdd, _ call: Call) throws -> @Sendable () throws -> RecordedRow {
        let site = try ask { $0.controller.site }
        let name = command.showAt?.argumentText ?? ""
        let readers = site.accessPoints.flatMap(\.readers)
        guard let place = readers.first(where: { $0.name == name }) else {
            throw unknown(Sentence("reader"), name, among: readers.map(\.name), code: "unknownReader")
        }
        guard command.card == nil, try fields.at("kind", { try fields.kind(command.kind.argumentText) }) == .card else {
            throw CommandRefusal(
                code: "malformed", message: Sentence("\"show-at\" is for a card, and stands in the place of its number")
            )
        }
        // Whoever is meant has to be known before anybody holds a card to a reader.
        _ = try person(command.person, "person", reader(), call)
        return {
            var shown = command
            shown.card = try PersonalArgument(self.shownCard(at: place, call).description)
            shown.showAt = nil
            var call = call
            // Whoever showed the card has waited for it: the order lives from here.
            call.expires = self.surroundings.monotonic() + CommandLife.change.longest
            return try self.addCredential(shown, call)
        }
    }

    private func value(of command: CredentialAdd, _ kind: CredentialKind) throws -> String? {
        switch kind {
        case .card: return command.card?.argumentText
        case .pin: return command.pin?.argumentText
        case .face:
            let module = command.module?.argumentText ?? ""
            _ = try fields.at("module") { try fields.faceModule(module) }
            return "\(module):\(command.user?.argumentText ?? "")"
        case .plate:
            throw CommandRefusal(code: "malformed", message: Sentence("a plate belongs to a vehicle: use vehicle add"))
        }
    }

    /// Why it is off; enabled again it needs no words.
    private func explain(_ row: inout CredentialRow, _ call: Call, isSaid: Bool) throws {
        if row.status == .enabled {
            row.note = ""
        } else if isSaid, let reason = call.reason {
            row.note = try fields.note(reason)
        }
    }

    /// The configuration was weighed against guessing with a number of PINs that stand alone: more may not be given.
    func checkAlonePINs(_ changes: [RegistryChange], present: () throws -> [RegistryRow]) throws {
        func isAlone(_ row: RegistryRow) -> Bool {
            guard case .credential(let row) = row else { return false }
            return row.kind == .pin && row.label == RegistryFields.aloneLabel
        }
        var added: Set<UInt32> = []
        for case .put(let row) in changes where isAlone(row) { added.insert(row.id) }
        guard !added.isEmpty else { return }
        let all = try added.union(present().filter(isAlone).map(\.id))
        let limit = configuration.site.lockout.alonePINs
        guard all.count > limit else { return }
        throw CommandRefusal(
            code: "tooManyPINs",
            message:
                Sentence(
                    "\(all.count, "PIN", "PINs") would stand alone and lockout.alone_pins allows \(limit); bind PINs to cards, or raise it with alone_digits"
                )
        )
    }

    func changeCredential(_ command: CredentialChange, _ call: Call) throws -> RecordedRow {
        let reader = try reader()
        let old = try credential(command.id, reader, call)
        try saysSomething(
            command.status, command.from, command.until, command.uses, command.firstUse, command.vehicle,
            command.also, beside: .credentialChange)
        var texts = CredentialTexts()
        texts.status = command.status?.argumentText
        texts.from = command.from?.argumentText
        texts.until = command.until?.argumentText
        texts.uses = command.uses?.argumentText
        texts.firstUse = command.firstUse?.argumentText
        texts.vehicle = command.vehicle?.argumentText
        texts.also = command.also?.argumentText
        var days = KnownDays()
        var row = try fields(call).credential(
            texts, nil, of: old.person, changing: old, id: old.id, in: source(reader, call), &days)
        try explain(&row, call, isSaid: command.status != nil)
        if row == old { return RecordedRow(id: row.id, event: nil, changed: false) }
        let takesAway =
            row.status != .enabled && row.status != old.status || Self.endsEarlier(old.validUntil, row.validUntil)
            || Self.beginsLater(old.validFrom, row.validFrom)
        let cause = try takesAway ? cause(command.cause, call, implied: WithdrawalCause(row.status)) : nil
        echo(row, command.also, call)
        let event = try order(call, .registry([.put(.credential(row))]), cause: cause)
        var answer = RecordedRow(id: row.id, event: event)
        if row.others != old.others { answer.warning = warning(row, call) }
        return answer
    }

    /// One entry for both: there is no moment in which the old card opens and is known to be gone, or nobody can come home.
    func replaceCredential(_ command: CredentialReplace, _ call: Call) throws -> RecordedRow {
        let reader = try reader()
        let old = try credential(command.old, reader, call, named: "old")
        guard old.kind == .card else {
            throw CommandRefusal(
                code: "malformed", message: Sentence("credential \(old.id) is no card; replace is for cards"))
        }
        var gone = old
        gone.status = try fields.at("status") { try fields.credentialStatus(command.status?.argumentText ?? "lost") }
        guard let cause = WithdrawalCause(gone.status) else {
            throw CommandRefusal(
                code: "malformed", message: Sentence("\"status\" is lost, stolen, damaged or returned"))
        }
        try explain(&gone, call, isSaid: true)
        var texts = CredentialTexts()
        texts.kind = CredentialKind.card.word
        texts.value = command.card.argumentText
        var row = old
        do {
            let new = try fields.presented(texts, by: old.person)
            (row.kind, row.key, row.label) = (new.kind, new.key, new.label)
        } catch var problem as FieldProblem where problem.field == "value" {
            problem.field = "card"
            throw problem
        }
        guard row.kind == .card, row.key != old.key else {
            throw CommandRefusal(code: "malformed", message: Sentence("\"card\" has to be another card"))
        }
        // What other readers make of it is told anew.
        (row.status, row.note, row.others) = (.enabled, "", [])
        if let also = command.also {
            var texts = CredentialTexts()
            texts.also = also.argumentText
            var days = KnownDays()
            row = try fields(call).credential(
                texts, nil, of: row.person, changing: row, id: row.id, in: source(reader, call), &days)
        }
        call.notes.card("card", command.card.argumentText, row.label)
        echo(row, command.also, call)
        row.id = try ids.next(.credential, reader)
        let changes: [RegistryChange] = [.put(.credential(gone)), .put(.credential(row))]
        var answer = RecordedRow(id: row.id, event: try order(call, .registry(changes), cause: cause))
        let left = old.others.map(\.label)
        let isLeft = command.also == nil && !left.isEmpty
        answer.warning = warning(
            row, call,
            besides: isLeft
                ? Sentence("the old card was also \(left); --also tells what other readers make of the new one") : nil)
        return answer
    }

    func removeCredential(_ command: CredentialRemove, _ call: Call) throws -> Recorded {
        let row = try credential(command.id, reader(), call)
        return Recorded(
            try order(call, .registry([.end(.credential, id: row.id)]), cause: cause(command.cause, call)))
    }

    func showCredential(_ command: CredentialShow, _ call: Call) throws -> CredentialShow.Reply {
        let reader = try reader()
        let row = try credential(command.id, reader, call)
        try look(call, .people([row.person]))
        let views = try views()
        let history = try history(.credential, row.id, reader) {
            if case .credential(let row) = $0 { views.view(row) } else { nil }
        }
        let suspended = try suspensions()[row.id].map { try off(row.id, $0, reader) }
        var details = CredentialShow.Details(history: history, suspended: suspended)
        if row.status != .enabled { details.off = try off(row, reader) }
        if case .person(let holder)? = try reader.row(.person, row.person) {
            details.holder = Named(id: holder.id, name: holder.name, reference: holder.reference)
            details.home = try homes([holder.dwelling], reader).first?.dwelling
        }
        if let vehicle = row.vehicle, case .vehicle(let row)? = try reader.row(.vehicle, vehicle) {
            details.plate = row.plate
        }
        return Joined(views.view(row), details)
    }

    /// Which number it is that cannot be given, and who has it: a refusal of a row says so little. Nil for other refusals, and for a
    /// PIN, of which nobody is told whose it is.
    func taken(_ refusal: OrderRefusal, _ verb: Order.Verb, _ call: Call) throws -> CommandRefusal? {
        guard case .registry(.credentialTaken, let place) = refusal, case .registry(let changes) = verb,
            changes.indices.contains(place), case .put(.credential(let row)) = changes[place], row.kind != .pin
        else { return nil }
        let earlier = changes[..<place].compactMap { change -> CredentialRow? in
            if case .put(.credential(let row)) = change { row } else { nil }
        }
        for (key, label) in [(row.key, row.label)] + row.others.map({ ($0.key, $0.label) }) {
            let other = earlier.last { $0.id != row.id && $0.allKeys.contains(key) }
            let record = try ask { $0.controller.registry.credential(for: key) }
            guard let holder = other?.person ?? record.flatMap({ $0.id == row.id ? nil : $0.person }) else { continue }
            return CommandRefusal(
                code: refusal.word, message: try taken(label, by: holder, changes, call))
        }
        return nil
    }

    private func taken(
        _ label: String, by holder: UInt32, _ changes: [RegistryChange], _ call: Call
    ) throws -> Sentence {
        if case .person(let person)? = try reader().row(.person, holder) {
            try look(call, .people([holder]))
            return Sentence(
                "\(label) is a card of \(person.name) \(person.reference) already: first gatehousectl credential remove \(label), or replace"
            )
        }
        for case .put(.person(let person)) in changes where person.id == holder {
            return Sentence("\(label) stands twice: \(person.name) \(person.reference) has it too")
        }
        return Sentence("\(label) is somebody's already; see gatehousectl find \(label)")
    }
}
