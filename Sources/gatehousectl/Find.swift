import ArgumentParser
import GatehouseAdmin
import GatehouseCore

struct FindCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "find", abstract: words("Find people and what is theirs."),
        discussion: words(
            """
            TEXT is a name or a part of it, how it is read (liwei, lw), a reference, a dwelling, a card as it is printed or
            a plate, or a part of one. Capitals, widths, blanks and tones do not count. Guards are shown people, with their
            dwelling. Whoever is shown has it in their report. Passes are found by their number and by who comes with them.
            Examples:
              gatehousectl find 李伟
              gatehousectl find lw
              gatehousectl find H10301:118-1603
              gatehousectl find 3-2-501
            """))
    @Argument(help: told("A name, a reading, a reference, a dwelling, a card, a plate.")) var text: [String]
    @Option(help: told("Rows at most; 40 if left out.")) var limit: String?
    @OptionGroup var common: Common
    func run() throws {
        try list(
            Find(text: argument("TEXT", text.joined(separator: " ")), limit: argument("--limit", limit)), common)
    }
}

/// Asks for rows and prints them as a table, with the columns that have anything in them.
func list<Command: AdminCommand>(_ command: Command, _ common: Common) throws
where Command.Item == FoundRow, Command.Reply == FoundCount {
    var found: [FoundRow] = []
    try ask(command, common, item: { found.append($0) }) { reply in
        if !found.isEmpty { print(table(columns(found))) }
        if reply.count == 0 { print(words("nothing found")) }
        if let left = reply.leftOut {
            complain(words("\(left) more are left out: --limit, or say more of what you look for"))
        }
    }
}

private func columns(_ rows: [FoundRow]) -> [[String]] {
    let all: [(String, (FoundRow) -> String?)] = [
        (words("KIND"), { state($0.kind) }), (words("ID"), { $0.kind == "person" ? nil : $0.id.map { "\($0)" } }),
        (words("REFERENCE"), { $0.reference }), (words("NAME"), { $0.name }),
        (words("VISITOR"), { $0.visitor }), (words("ROLE"), { $0.role.map(state) }),
        (words("DWELLING"), { $0.dwelling }),
        (words("STATE"), { $0.state.map(state) }), (words("VALUE"), { $0.value }), (words("FROM"), { $0.from }),
        (words("UNTIL"), { $0.until }),
        (words("PEOPLE"), { $0.people.map { "\($0)" } }),
    ]
    let used = all.filter { column in rows.contains { column.1($0) != nil } }
    return [used.map(\.0)] + rows.map { row in used.map { plain($0.1(row) ?? "") } }
}

struct ListLimit: ParsableArguments {
    @Option(help: told("Rows at most; 100 if left out, 1000 at most.")) var limit: String?
}

extension Person {
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("People on the register."),
            discussion: words("Example: gatehousectl person list --role contractor --ends-before 2027-01-01"))
        @Option(help: told("resident, tenant, staff, household, child, contractor or visitor.")) var role: String?
        @Option(help: told("active, suspended or barred.")) var status: String?
        @Option(help: told("Who lives there now.")) var dwelling: String?
        @Option var group: String?
        @Option(help: told("Whose last day is before it.")) var endsBefore: String?
        @OptionGroup var most: ListLimit
        @OptionGroup var common: Common
        func run() throws {
            try list(
                PersonList(
                    role: argument("--role", role), status: argument("--status", status),
                    dwelling: argument("--dwelling", dwelling), group: argument("--group", group),
                    endsBefore: argument("--ends-before", endsBefore), limit: argument("--limit", most.limit)), common)
        }
    }
}

struct Visitor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: words("Visitors on the register; those with a pass alone are in pass list."), subcommands: [List.self]
    )
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Visitors on the register."),
            discussion: words("Example: gatehousectl visitor list --ends-before 2026-12-01"))
        @Option(help: told("Whose last day is before it.")) var endsBefore: String?
        @OptionGroup var most: ListLimit
        @OptionGroup var common: Common
        func run() throws {
            try list(
                PersonList(
                    role: "visitor", endsBefore: argument("--ends-before", endsBefore),
                    limit: argument("--limit", most.limit)), common)
        }
    }
}

