import GatehouseAdmin
import GatehouseCore
import Testing

/// Every sentence that a program says has its words in every language, and they fit it.
@Suite("Sentences") struct SentenceTests {
    /// The sentences of the sources, with a place of each.
    static let said: [String: String] = {
        var found: [String: String] = [:]
        for file in Tree.files(below: "Sources", ending: ".swift") {
            for literal in SentenceLiterals.found(in: Tree.text(file)) where found[literal.template] == nil {
                found[literal.template] = "\(file):\(literal.line)"
            }
        }
        return found
    }()
    static let catalogue = Catalogue.chinese
    private static let path = "Sources/GatehouseAdmin/Words/zh.po"

    @Test func noSentenceIsMissingAndNoneIsLeftOver() {
        #expect(Self.said.count > 600, "the sources were read")
        #expect(Self.catalogue.faults.isEmpty, "\(Self.catalogue.faults)")
        for (sentence, place) in Self.said.sorted(by: { $0.key < $1.key }) {
            #expect(Self.catalogue.texts[sentence]?.isEmpty == false, "\(place): \(Self.path) lacks \(sentence)")
        }
        for sentence in Self.catalogue.texts.keys where Self.said[sentence] == nil {
            Issue.record("\(Self.path): nobody says \(sentence)")
        }
    }

    @Test func everyTranslationHasThePlacesOfItsSentence() {
        for (sentence, text) in Self.catalogue.texts {
            #expect(
                Set(SentenceForm(text).places) == Set(SentenceForm(sentence).places), "\(sentence)\n\(text)")
            let nouns = SentenceForm(text).parts.contains { if case .place(_, _?) = $0 { true } else { false } }
            #expect(!nouns, "Chinese nouns have one form: \(text)")
        }
    }

    /// A piece begins or ends where a sentence does not.
    @Test func noSentenceIsAPiece() {
        for (sentence, place) in Self.said {
            let isPiece =
                sentence.first == " " || sentence.last == " " || sentence.first.map { ",;:.)".contains($0) } == true
            // A question waits for its answer behind the blank.
            let isQuestion = sentence.hasSuffix(": ") && sentence.first != " "
            #expect(!isPiece || isQuestion, "\(place): \(sentence)")
        }
    }

    /// Words that stand behind a number have a form for one.
    @Test func nounsBehindNumbersFollowThem() {
        let nouns =
            "lines|times|alarms|people|cells|PINs|entries|rows|signatures|octets|tries|columns|cards|readers|days|seconds"
        for (sentence, place) in Self.said where !Self.alwaysMany.contains(sentence) {
            let found = sentence.matches(of: try! Regex("\\{[0-9]+\\} (\(nouns))\\b"))
            #expect(found.isEmpty, "\(place): \(sentence)")
        }
    }
    /// Limits, which are never one, and lists of counts in short.
    static let alwaysMany: Set = [
        "a line of yours may have {0} octets", "is too long: at most {0} octets", "is longer than {0} octets",
        "a key is longer than {0} octets", "{0}: a socket's path has at most {1} octets, and this one {2}",
        "the sheet has more than {0} rows", "the sheet has more than {0} columns", "the sheet has more than {0} cells",
        "more than {0} people", "a pass is good for {0} days at most; who comes longer gets a card",
    ]
    /// Names of things, which every language has as they are.
    static let names: Set = [
        "{0}: systemctl stop gatehoused", "gatehouse-{0}: {1}", "signatures: {0}", "\"reason\" {0}", "it {0}",
        "the {0}",
        "the {0} {1}", "{0}  gatehouse {1}  {2}  clock {3}",
    ]

    /// Chinese stands among its own marks.
    @Test func chineseHasItsOwnPunctuation() throws {
        for (sentence, text) in Self.catalogue.texts {
            let words = SentenceForm(text).parts.compactMap { if case .literal(let text) = $0 { text } else { nil } }
                .joined()
            let isCommand = sentence.hasPrefix("gatehousectl") || sentence.hasPrefix("systemctl")
            if sentence.contains(/[a-z]{3,}/), !isCommand, !Self.names.contains(sentence) {
                #expect(words.contains(/\p{Han}/), "not translated: \(sentence)")
            }
            #expect(!text.contains(/\p{Han}[,;:?!]/), "\(text)")
            #expect(!text.contains(/\p{Han}\.(\s|$)/), "\(text)")
        }
    }

    @Test func aSentenceIsShownInTheLanguageOfItsReader() {
        let sentence = Sentence("\(3, "line is", "lines are") wrong")
        #expect(sentence.english == "3 lines are wrong")
        #expect(Sentence("\(1, "line is", "lines are") wrong").english == "1 line is wrong")
        #expect(sentence.text(in: .chinese).contains("3"))
        #expect(Sentence(verbatim: "{0} a|b").text(in: .chinese) == "{0} a|b")
        #expect(Sentence("\("{0}") is empty").english == "{0} is empty")
        let list = Sentence("is none of \(["a", "b"])")
        #expect(list.english == "is none of a, b" && list.text(in: .chinese).contains("a、b"))
        #expect(Language(locale: "zh_CN.UTF-8") == .chinese && Language(locale: "C") == nil)
    }

    /// With GATEHOUSE_WRITE_DOCS what is missing is written down without a text, and what nobody says is taken out.
    @Test(.enabled(if: Tree.writesDocuments)) func writeWhatIsMissing() {
        var kept: [String] = []
        for entry in Tree.text(Self.path).split(separator: "\n\n") {
            let texts = Catalogue(Array(entry.utf8)).texts
            if texts.isEmpty || texts.keys.contains(where: { Self.said[$0] != nil }) { kept.append(String(entry)) }
        }
        let missing = Self.said.keys.filter { Self.catalogue.texts[$0] == nil }.sorted {
            (Self.said[$0]!, $0) < (Self.said[$1]!, $1)
        }
        for sentence in missing {
            kept.append("msgid \"\(SentenceLiterals.quoted(sentence))\"\nmsgstr \"\"")
        }
        Tree.write(kept.joined(separator: "\n\n").trimmingSuffix("\n") + "\n", to: Self.path)
    }
}

extension String {
    fileprivate func trimmingSuffix(_ character: Character) -> String {
        var text = self
        while text.last == character { text.removeLast() }
        return text
    }
}
