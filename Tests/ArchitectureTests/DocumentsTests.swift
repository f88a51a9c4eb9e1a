import Glibc
import Testing

/// Pages that name files and tests name those that are there.
@Suite("Documents")
struct DocumentsTests {
    @Test(arguments: ["docs/adding.md", "docs/promises.md", "docs/architecture.md"])
    func everyPathThatAPageNamesIsThere(page: String) {
        let paths = words(of: page).filter {
            $0.text.contains("/") && !$0.text.contains(" ") && !$0.text.hasPrefix("/")
        }
        #expect(!paths.isEmpty)
        for path in paths {
            #expect(Tree.holds(path.text), "\(page):\(path.number): there is no \(path.text)")
        }
    }

    /// Tests are named with a pair of parentheses, and checks as `test-checks NAME`.
    @Test(arguments: [("docs/promises.md", 40), ("docs/watchlist.md", 20)])
    func everyTestThatAPageNamesIsThere(page: String, atLeast: Int) {
        let tests = Tree.files(below: "Tests", ending: ".swift").map(Tree.text).joined()
        let checks =
            Tree.text("Tests/Checks/test-checks")
            + Tree.files(below: "Tests/Checks", ending: ".py").map(Tree.text).joined()
        var named = 0
        for word in words(of: page) {
            if word.text.hasSuffix("()") || word.text.hasSuffix(":)") {
                named += 1
                let isThere = tests.contains("func \(word.text.prefix { $0 != "(" })(")
                #expect(isThere, "\(page):\(word.number): there is no test \(word.text)")
            } else if word.text.hasPrefix("test-checks ") {
                named += 1
                let check = word.text.dropFirst("test-checks ".count)
                let isThere = checks.contains("\ndef \(check)():")
                #expect(isThere, "\(page):\(word.number): there is no check \(check)")
            }
        }
        #expect(named > atLeast)
    }

    /// G14: what people at the gate are told stands in both languages, each with all of it.
    @Test func theNoticeAtTheGateIsInBothLanguages() {
        let text = Tree.text("docs/watchlist-notice.md")
        let parts = text.split(separator: "## ").map(String.init)
        for (language, words) in [
            ("English", ["30 days", "under 18", "a card or a PIN", "oversight", "quarter"]),
            ("中文", ["30 天", "18 岁", "卡或密码", "监督方", "每季度"]),
        ] {
            let part = parts.first { $0.hasPrefix(language) } ?? ""
            for word in words { #expect(part.contains(word), "\(language): \(word)") }
        }
    }

    @Test func everyPromiseHasARow() {
        let text = Tree.text("docs/promises.md")
        for number in 1...16 {
            let isThere = text.contains("| P\(number) |")
            #expect(isThere, "docs/promises.md: there is no P\(number)")
        }
    }

    /// What stands between backticks, outside of blocks of code.
    private func words(of page: String) -> [(number: Int, text: String)] {
        var isCode = false
        var found: [(number: Int, text: String)] = []
        for (number, line) in Tree.lines(page) {
            if line.hasPrefix("```") {
                isCode.toggle()
                continue
            }
            guard !isCode else { continue }
            for (index, part) in line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            where index % 2 == 1 {
                found.append((number, String(part)))
            }
        }
        return found
    }
}

extension Tree {
    static func holds(_ path: String) -> Bool {
        // A folder is written with a slash at its end.
        access("\(root)/\(path)", F_OK) == 0
    }
}
