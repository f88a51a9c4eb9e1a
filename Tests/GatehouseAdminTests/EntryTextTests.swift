import GatehouseAdmin
import GatehouseCore
import Testing

/// The text of an entry is what the encoder writes of it, octet for octet.
@Suite("Text of entries")
struct EntryTextTests {
    private var whole: EntryView {
        EntryView(
            seq: 1207, at: "2026-11-26T18:02:11.123+08:00", ms: 1_764_151_331_123, kind: "decision", revision: 7,
            portal: "wicket", point: "wicket-in", reader: "r", about: 12, actor: "uid 7 (guard)", outcome: "denied",
            reason: "TenancyEnded", credential: 9, clock: "untrusted", person: 7, name: "李伟", reference: "R-7",
            dwelling: "c/3-2-501", path: ["posture=abstain", "uses=deny(UsesExhausted)"],
            detail: [
                "serial": "a", "serialBefore": nil, "sha256": true, "count": 3, "users": [1, "x", [], [:]],
                "with": ["b": 1, "a": .number(1.5), "A": -3],
            ],
            personal: ["note": "x", "account": "anna"],
            picture: PictureView(state: "stored", path: "2026/11/26/a.jpg", reason: nil))
    }

    @Test func itIsWhatTheEncoderWrites() {
        #expect(String(decoding: whole.text, as: UTF8.self) == String(decoding: WireJSON.encode(whole), as: UTF8.self))
        let bare = EntryView(seq: 0, at: "", ms: .min, kind: "", revision: 0)
        #expect(bare.text == WireJSON.encode(bare))
        var empty = bare
        (empty.path, empty.detail, empty.personal) = ([], [:], [:])
        empty.picture = PictureView(state: "missing", path: nil, reason: "noCamera")
        #expect(empty.text == WireJSON.encode(empty))
    }

    /// Whatever somebody wrote: marks, control characters, every script.
    @Test(arguments: [
        "\"", "\\", "/", "a/b\\c\"d",
        "\u{0}\u{1}\u{8}\u{9}\u{A}\u{B}\u{C}\u{D}\u{E}\u{F}\u{10}\u{1B}\u{1F}\u{7F}\u{80}",
        "\u{2028}\u{2029}\u{202E}\u{FEFF}", "莲花苑", "👩‍👩‍👧", "e\u{301}", "\u{10FFFF}", "<script>&amp;</script>",
    ])
    func whateverSomebodyWrote(text: String) {
        var entry = whole
        (entry.name, entry.actor, entry.personal, entry.detail) = (text, text, [text: text], [text: .string(text)])
        entry.path = [text]
        #expect(entry.text == WireJSON.encode(entry))
    }

    /// What is read of a text is what was written, and what the decoder reads.
    @Test(arguments: [
        "x", "\"", "\\", "a/b\\c\"d", "\u{0}\u{8}\u{9}\u{A}\u{C}\u{D}\u{1F}\u{7F}", "莲花苑 👩‍👩‍👧 e\u{301}\u{2028}",
    ])
    func whatIsReadIsWhatWasWritten(text: String) throws {
        var entry = whole
        (entry.name, entry.personal, entry.path) = (text, [text: text], [text])
        entry.detail?["note"] = .string(text)
        // A fraction is the decoder's to read.
        entry.detail?["with"] = ["a": 1, "b": [true, false, nil, -7, "x", [:], []]]
        #expect(EntryView(text: entry.text) == entry)
        #expect(WireJSON.decode(EntryView.self, entry.text) == entry)
        #expect(WireJSON.decode(EntryView.self, whole.text) == whole, "with its fraction")
    }

    /// Whatever is not exactly what is written is left to the decoder, or is nothing at all: every text with one octet
    /// changed or missing.
    @Test func aDamagedTextIsTheDecoders() throws {
        var entry = whole
        entry.detail?["with"] = ["a": 1]
        let text = entry.text
        func same(_ damaged: [UInt8]) {
            guard let quick = EntryView(text: damaged) else { return }
            #expect(WireJSON.encode(quick) == quick.text)
            #expect(quick.text == damaged, "\(String(decoding: damaged, as: UTF8.self))")
        }
        for place in text.indices {
            var missing = text
            missing.remove(at: place)
            same(missing)
            same(Array(text[..<place]))
            for octet in Array("\"\\{}[],:0-9eE. tfn\u{1}".utf8) + [0xFF, 0x80] {
                var damaged = text
                damaged[place] = octet
                same(damaged)
            }
        }
        let others = [
            "{}", "", "[]", String(decoding: text, as: UTF8.self).replacing("wicket-in", with: "\\u00+1"),
            "{\"seq\":1}", " \(String(decoding: text, as: UTF8.self))",
            "\(String(decoding: text, as: UTF8.self)) ",
        ]
        for other in others { #expect(EntryView(text: Array(other.utf8)) == nil, "\(other)") }
    }
}