extension Dwelling {
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Dwellings, with how many people are registered there."),
            discussion: words("Example: gatehousectl dwelling list --use let --empty"))
        @Option var community: String?
        @Option(help: told("owned, let, vacant or commercial.")) var use: String?
        @Flag(help: told("Where nobody is registered.")) var empty = false
        @OptionGroup var most: ListLimit
        @OptionGroup var common: Common
        func run() throws {
            try list(
                DwellingList(
                    community: argument("--community", community), use: argument("--use", use),
                    empty: empty ? true : nil, limit: argument("--limit", most.limit)), common)
        }
    }
}

extension Tenancy {
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Tenancies; those that end first come first."),
            discussion: words(
                """
                Examples:
                  gatehousectl tenancy list --state running --ends-before 2027-01-01
                  gatehousectl tenancy list --state overstay
                """))
        @Option(help: told("registered, running, notice, ended, terminatedEarly, renewed or overstay.")) var state:
            String?
        @Option var dwelling: String?
        @Option(help: told("Not over yet, and over before it.")) var endsBefore: String?
        @OptionGroup var most: ListLimit
        @OptionGroup var common: Common
        func run() throws {
            try list(
                TenancyList(
                    state: argument("--state", state), dwelling: argument("--dwelling", dwelling),
                    endsBefore: argument("--ends-before", endsBefore), limit: argument("--limit", most.limit)), common)
        }
    }
}

extension CredentialCommand {
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Cards, PINs, faces and plates."),
            discussion: words("Example: gatehousectl credential list --status lost"))
        @Option(help: told("Whose they are.")) var person: String?
        @Option(help: told("card, pin, face or plate.")) var kind: String?
        @Option(help: told("enabled, lost, stolen, suspended, damaged or returned.")) var status: String?
        @Option(help: told("Whose last day is before it.")) var endsBefore: String?
        @OptionGroup var most: ListLimit
        @OptionGroup var common: Common
        func run() throws {
            try list(
                CredentialList(
                    person: argument("--person", person), kind: argument("--kind", kind),
                    status: argument("--status", status), endsBefore: argument("--ends-before", endsBefore),
                    limit: argument("--limit", most.limit)), common)
        }
    }
}

extension Vehicle {
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Vehicles."),
            discussion: words("Example: gatehousectl vehicle list --dwelling lotus/3-2-501"))
        @Option var dwelling: String?
        @Option(help: told("Whose they are.")) var keeper: String?
        @OptionGroup var most: ListLimit
        @OptionGroup var common: Common
        func run() throws {
            try list(
                VehicleList(
                    dwelling: argument("--dwelling", dwelling), keeper: argument("--keeper", keeper),
                    limit: argument("--limit", most.limit)), common)
        }
    }
}

struct InsideCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inside", abstract: words("Who is inside, by area: the list for a gathering point."),
        discussion: words(
            """
            By the readers at the ways in and out; whoever slipped through behind somebody is not known. Each person has it in
            their report.
            Examples:
              gatehousectl inside
              gatehousectl inside garage
            """))
    @Argument(help: told("An area, with those within it; all of the configuration if left out.")) var area: String?
    @OptionGroup var common: Common
    func run() throws {
        var rows = [[words("AREA"), words("DWELLING"), words("NAME"), words("REFERENCE"), words("SINCE"), ""]]
        try ask(
            Inside(area: argument("AREA", area)), common,
            item: { one in
                rows.append([
                    one.area, plain(one.dwelling ?? ""), plain(one.name ?? words("(no longer on the register)")),
                    plain(one.reference ?? ""), String(one.since.prefix(16)),
                    one.needsTime == true ? words("needs help") : "",
                ])
            }
        ) { reply in
            if rows.count > 1 { print(table(rows) + "\n") }
            let areas = reply.areas.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            print(
                areas.isEmpty
                    ? words("\(reply.at.prefix(19))  \(reply.people, "person", "people")")
                    : words("\(reply.at.prefix(19))  \(reply.people, "person", "people"): \(areas)"))
        }
    }
}
