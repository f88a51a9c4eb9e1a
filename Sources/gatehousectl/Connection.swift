import ArgumentParser
import GatehouseAdmin
import Glibc

/// Options that every command understands.
struct Common: ParsableArguments {
    @Option(help: "The admin socket.")
    var socket = "/run/gatehouse/admin.sock"

    @Flag(help: "JSON, one value a line; the default when the output is a pipe.")
    var json = false

    @Flag(help: "Text for people, even into a pipe.")
    var text = false

    @Option(help: "Language of the words: en or zh.")
    var lang: String?

    @Option(help: "Why. Stands in the journal.")
    var reason: String?

    var isJSON: Bool { json || (!text && isatty(1) == 0) }
    var language: Language {
        if let lang { return Language(rawValue: lang) ?? .english }
        let locale = getenv("LC_ALL") ?? getenv("LC_MESSAGES") ?? getenv("LANG")
        return locale.map { String(cString: $0).hasPrefix("zh") } ?? false ? .chinese : .english
    }
}

/// Exit statuses: 0 done, 1 refused by the daemon, 2 wrong use (ArgumentParser's 64 is folded into it), 3 daemon not there.
enum Exit {
    static let refused = ExitCode(1)
    static let usage = ExitCode(2)
    static let unreachable = ExitCode(3)
}

/// Sends one request and prints what comes; throws the exit status of a refusal.
func ask(
    _ command: String, _ arguments: [String: JSON] = [:], _ common: Common, client: AdminClient? = nil,
    item: (JSON) -> Void = { print($0.line) }, result: (JSON) -> Void
) throws {
    do {
        let client = try client ?? AdminClient(path: common.socket)
        let request = AdminRequest(id: 0, command: command, arguments: arguments, reason: common.reason)
        switch try client.ask(
            request,
            item: { value in
                item(value)
                fflush(nil)
            })
        {
        case .done(let value): result(value)
        case .refused(let code, let message):
            complain(
                common.isJSON
                    ? JSON.object(["error": ["code": .string(code), "message": .string(message)]]).line
                    : "refused: \(message)")
            throw Exit.refused
        case .item: break
        }
    } catch let error as SocketError {
        complain("\(error). Is gatehoused running? systemctl status gatehoused")
        throw Exit.unreachable
    }
}

func complain(_ text: String) {
    let line = Array("\(text)\n".utf8)
    _ = write(2, line, line.count)
}

/// Only what was given goes into a request.
func given(_ pairs: [(String, String?)]) -> [String: JSON] {
    var arguments: [String: JSON] = [:]
    for (name, value) in pairs { arguments[name] = value.map { .string($0) } }
    return arguments
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
    var octets: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
        let count = read(descriptor, &buffer, buffer.count)
        guard count >= 0 else {
            complain("\(path): \(String(cString: strerror(errno)))")
            throw Exit.usage
        }
        if count == 0 { return octets }
        octets += buffer[0..<count]
    }
}
