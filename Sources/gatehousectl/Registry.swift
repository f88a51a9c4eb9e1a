import ArgumentParser
import GatehouseAdmin
import GatehouseCore

struct Person: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: words("People on the register."),
        subcommands: [
            List.self, Add.self, Show.self, Change.self, Remove.self, Resume.self, ResumeAll.self, Erase.self,
            Report.self,
        ])

    struct Fields: ParsableArguments {
        @Option var name: String?
        @Option(help: told("resident, tenant, staff, household, child, contractor or visitor.")) var role: String?
        @Option(help: told("community/dwelling.")) var dwelling: String?
        @Option(help: told("Groups, separated by blanks.")) var groups: String?
        @Option(help: told("First day, 2026-03-01.")) var from: String?
        @Option(help: told("Last day, which still counts.")) var until: String?
        @Option(help: told("active, suspended or barred.")) var status: String?
        @Option(help: told("Reference of the guardian of a child, of the host of a visitor.")) var responsible: String?
        @Option(help: told("The schedule that they work in; none takes it away.")) var shift: String?
        @Option(help: told("yes: portals stay released longer for them.")) var needsTime: String?
        @Option(help: told("Where the office reaches them; none takes it away.")) var phone: String?
        @Option(help: told("What the office wrote down; none takes it away.")) var note: String?
        @Option(
            help: told("Why access is taken away: lost, stolen, moved-out, order:NUMBER, safety, asked, other:TEXT."))
        var cause: String?
        func fields() throws -> PersonFields {
            try PersonFields(
                name: argument("--name", name), role: argument("--role", role),
                dwelling: argument("--dwelling", dwelling), groups: argument("--groups", groups),
                from: argument("--from", from), until: argument("--until", until), status: argument("--status", status),
                responsible: argument("--responsible", responsible), shift: argument("--shift", shift),
                needsTime: argument("--needs-time", needsTime), phone: argument("--phone", phone),
                note: argument("--note", note), cause: argument("--cause", cause))
        }
    }
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Put a person on the register."),
            discussion: words(
                "Example: gatehousectl person add R-1001 --name 王芳 --role resident --dwelling lotus/3-2-501"))
        @Argument(help: told("The office's reference, unique.")) var reference: String
        @OptionGroup var fields: Fields
        @OptionGroup var common: Common
        func run() throws {
            try order(
                PersonAdd(reference: argument("REFERENCE", reference), fields: fields.fields()), common, words("added"))
        }
    }
    struct Change: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Change a person."),
            discussion: words("Example: gatehousectl person change R-118 --phone 13800138000"))
        @Argument(help: told("A reference, a name, a card, a plate, a dwelling.")) var reference: String
        @OptionGroup var fields: Fields
        @OptionGroup var common: Common
        func run() throws {
            try order(
                PersonChange(reference: argument("REFERENCE", reference), fields: fields.fields()), common,
                words("changed"))
        }
    }
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("One person, with tenancies, credentials and history."),
            discussion: words("Example: gatehousectl person show R-118"))
        @Argument(help: told("A reference, a name, a card, a plate, a dwelling.")) var reference: String
        @OptionGroup var common: Common
        func run() throws {
            try ask(PersonShow(reference: argument("REFERENCE", reference)), common) { reply in
                for line in PersonPage.lines(reply, common.language) { print(plain(line)) }
            }
        }
    }
    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("End a person; the history stays. Needs --reason."),
            discussion: words("Example: gatehousectl person remove R-118 --cause moved-out"))
        @Argument(help: told("A reference, a name, a card, a plate, a dwelling.")) var reference: String
        @Option(help: told("Why: moved-out, order:NUMBER, safety, asked, other:TEXT.")) var cause: String?
        @OptionGroup var common: Common
        func run() throws {
            try order(
                PersonRemove(reference: argument("REFERENCE", reference), cause: argument("--cause", cause)), common,
                words("ended"))
        }
    }
    struct Resume: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Forget in which area a person is (anti-passback), and their wrong PINs. Needs --reason."),
            discussion: words("Example: gatehousectl person resume R-118 --reason \"came in behind a car\""))
        @Argument(help: told("A reference, a name, a card, a plate, a dwelling.")) var reference: String
        @OptionGroup var common: Common
        func run() throws {
            try order(PersonResume(reference: argument("REFERENCE", reference)), common, words("forgiven"))
        }
    }
    struct Erase: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("End a person and erase what names them. Needs --reason."),
            discussion: words(
                """
                Every state of their rows, the values beside their entries, their pictures and faces. The journal stays whole,
                with a number in the place of the person. Backups made before still hold them: docs/operating.md.
                Example: gatehousectl person erase R-118 --reason "request of 2026-11-27"
                """))
        @Argument(help: told("A reference, a name, a card, a plate, a dwelling.")) var reference: String
        @OptionGroup var common: Common
        func run() throws {
            try deleteFaces(PersonErase(reference: argument("REFERENCE", reference)), common, words("erased"))
        }
    }
    struct Report: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("All that is held about a person, for the person. The reason names their request."),
            discussion:
                words(
                    "Example: gatehousectl person report R-1001 --reason \"request of 2026-11-24\" --json > R-1001.jsonl"
                ))
        @Argument(help: told("A reference, a name, a card, a plate, a dwelling.")) var reference: String
        @Option(help: told("First moment of the entries; the last 72 hours if left out.")) var from: String?
        @Option(help: told("The moment before which they end.")) var until: String?
        @OptionGroup var common: Common
        func run() throws {
            let command = try PersonReport(
                reference: argument("REFERENCE", reference), from: argument("--from", from),
                until: argument("--until", until))
            try ask(command, common, item: { print(plain(words("entry \(LogTable.sentence($0, common.language))"))) }) {
                for line in PersonReportPage.lines($0, common.language) { print(plain(line)) }
            }
        }
    }
    struct ResumeAll: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Forget in which area everybody and every vehicle is. Needs --reason."),
            discussion: words("Example: gatehousectl person resume-all --reason \"power cut\""))
        @OptionGroup var common: Common
        func run() throws { try order(PersonResumeAll(), common, words("forgiven")) }
    }
}

