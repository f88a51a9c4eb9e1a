import GatehouseAccounts
import GatehouseAdmin
import GatehouseCore
import Testing

@testable import GatehouseConsole

@Suite struct GalleryTests {
    private func page(_ query: String = "") -> String {
        var incoming = Incoming(.get, ["gallery"])
        incoming.query = Fields(encoded: query) ?? Fields()
        guard case .octets(let octets)? = Gallery.answer(incoming)?.body else { return "" }
        return String(decoding: octets, as: UTF8.self)
    }

    @Test func hasEveryStateInBothLanguages() throws {
        let data = try #require(Gallery.data)
        #expect(data.alarms["many"]?.count == 40 && data.alarms["one"]?.count == 1)
        for posture in Posture.allCases {
            #expect(data.status.portals.contains { $0.posture == posture.word }, "\(posture)")
        }
        for severity in HealthCode.Severity.allCases {
            #expect(data.status.conditions.contains { $0.severity == severity.rawValue }, "\(severity)")
        }
        for entry in data.entries {
            #expect(EntryKind(rawValue: entry.kind) != nil, "\(entry.kind)")
            #expect(page("lang=zh").contains("data-seq=\"\(entry.seq)\"") || entry.kind == "passage")
        }
        #expect(page("lang=zh&palette=dark").contains("<html lang=\"zh-CN\" data-palette=\"dark\">"))
        #expect(!page().contains("<b>Lu") && page().contains("&lt;b&gt;Lu"))
    }

    @Test func isShownOnlyWhereItIsAskedFor() {
        #expect(Gallery.answer(Incoming(.get, ["settings"])) == nil)
        #expect(Gallery.answer(Incoming(.get, ["gallery", "x"])) == nil)
    }

    @Test func aNameStandsOnceInARow() throws {
        let data = try #require(Gallery.data)
        let long = try #require(data.entries.first { $0.name?.hasPrefix("Abdurehim") == true })
        let visitor = Visitor(
            account: "zhang", shown: "张伟", role: .guard_, language: .english, palette: .auto, token: "t",
            mark: { $0 }, gate: Gate(path: "", language: .english, person: nil))
        let markup = EntryRow(visitor: visitor, entry: long).html.markup
        #expect(markup.components(of: "Abdurehim") == 1)
    }
}

extension String {
    fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}

@Suite struct LaneTests {
    @Test(arguments: [
        (Incoming.Method.get, "assets", Incoming.Lane.nobody), (.get, "healthz", .nobody), (.get, "sign-in", .nobody),
        (.post, "sign-in", .passwords), (.get, "shift", .gate), (.get, "once", .gate), (.post, "gates", .gate),
    ])
    func whatAsksNobodyWaitsBehindNobody(method: Incoming.Method, path: String, lane: Incoming.Lane) {
        #expect(Incoming(method, [path]).lane == lane)
    }
}
