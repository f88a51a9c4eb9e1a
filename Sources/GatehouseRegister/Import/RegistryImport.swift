package import GatehouseCore

/// Files of an import to registry changes. The header of a file says what it holds (`ImportHeaders`); nothing is
/// changed while one line is wrong. A line of `vehicles` is the vehicle and its plate as a credential of the keeper.
package struct RegistryImport: Sendable {
    package struct Problem: Hashable, Sendable {
        package var file: String
        package var place: CSVField
        package var message: Sentence
        package var sentence: Sentence { Sentence("\(RegistryImport.text(file, place)): \(message)") }
    }

    /// What a line would change, for people.
    package struct Difference: Hashable, Sendable {
        package enum Verb: String, Hashable, Sendable { case add, change, end, again, warn, pass }
        package var file: String
        package var line: Int
        package var verb: Verb
        package var subject: Sentence
        /// Fields of a changed row, with what they were and will be. Personal: for whoever imports, never for a log.
        package var fields: [(name: String, old: String, new: String)] = []
        package var what: Sentence {
            let what =
                switch verb {
                case .add: Sentence("add \(subject)")
                case .change: Sentence("change \(subject)")
                case .end: Sentence("end \(subject)")
                case .again: Sentence("the same again: \(subject)")
                case .warn: Sentence("beware: \(subject)")
                case .pass: Sentence("passed over: \(subject)")
                }
            if fields.isEmpty { return what }
            return Sentence("\(what): \(fields.map { Sentence("\($0.name) \"\($0.old)\" -> \"\($0.new)\"") })")
        }
        package static func == (left: Self, right: Self) -> Bool {
            left.file == right.file && left.line == right.line && left.what == right.what
        }
        package func hash(into hasher: inout Hasher) { hasher.combine(what) }
    }

    package struct Plan: Sendable {
        package var changes: [RegistryChange] = []
        package var differences: [Difference] = []
        package var unchanged = 0
        /// Lines that stood there before.
        package var repeated = 0
        package var added = 0
        package var changed = 0
        package var ended = 0
        package var warnings = 0
        /// Lines that are no rows: titles, totals.
        package var passed = 0
        /// The first names that were read: whoever looks at them sees whether the encoding was the right one.
        package var names: [String] = []
        package var problems: [Problem] = []
    }

    static func text(_ file: String, _ place: CSVField) -> String {
        if let path = place.path { return "\(file): \(path)" }
        return place.isCell
            ? "\(file)!\(HeaderMatch.letters(place.column))\(place.line)" : "\(file):\(place.line):\(place.column)"
    }

    let fields: RegistryFields
    var present: PresentRegister
    var plan = Plan()
    /// The rows of the lines so far, and where each row is among them.
    private var seen: [Seen] = []
    private var seenAt: [RowKey: Int] = [:]
    /// People who get a face, and the line that gives it.
    var faces: [UInt32: (file: String, place: CSVField)] = [:]
    let rows: [RegistryRow]
    var describes = true
    var days = KnownDays()
    /// Tenancies that are new or moved, and whether they may stand beside others: asked when all lines are read.
    var besides: [(id: UInt32, home: UInt32, name: String, isBeside: Bool, line: ImportLine)] = []

    struct Seen: Sendable {
        var row: RegistryRow
        var file: String
        var place: CSVField
    }

    struct RowKey: Hashable {
        var kind: RegistryKind
        var id: UInt32
    }

    /// The line that named a row.
    func seen(_ kind: RegistryKind, _ id: UInt32) -> Seen? { seenAt[RowKey(kind: kind, id: id)].map { seen[$0] } }

    /// `next` is the first identity of each kind that no row ever had: whoever is gone keeps theirs in the journal.
    package init(fields: RegistryFields, present rows: [RegistryRow], next: [RegistryKind: UInt32] = [:]) {
        self.fields = fields
        self.rows = rows
        present = PresentRegister(rows)
        for (kind, id) in next { present.nextID[kind] = max(present.nextID[kind] ?? 1, id) }
    }

    /// Reads all files, whatever their order, and says what they would change, line by line where that is wanted. With `endsOthers` rows that no line names
    /// end, of each kind that a file was given for.
    /// `mapping` is a file that says what columns mean.
    package mutating func plan(
        _ files: [(name: String, content: [UInt8])], endsOthers: Bool = false, describes: Bool = true,
        options: ImportOptions = ImportOptions(), mapping: (name: String, content: [UInt8])? = nil
    ) -> Plan {
        self.describes = describes
        var options = options
        if let mapping { plan.problems += options.read(mapping: mapping.content, mapping.name) }
        var tables: [ImportTable] = []
        for file in files {
            let reading = ImportReading(file, options)
            for (place, message) in reading.faults { fault(file.name, place, message) }
            for (place, message) in reading.passed { pass(file.name, place, message) }
            tables += reading.tables
        }
        plan.names = firstNames(tables)
        present.reserve(tables)
        seenAt.reserveCapacity(tables.reduce(0) { $0 + $1.lines.count })
        for kind in RegistryKind.allCases {
            take(tables.filter { $0.kind == kind && !$0.isSheet }, kind)
            // A sheet speaks of what other files bring: it is taken apart when these are known.
            if kind == .community { tables += dwellings(of: tables) }
            if kind == .person {
                let people = people(of: tables)
                take(people.filter { $0.kind == kind }, kind)
                tables += people
            }
        }
        // A sheet names the dwellings and tenancies that it makes, and not all that there are.
        let isWhole = { (table: ImportTable) in
            table.lines.first?.isPart != true || table.kind != .dwelling && table.kind != .tenancy
        }
        if endsOthers { endOthers(Set(tables.filter(isWhole).map(\.kind)), rows) }
        checkBesides()
        checkOtherWays()
        if describes { describeChanges(rows) }
        plan.problems.sort {
            ($0.file, $0.place.line, $0.place.column, $0.place.path ?? "") < (
                $1.file, $1.place.line, $1.place.column, $1.place.path ?? ""
            )
        }
        return plan
    }

    private mutating func take(_ tables: [ImportTable], _ kind: RegistryKind) {
        // Guardians and hosts may stand behind those who lean on them.
        for leans in [false, true] {
            for table in tables {
                for line in table.lines where !line.text("responsible").isEmpty == leans { take(line, kind) }
            }
        }
    }

    /// No tenancy comes to stand beside another of its dwelling unless its line says so.
    private mutating func checkBesides() {
        for one in besides {
            let others = present.tenancies[one.home, default: []]
            guard let row = others.first(where: { $0.id == one.id }),
                let problem = fields.overlap(row, among: others, one.name)
            else { continue }
            if one.isBeside {
                warn(Sentence("tenancy of \(one.name): it runs beside another, as its line says"), one.line)
                continue
            }
            let first = others.first { $0.id != one.id && $0.starts < row.ends && row.starts < $0.ends }
            let place = first.flatMap { seen(.tenancy, $0.id) }.map { Self.text($0.file, $0.place) }
            let message = place.map { Sentence("\(problem.message); see \($0)") } ?? problem.message
            fault(one.line, FieldProblem(problem.field, message))
        }
    }

    /// A face is never somebody's only way in.
    private mutating func checkOtherWays() {
        guard !faces.isEmpty else { return }
        var others: Set<UInt32> = []
        for row in present.credentials.values where row.kind != .face && row.status == .enabled {
            others.insert(row.person)
        }
        for (id, one) in faces where !others.contains(id) {
            fault(one.file, one.place, Sentence("kind: a face is never the only way in: give a card or PIN too"))
        }
    }

    mutating func newID(_ kind: RegistryKind) -> UInt32 {
        defer { present.nextID[kind]! += 1 }
        return present.nextID[kind]!
    }

    /// A line's row. The same row twice is told; two different lines for one row are a fault of the second.
    mutating func put(
        _ row: RegistryRow, _ old: RegistryRow?, _ subject: @autoclosure () -> Sentence, _ line: ImportLine
    ) {
        let key = RowKey(kind: row.kind, id: row.id)
        if let before = seenAt[key].map({ seen[$0] }) {
            if before.row == row {
                if line.isPart { return }
                plan.repeated += 1
                describe(.again, subject(), line)
            } else if line.isPart, Self.isFilled(before.row, row) {
                seen[seenAt[key]!].row = row
                fill(before.row, row, subject(), line)
            } else {
                let place = Self.text(before.file, before.place)
                fault(line.file, line.place, Sentence("\(subject()) stands at \(place) already, and otherwise"))
            }
            return
        }
        seenAt[key] = seen.count
        seen.append(Seen(row: row, file: line.file, place: line.place))
        if row == old {
            plan.unchanged += 1
            return
        }
        plan.changes.append(.put(row))
        if old == nil {
            plan.added += 1
            describe(.add, subject(), line)
        } else {
            plan.changed += 1
            describe(.change, subject(), line)
            changedRows.append((plan.differences.count - 1, row))
        }
    }

    /// Whether a row is the other one with what that does not speak of.
    private static func isFilled(_ old: RegistryRow, _ new: RegistryRow) -> Bool {
        guard case .person(var filled) = old, case .person(let person) = new else { return false }
        if filled.phone.isEmpty { filled.phone = person.phone }
        if filled.note.isEmpty { filled.note = person.note }
        return filled == person
    }

    /// A sheet says more of somebody whom another file names.
    private mutating func fill(
        _ old: RegistryRow, _ row: RegistryRow, _ subject: @autoclosure () -> Sentence, _ line: ImportLine
    ) {
        if let index = plan.changes.lastIndex(of: .put(old)) {
            plan.changes[index] = .put(row)
            return
        }
        plan.changes.append(.put(row))
        plan.unchanged -= 1
        plan.changed += 1
        describe(.change, subject(), line)
        changedRows.append((plan.differences.count - 1, row))
    }

    private mutating func pass(_ file: String, _ place: CSVField, _ message: Sentence) {
        plan.passed += 1
        plan.differences.append(Difference(file: file, line: place.line, verb: .pass, subject: message))
    }

    private func firstNames(_ tables: [ImportTable]) -> [String] {
        let lines = tables.lazy.filter { $0.kind == .person }.flatMap(\.lines)
        return Array(lines.compactMap { $0.said("name") }.map { RegistryFields.clipped($0) }.prefix(5))
    }

    /// What is taken, and should be looked at before.
    mutating func warn(_ subject: Sentence, _ line: ImportLine) {
        plan.warnings += 1
        describe(.warn, subject, line)
    }

    private mutating func describe(_ verb: Difference.Verb, _ subject: @autoclosure () -> Sentence, _ line: ImportLine)
    {
        guard describes else { return }
        plan.differences.append(
            Difference(file: line.file, line: line.place.line, verb: verb, subject: subject()))
    }

    /// Differences whose fields are still to be told.
    var changedRows: [(index: Int, row: RegistryRow)] = []

    mutating func fault(_ file: String, _ place: CSVField, _ message: Sentence) {
        plan.problems.append(Problem(file: file, place: place, message: message))
    }
}