/// A reply as a page for people.
func show<Command: AdminCommand>(
    _ command: Command, _ common: Common, _ page: (Command.Reply, Language) -> [String]
) throws {
    try ask(command, common) { reply in
        for line in page(reply, common.language) { print(plain(line)) }
    }
}

extension JSON {
    /// A reply as its members.
    init(_ value: some Encodable) { self = JSON(line: WireJSON.encode(value)) ?? .null }
}

struct CredentialCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "credential", abstract: words("Cards, PINs and faces."),
        subcommands: [
            List.self, Add.self, Show.self, Change.self, Replace.self, Suspend.self, Resume.self, Remove.self,
        ])
    struct Limits: ParsableArguments {
        @Option(help: told("Grants that it is good for; 0 is without end.")) var uses: String?
        @Option(help: told("How long it is good from its first grant: 90 min, 12 h, 3 d; none.")) var firstUse: String?
        @Option(help: told("Plate of the vehicle whose tag it is.")) var vehicle: String?
    }
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Give a person a card, a PIN or a face."),
            discussion: words(
                """
                Examples:
                  gatehousectl credential add R-1001 --card H10301:118-1603
                  gatehousectl credential add R-1001 --show-at wicket-in
                  gatehousectl credential add R-1001 --pin-from pin.txt --bound
                  gatehousectl credential add R-1001 --face face-1:5

                A PIN is read from a file or, with -, from the input, which on a terminal asks for it without showing it: it must not
                stand in a process list. With --show-at the next card at that reader, within a minute, is the one: it opens nothing, and
                other readers go on as ever.
                """))
        @Argument(help: told("The person's reference.")) var person: String
        @Option var card: String?
        @Option(help: told("A reader: the next card that is shown there is the one."), completion: .readers)
        var showAt: String?
        @Option(help: told("What other readers make of the same card: up to three numbers with blanks between them."))
        var also: String?
        @Option(help: told("File with the PIN; - reads the input, or asks on a terminal.")) var pinFrom: String?
        @Option(help: told("Module and user number, face-1:5.")) var face: String?
        @Flag(help: told("The PIN is typed after a card or face of this person.")) var bound = false
        @Flag(help: told("Opens as usual and raises a silent alarm.")) var duress = false
        @OptionGroup var limits: Limits
        @Option var from: String?
        @Option var until: String?
        @OptionGroup var common: Common

        func validate() throws {
            guard [card, showAt, pinFrom, face].compactMap({ $0 }).count == 1 else {
                throw ValidationError(words("give one of --card, --show-at, --pin-from and --face"))
            }
        }
        func run() throws {
            var command = try CredentialAdd(
                person: argument("PERSON", person),
                kind: card != nil || showAt != nil ? "card" : pinFrom != nil ? "pin" : "face",
                card: argument("--card", card), from: argument("--from", from), until: argument("--until", until),
                uses: argument("--uses", limits.uses), firstUse: argument("--first-use", limits.firstUse),
                vehicle: argument("--vehicle", limits.vehicle), showAt: argument("--show-at", showAt),
                also: argument("--also", also))
            if showAt != nil, !common.isJSON {
                complain(words("hold the card to the reader within a minute; it opens nothing this time"))
            }
            if let pinFrom {
                command.pin = try argument(words("the PIN"), try PINInput.read(pinFrom)) as PersonalArgument
            }
            if let face {
                let parts = face.split(separator: ":")
                guard parts.count == 2 else {
                    throw ValidationError(words("--face is MODULE:USER, for instance face-1:5"))
                }
                command.module = try argument("--face", String(parts[0])) as NameArgument
                command.user = try argument("--face", String(parts[1])) as CountArgument
            }
            if bound { command.bound = true }
            if duress { command.duress = true }
            try order(command, common, words("added"))
        }
    }
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("One credential, with its history."),
            discussion: words("Example: gatehousectl credential show H10301:118-1603"))
        @Argument(help: told("A number, a card as it is printed, a plate, a holder of one alone.")) var id: String
        @OptionGroup var common: Common
        func run() throws {
            try show(CredentialShow(id: argument("ID", id)), common, CredentialPage.lines)
        }
    }
    struct Change: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Change a credential."),
            discussion: words("Example: gatehousectl credential change 12 --status lost"))
        @Argument(help: told("A number, a card as it is printed, a plate, a holder of one alone.")) var id: String
        @Option(help: told("enabled, lost, stolen, suspended, damaged or returned.")) var status: String?
        @Option(help: told("What other readers make of the same card, in the place of what stands there; none."))
        var also: String?
        @Option(help: told("Why it is suspended: order:NUMBER, safety, asked, other:TEXT; or --reason.")) var cause:
            String?
        @Option var from: String?
        @Option var until: String?
        @OptionGroup var limits: Limits
        @OptionGroup var common: Common
        func run() throws {
            let command = try CredentialChange(
                id: argument("ID", id), status: argument("--status", status), cause: argument("--cause", cause),
                from: argument("--from", from), until: argument("--until", until),
                uses: argument("--uses", limits.uses), firstUse: argument("--first-use", limits.firstUse),
                vehicle: argument("--vehicle", limits.vehicle), also: argument("--also", also))
            try order(command, common, words("changed"))
        }
    }
    struct Replace: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("A card is gone: it opens no more, and a new one takes its place."),
            discussion: words(
                """
                The new card has the holder, the validity and the limits of the old one.
                Example: gatehousectl credential replace H10301:118-1603 H10301:118-2044 --status stolen
                """))
        @Argument(help: told("The card that is gone, or its number on the register.")) var old: String
        @Argument(help: told("The new card.")) var card: String
        @Option(help: told("What became of the old one: lost, stolen, damaged or returned.")) var status: String?
        @Option(help: told("What other readers make of the new card: up to three numbers with blanks between them."))
        var also: String?
        @OptionGroup var common: Common
        func run() throws {
            try order(
                CredentialReplace(
                    old: argument("OLD", old), card: argument("CARD", card), status: argument("--status", status),
                    also: argument("--also", also)),
                common, words("replaced"))
        }
    }
    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("End a credential. Needs --reason."),
            discussion: words("Example: gatehousectl credential remove H10301:118-1603 --cause lost"))
        @Argument(help: told("A number, a card as it is printed, a plate, a holder of one alone.")) var id: String
        @Option(help: told("Why: lost, stolen, returned, moved-out, order:NUMBER, safety, asked, other:TEXT."))
        var cause: String?
        @OptionGroup var common: Common
        func run() throws {
            try order(
                CredentialRemove(id: argument("ID", id), cause: argument("--cause", cause)), common, words("ended"))
        }
    }
}
