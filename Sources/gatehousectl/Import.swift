import ArgumentParser
import GatehouseAdmin
import GatehouseCore
import GatehouseCrypto
import Glibc

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: words("Take CSV, JSON or .xlsx files into the register, all or nothing."),
        discussion: words(
            """
            Headers tell what a file holds, in English or Chinese; see docs/operating.md. With --dry-run nothing changes and
            every line says what it would do. A second import of the same files changes nothing.

            Examples:
              gatehousectl import residents.xlsx --sheet 住户 --dry-run
              gatehousectl import list.csv --encoding GB18030 --skip-column 面积 --skip-column 朝向
              gatehousectl import list.csv --columns names.txt      # lines such as: 住 户 = name
            """))
    @Argument var files: [String]
    @Flag(help: told("Only say what would change.")) var dryRun = false
    @Flag(help: told("The files are all there is: end what stands on the register and in no line of them.")) var ends =
        false
    @Flag(help: told("Pass over all columns that nobody knows.")) var skipColumns = false
    @Option(help: told("A column to pass over, by its name or letter. May be said several times."))
    var skipColumn: [String] = []
    @Option(help: told("A file that says what columns mean: lines such as 住 户 = name; nothing behind = passes over."))
    var columns: String?
    @Option(help: told("What the text files are written in, as iconv names it: GB18030, BIG5, WINDOWS-1252."))
    var encoding: String?
    @Option(help: told("The sheet of a workbook.")) var sheet: String?
    @Flag(help: told("Only the numbers at the end.")) var summary = false
    @Flag(help: told("Only what is wrong, and what should be looked at.")) var errorsOnly = false
    @OptionGroup var common: Common

    func run() throws {
        let upload = Hexadecimal.encode(Random.octets(16))
        for file in files {
            for (name, octets) in try OfficeFile.read(file, encoding: encoding, sheet: sheet) {
                try send(name, octets, upload)
            }
        }
        if let columns { try send(columns, try readFile(columns), upload) }
        let skipped = skipColumns ? "all" : skipColumn.isEmpty ? nil : skipColumn.joined(separator: ",")
        let command = try ImportFiles(
            dryRun: dryRun ? true : nil, ends: ends ? true : nil, upload: TextArgument(upload),
            skipColumns: argument("--skip-column", skipped), columns: argument("--columns", columns))
        try asking(command, common) { answer in
            if isShown(answer.value) {
                if common.isJSON { printJSON(ImportFiles.name, "item", answer.text) } else { show(answer.value) }
            }
        } result: { answer in
            if common.isJSON { printJSON(ImportFiles.name, "reply", answer.text) } else { show(answer.value) }
        }
    }

    private func isShown(_ finding: ImportFiles.Finding) -> Bool {
        if finding.problem != nil { return true }
        if summary { return false }
        return !errorsOnly || finding.verb == "warn" || finding.verb == "pass"
    }

    private func show(_ reply: ImportFiles.Reply) {
        if let names = reply.names, dryRun || isatty(1) == 1 {
            print(words("the first names: \(plain(names.joined(separator: ", ")))"))
        }
        print(
            reply.applied
                ? words(
                    "\(reply.changes, "row", "rows") changed (\(reply.added) added, \(reply.changed) changed, \(reply.ended) ended), \(reply.unchanged) stay"
                )
                : words(
                    "\(reply.changes, "row", "rows") would change (\(reply.added) added, \(reply.changed) changed, \(reply.ended) ended), \(reply.unchanged) stay"
                ))
        if reply.warnings > 0 {
            print(words("\(reply.warnings, "line", "lines") should be looked at; --dry-run tells which"))
        }
        if reply.repeated > 0 { print(words("\(reply.repeated, "line", "lines") stood there twice and counted once")) }
        if let passed = reply.passed {
            print(words("\(passed, "line of titles or totals was", "lines of titles or totals were") passed over"))
        }
    }

    private func show(_ finding: ImportFiles.Finding) {
        if let problem = finding.problem { return complain(plain(problem)) }
        let place = finding.line.map { $0 > 0 ? "\(finding.file ?? ""):\($0): " : "" } ?? ""
        print(plain("\(place)\(finding.what ?? "")"))
    }

    /// Sends a file piece by piece, and goes on where it was when the connection breaks.
    private func send(_ file: String, _ octets: [UInt8], _ upload: String) throws {
        var client = try connect(common)
        var start = 0
        var tries = 0
        repeat {
            let end = min(octets.count, start + 512 * 1024)
            let chunk = ImportChunk(
                file: PersonalArgument(file), data: OctetsArgument(Array(octets[start..<end])),
                offset: CountArgument(UInt64(start)), upload: TextArgument(upload))
            do {
                switch try client.ask(chunk) {
                case .success(let answer): start = answer.value.size
                case .failure(let refusal):
                    tell(refusal, common)
                    throw Exit.refused
                }
                tries = 0
            } catch let error as SocketError {
                tries += 1
                guard tries <= 5 else {
                    complain("\(error)")
                    throw Exit.unreachable
                }
                usleep(500_000)
                client = try connect(common)
            }
        } while start < octets.count
    }
}
