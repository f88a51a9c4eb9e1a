import GatehouseAdmin
import GatehouseCore
import GatehouseCrypto
import Testing

@testable import GatehouseCase

/// A case is whole or its fault is named, whatever somebody did to its files.
@Suite("Case files")
struct CaseCheckTests {
    private static let names = try! SampleCase().files.keys.sorted()  // a sample of this test's own

    private func faults(_ sample: SampleCase, _ trust: CaseCheck.Trust = CaseCheck.Trust()) -> [String] {
        sample.check(trust).faults.map(\.file)
    }

    @Test func aCaseIsWholeAndSaysWhatItProves() throws {
        let sample = try SampleCase()
        let check = sample.check(CaseCheck.Trust(key: sample.log.key))
        #expect(check.faults.isEmpty, "\(check.faults)")
        #expect(check.entries.map(\.entry.sequence) == [sample.event, sample.event + 1])
        #expect(check.entries.first?.opened.map(\.name) == ["cardNumber"])
        #expect(check.entries.last?.picture == "picture-\(sample.event + 1).jpg")
        #expect(check.isKeyGiven && check.key == sample.log.key)
        let said = CaseVerdict.lines(check, .english)
        #expect(said.last == "The case file is whole.")
        #expect(said.contains { $0.contains("2 entries stand in the journal lotus/journal/1") })
        #expect(!said.contains { $0.contains("came with the case itself") })
        let unsure = CaseVerdict.lines(sample.check(), .english)
        #expect(unsure.contains { $0.contains("came with the case itself") })
    }

    @Test(arguments: names) func eachFileIsMissedByItsName(name: String) throws {
        var sample = try SampleCase()
        sample.files[name] = nil
        #expect(faults(sample).contains(name), "\(faults(sample))")
    }

    /// Every octet of the small files, and some of the large ones.
    @Test(arguments: names) func eachFlippedOctetIsNamedByItsFile(name: String) throws {
        let sample = try SampleCase()
        let octets = try #require(sample.files[name])
        for place in stride(from: 0, to: octets.count, by: max(1, octets.count / 64)) {
            var changed = sample
            changed.files[name]?[place] ^= 1 << UInt8(place % 8)
            let found = faults(changed)
            let isNamed =
                found.contains(name) || name.hasPrefix("manifest") && found.contains { $0.hasPrefix("manifest") }
            #expect(isNamed, "octet \(place): \(found)")
        }
        var longer = sample
        longer.files[name]?.append(0x0A)
        #expect(!faults(longer).isEmpty)
    }

