internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseDesk
internal import GatehouseStore
internal import Glibc

/// The log of a long journal at the desk, beside a program of C that asks for the same rows by the same index and opens the same
/// seals.
extension Bench {
    private struct Question {
        var name: String
        var command: Log
        var condition: String
    }

    package static func large(
        rows: UInt64, folder: String, program: String, report: @escaping (String) -> Void
    ) throws {
        let keys = KeyRing(master: SecretKey([UInt8](repeating: 7, count: 32)))
        let journal = LargeJournal(rows: rows, primitives: keys.primitives(epoch: 1))
        var settings = DeskBench.Settings()
        settings.parent = folder
        settings.start = journal.end
        var began = wall()
        settings.prepare = { path, secrets in
            try journal.write(path: path, secrets: secrets)
            let taken = wall() - began
            report("\(rows) entries written in \(Int(taken)) s, \(Int(Double(rows) / taken)) a second")
            began = wall()
        }
        let bench = try DeskBench(settings)
        report("start behind them: \(milliseconds(wall() - began)) ms")
        let floor = try Floor(program, bench.configuration.files.database, folder)
        defer { floor.end() }
        for question in questions(journal) {
            let own = try ask(question, bench)
            let other = try floor.ask(rounds: 5, limit: 50, question.condition)
            let mark = own.rows == other.rows ? "" : " (\(other.rows) ROWS THERE)"
            report(
                "\(question.name): \(own.rows) rows in \(milliseconds(own.time)) ms, C \(milliseconds(other.time)) ms: \(ratio(own.time, other.time)) x\(mark)"
            )
        }
        try csv(journal, bench, floor, report)
    }

    static func milliseconds(_ seconds: Double) -> Double { Double(Int(seconds * 100_000)) / 100 }

    private static func events() -> String {
        let kinds = EntryKind.allCases.filter(\.isEvent).map { "'\($0.rawValue)'" }
        return "kind IN (\(kinds.joined(separator: ", ")))"
    }

    private static func questions(_ journal: LargeJournal) -> [Question] {
        // A day in the middle, and three for what is of one person.
        let middle = CivilTime(seconds: journal.at(journal.rows / 2).seconds)
        let day = (middle, middle + .seconds(86_400))
        let days = (middle, middle + .seconds(3 * 86_400))
        func span(_ window: (CivilTime, CivilTime)) -> String {
            "at >= \(window.0.milliseconds) AND at < \(window.1.milliseconds)"
        }
        func text(_ time: CivilTime) -> TextArgument {
            TextArgument(String(SiteTime.text(time, SiteCalendar(fixedOffset: 8 * 3600)).prefix(19)))
        }
        func log(_ window: (CivilTime, CivilTime)?, _ change: (inout Log) -> Void) -> Log {
            var command = Log(limit: 50)
            if let window { (command.from, command.until) = (text(window.0), text(window.1)) }
            change(&command)
            return command
        }
        var found = [
            Question(name: "newest", command: log(nil) { _ in }, condition: events()),
            Question(
                name: "a person, three days", command: log(days) { $0.person = "R-700" },
                condition: "\(span(days)) AND person = 700 AND \(events())"),
            Question(
                name: "a credential, three days", command: log(days) { $0.credential = 700 },
                condition: "\(span(days)) AND credential = 700 AND \(events())"),
        ]
        let filters: [(String, String, (inout Log) -> Void)] = [
            ("a busy point", "point = 'wicket-in' AND \(events())", { $0.point = "wicket-in" }),
            ("a quiet point", "point = 'lane-in' AND \(events())", { $0.point = "lane-in" }),
            ("a busy portal", "portal = 'wicket' AND \(events())", { $0.portal = "wicket" }),
            ("a quiet portal", "portal = 'lane' AND \(events())", { $0.portal = "lane" }),
            ("a frequent kind", "kind IN ('passage')", { $0.kind = "passage" }),
            ("a rare kind", "kind IN ('tailgated') AND \(JournalReader.rare)", { $0.kind = "tailgated" }),
            ("a kind that never was", "kind IN ('forced') AND \(JournalReader.rare)", { $0.kind = "forced" }),
            ("denied", "outcome IN ('denied') AND \(events())", { $0.decision = "denied" }),
            (
                "a quiet portal's rare kind", "portal = 'lane' AND kind IN ('tailgated') AND \(JournalReader.rare)",
                {
                    $0.portal = "lane"
                    $0.kind = "tailgated"
                }
            ),
        ]
        for (name, condition, change) in filters {
            found.append(Question(name: name, command: log(nil, change), condition: condition))
            found.append(
                Question(name: "\(name), a day", command: log(day, change), condition: "\(span(day)) AND \(condition)"))
        }
        return found
    }

