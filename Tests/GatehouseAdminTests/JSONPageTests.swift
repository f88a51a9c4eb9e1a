import GatehouseAdmin
import GatehouseCore
import Glibc
import Testing

/// docs/json.md is made of the commands themselves, so that it cannot say what is not so.
@Suite("The page of the commands")
struct JSONPageTests {
    private static let path =
        String(#filePath.dropLast("/Tests/GatehouseAdminTests/JSONPageTests.swift".count)) + "/docs/json.md"

    /// `GATEHOUSE_WRITE_DOCS=1 swift test --filter JSONPageTests` writes the page anew.
    @Test func thePageSaysWhatTheCommandsAre() throws {
        let page = CommandPage.text
        if getenv("GATEHOUSE_WRITE_DOCS") != nil { write(page) }
        let said = read().split(separator: "\n", omittingEmptySubsequences: false)
        let meant = page.split(separator: "\n", omittingEmptySubsequences: false)
        let line =
            zip(said, meant).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(said.count, meant.count)
        let isSame = said == meant
        #expect(
            isSame,
            "docs/json.md:\(line + 1) is not what the commands are; GATEHOUSE_WRITE_DOCS=1 writes it anew")
    }

    @Test func everyCommandHasAShape() {
        for name in CommandName.allCases {
            guard case .object = CommandPage.arguments(of: name) else {
                Issue.record("\(name.rawValue): its arguments are no object")
                continue
            }
        }
    }

    @Test func aShapeIsWrittenAsItIsRead() {
        #expect(CommandPage.written(Shape.of(Small.self)) == "{name: text, at?: integer}")
        #expect(CommandPage.written(Shape.of([[String: Bool]].self)) == "[{*: boolean}]")
        #expect(CommandPage.written(Shape.of(Word.self)) == "\"yes\" | \"no\"")
        let long = CommandPage.written(Shape.of(Long.self), behind: 2)
        #expect(long.hasPrefix("{\n    firstOfManyMembers: [text]\n"))
        #expect(long.hasSuffix("\n  }"))
    }

    private struct Small: Decodable {
        var name: String
        var at: Int?
    }
    private enum Word: String, Decodable, CaseIterable {
        case yes, no
    }
    private struct Long: Decodable {
        var firstOfManyMembers: [String]
        var secondOfManyMembers: [String]
        var thirdOfManyMembers: [String]
        var fourthOfManyMembers: [String]
    }

    private func read() -> String {
        let descriptor = open(Self.path, O_RDONLY)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var octets = [UInt8](repeating: 0, count: 1 << 20)
        let count = Glibc.read(descriptor, &octets, octets.count)
        return String(decoding: octets.prefix(max(0, count)), as: UTF8.self)
    }

    private func write(_ text: String) {
        let descriptor = open(Self.path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        guard descriptor >= 0 else {
            Issue.record("\(Self.path) cannot be written")
            return
        }
        defer { close(descriptor) }
        let octets = Array(text.utf8)
        #expect(Glibc.write(descriptor, octets, octets.count) == octets.count)
    }
}

/// The page: each command with who may give it, what it needs, and what is said with it.
private enum CommandPage {
    static var text: String {
        let sections = CommandName.allCases.map { section($0.type) }
        return introduction + sections.joined(separator: "\n")
    }

    private static let introduction = """
        # The commands, and their JSON

        This page is made of the code, and a test holds it equal: `GATEHOUSE_WRITE_DOCS=1 swift test --filter JSONPageTests` writes it
        anew. How a line looks, and what is refused, stands in [protocols.md](protocols.md).

        `gatehousectl … --json` prints the items and the reply of a command, one object a line, as they are here, with two members in
        front: `"form":"COMMAND/item"` or `"form":"COMMAND/reply"`, and `"v":1`. The version of a form grows when a member goes or means
        something else; members that are new change nothing.

        - `name?` may be left out; `[…]` is an array; `{*: …}` has names that are data; `any` is whatever fits.
        - Any reply that is an object may have `understood` beside its members: `meant`, rows that were found otherwise than by their reference
          or number (as items of `find`), and `times`, what was made of times in words, by argument.
        - Arguments are strings on the wire. A number or a truth value is read as its text: `"limit":5` is `"limit":"5"`.
        - A command waits in its **lane**, behind others of that lane alone. **Urgent** ones go before all that are not.
        - Where it says that a command **needs a reason**, it always does. `log` of one person, and what takes access away, ask for one
          as well, and their refusal says so.
        - Its **life** begins when its line was read. What is older is not carried out. A command that needs its sender dies with the
          connection; the others are carried out all the same.


        """

    static func arguments(of name: CommandName) -> Shape { shape(of: name.type) }

    private static func shape<Command: AdminCommand>(of type: Command.Type) -> Shape { Shape.of(type) }

    private static func section<Command: AdminCommand>(_ type: Command.Type) -> String {
        let entry = Command.entry
        let roles = Role.allCases.filter(entry.roles.contains).map(\.word)
        var facts = [roles.count == Role.allCases.count ? "everyone" : roles.joined(separator: ", ")]
        if entry.needsReason { facts.append("needs a reason") }
        facts.append("lane \(entry.lane.rawValue)\(entry.isUrgent ? ", urgent" : "")")
        let sender = entry.life.diesWithItsSender ? "needs its sender" : "needs no sender"
        facts.append("lives \(entry.life.longest.components.seconds) s, \(sender)")
        var parts = [("arguments", Shape.of(type))]
        if Command.Item.self != Nothing.self { parts.append(("item     ", Shape.of(Command.Item.self))) }
        parts.append(("reply    ", Shape.of(Command.Reply.self)))
        let lines = parts.map { "\($0)  \(written($1))" }.joined(separator: "\n")
        return """
            ## \(Command.name.rawValue)

            \(entry.summary.english.prefix(1).uppercased())\(entry.summary.english.dropFirst()).
            \(facts.joined(separator: " · ")).

            ```
            \(lines)
            ```

            """
    }

    /// One line where that is short; otherwise a member a line.
    static func written(_ shape: Shape, behind indent: Int = 0) -> String {
        let short = line(shape)
        guard indent + short.count > 100 else { return short }
        let margin = String(repeating: " ", count: indent)
        switch shape {
        case .object(let members):
            let lines = members.map { "\(margin)  \(label($0))\(written($0.shape, behind: indent + 2))" }
            return "{\n\(lines.joined(separator: "\n"))\n\(margin)}"
        case .array(let element): return "[\(written(element, behind: indent))]"
        case .map(let value): return "{*: \(written(value, behind: indent))}"
        default: return short
        }
    }

    private static func label(_ member: Shape.Member) -> String { "\(member.name)\(member.isOptional ? "?" : ""): " }

    private static func line(_ shape: Shape) -> String {
        switch shape {
        case .text: "text"
        case .integer: "integer"
        case .number: "number"
        case .boolean: "boolean"
        case .anything: "any"
        case .choice(let words): words.map { "\"\($0)\"" }.joined(separator: " | ")
        case .array(let element): "[\(line(element))]"
        case .map(let value): "{*: \(line(value))}"
        case .object(let members): "{\(members.map { label($0) + line($0.shape) }.joined(separator: ", "))}"
        }
    }
}
