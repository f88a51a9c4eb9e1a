internal import GatehouseCore

/// What the lines of a sheet come to: one person may stand on several of them.
struct SheetBook {
    typealias Place = (community: String, dwelling: String)

    private struct Name: Hashable {
        var home: UInt32
        var name: String
    }

    private struct Term: Hashable {
        var home: UInt32
        var from: String
        var until: String
    }

    private let present: PresentRegister
    private let hasTenancies: Bool
    /// References of the people of a name at a dwelling, by the register and by the lines so far.
    private var known: [Name: [String]] = [:]
    private var given: Set<String> = []
    private var people: [ImportLine] = []
    private var placeOf: [String: Int] = [:]
    private var cards: [ImportLine] = []
    private var vehicles: [ImportLine] = []
    private var tenancies: [(term: Term, line: ImportLine, tenants: [String])] = []
    private var tenancyOf: [Term: Int] = [:]
    /// Two lines that say different things of one person.
    private(set) var faults: [(place: CSVField, message: Sentence)] = []

    init(_ present: PresentRegister, hasTenancies: Bool) {
        self.present = present
        self.hasTenancies = hasTenancies
        var byID: [UInt32: PersonRow] = [:]
        for row in present.persons.values {
            byID[row.id] = row
            if let home = row.dwelling { known[Name(home: home, name: row.name), default: []].append(row.reference) }
        }
        for tenancy in present.tenancies.values.joined() {
            for case let row? in tenancy.tenants.map({ byID[$0] }) where row.dwelling != tenancy.dwelling {
                let name = Name(home: tenancy.dwelling, name: row.name)
                if known[name]?.contains(row.reference) != true { known[name, default: []].append(row.reference) }
            }
        }
    }

    /// A new sheet.
    mutating func begin() {
        (people, cards, vehicles, tenancies, faults) = ([], [], [], [], [])
        (placeOf, tenancyOf) = ([:], [:])
    }

    /// The reference of a person whom a sheet without such a column names: whoever has the name at the dwelling, or one that
    /// is made of the dwelling.
    mutating func reference(of name: String, at home: DwellingRow?, _ place: Place?) throws -> String {
        guard let home, let place else {
            throw FieldProblem("dwelling", Sentence("is empty, and there is no reference: nobody knows who this is"))
        }
        let key = Name(home: home.id, name: name)
        if let found = known[key] {
            guard found.count == 1 else {
                throw FieldProblem(
                    "name",
                    Sentence(
                        "\(found.count, "person", "people") of this name live at \(place.dwelling); give a column reference"
                    ))
            }
            return found[0]
        }
        var number = 1
        var made: String { "\(place.community)-\(place.dwelling)-\(number)" }
        while present.person(made) != nil || given.contains(made) { number += 1 }
        given.insert(made)
        known[key] = [made]
        return made
    }

    /// The role that an earlier line gave somebody.
    func role(of reference: String) -> String? { placeOf[reference].map { people[$0].text("role") } }

    /// What a line says of a person, beside what earlier ones said.
    mutating func put(_ reference: String, _ texts: [(String, CSVField)], _ line: ImportLine) {
        guard let index = placeOf[reference] else {
            placeOf[reference] = people.count
            people.append(
                ImportLine(
                    file: line.file, place: texts[0].1, columns: texts.map(\.0), fields: texts.map(\.1), isPart: true))
            return
        }
        for (column, field) in texts {
            guard let before = people[index].said(column) else {
                people[index].columns.append(column)
                people[index].fields.append(field)
                continue
            }
            guard before != field.text else { continue }
            let place = RegistryImport.text(line.file, people[index].field(column))
            faults.append(
                (
                    field,
                    Sentence(
                        "\(column): \"\(RegistryFields.clipped(field.text))\" here, and \"\(RegistryFields.clipped(before))\" at \(place): is \(RegistryFields.clipped(reference)) one person?"
                    )
                ))
        }
    }

    mutating func card(_ card: CSVField, of reference: String, _ line: ImportLine) {
        let texts = [CSVField(text: reference, at: card), CSVField(text: "card", at: card), card]
        cards.append(
            ImportLine(
                file: line.file, place: card, columns: ["reference", "kind", "value"], fields: texts, isPart: true))
    }

    mutating func plate(_ plate: CSVField, of reference: String, _ place: Place?, _ line: ImportLine) {
        var texts = [("plate", plate), ("keeper", CSVField(text: reference, at: plate))]
        if let place {
            texts.append(("community", CSVField(text: place.community, at: line.field("community"))))
            texts.append(("dwelling", CSVField(text: place.dwelling, at: line.field("dwelling"))))
        }
        vehicles.append(
            ImportLine(
                file: line.file, place: plate, columns: texts.map(\.0), fields: texts.map(\.1), isPart: true))
    }

    /// A tenant of a dwelling. Those of the same days are the tenants of one tenancy.
    mutating func tenant(_ reference: String, _ home: DwellingRow, _ place: Place, _ line: ImportLine) throws {
        let term = Term(home: home.id, from: line.text("from"), until: line.text("until"))
        if term.from.isEmpty, term.until.isEmpty {
            let id = present.person(reference)?.id
            let isTenant = present.tenancies(of: home.id).contains { row in id.map { row.tenants.contains($0) } ?? false
            }
            if isTenant || hasTenancies { return }
        }
        for column in ["from", "until"] where line.said(column) == nil {
            throw FieldProblem(column, Sentence("is empty: a tenant needs the first and the last day of the tenancy"))
        }
        if let index = tenancyOf[term] {
            if !tenancies[index].tenants.contains(reference) { tenancies[index].tenants.append(reference) }
            return
        }
        tenancyOf[term] = tenancies.count
        var texts = [
            ("community", CSVField(text: place.community, at: line.field("community"))),
            ("dwelling", CSVField(text: place.dwelling, at: line.field("dwelling"))),
            ("tenants", CSVField(text: "", at: line.field("name"))), ("from", line.field("from")),
            ("until", line.field("until")),
        ]
        if line.said("contract") != nil { texts.append(("contract", line.field("contract"))) }
        let made = ImportLine(
            file: line.file, place: line.field("dwelling"), columns: texts.map(\.0), fields: texts.map(\.1),
            isPart: true)
        tenancies.append((term, made, [reference]))
    }

    func tables(of file: String) -> [ImportTable] {
        let terms = tenancies.map { one in
            var line = one.line
            line.fields[2].text = RegistryFields.written(list: one.tenants)
            return line
        }
        let all: [(RegistryKind, [ImportLine])] = [
            (.person, people), (.tenancy, terms), (.credential, cards), (.vehicle, vehicles),
        ]
        return all.filter { !$0.1.isEmpty }.map { ImportTable(file: file, kind: $0.0, lines: $0.1) }
    }
}
