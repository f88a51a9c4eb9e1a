import GatehouseAdmin
import GatehouseCore
import Glibc

/// A walk test on a terminal of 80 columns.
enum WalkTable {
    /// All parts, or one; what is open says what to do.
    static func show(_ view: WalkView, _ language: Language, only part: String? = nil) {
        for row in view.rows where part.map({ $0 == row.name }) ?? (row.todo == nil) { line(row, language) }
        if part == nil { tellParts(view.rows.filter { $0.todo != nil }.map(\.name)) }
        print("")
        tellOpen(view)
    }

    /// What nobody has seen yet, in the order in which somebody walks.
    private static func tellParts(_ names: [String]) {
        guard !names.isEmpty else { return }
        let text = words("not seen yet:") + " " + names.joined(separator: ", ")
        for (number, line) in Columns.wrap(plain(text), first: 78, others: 76).enumerated() {
            print((number == 0 ? ". " : "  ") + line)
        }
    }

    private static func tellOpen(_ view: WalkView) {
        guard view.open > 0 else {
            return print(words("Every part has been looked at: gatehousectl walk-test end"))
        }
        print(
            words(
                "\(view.open, "part is", "parts are") open of \(view.rows.count); given up at \(String(view.until.prefix(16)))"
            ))
        let next =
            view.rows.first { $0.name == view.current && $0.state == "neverHeard" }
            ?? view.rows.first { $0.todo != nil }
        if let next, let todo = next.todo { print(words("next: \(next.name)") + "\n    " + plain(todo)) }
    }

    private static func line(_ row: WalkView.Row, _ language: Language) {
        let mark = mark(row.state)
        print("\(mark) \(plain(row.name))  \(Words.walk(row.state, language))")
        let found = [
            row.what, row.measured.isEmpty ? nil : Words.measured(row.measured, language), row.advice,
            row.by.map { words("by \($0)") },
        ]
        for text in found.compactMap(\.self) {
            for line in Columns.wrap(plain(text), first: 76, others: 76) { print("    \(line)") }
        }
    }

    private static func mark(_ state: String) -> String {
        switch WalkState(rawValue: state) {
        case .good: "+"
        case .bad: "!"
        case .said: "\""
        case .skipped: "-"
        case .neverHeard, nil: "."
        }
    }

    static func show(_ report: WalkReport, _ language: Language) {
        for row in report.rows where row.state != WalkState.neverHeard.rawValue {
            line(
                WalkView.Row(
                    name: row.name, state: row.state, fault: row.fault, other: row.other,
                    what: row.fault.flatMap(WalkFault.init(rawValue:))?.sentence(row.other).text(in: language)
                        ?? row.what,
                    measured: row.measured, by: row.by), language)
        }
        tellParts(report.rows.filter { $0.state == WalkState.neverHeard.rawValue }.map(\.name))
        print("")
        for state in WalkState.allCases {
            guard let count = report.counts[state.rawValue] else { continue }
            print("\(mark(state.rawValue)) \(Words.walk(state.rawValue, language)): \(count)")
        }
        guard let before = report.before else { return print(words("It is the first walk test of this journal.")) }
        print(words("Changed since the walk test of \(String(before.ended.prefix(10)))"))
        if report.changes.isEmpty { print("    " + words("Nothing.")) }
        for change in report.changes {
            let sides = [change.before, change.now].map { Words.changed(change.what, $0, language) }
            let text = plain("\(change.name): \(sides[0]) -> \(sides[1])")
            for (number, line) in Columns.wrap(text, first: 76, others: 74).enumerated() {
                print((number == 0 ? "    " : "      ") + line)
            }
        }
    }

    /// Shows parts as they come, also over a restart of the daemon, until one part or all of them are done.
    static func follow(_ first: WalkView, until part: String?, _ common: Common) throws {
        var shown = Dictionary(uniqueKeysWithValues: first.rows.map { ($0.name, $0) })
        var isAway = false
        func isDone(_ view: WalkView) -> Bool {
            part.map { name in view.rows.contains { $0.name == name && $0.state != "neverHeard" } } ?? (view.open == 0)
        }
        guard !isDone(first) else { return }
        while true {
            var nothing = pollfd(fd: -1, events: 0, revents: 0)
            poll(&nothing, 1, 500)
            guard let client = try? AdminClient(path: common.socket),
                let answer = try? client.ask(WalkTestStep(), language: common.askedLanguage)
            else {
                if !isAway { complain(words("the daemon is gone; calling it again")) }
                isAway = true
                continue
            }
            if isAway { complain(words("the daemon is there again; nothing is missing")) }
            isAway = false
            switch answer {
            case .failure(let refusal):
                tell(refusal, common)
                throw Exit.refused
            case .success(let answer):
                for row in answer.value.rows where shown[row.name] != row {
                    shown[row.name] = row
                    if common.isJSON {
                        printJSON(WalkTestStep.name, "row", WireJSON.encode(row))
                    } else {
                        line(row, common.language)
                    }
                    fflush(nil)
                }
                if isDone(answer.value) {
                    if !common.isJSON { tellOpen(answer.value) }
                    return
                }
            }
        }
    }
}
