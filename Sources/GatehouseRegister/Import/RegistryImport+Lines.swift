internal import GatehouseCore

/// What a line says of its row, kind by kind. How its texts become a row is said in `Texts`, for commands too.
extension RegistryImport {
    mutating func take(_ line: ImportLine, _ kind: RegistryKind) {
        do {
            switch kind {
            case .community: try community(line)
            case .dwelling: try dwelling(line)
            case .person: try person(line)
            case .tenancy: try tenancy(line)
            case .credential: try credential(line)
            case .vehicle: try vehicle(line)
            case .consent: break
            }
        } catch let problem as FieldProblem {
            fault(line, problem)
        } catch {
            self.fault(line.file, line.place, Sentence(verbatim: "\(error)"))
        }
    }

    mutating func fault(_ line: ImportLine, _ problem: FieldProblem) {
        // A JSON path names the field already.
        let place = line.field(problem.field)
        fault(line.file, place, place.path == nil ? problem.sentence : problem.message)
    }

    private mutating func community(_ line: ImportLine) throws {
        let code = try fields.communityCode(line.text("community"))
        let old = present.communities[code]
        var texts = CommunityTexts()
        texts.community = code
        texts.name = line.text("name")
        var row = try fields.community(texts, changing: old, id: 0)
        if old == nil { row.id = newID(.community) }
        present.communities[code] = row
        put(.community(row), old.map { .community($0) }, Sentence("community \(code)"), line)
    }

    private mutating func dwelling(_ line: ImportLine) throws {
        let community = try fields.community(line.text("community"), in: present)
        let number = line.text("dwelling")
        let old = try fields.findDwelling(number, in: community, present)
        var texts = DwellingTexts()
        texts.use = line.text("use")
        texts.places = line.given("places")
        var row = try fields.dwelling(texts, code: number, community: community.id, changing: old, id: 0)
        if old == nil { row.id = newID(.dwelling) }
        present.put(row)
        put(.dwelling(row), old.map { .dwelling($0) }, Sentence("dwelling \(community.code)/\(row.code)"), line)
    }

    private mutating func person(_ line: ImportLine) throws {
        let old = try fields.findPerson(line.text("reference"), in: present)
        var texts = PersonTexts()
        texts.reference = line.text("reference")
        texts.name = line.text("name")
        texts.role = line.text("role")
        texts.community = line.given("community")
        texts.dwelling = line.given("dwelling")
        texts.groups = line.given("groups")
        texts.from = line.given("from")
        texts.until = line.given("until")
        texts.status = line.given("status")
        texts.responsible = line.given("responsible")
        texts.shift = line.given("shift")
        texts.needsTime = line.given("needs_time")
        texts.phone = line.said("phone")
        texts.note = line.said("note")
        var row = try fields.person(texts, changing: old, id: 0, in: present, &days)
        if old == nil { row.id = newID(.person) }
        present.put(row)
        put(.person(row), old.map { .person($0) }, Sentence("person \(row.reference)"), line)
    }

    private mutating func tenancy(_ line: ImportLine) throws {
        let home = try fields.dwelling(line.text("dwelling"), community: line.given("community"), in: present)
        let first = try fields.at("from") { try fields.day(line.text("from")) }
        let isBeside = try fields.at("beside") { try fields.flag(line.text("beside")) }
        let old = try tenancy(
            of: home.id, from: first, last: try fields.at("until") { try fields.day(line.text("until")) },
            line.text("tenants"), isBeside: isBeside)
        var texts = TenancyTexts()
        texts.tenants = line.text("tenants")
        texts.from = line.text("from")
        texts.until = line.text("until")
        texts.contract = line.given("contract")
        texts.landlord = line.given("landlord")
        var row = try fields.tenancy(texts, changing: old, at: home.id, id: 0, in: present)
        if old == nil { row.id = newID(.tenancy) }
        present.put(row)
        let name = "\(line.text("community"))/\(line.text("dwelling"))"
        put(.tenancy(row), old.map { .tenancy($0) }, Sentence("tenancy of \(name) from \(line.text("from"))"), line)
        let isMoved = old.map { $0.starts != row.starts || $0.ends != row.ends } ?? true
        if isMoved { besides.append((row.id, home.id, name, isBeside, line)) }
    }

