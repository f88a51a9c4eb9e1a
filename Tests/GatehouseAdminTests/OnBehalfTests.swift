import GatehouseAdmin
import GatehouseCore
import Testing

/// For whom a console says that it asks.
@Suite("For somebody else")
struct OnBehalfTests {
    @Test(arguments: [
        "zhang.wei", "张伟", "li_na-2", "Müller", "ئابلىز", "བཀྲ་ཤིས".replacing("་", with: "."), "é",
        String(repeating: "张", count: 64),
    ])
    func namesOfAnyScript(_ name: String) {
        #expect(OnBehalf.isName(name))
    }

    @Test(arguments: [
        "", " ", "zhang wei", "a\u{0}", "a\nb", "a\u{202E}b", "a\u{200B}b", "a\u{AD}b", "\u{301}a", "1\u{301}", "a/b",
        "a'b",
        "a\"b", "<b>", "a@b", "a\u{3164}", String(repeating: "a", count: 65), "a\u{FE0F}", "🙂",
    ])
    func whatIsNoName(_ name: String) {
        #expect(!OnBehalf.isName(name))
    }

    @Test(arguments: Role.allCases) func aLineSaysForWhomAndInWhichRole(_ role: Role) throws {
        let person = OnBehalf(name: "张伟", role: role)
        let line = try AdminLine(AdminRequest(id: 3, Status(), for: person).line)
        #expect(line.onBehalf == person)
        #expect(try AdminLine(AdminRequest(id: 3, Status()).line).onBehalf == nil)
    }

    @Test(arguments: [
        #""as":"a""#, #""role":"guard""#, #""as":"a b","role":"guard""#, #""as":"a","role":"owner""#,
        #""as":"a","role":"Guard""#, #""as":"a","role":7"#, #""as":"","role":"guard""#,
        #""as":"a","as":"b","role":"guard""#,
    ])
    func halfAPersonIsRefused(_ members: String) {
        #expect {
            try AdminLine(Array(#"{"v":1,"id":5,"command":"status",\#(members)}"#.utf8))
        } throws: { ($0 as? AdminLine.Refused)?.refusal.code == "malformed" }
    }
}
