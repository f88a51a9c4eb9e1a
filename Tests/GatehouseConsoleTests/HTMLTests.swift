import GatehouseCore
import Testing

@testable import GatehouseConsole

@Suite struct HTMLTests {
    @Test(arguments: [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("\" onload=\"x", "&quot; onload=&quot;x"), ("'--", "&#39;--"), ("a & b", "a &amp; b"),
        ("abc\u{202E}def", "abc·def"), ("\u{0}\u{1B}[2J", "··[2J"), ("张伟", "张伟"), ("ئۇيغۇر", "ئۇيغۇر"),
        ("བོད་", "བོད་"), ("क्‍ष", "क्‍ष"),
    ])
    func whatIsPutInIsText(text: String, markup: String) {
        let html: HTML = "<p title=\"\(text)\">\(text)</p>"
        #expect(html.markup == "<p title=\"\(markup)\">\(markup)</p>")
    }

    @Test func markupStaysMarkup() {
        let items = ["a", "<b>"].map { "<li>\($0)</li>" as HTML }
        let html: HTML = "<ul>\(items)</ul>\("<hr>", if: false)\("<br>", if: true)\(7 as UInt64)"
        #expect(html.markup == "<ul><li>a</li><li>&lt;b&gt;</li></ul><br>7")
        #expect(HTML.name("<i>").markup == "<bdi>&lt;i&gt;</bdi>")
        #expect(("a" as HTML + "b").markup == "ab")
    }
}

@Suite struct FieldsTests {
    @Test func whatIsWrittenIsReadAgain() {
        let texts = ["", "a b", "张伟", "a=b&c+d%", "\u{0}\n", "ئۇ", String(repeating: "x", count: 3000)]
        for text in texts {
            let fields = Fields([Fields.Field(name: "q\(text)", value: text), Fields.Field(name: "z", value: "1")])
            #expect(Fields(encoded: fields.encoded) == fields)
        }
    }

    @Test func whatIsNoFormIsRefused() {
        for text in ["a=%", "a=%4", "a=%zz", "a=%ff", "%c3=1", "a=%C0%AF"] {
            #expect(Fields(encoded: text) == nil, "\(text)")
        }
        let many = (0..<10_000).map { "f\($0)=1" }.joined(separator: "&")
        #expect(Fields(encoded: many) == nil)
        let most = (0..<Fields.limit).map { "f\($0)=1" }.joined(separator: "&")
        #expect(Fields(encoded: most)?.all.count == Fields.limit)
    }

    @Test func theFirstOfANameCounts() throws {
        let fields = try #require(Fields(encoded: "a=1&a=2&b=+x+&c=&d"))
        #expect(
            fields["a"] == "1" && fields["b"] == "x" && fields["c"] == nil && fields["d"] == nil && fields["e"] == nil)
        #expect(fields.values("a") == ["1", "2"])
        #expect(fields.with("a", "3").encoded == "b=%20x%20&c=&d=&a=3")
        #expect(fields.number("a") == 1 && Fields(encoded: "a=-1")?.number("a") == nil)
    }
}

@Suite struct AddressTests {
    @Test(arguments: ["/", "/log?from=1", "/people/R-1", "/sign-in?to=%2Flog"])
    func placesOfOursAreGoneTo(address: String) { #expect(SignInView.local(address) == address) }

    @Test(arguments: [
        "", "log", "//evil.example", "/\\evil.example", "https://evil.example/", "/a\nLocation: x", "/a b",
        "javascript:1", "/张",
        "/" + String(repeating: "a", count: 1024),
    ])
    func othersAreNot(address: String) { #expect(SignInView.local(address) == nil) }

    @Test func thePageListensToNobodyElse() {
        #expect(PageServer.Place("127.0.0.1:8480") == .loopback(port: 8480))
        #expect(PageServer.Place("unix:/run/x/http.sock") == .socket(path: "/run/x/http.sock"))
        for text in [
            "0.0.0.0:80", "8480", "127.0.0.1", "127.0.0.1:99999", "127.0.0.1:x", "unix:relative", "[::]:80",
            "localhost:80", "",
        ] {
            #expect(PageServer.Place(text) == nil, "\(text)")
        }
    }

    @Test func theBrowsersLanguageIsTaken() {
        for header in ["zh-CN,zh;q=0.9,en;q=0.8", "de, zh-TW", "ZH"] {
            #expect(Language.preferred(header) == .chinese, "\(header)")
        }
        for header in ["en-GB,zh", "fr", "*", ""] { #expect(Language.preferred(header) == .english, "\(header)") }
        #expect(Language.preferred(nil) == .english)
    }
}

@Suite struct SiteTimeTests {
    private let text = "2026-11-27T18:04:05.123+08:00"

    @Test func timesAreShortAndExactOnHover() {
        #expect(SiteTime.html(text, today: "2026-11-27").markup.contains(">18:04:05</time>"))
        #expect(SiteTime.html(text, today: "2026-11-28").markup.contains(">2026-11-27 18:04</time>"))
        #expect(SiteTime.html(text).markup.contains("datetime=\"\(text)\" title=\"2026-11-27 18:04:05.123+08:00\""))
        #expect(SiteTime.day(text, .chinese) == "2026年11月27日" && SiteTime.day(text, .english) == "2026-11-27")
    }
}

@Suite struct EventStreamTests {
    @Test func eventsAreLinesAndATabThatDoesNotReadIsLetGo() async {
        let stream = EventStream()
        stream.send("entry", id: 7, data: "<li>\n</li>")
        stream.end()
        var events: [String] = []
        for await event in stream.events { events.append(event) }
        #expect(events == ["event: entry\nid: 7\ndata: <li>\ndata: </li>\n\n"])

        let deaf = EventStream()
        for number in 0...UInt64(EventStream.limit) { deaf.send("entry", id: number) }
        var heard = 0
        for await _ in deaf.events { heard += 1 }
        #expect(heard == EventStream.limit, "the stream ends, and the browser comes back with its last number")
    }
}
