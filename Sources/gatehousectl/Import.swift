import ArgumentParser
import GatehouseAdmin
import GatehouseCrypto
import Glibc

struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take CSV or JSON files into the register, all or nothing.",
        discussion: """
            Headers tell what a file holds, in English or Chinese; see docs/operating.md. With --dry-run nothing changes and
            every line says what it would do. A second import of the same files changes nothing.
            """)
    @Argument var files: [String]
    @Flag(help: "Only say what would change.") var dryRun = false
    @Flag(help: "The files are all there is: end what stands on the register and in no line of them.") var ends = false
    @OptionGroup var common: Common

    func run() throws {
        let upload = Hexadecimal.encode(Random.octets(16))
        for file in files { try send(file, upload) }
        var arguments: [String: JSON] = ["upload": .string(upload)]
        if dryRun { arguments["dry-run"] = true }
        if ends { arguments["ends"] = true }
        try ask("import", arguments, common, item: show) { value in
            if common.isJSON { return print(value.line) }
            func number(_ name: String) -> Int64 { value[name]?.integer ?? 0 }
            let verb = value["applied"]?.boolean == true ? "changed" : "would change"
            print(
                "\(number("changes")) rows \(verb) (\(number("added")) added, \(number("changed")) changed, \(number("ended")) ended), \(number("unchanged")) stay"
            )
            if number("warnings") > 0 {
                print("\(number("warnings")) lines should be looked at; --dry-run tells which")
            }
            if number("repeated") > 0 { print("\(number("repeated")) lines stood there twice and count once") }
        }
    }

    private func show(_ value: JSON) {
        if common.isJSON { return print(value.line) }
        if let problem = value["problem"]?.string { return complain(plain(problem)) }
        let place =
            value["line"]?.integer ?? 0 > 0 ? "\(value["file"]?.string ?? ""):\(value["line"]?.integer ?? 0): " : ""
        print(plain("\(place)\(value["what"]?.string ?? "")"))
    }

    /// Sends a file piece by piece, and goes on where it was when the connection breaks.
    private func send(_ file: String, _ upload: String) throws {
        let octets = try readFile(file)
        var client = try connect(common)
        var start = 0
        var tries = 0
        repeat {
            let end = min(octets.count, start + 512 * 1024)
            let chunk: [String: JSON] = [
                "file": .string(file), "upload": .string(upload), "offset": .integer(Int64(start)),
                "data": .string(Base64.encode(octets[start..<end])),
            ]
            do {
                let reply = try client.ask(AdminRequest(id: 0, command: "import chunk", arguments: chunk)) { _ in }
                guard case .done(let value) = reply else {
                    if case .refused(_, let message) = reply { complain("refused: \(message)") }
                    throw Exit.refused
                }
                start = value["size"]?.integer.map { Int($0) } ?? end
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
