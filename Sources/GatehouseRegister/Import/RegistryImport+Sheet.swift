internal import GatehouseAdmin
internal import GatehouseCore

/// A sheet that has everything of a person in a line, taken apart into the lines that files of one kind have: what becomes
/// of these is said once, in `RegistryImport+Lines`.
extension RegistryImport {
    private struct Home: Hashable {
        var community: String
        var code: String
    }

    /// The use of a dwelling: said by a line, or what its people make likely.
    private struct Use {
        var field: CSVField
        var isGuess = false
    }

    // MARK: Dwellings

    /// The lines of the dwellings that sheets speak of and that are new, or that get another use.
    mutating func dwellings(of tables: [ImportTable]) -> [ImportTable] {
        var made: [ImportTable] = []
        for sheet in tables where sheet.isSheet {
            var table = ImportTable(file: sheet.file, kind: .dwelling, lines: [])
            var uses: [Home: Use] = [:]
            let rented = homes(in: sheet) { Self.role($0) == PersonRole.tenant.word }
            for line in sheet.lines where line.said("dwelling") != nil {
                do {
                    guard let (home, field) = try dwelling(of: line, &uses, isLet: rented.contains) else { continue }
                    let place = line.field("dwelling")
                    let texts = [
                        CSVField(text: home.community, at: line.field("community")),
                        CSVField(text: home.code, at: place), field,
                    ]
                    table.lines.append(
                        ImportLine(
                            file: line.file, place: place, columns: ["community", "dwelling", "use"], fields: texts,
                            isPart: true))
                } catch let problem as FieldProblem {
                    fault(line, problem)
                } catch {
                    fault(line.file, line.place, Sentence(verbatim: "\(error)"))
                }
            }
            if !table.lines.isEmpty { made.append(table) }
        }
        return made
    }

    /// The dwelling of a line with its use; nil when nothing has to be written about it.
    private func dwelling(
        of line: ImportLine, _ uses: inout [Home: Use], isLet: (Home) -> Bool
    ) throws -> (Home, CSVField)? {
        let home = try home(of: line)
        let said = line.said("use").map { CSVField(text: $0, at: line.field("use")) }
        if let before = uses[home] {
            guard let said, !before.isGuess, said.text != before.field.text else { return nil }
            let text = RegistryFields.clipped(before.field.text)
            throw FieldProblem(
                "use",
                Sentence(
                    "\"\(RegistryFields.clipped(said.text))\" here, and \"\(text)\" at \(Self.text(line.file, before.field))"
                )
            )
        }
        let community = try fields.community(home.community, in: present)
        if let said {
            uses[home] = Use(field: said)
            return (home, said)
        }
        let guess = CSVField(text: isLet(home) ? "let" : "owned", at: line.field("dwelling"))
        uses[home] = Use(field: guess, isGuess: true)
        return try fields.findDwelling(home.code, in: community, present) == nil ? (home, guess) : nil
    }

    /// Homes of the lines that are such ones.
    private func homes(in sheet: ImportTable, where isOne: (ImportLine) -> Bool) -> Set<Home> {
        Set(sheet.lines.filter { isOne($0) && $0.said("dwelling") != nil }.compactMap { try? home(of: $0) })
    }

    /// Community and code of a line's dwelling: `community/dwelling`, or the only community that there is.
    private func home(of line: ImportLine) throws -> Home {
        let text = line.text("dwelling")
        if let name = line.said("community") {
            return Home(
                community: try fields.community(name, in: present).code, code: ImportText.halfWidth(text))
        }
        let parts = ImportText.halfWidth(text).split(separator: "/", maxSplits: 1).map(String.init)
        if parts.count == 2, let row = try fields.findCommunity(parts[0], in: present) {
            return Home(community: row.code, code: parts[1])
        }
        let all = present.allCommunities()
        guard all.count == 1 else {
            throw FieldProblem(
                "dwelling",
                all.isEmpty
                    ? Sentence("there is no community yet")
                    : Sentence("there are several communities; give a column for it"))
        }
        return Home(community: all[0].code, code: ImportText.halfWidth(text))
    }

