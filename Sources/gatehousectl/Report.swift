import ArgumentParser
import GatehouseAdmin
import GatehouseCore

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: words("What happened, in counts."), subcommands: [Month.self])

    struct Month: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("A month by day and gate: grants, passages, refusals by reason, alarms, openings by hand."),
            discussion: words(
                """
                Counts alone, nobody's name.
                Examples:
                  gatehousectl report month 2026-10 --html october.html
                  gatehousectl report month 2026-10 --csv=excel > october.csv
                """))
        @Argument(help: "2026-10.") var month: String
        @Option(help: told("CSV; --csv=excel for spreadsheets.")) var csv: CSVKind?
        @Option(help: told("The file to write, a page that prints; it may not be there yet.")) var html: String?
        @OptionGroup var common: Common

        func validate() throws {
            if html != nil, csv != nil { throw ValidationError(words("give one of --csv and --html")) }
        }

        func run() throws {
            let file = try html.map { try NewFile($0) }
            let command = try ReportMonth(month: argument("MONTH", month))
            var days: [ReportMonth.Day] = []
            try asking(command, common) { answer in
                if common.isJSON, csv == nil, html == nil {
                    printJSON(ReportMonth.name, "item", answer.text)
                } else {
                    days.append(answer.value)
                }
            } result: { answer in
                if let file { return file.write(MonthPage.html(days, answer.value, common.language)) }
                if csv != nil { return printCSV(days) }
                if common.isJSON { return printJSON(ReportMonth.name, "reply", answer.text) }
                show(days, answer.value)
            }
        }

        private static let columns = ["day", "portal", "granted", "taken", "refused", "alarms", "openings"]

        private func cells(_ day: ReportMonth.Day) -> [String] {
            [day.day, day.portal ?? ""]
                + [day.granted, day.taken, day.refused, day.alarms, day.openings].map { "\($0)" }
        }

        /// A column for each reason that there was.
        private func printCSV(_ days: [ReportMonth.Day]) {
            let reasons = Set(days.flatMap(\.reasons.keys)).sorted()
            if csv == .excel { print("\u{FEFF}", terminator: "") }
            print((Self.columns + reasons).map(CSVCell.write).joined(separator: ","))
            for day in days {
                let more = reasons.map { "\(day.reasons[$0] ?? 0)" }
                print((cells(day) + more).map(CSVCell.write).joined(separator: ","))
            }
        }

        private func show(_ days: [ReportMonth.Day], _ sum: ReportMonth.Reply) {
            let rows = days.map { cells($0).map(plain) }
            let total = [
                words("all"), "", "\(sum.granted)", "\(sum.taken)", "\(sum.refused)", "\(sum.alarms)",
                "\(sum.openings)",
            ]
            let heads = [
                words("DAY"), words("PORTAL"), words("GRANTED"), words("PASSED"), words("REFUSED"), words("ALARMS"),
                words("OPENED BY HAND"),
            ]
            print(table([heads] + rows + [total]))
            for (reason, count) in sum.reasons.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
                print(words("\(count) refused: \(plain(Words.reason(reason, common.language)))"))
            }
        }
    }
}
