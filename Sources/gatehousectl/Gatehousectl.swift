import ArgumentParser
import GatehouseAdmin
import GatehouseCore
import Glibc

@main
struct Gatehousectl: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gatehousectl", abstract: words("The operator's command line of Gatehouse."),
        discussion: words(
            """
            Examples:
              gatehousectl status
              gatehousectl portal open wicket --reason "parcel for 3-2-501"
              gatehousectl alarm list
              gatehousectl log --from 2026-11-22T18:00 --decision denied
              gatehousectl explain 1207
              gatehousectl import communities.csv residents.csv --dry-run

            Exit status: 0 done, 1 refused, 2 wrong use, 3 the daemon is not there; status and health end with how
            the gate stands.
            """),
        version: GatehouseVersion.text,
        subcommands: [
            FindCommand.self, InsideCommand.self, Visitor.self, StatusCommand.self, HealthCommand.self,
            MetricsCommand.self,
            AlarmCommand.self, ShiftCommand.self, Portal.self,
            Clock.self, Community.self,
            Dwelling.self, Person.self, Tenancy.self, CredentialCommand.self, Vehicle.self, Pass.self, Consent.self,
            Privacy.self, Area.self, ThreatCommand.self, PolicyCommand.self, ImportCommand.self, ExportCommand.self,
            LogCommand.self, PictureCommand.self, CameraCommand.self, ReportCommand.self, WhyCommand.self,
            ExplainCommand.self,
            DecideCommand.self,
            WhoCanCommand.self,
            ReplayCommand.self,
            JournalCommand.self, CaseCommand.self, Reader.self, WalkTestCommand.self, Face.self, BackupCommand.self,
            Restore.self,
            HandoverCommand.self,
            WatchlistCommand.self, ConsoleCommand.self, Config.self,
        ])

    /// ArgumentParser ends with 64 on wrong use; a person who scripts this is told 2, as by most programs. `--csv` alone is
    /// plain CSV.
    static func main() {
        do {
            let arguments = CommandLine.arguments.dropFirst().map { $0 == "--csv" ? "--csv=plain" : $0 }
            var command = try parseAsRoot(ofToday(Array(arguments)))
            try command.run()
        } catch {
            let code = exitCode(for: error)
            if code == .validationFailure {
                complain(HelpPage.complaint(fullMessage(for: error)))
                if let meant = meant(by: Array(CommandLine.arguments.dropFirst())) {
                    complain(words("did you mean \(meant)?"))
                }
                Glibc.exit(2)
            }
            if code == .success, let page = HelpPage.text(fullMessage(for: error)) {
                print(page)
                Glibc.exit(0)
            }
            exit(withError: error)
        }
    }

    /// The words with those that a command has today in the place of those that it had.
    private static func ofToday(_ words: [String]) -> [String] {
        let start = words.first == "help" ? 1 : 0
        guard words.count >= start + 2, let name = CommandName.former["\(words[start]) \(words[start + 1])"] else {
            return words
        }
        return words[..<start] + name.rawValue.split(separator: " ").map(String.init) + words[(start + 2)...]
    }

    /// The command that somebody may have mistyped; nil where the words are commands, or like none.
    private static func meant(by words: [String]) -> String? {
        var command: any ParsableCommand.Type = Gatehousectl.self
        var path = "gatehousectl"
        for word in words {
            let children = command.configuration.subcommands
            guard !children.isEmpty, !word.hasPrefix("-") else { return nil }
            guard let next = children.first(where: { $0._commandName == word }) else {
                return Nearest.match(for: word, among: children.map { $0._commandName }).map { "\(path) \($0)" }
            }
            command = next
            path += " \(word)"
        }
        return nil
    }
}

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: words("What stands against the gate, portals, readers, counts."),
        discussion: words("Example: gatehousectl status"))
    @OptionGroup var common: Common

    func run() throws {
        try ask(Status(), common) { Self.show($0, common.language) }
    }

    private static func show(_ status: Status.Reply, _ language: Language) {
        print(words("\(status.site)  gatehouse \(status.version)  \(status.time)  clock \(state(status.clock))"))
        printConditions(status.conditions, language)
        tellAlarms(status.alarms)
        print("")
        let register = status.registry
        print(
            words(
                "\(register.persons, "person", "people"), \(register.credentials, "credential", "credentials"), \(register.tenancies, "tenancy", "tenancies"), revision \(register.revision); \(status.entries, "entry", "entries"), epoch \(status.epoch)"
            )
        )
        if let handover = status.handover {
            print(
                handover.ended
                    ? words("handed over at \(handover.at), not yet accepted")
                    : handover.confirmed
                        ? words("will be handed over at \(handover.at)")
                        : words("will be handed over at \(handover.at), not yet confirmed by a second role")
            )
        }
        print("")
        print(portalTable(status.portals, language))
        print("")
        print(readerTable(status.readers))
        if status.release.count > 0 {
            func milliseconds(_ micros: Int64) -> String { "\(Double(micros) / 1000) ms" }
            print(
                words(
                    "last bit to release: \(milliseconds(status.release.half)) at half, \(milliseconds(status.release.most)) at 99 %, \(milliseconds(status.release.longest)) at most, of \(status.release.count)"
                )
            )
        }
        for item in status.outbox {
            print(words("owed to \(item.destination): \(item.owed), the oldest from \(item.oldest)"))
        }
        for camera in status.cameras {
            print(
                camera.last.map { words("camera \(camera.name): its last picture \($0)") }
                    ?? words("camera \(camera.name): no picture yet"))
        }
        if status.clearPictures > 0 {
            print(words("\(status.clearPictures, "picture", "pictures") of an older version still to be sealed"))
        }
        for bound in status.bounds where bound.refused > 0 {
            print(words("bound met: \(bound.name), \(bound.refused, "time", "times")"))
        }
    }
}

