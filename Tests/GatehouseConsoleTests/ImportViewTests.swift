import GatehouseAdmin
import GatehouseCore
import Testing

@testable import GatehouseConsole

@Suite struct MultipartTests {
    private let type = "multipart/form-data; boundary=\"x1\""
    private func body(_ parts: [String]) -> [UInt8] {
        Array((parts.map { "--x1\r\n\($0)\r\n" }.joined() + "--x1--\r\n").utf8)
    }

    @Test func fieldsAndFilesAreTakenApart() throws {
        let parts = [
            "Content-Disposition: form-data; name=\"token\"\r\n\r\nabc",
            "Content-Disposition: form-data; name=\"files\"; filename=\"住户 %22a%22.csv\"\r\nContent-Type: text/csv\r\n\r\na,b\r\n1,2\r\n",
            "Content-Disposition: form-data; name=\"more\"; filename=\"\"\r\n\r\n",
        ]
        let form = try #require(Multipart(type: type, body(parts)))
        #expect(form.fields["token"] == "abc" && form.fields.all.count == 1)
        #expect(form.files == [.init(name: "住户 \"a\".csv", octets: Array("a,b\r\n1,2\r\n".utf8))])
    }

    @Test func whatIsNoFormIsRefused() {
        let part = "Content-Disposition: form-data; name=\"a\"\r\n\r\nb"
        #expect(Multipart(type: "text/plain", body([part])) == nil)
        #expect(Multipart(type: "multipart/form-data", body([part])) == nil)
        #expect(Multipart(type: type, Array("--x1\r\n\(part)\r\n".utf8)) == nil, "it has no end")
        #expect(Multipart(type: type, body(["a"])) == nil)
        #expect(Multipart(type: type, body(["Content-Type: x\r\n\r\nb"])) == nil)
        #expect(Multipart(type: type, body(Array(repeating: part, count: Multipart.mostParts + 1))) == nil)
        #expect(Multipart(type: type, []) == nil)
        for cut in 0..<body([part]).count { _ = Multipart(type: type, Array(body([part]).prefix(cut))) }
    }
}

@Suite struct ImportViewTests {
    @Test func whatIsWrongStandsAboveWhatWouldChange() {
        let answer = ImportView.Answer(
            findings: [
                .init(file: "a.csv", line: 2, verb: "add", what: Samples.hostile), .init(problem: "a.csv:3: no role"),
            ],
            reply: nil, refusal: "1 line is wrong")
        let page = ImportView.view(
            Samples.visitor(), Typed(fields: Fields(encoded: "act=import&encoding=BIG5")!), answer
        )
        .body.markup
        #expect(page.firstRange(of: "no role")!.lowerBound < page.firstRange(of: "a.csv:2")!.lowerBound)
        #expect(
            page.contains("value=\"BIG5\" selected") && page.contains("1 line is wrong") && !page.contains("<script>"))
    }

    @Test func whatWouldChangeIsCounted() {
        let reply = ImportFiles.Reply(
            changes: 3, unchanged: 1, added: 2, changed: 1, ended: 0, repeated: 0, warnings: 1, names: ["张娜", "李伟"],
            applied: false, event: nil)
        let page = ImportView.view(Samples.visitor(), Typed(), .init(reply: reply)).body.markup
        #expect(page.contains("3 rows would change: 2 added, 1 changed, 0 ended; 1 stay"))
        #expect(page.contains("The first names: 张娜, 李伟") && page.contains("1 line should be looked at"))
    }

    @Test func aListInAnOldEncodingIsReadByItsName() throws {
        let gb: [UInt8] = [0xD5, 0xC5, 0xC4, 0xC8, 10]
        let text = try OfficeText(.init(name: "a.csv", octets: gb), encoding: "GB18030", sheet: nil)
        #expect(text.octets == Array("张娜\n".utf8))
        #expect(throws: OfficeText.Problem.self) {
            try OfficeText(.init(name: "a.csv", octets: gb), encoding: "/etc/passwd", sheet: nil)
        }
        #expect(throws: OfficeText.Problem.self) {
            try OfficeText(.init(name: "a.xlsx", octets: [0x50, 0x4B, 3, 4]), encoding: nil, sheet: nil)
        }
        #expect(try OfficeText(.init(name: "a", octets: gb), encoding: nil, sheet: nil).octets == gb)
    }
}