    /// The desk's own time: its entry, which waits for the disk, is not in it.
    private static func ask(_ question: Question, _ bench: DeskBench) throws -> (rows: Int, time: Double) {
        var total = 0.0
        var rows = 0
        // The first one brings pages into memory.
        for round in 0...5 {
            let before = bench.ordering
            let began = wall()
            let answer = bench.say(question.command, reason: "bench")
            let taken = wall() - began - (bench.ordering - before)
            if let refusal = answer.refusal { throw refusal }
            if round > 0 { total += taken }
            rows = answer.items.count
        }
        return (rows, total / 5)
    }

    /// A million entries, as the desk lists them and as a client writes them.
    private static func csv(
        _ journal: LargeJournal, _ bench: DeskBench, _ floor: Floor, _ report: (String) -> Void
    ) throws {
        let count = min(journal.rows, 1_000_000)
        let kinds = EntryKind.allCases.filter { $0 != .sealed && $0 != .watchlist }.map(\.rawValue)
        let command = Log(kind: TextArgument(kinds.joined(separator: ",")), limit: CountArgument(count))
        // Nothing is kept of what is listed.
        let listed = try timed { bench.say(command, reason: "bench", take: { _ in }) }
        let resident = resident()
        let tally = CSVTally()
        let own = try timed { bench.say(command, reason: "bench", take: { tally.take($0) }) }
        let more = Bench.resident() - resident
        let last = journal.rows - count
        let other = try floor.ask(rounds: 1, limit: 0, "seq > \(last) AND seq <= \(journal.rows)")
        report(
            "CSV of \(tally.rows) entries: listed in \(seconds(listed)), read and written in \(seconds(own - listed)), C \(seconds(other.time)) for both: \(ratio(other.time, max(listed, own - listed))) of its rate with a processor for each, \(ratio(other.time, own)) with one; \(more / 1_048_576) MiB more resident"
        )
    }

    private static func seconds(_ seconds: Double) -> String { "\(Double(Int(seconds * 100)) / 100) s" }

    private static func timed(_ body: () -> DeskBench.Answer) throws -> Double {
        let began = wall()
        if let refusal = body().refusal { throw refusal }
        return wall() - began
    }

    /// What a client does with each item.
    private final class CSVTally: @unchecked Sendable {
        // Unchecked: the bench lists on one thread.
        private(set) var rows = 0
        private(set) var octets = 0
        func take(_ item: [UInt8]) {
            guard let entry = WireJSON.decode(EntryView.self, item) else { return }
            octets += EntryCSV.line(entry).utf8.count
            rows += 1
        }
    }

    /// The program of Benchmarks/rows.c.
    private final class Floor {
        private let input: UnsafeMutablePointer<FILE>
        private let path: String
        private var answers = 0

        init(_ program: String, _ database: String, _ folder: String) throws {
            path = "\(folder)/gatehouse-bench-rows.out"
            unlink(path)
            let key = String(repeating: "07", count: 32)
            guard let pipe = popen("'\(program)' '\(database)' \(key) >>'\(path)'", "w") else {
                throw ChildProcess.Failure(description: "\(program): \(String(cString: strerror(errno)))")
            }
            input = pipe
        }

        func end() {
            pclose(input)
            unlink(path)
        }

        func ask(rounds: Int, limit: Int, _ condition: String) throws -> (rows: Int, time: Double) {
            fputs("\(rounds) \(limit) \(condition)\n", input)
            fflush(input)
            for _ in 0..<60_000 {
                let text = FileOctets.read(path).map { String(decoding: $0, as: UTF8.self) } ?? ""
                let lines = text.split(separator: "\n")
                if lines.count > answers, text.last == "\n" {
                    answers = lines.count
                    let words = lines.last!.split(separator: " ").compactMap { Double($0) }
                    guard words.count == 2 else { break }
                    return (Int(words[0]), words[1] / 1e9)
                }
                usleep(10_000)
            }
            throw ChildProcess.Failure(description: "rows: no answer to \(condition)")
        }
    }
}
