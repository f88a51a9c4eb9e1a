import ArgumentParser
import GatehouseAdmin
import GatehouseCrypto
import Glibc

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Take CSV or JSON files into the register, all or nothing.",
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
        let command = ImportFiles(
            dryRun: dryRun ? true : nil, ends: ends ? true : nil, upload: TextArgument(upload))
        try ask(command, common, item: show) { reply in
            let verb = reply.applied ? "changed" : "would change"
            print(
                "\(reply.changes) rows \(verb) (\(reply.added) added, \(reply.changed) changed, \(reply.ended) ended), \(reply.unchanged) stay"
            )
            if reply.warnings > 0 { print("\(reply.warnings) lines should be looked at; --dry-run tells which") }
            if reply.repeated > 0 { print("\(reply.repeated) lines stood there twice and count once") }
        }
    }

    private func show(_ finding: ImportFiles.Finding) {
        if let problem = finding.problem { return complain(plain(problem)) }
        let place = finding.line.map { $0 > 0 ? "\(finding.file ?? ""):\($0): " : "" } ?? ""
        print(plain("\(place)\(finding.what ?? "")"))
    }

    /// Sends a file piece by piece, and goes on where it was when the connection breaks.
    private func send(_ file: String, _ upload: String) throws {
        let octets = try readFile(file)
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