func portalTable(_ portals: [Status.Portal], _ language: Language) -> String {
    table(
        [[words("PORTAL"), words("POSTURE"), words("LOCK"), words("DOOR")]]
            + portals.map { [$0.name, Words.outcome($0.posture, language), state($0.lock), door(of: $0)] })
}

/// A door whose contact never changed may be anything.
private func door(of portal: Status.Portal) -> String {
    portal.neverHeard.contains("contact") ? words("\(state(portal.door)), never heard") : state(portal.door)
}

private func tellUnheard(_ parts: [String]) {
    guard !parts.isEmpty else { return }
    print("")
    for line in Columns.wrap(
        words("Never heard since the start:") + " " + parts.joined(separator: ", "), first: 78, others: 78)
    {
        print(plain(line))
    }
}

struct HealthCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health", abstract: words("Conditions that stand, the worst first, and what to do."),
        discussion: words("\(Standing.help)\nExample: gatehousectl health"))
    @OptionGroup var common: Common
    func run() throws {
        var standing = Standing.fine
        try asking(Health(), common) { answer in
            standing = Standing(answer.value.conditions, alarms: answer.value.alarms)
            if common.isJSON { return printJSON(.health, "reply", answer.text) }
            printConditions(answer.value.conditions, common.language, withAdvice: true)
            tellUnheard(answer.value.neverHeard)
            tellAlarms(answer.value.alarms)
        }
        try standing.end()
    }
}

struct MetricsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics", abstract: words("Figures for a monitoring system, in the text format of Prometheus."),
        discussion: words(
            """
            The same as /metrics of the page; nobody stands in it by name. With --json the figures as an object.

            Example: gatehousectl metrics > /var/lib/prometheus/node-exporter/gatehouse.prom
            """))
    @OptionGroup var common: Common

    func run() throws {
        try asking(Metrics(), common) { answer in
            if common.json { return printJSON(.metrics, "reply", answer.text) }
            print(MetricsText.text(of: answer.value), terminator: "")
        }
    }
}

extension Standing {
    static let help = words(
        "Exit status: 0 nothing stands against it, 1 a warning or a fault (or refused), 2 an alarm stands or nobody has acknowledged it, 3 the daemon is not there."
    )

    /// Ends the program with it.
    func end() throws {
        if self != .fine { throw ExitCode(rawValue) }
    }
}

