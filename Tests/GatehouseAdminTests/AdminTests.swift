import GatehouseAdmin
import GatehouseCore
import GatehouseCrypto
import Glibc
import Synchronization
import Testing

@Suite("What may be said")
struct CommandTests {
    @Test(arguments: [
        ("garbage", "malformed"), ("[]", "malformed"), (#"{"v":2,"command":"status"}"#, "version"),
        (#"{"v":1}"#, "malformed"), (#"{"v":1,"command":"status","x":1}"#, "malformed"),
        (#"{"v":1,"command":"no such"}"#, "unknownCommand"), (#"{"v":1,"command":"status","life":-1}"#, "malformed"),
        (#"{"v":1,"command":"status","reason":"a\#u{202E}b"}"#, "malformed"),
    ])
    func badLineIsRefusedByName(line: String, code: String) {
        #expect { try AdminLine(Array(line.utf8)) } throws: { ($0 as? AdminLine.Refused)?.refusal.code == code }
    }

    @Test func aMistypedCommandIsToldTheNearOne() {
        #expect { try AdminLine(Array(#"{"v":1,"command":"portal opne"}"#.utf8)) } throws: {
            ($0 as? AdminLine.Refused)?.refusal.message.contains(#"did you mean "portal open""#) == true
        }
    }

    /// A megabyte of brackets is refused where it is measured, whatever would be inside.
    @Test(arguments: ["[", "{\"a\":", "[{\"a\":["]) func nestingIsBoundedBeforeAnythingReadsIt(part: String) {
        let deep = String(repeating: part, count: LineSplitter.bound / part.utf8.count)
        let line = #"{"v":1,"command":"status","arguments":"# + deep
        #expect { try AdminLine(Array(line.utf8)) } throws: {
            ($0 as? AdminLine.Refused)?.refusal.message.contains("nested") == true
        }
        let wide = #"{"v":1,"command":"status","arguments":["# + String(repeating: "1,", count: 400_000) + "1]}"
        #expect(throws: AdminLine.Refused.self) { try AdminLine(Array(wide.utf8)) }
    }

    /// Whatever a command takes goes over the wire and comes back the same.
    @Test(arguments: CommandName.allCases) func everyCommandIsWrittenAndReadBack(name: CommandName) throws {
        func roundTrip<Command: AdminCommand>(_ type: Command.Type) throws {
            #expect(Command.name == name)
            let sample = try #require(Sample.of(type))
            let line = try AdminLine(AdminRequest(id: 7, sample, reason: "why").line)
            #expect(line.id == 7 && line.command == name && line.reason == "why")
            #expect(try line.command(type) == sample)
        }
        try roundTrip(name.type)
    }

    /// Each argument of each command with what nobody means: a refusal that names the argument, and nothing else.
    @Test(arguments: CommandName.allCases) func everyBadArgumentIsRefusedByItsName(name: CommandName) throws {
        func check<Command: AdminCommand>(_ type: Command.Type) throws {
            let command = try #require(Sample.of(type))
            let sample = try #require(JSON(line: AdminRequest(command).line))
            var members = try #require(sample.object)
            let arguments = members["arguments"]?.object ?? [:]
            guard case .object(let shape) = Shape.of(type) else { return }
            #expect(Set(arguments.keys) == Set(shape.map(\.name)))
            for argument in shape {
                for bad in Self.bad where !Self.isFine(bad, argument) {
                    var changed = arguments
                    changed[argument.name] = bad
                    members["arguments"] = .object(changed)
                    let line = Array(JSON.object(members).line.utf8)
                    #expect(
                        performing: { try AdminLine(line).command(type) },
                        throws: { error in
                            let refusal = error as? CommandRefusal ?? (error as? AdminLine.Refused)?.refusal
                            return refusal?.message.contains(argument.name) == true
                                || refusal?.message.contains("pass uses") == true
                        })
                }
            }
            var changed = arguments
            changed["nosuch"] = "1"
            members["arguments"] = .object(changed)
            let line = Array(JSON.object(members).line.utf8)
            #expect { try AdminLine(line).command(type) } throws: {
                ($0 as? CommandRefusal)?.message.contains("nosuch") == true
            }
        }
        try check(name.type)
    }

    static let bad: [JSON] = [
        "", " ", "a\u{0}b", "a\u{1B}[31m", "a\u{202E}b", "a\u{200B}b", .string(String(repeating: "x", count: 600_000)),
        .array([]), .object([:]), .number(1.5),
    ]
    /// An empty file has no octets, and an empty list no pass.
    private static func isFine(_ bad: JSON, _ argument: Shape.Member) -> Bool {
        if argument.name == "data" { return (bad.string?.utf8.allSatisfy { $0 == UInt8(ascii: "x") }) == true }
        if case .array = argument.shape { return bad == .array([]) }
        return false
    }

    @Test(arguments: [
        "9223372036854775808", "18446744073709551615", "-1", "١٢", "１２", "+1", " 1", "1 ", "0x1", "1e3", "",
    ])
    func aNumberIsDigitsOfASCIIAndNothingElse(text: String) {
        #expect(throws: ArgumentProblem.self) { try CountArgument(argument: text) }
        #expect(throws: ArgumentProblem.self) { try RowArgument(argument: text) }
    }

    @Test func theWidestNumbersAreTaken() throws {
        #expect(try CountArgument(argument: "9223372036854775807").value == UInt64(Int64.max))
        #expect(try RowArgument(argument: "4294967295").value == .max)
        #expect(throws: ArgumentProblem.self) { try RowArgument(argument: "4294967296") }
        #expect(throws: ArgumentProblem.self) { try RowArgument(argument: "0") }
    }

    /// Numbers and truth values of JSON are what 0.2.0 sent.
    @Test func aNumberMayComeAsANumber() throws {
        let line = try AdminLine(Array(#"{"v":1,"command":"credential show","arguments":{"id":12}}"#.utf8))
        #expect(try line.command(CredentialShow.self) == CredentialShow(id: 12))
        let flag = try AdminLine(Array(#"{"v":1,"command":"pass list","arguments":{"all":true}}"#.utf8))
        #expect(try flag.command(PassList.self) == PassList(all: true))
    }

    @Test func whatMayNameSomebodyStandsNotInTheJournal() {
        #expect(PortalOpen(portal: "lane").journalText == "portal open portal=lane")
        let fields = PersonFields(name: "赵一", role: "resident", dwelling: "c/1-101")
        #expect(PersonAdd(reference: "R-1", fields: fields).journalText == "person add role=resident")
        #expect(CredentialAdd(person: "R-1", kind: "pin", pin: "73910482").journalText == "credential add kind=pin")
    }

    @Test func aMemberIsSaidOnce() {
        for line in [
            #"{"v":1,"command":"portal open","arguments":{"portal":"wicket","portal":"lane"},"reason":"x"}"#,
            #"{"v":1,"command":"portal open","reason":"x","arguments":{},"reason":"y"}"#,
            #"{"v":1,"command":"portal open","arguments":{"port\u0061l":"lane"},"reason":"x"}"#,
            #"{"v":1,"v" : 1,"command":"status"}"#,
        ] {
            do throws(AdminLine.Refused) {
                _ = try AdminLine(Array(line.utf8))
                Issue.record("taken: \(line)")
            } catch { #expect(error.refusal.code == "malformed" && error.refusal.message.contains("twice"), "\(line)") }
        }
        let once = #"{"v":1,"command":"portal open","arguments":{"portal":"v"},"reason":"\"portal\":\"portal\":"}"#
        #expect((try? AdminLine(Array(once.utf8)))?.reason == #""portal":"portal":"#)
    }

    @Test func everyCommandHasARowThatSomebodyMayUse() {
        for name in CommandName.allCases {
            let entry = name.entry
            #expect(!entry.roles.isEmpty && !entry.summary.english.isEmpty, "\(name)")
            #expect(entry.life != .order || entry.lane == .openings || entry.lane == .devices, "\(name)")
            #expect(
                !entry.isUrgent || entry.life == .change,
                "only what changes the register goes before the others: \(name)")
        }
        #expect(CommandName.credentialChange.entry.isUrgent && CommandName.personChange.entry.isUrgent)
        #expect(CommandName.passRemove.entry.isUrgent && CommandName.consentWithdraw.entry.isUrgent)
        #expect(CommandName.tenancyTerminate.entry.isUrgent)
    }
}

/// A command with a value for each argument, made of the shape that its type has.
enum Sample {
    static func of<Command: AdminCommand>(_ type: Command.Type) -> Command? {
        guard let arguments = json(Shape.of(type), "") else { return nil }
        return WireJSON.decode(type, Array(arguments.line.utf8))
    }

    private static let digest = String(repeating: "ab", count: 32)

    private static func json(_ shape: Shape, _ name: String) -> JSON? {
        switch shape {
        case .object(let members):
            var object: [String: JSON] = [:]
            for member in members { object[member.name] = json(member.shape, member.name) }
            return .object(object)
        case .text:
            switch name {
            case "data": return "aGVsbG8="
            case "receiver", "token-hash": return .string(digest)
            case "since", "old", "new", "id", "event", "alarm", "credential", "after", "before", "limit", "offset",
                "size",
                "seconds", "address", "baud",
                "type", "level", "user":
                return "3"
            case "all", "beside", "bound", "duress", "dry-run", "ends", "pieces", "follow", "refused", "needs-time",
                "reopen", "empty", "picture", "pictures", "pulse", "seen", "witnessed":
                return "yes"
            default: return "some-text"
            }
        case .array(.text): return .array([.string("3")])
        case .array(.object):
            return .array([["pass": "00000000000000ff", "until": 5, "revoked": false, "counts": ["a": 1]]])
        default: return nil
        }
    }
}

@Suite("Lines and paces")
struct LineTests {
    @Test func lineThatNeverEndsIsCutOff() {
        var splitter = LineSplitter()
        #expect(splitter.take([UInt8](repeating: 65, count: LineSplitter.bound)) == [])
        #expect(splitter.take([65]) == nil)
    }

    /// In one piece with its end it is as long as without.
    @Test func lineOverItsBoundIsNoneEvenWhenItEnds() {
        var splitter = LineSplitter(bound: 4)
        #expect(splitter.take(Array("1234\n".utf8)) == [Array("1234".utf8)])
        #expect(splitter.take(Array("12345\n".utf8)) == nil)
    }

    @Test func aReasonIsBounded() throws {
        func reason(_ count: Int) throws -> String? {
            let text = String(repeating: "x", count: count)
            return try AdminLine(AdminRequest(PortalOpen(portal: "lane"), reason: text).line).reason
        }
        #expect(try reason(512)?.count == 512)
        #expect { try reason(513) } throws: {
            ($0 as? AdminLine.Refused)?.refusal.message.contains("reason") == true
        }
    }

    @Test func anyChunkingGivesTheSameLines() {
        let text = Array("one\n\ntwo\nthree\n".utf8)
        for size in 1...text.count {
            var splitter = LineSplitter()
            var lines: [[UInt8]] = []
            var start = 0
            while start < text.count {
                lines += splitter.take(text[start..<min(text.count, start + size)]) ?? []
                start += size
            }
            #expect(lines.map { String(decoding: $0, as: UTF8.self) } == ["one", "two", "three"])
        }
    }

    @Test func repliesAreReadAsTheyAreWritten() {
        let item = AdminReply<[String: String]>.item(["a": "}\"ok\":true,\"result\":{"]).line(id: 5)
        #expect(ReceivedReply(line: item) == .item(Array(#"{"a":"}\"ok\":true,\"result\":{"}"#.utf8)))
        let done = AdminReply<[Int]>.done([1, 2]).line(id: -3)
        #expect(ReceivedReply(line: done) == .done(Array("[1,2]".utf8)))
        let refusal = CommandRefusal(code: "busy", message: Sentence(verbatim: "later"))
        #expect(ReceivedReply(line: AdminReply<Nothing>.refused(refusal, id: 1)) == .refused(refusal))
        // In the site's language, which the asker had not named.
        for (line, value) in [
            ("\"item\":[1]", ReceivedReply.item(Array("[1]".utf8))),
            ("\"ok\":true,\"result\":{\"lang\":\"zh\"}", .done(Array("{\"lang\":\"zh\"}".utf8))),
        ] {
            let said = Array("{\"id\":4,\(line)".utf8) + AdminReply<Nothing>.tail(.chinese)
            #expect(ReceivedReply(line: said) == value && ReceivedReply.language(of: said) == .chinese)
            let plain = Array("{\"id\":4,\(line)".utf8) + AdminReply<Nothing>.tail(nil)
            #expect(ReceivedReply(line: plain) == value && ReceivedReply.language(of: plain) == nil)
        }
        // As another version might write it.
        #expect(ReceivedReply(line: Array(#"{"ok":true,"result":7,"id":1}"#.utf8)) == .done(Array("7".utf8)))
        #expect(ReceivedReply(line: Array("{}".utf8)) == nil)
    }

    @Test func aPaceIsHeldOverAnyTime() {
        var now = MonotonicTime(nanoseconds: 5)
        var bucket = TokenBucket(Pace(perSecond: 10, burst: 4), at: now)
        var taken = 0
        for _ in 0..<1000 {
            if bucket.opens(at: now) <= now {
                bucket.take(1, at: now)
                taken += 1
            }
            now = now + .milliseconds(10)
        }
        // Ten seconds at ten a second, and the burst; the last may overdraw by one.
        #expect((103...105).contains(taken))
    }

    /// However long somebody rested, they have the burst and no more.
    @Test func aRestFillsTheBurstAndNoMore() {
        var now = MonotonicTime.zero
        var bucket = TokenBucket(Pace(perSecond: 10, burst: 4), at: now)
        now = now + .seconds(3600)
        var taken = 0
        while taken < 100, bucket.opens(at: now) <= now {
            bucket.take(1, at: now)
            taken += 1
        }
        #expect(taken == 4)
    }

    @Test func whatOverdrawsIsWaitedFor() {
        let now = MonotonicTime.zero
        var bucket = TokenBucket(Pace(perSecond: 1000, burst: 10), at: now)
        bucket.take(1010, at: now)
        let opens = bucket.opens(at: now)
        #expect(opens - now > .milliseconds(999) && opens - now < .milliseconds(1001))
        #expect(bucket.opens(at: opens) == opens)
    }
}
