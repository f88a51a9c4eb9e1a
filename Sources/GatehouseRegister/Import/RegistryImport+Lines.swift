internal import GatehouseCore

/// What a line says of its row, kind by kind.
extension RegistryImport {
    private struct Fault: Error {
        var column: String
        var message: String
    }

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
        } catch let fault as Fault {
            // A JSON path names the field already.
            let place = line.field(fault.column)
            self.fault(line.file, place, place.path == nil ? "\(fault.column): \(fault.message)" : fault.message)
        } catch {
            self.fault(line.file, line.place, "\(error)")
        }
    }

    private func at<Value>(_ column: String, _ body: () throws -> Value) throws -> Value {
        do { return try body() } catch let problem as RegistryFields.Problem {
            throw Fault(column: column, message: problem.message)
        }
    }

    private func needed(_ column: String, _ line: ImportLine) throws -> String {
        let text = line.text(column)
        if text.isEmpty { throw Fault(column: column, message: "is empty") }
        if text.utf8.count > 256 { throw Fault(column: column, message: "is longer than 256 octets") }
        return text
    }

    private mutating func community(_ line: ImportLine) throws {
        let code = try needed("community", line)
        guard fields.isIdentifier(code) else {
            throw Fault(column: "community", message: "lower-case letters, digits and dashes, at most 32")
        }
        let old = present.communities[code]
        let row = CommunityRow(id: old?.id ?? newID(.community), code: code, name: try needed("name", line))
        present.communities[code] = row
        put(.community(row), old.map { .community($0) }, "community \(code)", line)
    }

    private mutating func dwelling(_ line: ImportLine) throws {
        let code = try needed("community", line)
        guard let community = present.communities[code] else {
            throw Fault(column: "community", message: "\"\(code)\" is not known")
        }
        let number = try needed("dwelling", line)
        let key = "\(code)/\(number)"
        let old = present.dwellings[key]
        let use = try at("use") { try fields.use(line.text("use")) }
        let places = try optional("places", line) { try fields.count($0, atMost: 255).map { UInt8($0) } }
        let row = DwellingRow(
            id: old?.id ?? newID(.dwelling), community: community.id, code: number, use: use,
            places: places ?? old?.places)
        present.dwellings[key] = row
        put(.dwelling(row), old.map { .dwelling($0) }, "dwelling \(key)", line)
    }

    private func dwellingID(_ line: ImportLine) throws -> UInt32? {
        let number = line.text("dwelling")
        if number.isEmpty { return nil }
        guard let row = present.dwellings["\(line.text("community"))/\(number)"] else {
            throw Fault(
                column: "dwelling", message: "\"\(number)\" is not known in community \"\(line.text("community"))\"")
        }
        return row.id
    }

    private mutating func person(_ line: ImportLine) throws {
        let reference = try needed("reference", line)
        let old = present.persons[reference]
        let role = try at("role") { try fields.role(line.text("role")) }
        var row = PersonRow(
            id: old?.id ?? 0, reference: reference, name: try needed("name", line), role: role,
            dwelling: line.has("dwelling") ? try dwellingID(line) : old?.dwelling,
            groups: try old != nil && !line.has("groups")
                ? old!.groups : at("groups") { try fields.groups(line.text("groups"), role: role) })
        if role == .resident, row.dwelling == nil {
            throw Fault(column: "dwelling", message: "a resident needs a dwelling")
        }
        (row.validFrom, row.validUntil) = try window(line, old.map { ($0.validFrom, $0.validUntil) })
        row.status = old?.status ?? .active
        if !line.text("status").isEmpty {
            row.status = try at("status") {
                try line.text("status") == "enabled" ? .active : fields.personStatus(line.text("status"))
            }
        }
        row.responsible = try known("responsible", line) ?? old?.responsible
        if role == .child || role == .visitor, row.responsible == nil {
            throw Fault(
                column: "responsible",
                message: role == .child
                    ? "a child needs its guardian's reference" : "a visitor needs their host's reference")
        }
        row.shift = try optional("shift", line) { try fields.identifier($0, "shift") } ?? old?.shift
        row.needsTime = line.text("needs_time").isEmpty ? old?.needsTime ?? false : try flag("needs_time", line)
        if old == nil { row.id = newID(.person) }
        present.persons[reference] = row
        put(.person(row), old.map { .person($0) }, "person \(reference)", line)
    }

    private mutating func tenancy(_ line: ImportLine) throws {
        guard let dwelling = try dwellingID(line) else { throw Fault(column: "dwelling", message: "is empty") }
        let first = try at("from") { try fields.day(line.text("from")) }
        let last = try at("until") { try fields.day(line.text("until")) }
        guard first <= last else { throw Fault(column: "until", message: "the last day is before the first") }
        var tenants: [UInt32] = []
        for reference in try needed("tenants", line).split(separator: " ") {
            guard let person = present.persons[String(reference)] else {
                throw Fault(column: "tenants", message: "\"\(reference)\" is not known")
            }
            tenants.append(person.id)
        }
        let key = "\(dwelling)/\(first)"
        let old = present.tenancies[key]
        // What was done with the tenancy since (notice, renewal) stays.
        let row = TenancyRow(
            id: old?.id ?? newID(.tenancy), dwelling: dwelling, tenants: tenants, firstDay: first, lastDay: last,
            starts: fields.calendar.utc(day: first, minute: 0), ends: fields.calendar.utc(day: last + 1, minute: 0),
            contract: line.has("contract") ? line.text("contract") : old?.contract ?? "",
            landlord: try known("landlord", line) ?? old?.landlord,
            step: old?.step ?? .registered, renews: old?.renews)
        present.tenancies[key] = row
        put(
            .tenancy(row), old.map { .tenancy($0) },
            "tenancy of \(line.text("community"))/\(line.text("dwelling")) from \(line.text("from"))", line)
    }

    private mutating func credential(_ line: ImportLine) throws {
        let reference = try needed("reference", line)
        guard let person = present.persons[reference] else {
            throw Fault(column: "reference", message: "\"\(reference)\" is not known")
        }
        let kind = try at("kind") { try fields.kind(line.text("kind")) }
        let isBound = try flag("bound", line)
        let value = try needed("value", line)
        let (key, label) = try at("value") {
            try fields.key(kind, value, person: person.id, isBound: isBound)
        }
        let old = present.credentials[key]
        if let old, old.person != person.id {
            let first = seen(.credential, old.id).map { ", by \(Self.text($0.file, $0.place))" } ?? ""
            throw Fault(column: "value", message: "belongs to another person already\(first)")
        }
        var row = CredentialRow(
            id: old?.id ?? 0, person: person.id, kind: fields.kind(kind, ofLabel: label), key: key, label: label,
            isDuress: try line.has("duress") ? flag("duress", line) : old?.isDuress ?? false)
        (row.validFrom, row.validUntil) = try window(line, old.map { ($0.validFrom, $0.validUntil) })
        // A line that does not speak of it never enables a card that was reported lost.
        row.status = old?.status ?? .enabled
        if !line.text("status").isEmpty {
            row.status = try at("status") { try fields.credentialStatus(line.text("status")) }
        }
        row.uses = try optional("uses", line) { try fields.uses($0) } ?? old?.uses
        row.firstUseSpan = try optional("first_use", line) { try fields.span($0) } ?? old?.firstUseSpan
        row.note = old?.note ?? ""
        row.vehicle = old?.vehicle
        if !line.text("vehicle").isEmpty {
            let plate = try at("vehicle") { try fields.plate(line.text("vehicle")) }
            guard let vehicle = present.vehicles[plate] else {
                throw Fault(column: "vehicle", message: "no vehicle with the plate \"\(plate)\" is known")
            }
            row.vehicle = vehicle.id
        }
        if kind == .face {
            try consent(of: person, line)
            if row.status == .enabled { faces[person.id] = (line.file, line.field("kind")) }
        }
        if old == nil { row.id = newID(.credential) }
        present.credentials[key] = row
        put(.credential(row), old.map { .credential($0) }, "\(kind.word) of \(reference)", line)
    }

    /// A face comes with the consent of its person, or of the guardian of a child: on the register, or in the line.
    private mutating func consent(of person: PersonRow, _ line: ImportLine) throws {
        guard present.consented[person.id] == nil else { return }
        let basis = line.text("consent")
        guard !basis.isEmpty else {
            throw Fault(
                column: "consent", message: "a face needs the person's consent: where it is, or how it was given")
        }
        let row = ConsentRow(
            id: newID(.consent), person: person.id, basis: String(basis.prefix(256)),
            guardian: person.role == .child ? person.responsible : nil, given: fields.now)
        present.consented[person.id] = row
        put(.consent(row), nil, "consent of \(person.reference)", line)
    }

    private mutating func vehicle(_ line: ImportLine) throws {
        let plate = try at("plate") { try fields.plate(line.text("plate")) }
        guard let dwelling = try dwellingID(line) else { throw Fault(column: "dwelling", message: "is empty") }
        guard let keeper = try known("keeper", line) else { throw Fault(column: "keeper", message: "is empty") }
        let old = present.vehicles[plate]
        let row = VehicleRow(id: old?.id ?? newID(.vehicle), dwelling: dwelling, keeper: keeper, plate: plate)
        present.vehicles[plate] = row
        let repeated = plan.repeated
        put(.vehicle(row), old.map { .vehicle($0) }, "vehicle \(plate)", line)
        guard plan.repeated == repeated else { return }
        let (key, label) = fields.key(plate: plate)
        let present = self.present.credentials[key]
        let credential = fields.plateCredential(
            of: row, id: present?.id ?? newID(.credential), key, label, old: present)
        self.present.credentials[key] = credential
        put(.credential(credential), present.map { .credential($0) }, "plate \(plate)", line)
    }

    /// From when until when; a column that the file lacks changes nothing.
    private mutating func window(_ line: ImportLine, _ old: (Int64?, Int64?)?) throws -> (Int64?, Int64?) {
        let (from, until, fields) = (line.text("from"), line.text("until"), fields)
        return (
            !line.has("from") ? old?.0 : from.isEmpty ? nil : try instant("from", from) { try fields.start(from) },
            !line.has("until")
                ? old?.1 : until.isEmpty ? nil : try instant("until", until) { try fields.endAfter(until) }
        )
    }

    /// Most lines of a file share a few days.
    private mutating func instant(_ column: String, _ text: String, _ body: () throws -> Int64) throws -> Int64 {
        if let known = instants[column]?[text] { return known }
        let found = try at(column, body)
        instants[column, default: [:]][text] = found
        return found
    }

    /// The person of a column that holds a reference; nil when it is empty.
    private func known(_ column: String, _ line: ImportLine) throws -> UInt32? {
        let reference = line.text(column)
        if reference.isEmpty { return nil }
        guard let person = present.persons[reference] else {
            throw Fault(column: column, message: "\"\(reference)\" is not known")
        }
        return person.id
    }

    private func optional<Value>(
        _ column: String, _ line: ImportLine, _ body: (String) throws -> Value?
    ) throws -> Value? {
        let text = line.text(column)
        if text.isEmpty { return nil }
        return try at(column) { try body(text) }
    }

    private func flag(_ column: String, _ line: ImportLine) throws -> Bool {
        switch line.text(column) {
        case "", "no", "false": return false
        case "yes", "true": return true
        default: throw Fault(column: column, message: "yes or no")
        }
    }
}