    static func role(_ line: ImportLine) -> String {
        ImportHeaders.word(ImportText.halfWidth(line.text("role")), "role")
    }

    // MARK: People

    /// The lines of people, tenancies, cards and vehicles that sheets speak of.
    mutating func people(of tables: [ImportTable]) -> [ImportTable] {
        guard tables.contains(where: \.isSheet) else { return [] }
        var book = SheetBook(present, hasTenancies: tables.contains { $0.kind == .tenancy })
        var made: [ImportTable] = []
        for sheet in tables where sheet.isSheet {
            book.begin()
            for line in sheet.lines {
                do {
                    try person(of: line, &book)
                } catch let problem as FieldProblem {
                    fault(line, problem)
                } catch {
                    fault(line.file, line.place, Sentence(verbatim: "\(error)"))
                }
            }
            for (place, problem) in book.faults { fault(sheet.file, place, problem) }
            made += book.tables(of: sheet.file)
        }
        return made
    }

    private func person(of line: ImportLine, _ book: inout SheetBook) throws {
        let cards = ImportHeaders.cards.flatMap { column in Self.pieces(line.field(column), line.text(column)) }
        let plates = ImportHeaders.plates.flatMap { column in Self.pieces(line.field(column), line.text(column)) }
        guard let name = line.said("name") else {
            // A dwelling that nobody lives in.
            if cards.isEmpty, plates.isEmpty, line.said("reference") == nil, line.said("dwelling") != nil { return }
            throw FieldProblem("name", Sentence("is empty"))
        }
        var home: DwellingRow?
        var place: Home?
        if line.said("dwelling") != nil {
            place = try self.home(of: line)
            home = try place.map { try fields.dwelling($0.code, community: $0.community, in: present) }
        }
        let reference =
            try line.said("reference") ?? book.reference(of: name, at: home, place.map { ($0.community, $0.code) })
        let old = try fields.findPerson(reference, in: present)
        var role = Self.role(line)
        if role.isEmpty { role = book.role(of: reference) ?? old?.role.word ?? PersonRole.resident.word }
        let isTenant = role == PersonRole.tenant.word
        var texts: [(String, CSVField)] = [
            (
                "reference",
                CSVField(text: reference, at: line.field(line.said("reference") == nil ? "name" : "reference"))
            ),
            ("name", line.field("name")), ("role", CSVField(text: role, at: line.field("role"))),
        ]
        if let place, !isTenant {
            texts.append(("community", CSVField(text: place.community, at: line.field("community"))))
            texts.append(("dwelling", CSVField(text: place.code, at: line.field("dwelling"))))
        }
        for column in ["groups", "status", "responsible", "phone", "note"] + (isTenant ? [] : ["from", "until"])
        where line.said(column) != nil {
            texts.append((column, line.field(column)))
        }
        book.put(reference, texts, line)
        if isTenant, let home, let place { try book.tenant(reference, home, (place.community, place.code), line) }
        for card in cards { book.card(card, of: reference, line) }
        for plate in plates { book.plate(plate, of: reference, place.map { ($0.community, $0.code) }, line) }
    }

    /// What stands in one cell, and is several: `118-1603、118-1604`.
    private static func pieces(_ field: CSVField, _ text: String) -> [CSVField] {
        if text.isEmpty { return [] }
        // The text of a card may hold anything.
        if text.hasPrefix("TEXT:") { return [field] }
        return text.split { "、，；,;|".contains($0) || $0.isWhitespace }.map { CSVField(text: String($0), at: field) }
    }
}

extension CSVField {
    /// Another text at the place of a field.
    init(text: String, at place: CSVField) {
        self.init(text: text, line: place.line, column: place.column, path: place.path, isCell: place.isCell)
    }
}
