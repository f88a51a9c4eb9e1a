import ArgumentParser
import GatehouseAdmin
import GatehouseCore
import Glibc

/// How CSV is written: for programs, or with the mark by which a spreadsheet knows its encoding.
enum CSVKind: String, ExpressibleByArgument, CaseIterable {
    case plain, excel
}

struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: words("What happened."),
        discussion: words(
            """
            Examples:
              gatehousectl log --limit 20
              gatehousectl log --from "yesterday 18:00" --until 今早8点
              gatehousectl log --follow --point wicket-in
              gatehousectl log --follow --bell
              gatehousectl log --person R-1001 --from 2026-11-20 --until 2026-11-22 --reason "complaint of 21 November"
              gatehousectl log --kind all --csv > november.csv
              gatehousectl log --from 2026-11-01 --csv=excel --reason "monthly report" > november.csv

            The newest 100 entries, or as many as --limit says; with --csv all of them. What is left out is said.
            On a terminal a table, through $PAGER, refusals and alarms in colour (not with NO_COLOR). A pipe gets JSON;
            --table gives it the table, --text a line an entry. P is an entry with a picture, - one with the reason for having none.
            """))
    @Option(help: told("2026-11-22, 2026-11-22T18:30, yesterday 18:00, 昨天18:00, 2h ago.")) var from: String?
    @Option var until: String?
    @Option(help: told("Entries behind this number.")) var after: String?
    @Option(help: told("Entries before this number.")) var before: String?
    @Option(help: told("A person: reference, name, card; needs --reason, --from and --until.")) var person: String?
    @Option(help: told("A credential: its number, the card; needs --reason, --from and --until.")) var credential:
        String?
    @Option(help: told("An access point.")) var point: String?
    @Option var portal: String?
    @Option(help: told("granted or denied.")) var decision: String?
    @Option(help: told("Kinds, separated by commas, or all.")) var kind: String?
    @Option(help: told("Entries at most; 0 is all.")) var limit: String?
    @Flag(help: told("Go on with what comes, also when the daemon was started again.")) var follow = false
    @Flag(help: told("With --follow, on a terminal: its bell rings for alarms, and for who opened under threat."))
    var bell = false
    @Option(help: told("CSV; --csv=excel for spreadsheets.")) var csv: CSVKind?
    @Flag(help: told("The table, even into a pipe; a pipe gets JSON otherwise.")) var table = false
    @OptionGroup var common: Common

    func validate() throws {
        if bell, !follow { throw ValidationError(words("--bell goes with --follow: it rings for what comes")) }
    }

    func run() throws {
        let screen = Screen(common, wantsTable: table)
        var command = try Log(
            from: argument("--from", from), until: argument("--until", until), after: argument("--after", after),
            before: argument("--before", before),
            person: argument("--person", person), credential: argument("--credential", credential),
            point: argument("--point", point), portal: argument("--portal", portal),
            decision: argument("--decision", decision), kind: argument("--kind", kind),
            limit: argument("--limit", limit) ?? (csv == nil ? 100 : 0))
        if follow { command.follow = true }
        // A picture comes behind its entry: whoever watches sees when it is there.
        if follow, kind == nil, csv == nil, !screen.isJSON {
            // Alarms of readers and the like are conditions, which a log does not show unless it rings for them.
            let kinds = EntryKind.allCases.filter { $0.isEvent || $0 == .snapshot || (bell && $0 == .health) }
            command.kind = TextArgument(kinds.map(\.rawValue).joined(separator: ","))
        }
        if csv == .excel { print("\u{FEFF}", terminator: "") }
        if csv != nil { print(EntryCSV.header) }
        var last: UInt64 = 0
        var reply: Log.Reply?
        let client = try connect(common)
        let pager = follow || csv != nil || screen.isJSON ? nil : Pager.start()
        defer { if let reply { tellLeftOut(reply) } }
        defer { pager?.finish() }
        var told = common
        // A pager stands in the place of the terminal, and gets no JSON.
        if !screen.isJSON { told.text = true }
        try asking(command, told, client: client) { answer in
            if last == 0, csv == nil, screen.isTable { print(LogTable.header(common.language)) }
            last = answer.value.seq
            show(answer, screen)
        } result: { answer in
            reply = answer.value
        }
        if follow { try goOn(client, command, last, screen) }
    }

    /// Shows what comes, and calls the daemon again when it was gone.
    private func goOn(_ client: AdminClient, _ command: Log, _ last: UInt64, _ screen: Screen) throws {
        var (client, command, last) = (client, command, last)
        while true {
            do throws(SocketError) {
                while true {
                    switch try client.reply() {
                    case .item(let text):
                        let answer: AdminClient.Answer<EntryView> = try client.answer(text)
                        last = max(last, answer.value.seq)
                        show(answer, screen)
                        ring(for: answer.value, screen)
                    case .done: continue
                    case .refused(let refusal):
                        guard refusal.code == "stopping" else {
                            tell(refusal, common)
                            Glibc.exit(1)
                        }
                        throw SocketError(attempt: "follow", path: common.socket, code: ECONNRESET)
                    }
                }
            } catch {
                complain(words("the daemon is gone; calling it again"))
            }
            command.after = CountArgument(last)
            command.limit = 0
            client = again(command, &last, screen)
        }
    }

    private func again(_ command: Log, _ last: inout UInt64, _ screen: Screen) -> AdminClient {
        while true {
            var nothing = pollfd(fd: -1, events: 0, revents: 0)
            poll(&nothing, 1, 1000)
            guard let client = try? AdminClient(path: common.socket) else { continue }
            var newest = last
            let answer = try? client.ask(command, reason: common.reason) { answer in
                newest = max(newest, answer.value.seq)
                show(answer, screen)
                ring(for: answer.value, screen)
            }
            last = newest
            if case .success? = answer {
                complain(words("the daemon is there again; nothing is missing"))
                return client
            }
        }
    }

    private func tellLeftOut(_ reply: Log.Reply) {
        if reply.more == true {
            complain(words("more entries fit and are not shown: --limit 0 shows all, --from and --until a span"))
        }
        if let withheld = reply.withheld {
            complain(
                words("the names of \(withheld, "entry", "entries") older than 72 hours are left out: give a --reason"))
        }
    }

    /// What the output is: it is asked before a pager stands in its place.
    private struct Screen {
        let isJSON: Bool
        /// Otherwise a line an entry, as --text has it.
        let isTable: Bool
        let isColoured = Colour.isWanted
        let isTerminal = isatty(1) == 1

        init(_ common: Common, wantsTable: Bool) {
            isJSON = common.isJSON && (common.json || !wantsTable)
            isTable = !isJSON && (wantsTable || !common.text)
        }
    }

    /// Rings the terminal's bell for what came and is urgent; a pipe and a program that reads JSON hear nothing.
    private func ring(for entry: EntryView, _ screen: Screen) {
        guard bell, screen.isTerminal, !screen.isJSON, csv == nil, LogTable.isUrgent(entry) else { return }
        print("\u{7}", terminator: "")
        fflush(nil)
    }

    private func show(_ answer: AdminClient.Answer<EntryView>, _ screen: Screen) {
        defer { if follow { fflush(nil) } }
        if csv != nil {
            return print(EntryCSV.line(answer.value))
        }
        // Of conditions those alone that ring.
        if kind == nil, bell, answer.value.kind == EntryKind.health.rawValue, !LogTable.isUrgent(answer.value) {
            return
        }
        if kind == nil, answer.value.kind == EntryKind.snapshot.rawValue, answer.value.outcome != "stored" { return }
        if screen.isJSON { return printJSON(.log, "item", answer.text) }
        guard screen.isTable else { return print(plain(LogTable.sentence(answer.value, common.language))) }
        for line in LogTable.lines(answer.value, common.language) {
            print(screen.isColoured ? Colour.paint(line, LogTable.tone(answer.value)) : line)
        }
    }
}
