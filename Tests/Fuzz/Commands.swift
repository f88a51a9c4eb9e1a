import GatehouseAdmin
import GatehouseCore
import GatehouseRuntime
import GatehouseSimulation

/// The admin socket: what is said there by anybody, alone and with the desk, a controller and a database behind it.
enum Commands {
    static func line(_ octets: [UInt8]) {
        if let line = try? AdminLine(octets) {
            let type: any AdminCommand.Type = line.command.type
            again(type, line)
        }
        if let reply = ReceivedReply(line: octets) { replyAgain(reply) }
        var splitter = LineSplitter()
        let lines = splitter.take(octets)
        precondition(lines?.allSatisfy { !$0.contains(10) } ?? true, "a line has a line feed")
    }

    private static func again<Command: AdminCommand>(_ type: Command.Type, _ line: AdminLine) {
        guard let command = try? line.command(type) else { return }
        let written = AdminRequest(id: line.id, command, reason: line.reason).line
        do {
            let read = try AdminLine(written)
            precondition(read.id == line.id && read.reason == line.reason, "a request changed")
            let same = AdminRequest(id: read.id, try read.command(type), reason: read.reason).line
            precondition(same == written, "a command changed")
        } catch { preconditionFailure("a command that was read is refused as it is written: \(error)") }
    }

    private static func replyAgain(_ reply: ReceivedReply) {
        guard case .refused(let refusal) = reply else { return }
        precondition(ReceivedReply(line: AdminReply<Nothing>.refused(refusal, id: 1)) == reply, "a refusal changed")
    }

    /// Used by one thread. A new one after some thousand lines: its database grows.
    private struct Benches {
        var bench: DeskBench?
        var lines = 0

        mutating func next(_ count: Int) -> DeskBench {
            lines += count
            if let bench, lines < 4000 { return bench }
            lines = 0
            bench = nil
            var settings = DeskBench.Settings()
            settings.parent = "/dev/shm"
            do {
                let new = try DeskBench(settings)
                bench = new
                return new
            } catch { fatalError("no bench: \(error)") }
        }
    }
    nonisolated(unsafe) private static var benches = Benches()

    /// The first octet says who speaks; each line is one command. Nothing traps, a command that is refused changes no row, and
    /// whatever is replied can be read.
    static func desk(_ octets: [UInt8]) {
        guard let first = octets.first else { return }
        let roles = Role.allCases
        let person = DeskBench.Person(
            1000 + UInt32(first & 3),
            first & 0x80 != 0 ? Set(roles) : [roles[Int(first >> 2) % roles.count]])
        let lines = octets.dropFirst().split(separator: 10).prefix(16)
        let bench = benches.next(lines.count)
        for line in lines {
            let before = bench.shell.controller.registry.revision
            let answer = bench.say(Array(line), by: person)
            bench.pass(.milliseconds(Int(first)))
            switch answer.reply {
            case .failure(let refusal):
                precondition(bench.shell.controller.registry.revision == before, "\(refusal.code) changed the register")
                precondition(!refusal.code.isEmpty && !refusal.message.contains("\n"), "a refusal of several lines")
            case .success(let text):
                precondition(text.isEmpty || JSON(line: text) != nil, "a reply that cannot be read")
            }
            precondition(answer.items.allSatisfy { JSON(line: $0) != nil }, "an item that cannot be read")
        }
    }
}