private func tellAlarms(_ count: Int) {
    if count > 0 {
        print("\n" + words("\(count, "alarm", "alarms") that nobody has acknowledged: gatehousectl alarm list"))
    }
}

func printConditions(_ conditions: [ConditionView], _ language: Language, withAdvice: Bool = false) {
    if conditions.isEmpty { return print("\n" + words("Nothing stands against it.")) }
    print("")
    for condition in conditions {
        let subject = condition.subject.isEmpty ? "" : " (\(condition.subject))"
        // What a newer daemon says and this client does not know is shown as it came.
        let known = HealthCode(rawValue: condition.code).map { Words.condition($0, language) }
        let severity = HealthCode.Severity(rawValue: condition.severity).map { Words.severity($0, language) }
        printFolded(
            "\(severity ?? condition.severity)  \(condition.code)\(subject)  \(known?.sentence ?? condition.sentence)")
        if withAdvice {
            printFolded(words("since \(condition.since)  ->  \(known?.advice ?? condition.advice)"), indent: 4)
        }
    }
}

struct AlarmCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alarm", abstract: words("What needs eyes: what stands, and what nobody has acknowledged."),
        subcommands: [List.self, Ack.self])
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Open alarms, the worst first."),
            discussion: words(
                """
                An alarm leaves the list when it is over and somebody has acknowledged it; its entries stay.
                Example: gatehousectl alarm list
                """))
        @OptionGroup var common: Common
        func run() throws {
            try ask(AlarmList(), common) { reply in
                guard !reply.alarms.isEmpty else { return print(words("No alarm is open.")) }
                for line in ShiftPage.lines(reply.alarms, common.language) { print(plain(line)) }
                if reply.letGo > 0 {
                    print(words("\(reply.letGo) more had no room here: gatehousectl log --kind health"))
                }
            }
        }
    }
    struct Ack: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Say that you saw an alarm. The reason is your note."),
            discussion: words("Example: gatehousectl alarm ack 1207 --reason \"door closed by hand, nobody there\""))
        @Argument(help: told("Its number, from alarm list.")) var alarm: String
        @OptionGroup var common: Common
        func run() throws { try order(AlarmAck(alarm: argument("ALARM", alarm)), common, words("acknowledged")) }
    }
}

struct Clock: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: words("What time it is."), subcommands: [Accept.self])

    struct Accept: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("The machine's clock is right as it stands. Needs --reason."),
            discussion: words(
                """
                For a controller without network time: after the clock was set by hand, or when it once stood in the future.
                A clock that stands behind the newest entry is taken when a second person says the same within 5 minutes.
                Tenancies, cards and passes that had ended by the later time stay ended; where that time was never right,
                two people say --reopen.
                Example: gatehousectl clock accept --reason "set by radio clock"
                """))
        @Flag(help: told("What ended by a time that was never right runs again. Needs a second person."))
        var reopen = false
        @OptionGroup var common: Common
        func run() throws {
            try order(
                ClockAccept(reopen: reopen ? FlagArgument(true) : nil), common, words("the clock is taken as it stands")
            )
        }
    }
}

/// An order, and the sentence for people when it was done.
func order<Command: AdminCommand>(_ command: Command, _ common: Common, _ sentence: String) throws
where Command.Reply == Recorded {
    try ask(command, common) { print("\(sentence)\(entryText($0.event))") }
}

func order<Command: AdminCommand>(_ command: Command, _ common: Common, _ sentence: String) throws
where Command.Reply == RecordedRow {
    try ask(command, common) { row in
        print(
            row.changed == false
                ? words("nothing to do: it is that way already, id \(row.id)")
                : words("\(sentence), number \(row.id)") + entryText(row.event))
        guard let warning = row.warning else { return }
        let lines = Columns.wrap(words("beware: \(plain(warning))"), first: 80, others: 78)
        complain(lines.joined(separator: "\n  "))
    }
}

func entryText(_ event: UInt64?) -> String {
    // Chinese sets no blank before its parentheses.
    (Tongue.current == .chinese ? "" : " ")
        + (event.map { words("(entry \($0))") } ?? words("(not on disk yet: see gatehousectl health)"))
}
