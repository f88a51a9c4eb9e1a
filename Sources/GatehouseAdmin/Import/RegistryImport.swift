package import GatehouseCore

/// Files of an import to registry changes. The header of a file says what it holds; nothing is changed while one line
/// is wrong.
///
///     communities:  community,name
///     dwellings:    community,dwelling,use,places
///     residents:    reference,name,role,community,dwelling,groups,from,until,status,responsible,shift,needs_time
///     tenancies:    community,dwelling,tenants,from,until,contract,landlord
///     vehicles:     plate,community,dwelling,keeper
///     credentials:  reference,kind,value,bound,duress,from,until,status,uses,first_use,vehicle,consent
///
/// A line of `vehicles` is the vehicle and its plate as a credential of the keeper.
package struct RegistryImport: Sendable {
    package struct Problem: Hashable, Sendable {
        package var file: String
        package var line: Int
        package var column: Int
        package var message: String
        package var text: String { "\(file):\(line):\(column): \(message)" }
    }

    /// What a line would change, for people.
    package struct Difference: Hashable, Sendable {
        package var file: String
        package var line: Int
        package var what: String
    }

    package struct Plan: Sendable {
        package var changes: [RegistryChange] = []
        package var differences: [Difference] = []
        package var unchanged = 0
        package var problems: [Problem] = []
    }

    /// The registry as it stands, by the names that people use.
    package struct Present: Sendable {
        package var communities: [String: CommunityRow] = [:]
        package var dwellings: [String: DwellingRow] = [:]
        package var persons: [String: PersonRow] = [:]
        package var tenancies: [String: TenancyRow] = [:]
        package var credentials: [CredentialKey: CredentialRow] = [:]
        package var vehicles: [String: VehicleRow] = [:]
        /// People whose consent stands.
        package var consented: [UInt32: ConsentRow] = [:]
        package var nextID: [RegistryKind: UInt32] = [:]

        package init(_ rows: [RegistryRow]) {
            for kind in RegistryKind.allCases { nextID[kind] = 1 }
            for row in rows {
                nextID[row.kind] = max(nextID[row.kind]!, row.id + 1)
                switch row {
                case .community(let row): communities[row.code] = row
                case .dwelling, .tenancy: break
                case .person(let row): persons[row.reference] = row
                case .credential(let row): credentials[row.key] = row
                case .vehicle(let row): vehicles[row.plate] = row
                case .consent(let row): if row.withdrawn == nil { consented[row.person] = row }
                }
            }
            let codes = Dictionary(communities.values.map { ($0.id, $0.code) }, uniquingKeysWith: { $1 })
            for case .dwelling(let row) in rows { dwellings["\(codes[row.community] ?? "?")/\(row.code)"] = row }
            for case .tenancy(let row) in rows { tenancies["\(row.dwelling)/\(row.firstDay)"] = row }
        }
    }

    private let fields: RegistryFields
    private var present: Present
    private var plan = Plan()
    /// People who get a face, and the line that gives it.
    private var faces: [UInt32: (file: String, line: Int, column: Int)] = [:]

    package init(fields: RegistryFields, present: Present) {
        self.fields = fields
        self.present = present
    }

    static let headers: [(kind: RegistryKind, columns: [String], required: Int)] = [
        (.community, ["community", "name"], 2),
        (.dwelling, ["community", "dwelling", "use", "places"], 3),
        (
            .person,
            [
                "reference", "name", "role", "community", "dwelling", "groups", "from", "until", "status",
                "responsible", "shift", "needs_time",
            ], 3
        ),
        (.tenancy, ["community", "dwelling", "tenants", "from", "until", "contract", "landlord"], 5),
        (.vehicle, ["plate", "community", "dwelling", "keeper"], 4),
        (
            .credential,
            [
                "reference", "kind", "value", "bound", "duress", "from", "until", "status", "uses", "first_use",
                "vehicle", "consent",
            ], 3
        ),
    ]

    /// Reads all files, whatever their order, and says what they would change.
    package mutating func plan(_ files: [(name: String, content: [UInt8])]) -> Plan {
        var parsed: [(kind: RegistryKind, name: String, columns: [String], rows: ArraySlice<[CSVField]>)] = []
        for file in files {
            switch CSVReader.read(file.content) {
            case .failure(let problem): fault(file.name, problem.line, problem.column, problem.message)
            case .success(let rows):
                guard let header = rows.first else {
                    fault(file.name, 1, 1, "the file is empty")
                    continue
                }
                let names = header.map(\.text)
                let match = Self.headers.first { known in
                    known.columns.prefix(known.required).allSatisfy { names.contains($0) }
                        && names.allSatisfy { known.columns.contains($0) }
                }
                guard let match else {
                    let known = Self.headers.map { $0.columns.joined(separator: ",") }.joined(separator: " | ")
                    fault(file.name, header[0].line, 1, "the first line is no known header; one of: \(known)")
                    continue
                }
                parsed.append((match.kind, file.name, names, rows.dropFirst()))
            }
        }
        for kind in RegistryKind.allCases {
            // Guardians and hosts may stand behind those who lean on them.
            for leans in [false, true] {
                for file in parsed where file.kind == kind {
                    let column = file.columns.firstIndex(of: "responsible")
                    for row in file.rows {
                        let isFilled = column.map { $0 < row.count && !row[row.startIndex + $0].text.isEmpty } ?? false
                        if isFilled == leans { take(row, file.columns, kind, file.name) }
                    }
                }
            }
        }
        checkOtherWays()
        return plan
    }

    /// A face is never somebody's only way in.
    private mutating func checkOtherWays() {
        var others: Set<UInt32> = []
        for row in present.credentials.values where row.kind != .face && row.status == .enabled {
            others.insert(row.person)
        }
        for (id, place) in faces where !others.contains(id) {
            fault(place.file, place.line, place.column, "kind: a face is never the only way in: give a card or PIN too")
        }
        plan.problems.sort { ($0.file, $0.line, $0.column) < ($1.file, $1.line, $1.column) }
    }

    // MARK: Lines

    private struct Line {
        var file: String
        var number: Int
        var values: [String: CSVField]
        func text(_ name: String) -> String { values[name]?.text ?? "" }
        func column(_ name: String) -> Int { values[name]?.column ?? 1 }
    }

    private struct Fault: Error {
        var column: String
        var message: String
    }

    private mutating func take(_ row: [CSVField], _ columns: [String], _ kind: RegistryKind, _ file: String) {
        guard row.count <= columns.count else {
            return fault(file, row[columns.count].line, row[columns.count].column, "more fields than the header has")
        }
        let line = Line(
            file: file, number: row[0].line, values: Dictionary(zip(columns, row), uniquingKeysWith: { $1 }))
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
            self.fault(
                file, line.values[fault.column]?.line ?? line.number, line.column(fault.column),
                "\(fault.column): \(fault.message)")
        } catch {
            self.fault(file, line.number, 1, "\(error)")
        }
    }

    private func at<Value>(_ column: String, _ body: () throws -> Value) throws -> Value {
        do { return try body() } catch let problem as RegistryFields.Problem {
            throw Fault(column: column, message: problem.message)
        }
    }

    private func needed(_ column: String, _ line: Line) throws -> String {
        let text = line.text(column)
        if text.isEmpty { throw Fault(column: column, message: "is empty") }
        if text.utf8.count > 256 { throw Fault(column: column, message: "is longer than 256 octets") }
        return text
    }

    private mutating func community(_ line: Line) throws {
        let code = try needed("community", line)
        guard fields.isIdentifier(code) else {
            throw Fault(column: "community", message: "lower-case letters, digits and dashes, at most 32")
        }
        let old = present.communities[code]
        let row = CommunityRow(id: old?.id ?? newID(.community), code: code, name: try needed("name", line))
        present.communities[code] = row
        put(.community(row), old.map { .community($0) }, "community \(code)", line)
    }

    private mutating func dwelling(_ line: Line) throws {
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

    private func dwellingID(_ line: Line) throws -> UInt32? {
        let number = line.text("dwelling")
        if number.isEmpty { return nil }
        guard let row = present.dwellings["\(line.text("community"))/\(number)"] else {
            throw Fault(
                column: "dwelling", message: "\"\(number)\" is not known in community \"\(line.text("community"))\"")
        }
        return row.id
    }

    private mutating func person(_ line: Line) throws {
        let reference = try needed("reference", line)
        let old = present.persons[reference]
        let role = try at("role") { try fields.role(line.text("role")) }
        var row = PersonRow(
            id: old?.id ?? 0, reference: reference, name: try needed("name", line), role: role,
            dwelling: try dwellingID(line),
            groups: try at("groups") {
                try fields.groups(line.text("groups"), role: role)
            })
        if role == .resident, row.dwelling == nil {
            throw Fault(column: "dwelling", message: "a resident needs a dwelling")
        }
        if !line.text("from").isEmpty {
            row.validFrom = try at("from") { try fields.start(line.text("from")) }
        }
        if !line.text("until").isEmpty {
            row.validUntil = try at("until") {
                try fields.endAfter(line.text("until"))
            }
        }
        if !line.text("status").isEmpty {
            row.status = try at("status") {
                try fields.personStatus(line.text("status"))
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

    private mutating func tenancy(_ line: Line) throws {
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
            contract: line.text("contract"), landlord: try known("landlord", line) ?? old?.landlord,
            step: old?.step ?? .registered, renews: old?.renews)
        present.tenancies[key] = row
        put(
            .tenancy(row), old.map { .tenancy($0) },
            "tenancy of \(line.text("community"))/\(line.text("dwelling")) from \(line.text("from"))", line)
    }

    private mutating func credential(_ line: Line) throws {
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
            throw Fault(column: "value", message: "belongs to another person already")
        }
        var row = CredentialRow(
            id: old?.id ?? 0, person: person.id, kind: fields.kind(kind, ofLabel: label), key: key, label: label,
            isDuress: try flag("duress", line))
        if !line.text("from").isEmpty {
            row.validFrom = try at("from") { try fields.start(line.text("from")) }
        }
        if !line.text("until").isEmpty {
            row.validUntil = try at("until") {
                try fields.endAfter(line.text("until"))
            }
        }
        if !line.text("status").isEmpty {
            row.status = try at("status") {
                try fields.credentialStatus(line.text("status"))
            }
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
            if row.status == .enabled { faces[person.id] = (line.file, line.number, line.column("kind")) }
        }
        if old == nil { row.id = newID(.credential) }
        present.credentials[key] = row
        put(.credential(row), old.map { .credential($0) }, "\(kind.word) of \(reference)", line)
    }

    /// A face comes with the consent of its person, or of the guardian of a child: on the register, or in the line.
    private mutating func consent(of person: PersonRow, _ line: Line) throws {
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

    private mutating func vehicle(_ line: Line) throws {
        let plate = try at("plate") { try fields.plate(line.text("plate")) }
        guard let dwelling = try dwellingID(line) else { throw Fault(column: "dwelling", message: "is empty") }
        guard let keeper = try known("keeper", line) else { throw Fault(column: "keeper", message: "is empty") }
        let old = present.vehicles[plate]
        let row = VehicleRow(id: old?.id ?? newID(.vehicle), dwelling: dwelling, keeper: keeper, plate: plate)
        present.vehicles[plate] = row
        put(.vehicle(row), old.map { .vehicle($0) }, "vehicle \(plate)", line)
        let (key, label) = fields.key(plate: plate)
        let present = self.present.credentials[key]
        let credential = fields.plateCredential(
            of: row, id: present?.id ?? newID(.credential), key, label, old: present)
        self.present.credentials[key] = credential
        put(.credential(credential), present.map { .credential($0) }, "plate \(plate)", line)
    }

    /// The person of a column that holds a reference; nil when it is empty.
    private func known(_ column: String, _ line: Line) throws -> UInt32? {
        let reference = line.text(column)
        if reference.isEmpty { return nil }
        guard let person = present.persons[reference] else {
            throw Fault(column: column, message: "\"\(reference)\" is not known")
        }
        return person.id
    }

    private func optional<Value>(
        _ column: String, _ line: Line, _ body: (String) throws -> Value?
    ) throws -> Value? {
        let text = line.text(column)
        if text.isEmpty { return nil }
        return try at(column) { try body(text) }
    }

    private func flag(_ column: String, _ line: Line) throws -> Bool {
        switch line.text(column) {
        case "", "no", "false": return false
        case "yes", "true": return true
        default: throw Fault(column: column, message: "yes or no")
        }
    }

    private mutating func newID(_ kind: RegistryKind) -> UInt32 {
        defer { present.nextID[kind]! += 1 }
        return present.nextID[kind]!
    }

    private mutating func put(_ row: RegistryRow, _ old: RegistryRow?, _ what: String, _ line: Line) {
        if row == old {
            plan.unchanged += 1
            return
        }
        plan.changes.append(.put(row))
        plan.differences.append(
            Difference(file: line.file, line: line.number, what: "\(old == nil ? "add" : "change") \(what)"))
    }

    private mutating func fault(_ file: String, _ line: Int, _ column: Int, _ message: String) {
        plan.problems.append(Problem(file: file, line: line, column: column, message: message))
    }
}
