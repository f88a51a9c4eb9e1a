import ArgumentParser
import GatehouseAdmin
import GatehouseCore
import Glibc

/// Options that every command understands.
struct Common: ParsableArguments {
    @Option(help: told("The admin socket."))
    var socket = "/run/gatehouse/admin.sock"

    @Flag(help: told("JSON, one value a line; the default when the output is a pipe."))
    var json = false

    @Flag(help: told("Text for people, even into a pipe."))
    var text = false

    @Option(help: told("Language of the words: en or zh."))
    var lang: Language?

    @Option(help: told("Why. Stands in the journal."))
    var reason: String?

    var isJSON: Bool { json || (!text && isatty(1) == 0) }
    var language: Language { Tongue.current }
    /// What the daemon is asked for: JSON is for programs, and theirs is English unless they say so.
    var askedLanguage: Language? { isJSON ? lang ?? .english : Tongue.wanted }
}

/// The language alone, for what asks no daemon.
struct TongueOption: ParsableArguments {
    @Option(help: told("Language of the words: en or zh.")) var lang: Language?
}

/// An unknown language is refused, with those that there are.
extension Language: ExpressibleByArgument {}

/// Exit statuses: 0 done, 1 refused by the daemon, 2 wrong use (ArgumentParser's 64 is folded into it), 3 daemon not there.
enum Exit {
    static let refused = ExitCode(1)
    static let usage = ExitCode(2)
    static let unreachable = ExitCode(3)
}

/// Gives a command and prints what comes: the daemon's own JSON into a pipe, and for people what the closures make of it.
/// Throws the exit status of a refusal.
func ask<Command: AdminCommand>(
    _ command: Command, _ common: Common, client: AdminClient? = nil, item: (Command.Item) -> Void = { _ in },
    result: (Command.Reply) -> Void
) throws {
    try asking(command, common, client: client) { answer in
        if common.isJSON { printJSON(Command.name, "item", answer.text) } else { item(answer.value) }
        fflush(nil)
    } result: { answer in
        if common.isJSON { printJSON(Command.name, "reply", answer.text) } else { result(answer.value) }
    }
}

/// The same, for what has to be looked at in JSON too.
func asking<Command: AdminCommand>(
    _ command: Command, _ common: Common, client: AdminClient? = nil,
    item: (AdminClient.Answer<Command.Item>) -> Void = { _ in }, result: (AdminClient.Answer<Command.Reply>) -> Void
) throws {
    do {
        let client = try client ?? AdminClient(path: common.socket)
        let answer = try client.ask(command, reason: common.reason, language: common.askedLanguage) {
            Tongue.site = client.siteLanguage
            item($0)
        }
        Tongue.site = client.siteLanguage
        switch answer {
        case .success(let answer):
            if !common.isJSON { tell(Understood(beside: answer.text)) }
            result(answer)
        case .failure(let refusal):
            tell(refusal, common)
            throw Exit.refused
        }
    } catch let error as SocketError {
        complain(words("\(error). Is gatehoused running? systemctl status gatehoused"))
        throw Exit.unreachable
    }
}

/// One object a line, as docs/json.md describes it: what the daemon said, with the form and its version in front.
func printJSON(_ name: CommandName, _ part: String, _ text: [UInt8]) {
    guard text.first == UInt8(ascii: "{") else { return print(String(decoding: text, as: UTF8.self)) }
    let rest = text.dropFirst()
    let comma = rest.first == UInt8(ascii: "}") ? "" : ","
    print("{\"form\":\"\(name.rawValue)/\(part)\",\"v\":1\(comma)\(String(decoding: rest, as: UTF8.self))")
}

/// What the daemon took what was typed for; in JSON it stands in the reply.
func tell(_ understood: Understood?) {
    for said in [understood?.times, understood?.cards] {
        for (argument, meant) in (said ?? [:]).sorted(by: { $0.key < $1.key }) {
            complain(plain(words("\(argument) is \(meant)")))
        }
    }
    for row in understood?.meant ?? [] {
        let number = row.kind == "person" ? nil : row.id.map { "\(state(row.kind)) \($0)" }
        let parts = [number, row.value, row.reference, row.name, row.dwelling].compactMap(\.self)
        complain(words("meant: \(plain(parts.joined(separator: " ")))"))
    }
}

func tell(_ refusal: CommandRefusal, _ common: Common) {
    complain(
        common.isJSON
            ? JSON.object(["error": ["code": .string(refusal.code), "message": .string(refusal.message)]]).line
            : words("refused: \(refusal.sentence)"))
}

func complain(_ text: String) {
    let line = Array("\(text)\n".utf8)
    _ = write(2, line, line.count)
}

/// Asks on the terminal before something is done that cannot be undone.
func isWanted(_ question: String) -> Bool {
    print("\(question) [y/N] ", terminator: "")
    fflush(nil)
    return readLine().map { ["y", "yes", "j", "是"].contains($0.lowercased()) } ?? false
}

/// What people typed, as an argument: its faults are told before anything is sent.
func argument<Value: ArgumentValue>(_ name: String, _ text: String) throws -> Value {
    do throws(ArgumentProblem) { return try Value(argument: text) } catch {
        complain("\(name) \(error.sentence)")
        throw Exit.usage
    }
}

func argument<Value: ArgumentValue>(_ name: String, _ text: String?) throws -> Value? {
    guard let text else { return nil }
    let value: Value = try argument(name, text)
    return value
}

/// Terminals must not be steered by what stands in a registry: control characters are shown as dots.
func plain(_ text: String) -> String {
    String(
        String.UnicodeScalarView(
            text.unicodeScalars.map {
                $0.properties.generalCategory == .control || $0.properties.generalCategory == .format ? "·" : $0
            }))
}

/// Columns as wide as their widest cell. Chinese characters take two places.
func table(_ rows: [[String]]) -> String {
    func width(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x1100 && $1.value != 0x2026 ? 2 : 1) }
    }
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in rows.map { $0.count > column ? width($0[column]) : 0 }.max() ?? 0 }
    return rows.map { row in
        row.enumerated().map { index, cell in
            index == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[index] - width(cell) + 2)
        }.joined()
    }.joined(separator: "\n")
}

func readFile(_ path: String) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
        complain("\(path): \(String(cString: strerror(errno)))")
        throw Exit.usage
    }
    defer { close(descriptor) }
    return try readAll(descriptor, path)
}

/// What stands in the input. Under sudo it belongs to somebody else, and cannot be opened anew by its name.
func readInput() throws -> [UInt8] { try readAll(0, words("the input")) }

private func readAll(_ descriptor: Int32, _ name: String) throws -> [UInt8] {
    var octets: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
        let count = read(descriptor, &buffer, buffer.count)
        guard count >= 0 else {
            complain("\(name): \(String(cString: strerror(errno)))")
            throw Exit.usage
        }
        if count == 0 { return octets }
        octets += buffer[0..<count]
    }
}