    /// The tenancy that a line means: the one with its people, else the one that begins on its day.
    private func tenancy(
        of home: UInt32, from first: Int32, last: Int32, _ tenants: String, isBeside: Bool
    ) throws -> TenancyRow? {
        let there = present.tenancies[home, default: []].filter { $0.firstDay == first }
        if there.isEmpty { return nil }
        let people = try fields.tenantIDs(tenants, in: present)
        func isOf(_ row: TenancyRow) -> Bool { row.tenants.filter { present.isPresent(.person, $0) } == people }
        let open = there.filter { seen(.tenancy, $0.id) == nil }
        let named = there.filter { seen(.tenancy, $0.id) != nil }
        if let row = open.first(where: { isOf($0) && $0.lastDay == last }) ?? open.first(where: isOf) { return row }
        if let row = named.first(where: { isOf($0) && $0.lastDay == last }) { return row }
        if isBeside { return nil }
        return open.count == 1 ? open[0] : named.first
    }

    private mutating func credential(_ line: ImportLine) throws {
        let person = try fields.person(line.text("reference"), "reference", in: present)
        var texts = CredentialTexts()
        texts.kind = line.text("kind")
        texts.value = line.text("value")
        texts.bound = line.given("bound")
        texts.duress = line.given("duress")
        texts.from = line.given("from")
        texts.until = line.given("until")
        texts.status = line.given("status")
        texts.uses = line.given("uses")
        texts.firstUse = line.given("first_use")
        texts.vehicle = line.given("vehicle")
        texts.also = line.given("also")
        let new = try fields.presented(texts, by: person.id) { present.credentials[$0]?.person == person.id }
        let old = present.credentials[new.key]
        if let old, old.person != person.id {
            let first = seen(.credential, old.id).map { Self.text($0.file, $0.place) }
            throw FieldProblem("value", taken(new.label, old, by: first))
        }
        var row = try fields.credential(texts, new, of: person.id, changing: old, id: 0, in: present, &days)
        for other in row.others {
            guard let taken = present.credentials[other.key], taken.id != old?.id else { continue }
            throw FieldProblem("also", self.taken(other.label, taken, by: nil))
        }
        if row.kind == .face, row != old, row.status == .enabled {
            try consent(of: person, line)
            faces[person.id] = (line.file, line.field("kind"))
        }
        if old == nil { row.id = newID(.credential) }
        present.put(row)
        put(.credential(row), old.map { .credential($0) }, Sentence("\(row.kind.noun) of \(person.reference)"), line)
        let numbers =
            (old == nil ? [row.label] : []) + row.others.filter { !(old?.others.contains($0) ?? false) }.map(\.label)
        for number in numbers {
            guard let card = CardNumber(number), let warning = fields.cards.warning(card) else { continue }
            warn(Sentence("\(row.kind.noun) of \(person.reference): \(warning)"), line)
        }
    }

    /// Which number it is that somebody else has; of a PIN nobody is told whose it is.
    private func taken(_ label: String, _ row: CredentialRow, by first: String?) -> Sentence {
        let whose = row.kind == .pin ? nil : present.reference(of: row.person)
        return switch (whose, first) {
        case (let whose?, let first?): Sentence("\(label) belongs to \(whose) already, by \(first)")
        case (let whose?, nil): Sentence("\(label) belongs to \(whose) already")
        case (nil, let first?): Sentence("belongs to another person already, by \(first)")
        case (nil, nil): Sentence("belongs to another person already")
        }
    }

    /// A face comes with the consent of its person, or of the guardian of a child: on the register, or in the line.
    private mutating func consent(of person: PersonRow, _ line: ImportLine) throws {
        guard present.consented[person.id] == nil else { return }
        var row = try fields.consent(line.text("consent"), of: person, id: 0, at: fields.now)
        row.id = newID(.consent)
        present.consented[person.id] = row
        put(.consent(row), nil, Sentence("consent of \(person.reference)"), line)
    }

    private mutating func vehicle(_ line: ImportLine) throws {
        let plate = try fields.at("plate") { try fields.plate(line.text("plate")) }
        let old = present.vehicles[plate]
        var texts = VehicleTexts()
        texts.plate = plate
        texts.community = line.given("community")
        texts.dwelling = line.given("dwelling")
        texts.keeper = line.text("keeper")
        var row = try fields.vehicle(texts, changing: old, id: 0, in: present)
        if old == nil { row.id = newID(.vehicle) }
        present.vehicles[plate] = row
        let repeated = plan.repeated
        let named = seen(.vehicle, row.id) != nil
        put(.vehicle(row), old.map { .vehicle($0) }, Sentence("vehicle \(plate)"), line)
        guard plan.repeated == repeated, !(line.isPart && named) else { return }
        let (key, label) = fields.key(plate: plate)
        let present = self.present.credentials[key]
        // A plate that was taken away stays away as long as its vehicle is what it was.
        if present == nil, old == row { return }
        let credential = fields.plateCredential(
            of: row, id: present?.id ?? newID(.credential), key, label, old: present)
        self.present.put(credential)
        put(.credential(credential), present.map { .credential($0) }, Sentence("plate \(plate)"), line)
    }
}
