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
    @Test func everyTestThatPromisesNameIsThere() {
        let tests = Tree.files(below: "Tests", ending: ".swift").map(Tree.text).joined()
        let checks =
            Tree.text("Tests/Checks/test-checks")
            + Tree.files(below: "Tests/Checks", ending: ".py").map(Tree.text).joined()
        var named = 0
        for word in words(of: "docs/promises.md") {
            if word.text.hasSuffix("()") {
                named += 1
                let isThere = tests.contains("func \(word.text.dropLast())")
                #expect(isThere, "docs/promises.md:\(word.number): there is no test \(word.text)")
            } else if word.text.hasPrefix("test-checks ") {
                named += 1
                let check = word.text.dropFirst("test-checks ".count)
                let isThere = checks.contains("\ndef \(check)():")
                #expect(isThere, "docs/promises.md:\(word.number): there is no check \(check)")
            }
        }
        #expect(named > 40)
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