    @Test(arguments: names) func eachFileOfAnotherCaseIsNamed(name: String) throws {
        var sample = try SampleCase()
        let other = try SampleCase(SampleCase.Settings(seed: 2))
        sample.files[name] = other.files[name]
        let found = faults(sample)
        #expect(
            found.contains(name) || name.hasPrefix("manifest") && found.contains { $0.hasPrefix("manifest") },
            "\(found)")
    }

    @Test func whatIsNotInTheListIsNoPartOfIt() throws {
        var sample = try SampleCase()
        sample.files["picture-99.jpg"] = [1]
        #expect(faults(sample).contains("picture-99.jpg"))
    }

    /// Somebody with a key of their own signs a list over changed files: the journal's entry names another key.
    @Test func aListThatSomebodyElseSignedIsNotTheSites() throws {
        let sample = try SampleCase()
        let other = try ReportSigner(seed: SecretKey([UInt8](repeating: 9, count: 32)))
        var files = sample.files
        files["case.html"]?.append(contentsOf: "<p>innocent</p>".utf8)
        for name in ["manifest.txt", "manifest.txt.sig", "manifest.txt.pem"] { files[name] = nil }
        let list = CaseList(of: files).octets
        files["manifest.txt"] = list
        files["manifest.txt.sig"] = try other.sign(list)
        files["manifest.txt.pem"] = Array(Ed25519.pem(publicKey: other.publicKey).utf8)
        #expect(CaseCheck(CaseFolder.Found(files: files)).faults.map(\.file) == ["manifest.txt.pem"])
    }

    /// The site itself says in words what no entry says.
    @Test func theReadableFormSaysWhatTheEntriesSay() throws {
        let original = try SampleCase()
        let document = try #require(original.check().document, "the readable form")
        let lies: [(String, (inout CaseDocument) -> Void)] = [
            ("outcome", { $0.entries[0].view.outcome = "granted" }), ("time", { $0.entries[0].view.ms += 1 }),
            ("local", { $0.entries[0].view.at = "2026-11-18T19:06:41.000+08:00" }),
            ("number", { $0.entries[0].view.seq += 1 }), ("person", { $0.entries[0].view.person = 8 }),
            ("card", { $0.entries[0].view.personal = ["cardNumber": "H10301:118-9"] }),
            ("invented", { $0.entries[0].view.personal = ["plate": "A"] }), ("less", { $0.entries.removeLast() }),
            ("place", { $0.entries[0].view.point = "lane-in" }), ("key", { $0.siteKey = "00" }),
            ("export", { $0.export.entry -= 1 }), ("actor", { $0.export.by = "uid 0 (manager)" }),
        ]
        for (what, lie) in lies {
            var (sample, changed) = (original, document)
            lie(&changed)
            try sample.write(changed)
            #expect(faults(sample) == ["case.json"], "\(what)")
        }
    }

    @Test func anEntryIsNeitherAddedNorLeftOutByTheSite() throws {
        var less = try SampleCase()
        for name in less.files.keys where name.hasPrefix("entry-\(less.event + 1)") || name.hasPrefix("picture") {
            less.files[name] = nil
        }
        try less.seal()
        #expect(faults(less).contains { $0.hasPrefix("export-") }, "\(faults(less))")
    }

    @Test func aWrongPictureIsNotThatOfItsEntry() throws {
        var sample = try SampleCase()
        sample.files["picture-\(sample.event + 1).jpg"] = [1, 2, 3]
        try sample.seal()
        #expect(faults(sample) == ["picture-\(sample.event + 1).jpg"])
        sample.files["picture-\(sample.event).jpg"] = sample.photograph
        try sample.seal()
        #expect(faults(sample).contains("picture-\(sample.event).jpg"), "the refusal has no digest")
    }

    @Test func aValueIsTheOneThatTheEntryIsBoundTo() throws {
        let sample = try SampleCase()
        let name = "entry-\(sample.event).tlog-proof"
        let file = try #require(sample.files[name])
        var proof = try LogProof(file)
        let octets = try #require(proof.extra)
        let extra = try #require(WireJSON.decode(ProofExtra.self, octets))
        let changes: [(inout ProofExtra) -> Void] = [
            { $0.opened[0].value = Base64.encode(Array("H10301:118-1604".utf8)) },
            { $0.opened[0].name = "plate" }, { $0.opened.append($0.opened[0]) }, { $0.leaf = "AAAA" },
        ]
        for change in changes {
            var (changed, other) = (sample, extra)
            change(&other)
            proof.extra = WireJSON.encode(other)
            changed.files[name] = proof.octets
            try changed.seal()
            #expect(faults(changed) == [name])
        }
        // Blanks, and nesting without an end.
        for text in [WireJSON.encode(extra) + [0x20], Array(String(repeating: "[", count: 100_000).utf8)] {
            var changed = sample
            proof.extra = text
            changed.files[name] = proof.octets
            try changed.seal()
            #expect(faults(changed) == [name])
        }
    }

    @Test func theReaderBringsTheKeyAndThePolicy() throws {
        let seed = SecretKey([UInt8](repeating: 50, count: 32))
        let plain = try SampleCase()
        let other = try SampleCase(SampleCase.Settings(seed: 2, site: "orchid"))
        #expect(!faults(plain, CaseCheck.Trust(key: other.log.key)).isEmpty, "the key of another journal")
        let policy = Array("log \(plain.log.key)\n\(try SampleCase.policy(of: seed))\n".utf8)
        #expect(faults(plain, CaseCheck.Trust(policy: policy)) == ["checkpoint.txt"], "nobody has witnessed it")
        let seen = try SampleCase(SampleCase.Settings(witness: seed))
        let check = seen.check(CaseCheck.Trust(policy: policy))
        #expect(check.isWhole && check.witnesses.map(\.name) == ["w1"], "\(check.faults)")
        #expect(
            CaseVerdict.lines(check, .english).contains { $0.contains("Witnessed by w1 at 2026-11-18 11:08:20 UTC") })
    }

    /// Two keys under one name in a policy that came with the case: the one that signed is not the one that was given.
    @Test func aSecondKeyUnderTheSameNameProvesNothing() throws {
        let real = try SampleCase()
        var forged = try SampleCase(SampleCase.Settings(seed: 2))
        forged.files["policy.txt"] = Array("log \(real.log.key)\nlog \(forged.log.key)\nquorum none\n".utf8)
        try forged.seal()
        #expect(forged.check().key == forged.log.key)
        let check = forged.check(CaseCheck.Trust(key: real.log.key))
        #expect(check.faults.map(\.file).contains("checkpoint.txt") && check.head == nil, "\(check.faults)")
    }

    /// The site signs what stands readable; what the files themselves say is held against it.
    @Test(arguments: [
        ("\"witnesses\":[]", "\"witnesses\":[\"supreme-court\"]"),
        ("\"pictures\":[]", "\"pictures\":[{\"entry\":3,\"file\":\"picture-3.jpg\"}]"),
    ])
    func whatTheSiteSaysOfItsFilesIsHeldAgainstThem(old: String, new: String) throws {
        var sample = try SampleCase()
        let text = String(decoding: try #require(sample.files["case.json"]), as: UTF8.self)
        let changed = text.replacing(old, with: new)
        #expect(changed != text)
        sample.files["case.json"] = Array(changed.utf8)
        try sample.seal()
        let check = sample.check(CaseCheck.Trust(key: sample.log.key))
        #expect(check.faults.map(\.file) == ["case.json"], "\(check.faults)")
    }

    /// A witness that came with the case may be anybody.
    @Test func witnessesOfTheCaseItselfAreSaidToBe() throws {
        let seed = SecretKey([UInt8](repeating: 50, count: 32))
        let seen = try SampleCase(SampleCase.Settings(witness: seed))
        let said = CaseVerdict.lines(seen.check(CaseCheck.Trust(key: seen.log.key)), .english)
        #expect(said.contains { $0.contains("keys of the witnesses came with the case itself") })
        let policy = try #require(seen.files["policy.txt"])
        let own = CaseVerdict.lines(seen.check(CaseCheck.Trust(policy: policy)), .english)
        #expect(!own.contains { $0.contains("came with the case itself") })
    }

    @Test func aMemberThatIsSaidTwiceIsRefused() throws {
        var sample = try SampleCase()
        let octets = try #require(sample.files["case.json"])
        let text = String(decoding: octets, as: UTF8.self)
        sample.files["case.json"] = Array(text.replacing("\"version\":1", with: "\"version\":1,\"version\":1").utf8)
        try sample.seal()
        #expect(faults(sample) == ["case.json"])
    }

    @Test func theListHasOneForm() throws {
        let list = try #require(SampleCase().files["manifest.txt"])
        let read = try CaseList(list)
        #expect(read.octets == list)
        let text = String(decoding: list, as: UTF8.self)
        let lines = text.split(separator: "\n").map(String.init)
        let bad = [
            text.uppercased(), lines.reversed().joined(separator: "\n") + "\n", String(text.dropLast()),
            text + lines[0] + "\n", text.replacing("  case.html", with: "  ../case.html"),
            text.replacing("  case.html", with: " *case.html"), text + "\n",
            text.replacing("case.html", with: "manifest.txt"),
        ]
        for one in bad { #expect(throws: CaseFault.self, "\(one.suffix(80))") { try CaseList(Array(one.utf8)) } }
    }

    @Test func aPageShowsTextAsTextAndHasAllInItself() throws {
        let octets = try #require(SampleCase().files["case.html"])
        let page = String(decoding: octets, as: UTF8.self)
        #expect(page.contains("赵&lt;一&gt;") && !page.contains("<一>"))
        #expect(page.contains("data:image/jpeg;base64,") && page.contains("<svg "))
        #expect(!page.contains("<script") && !page.contains("src=\"http") && !page.contains("href="))
        #expect(page.contains("case file") && page.contains("案卷"))
    }
}
