import GatehouseConfiguration
import GatehouseCore
import Glibc
import Testing

/// The tree of a text, or what is wrong with it as an installer sees it.
func read(_ text: String) -> (node: YAMLNode?, errors: [String]) { read(Array(text.utf8)) }

func read(_ octets: [UInt8]) -> (node: YAMLNode?, errors: [String]) {
    let errors = ConfigurationErrors(file: "g.yaml")
    let node = YAMLReader.read(octets, into: errors)
    return (node, errors.sorted.map(\.description))
}

/// The tree in one line: scalars in quotes, with their places.
func sketch(_ node: YAMLNode) -> String {
    let place = "@\(node.position.line):\(node.position.column)"
    switch node.content {
    case .scalar(let text, let isQuoted): return (isQuoted ? "\"\(text)\"" : "'\(text)'") + place
    case .sequence(let items): return "[" + items.map(sketch).joined(separator: " ") + "]" + place
    case .mapping(let entries):
        return "{"
            + entries.map { "\($0.key)@\($0.keyPosition.line):\($0.keyPosition.column)=\(sketch($0.value))" }
            .joined(separator: " ") + "}" + place
    case .refused: return "refused" + place
    }
}

struct YAMLReaderTests {
    @Test func aTreeKeepsTextAndPlaces() throws {
        let (node, errors) = read(
            """
            # a comment
            site:
              name: Höfe "Nord"   # another
              cards: [0123456, "on", yes]
            readers:
              - id: street
                empty:
              - ~
            """)
        #expect(errors == [])
        #expect(
            sketch(try #require(node)) == "{site@2:1={name@3:3='Höfe \"Nord\"'@3:9 "
                + "cards@4:3=['0123456'@4:11 \"on\"@4:20 'yes'@4:26]@4:10}@3:3 "
                + "readers@5:1=[{id@6:5='street'@6:9 empty@7:5=''@7:11}@6:5 '~'@8:5]@6:3}@2:1")
    }

    @Test func multilineTextAndAByteOrderMarkAreRead() throws {
        let (node, errors) = read([0xEF, 0xBB, 0xBF] + Array("a: |\n  one\n  two\n".utf8))
        #expect(errors == [])
        #expect(sketch(try #require(node)) == "{a@1:1=\"one\ntwo\n\"@1:4}@1:1")
    }

    static let refusals: [(String, [String])] = [
        ("", ["g.yaml:1:1: is empty"]),
        ("# nothing\n", ["g.yaml:1:1: is empty"]),
        ("a: &x 1\n", ["g.yaml:1:4: anchors (&) are not used here; write the value out each time"]),
        (
            "a: &x 1\nb: *x\n",
            [
                "g.yaml:1:4: anchors (&) are not used here; write the value out each time",
                "g.yaml:2:4: aliases (*) are not used here; write the value out",
            ]
        ),
        ("a: !!int 1\n", ["g.yaml:1:4: tags (!) are not used here; remove the tag; values are read as needed"]),
        ("a: !own [1]\n", ["g.yaml:1:4: tags (!) are not used here; remove the tag; values are read as needed"]),
        (
            "&m\na: 1\n",
            ["g.yaml:1:1: anchors (&) are not used here; write the value out each time"]
        ),
        ("a: 1\nb: 2\na: 3\n", ["g.yaml:3:1: the key 'a' stands here again, first in line 1"]),
        (
            "x:\n  a: 1\n  a: 2\na: 4\na: 5\n",
            [
                "g.yaml:3:3: the key 'a' stands here again, first in line 2",
                "g.yaml:5:1: the key 'a' stands here again, first in line 4",
            ]
        ),
        ("a: 1\n---\nb: 2\n", ["g.yaml:2:1: a second document begins here; remove the '---'"]),
        (
            "%YAML 1.1\n---\na: 1\n",
            ["g.yaml:1:1: directives are not used here; remove the line that begins with '%'"]
        ),
        ("[a]: 1\n", ["g.yaml:1:1: a key must be plain text"]),
        ("? {a: 1}\n: 2\n", ["g.yaml:1:3: a key must be plain text"]),
        ("\"\": 1\n", ["g.yaml:1:1: a key is missing before the ':'"]),
        (": 1\n", ["g.yaml:1:1: did not find expected key while parsing a block mapping"]),
        (String(repeating: "k", count: 129) + ": 1\n", ["g.yaml:1:1: a key is longer than 128 octets"]),
        (
            "a: 1\n\tb: 2\n",
            [
                "g.yaml:2:1: found a tab character that violates indentation while scanning a plain scalar; "
                    + "indent with spaces, not with tabs"
            ]
        ),
        (
            "a:\n\tb: 2\n",
            [
                "g.yaml:2:1: found character that cannot start any token while scanning for the next token; "
                    + "indent with spaces, not with tabs"
            ]
        ),
        ("a: 1\n  b: 2\n", ["g.yaml:2:4: mapping values are not allowed in this context"]),
        ("a: [1, 2\nb: 3\n", ["g.yaml:2:2: did not find expected ',' or ']' while parsing a flow sequence"]),
        ("a: \"open\nb: 1\n", ["g.yaml:3:1: found unexpected end of stream while scanning a quoted scalar"]),
        ("a: 1\nb: x\u{7}y\n", ["g.yaml:2:5: the character U+0007 is not allowed"]),
        ("a: 1\nb: \u{0}\n", ["g.yaml:2:4: the character U+0000 is not allowed"]),
        ("a: ö\u{FEFF}\n", ["g.yaml:1:5: the character U+FEFF is not allowed"]),
    ]

    @Test(arguments: refusals)
    func whatIsNotAcceptedIsSaidWithItsPlace(text: String, expected: [String]) {
        #expect(read(text).errors == expected)
    }

    @Test(arguments: [[0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80]] as [[UInt8]])
    func invalidUTF8IsSaidWithItsPlace(octets: [UInt8]) {
        let (node, errors) = read(Array("a: 1\nö: ".utf8) + octets + Array("\n".utf8))
        #expect(node == nil)
        #expect(errors == ["g.yaml:2:4: is not valid UTF-8; save the file as UTF-8"])
    }

    @Test func otherEncodingsAreNoUTF8() {
        let sixteen = "a: 1\n".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        #expect(read([0xFF, 0xFE] + sixteen).errors == ["g.yaml:1:1: is not valid UTF-8; save the file as UTF-8"])
    }

    @Test func depthIsBounded() {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(read(nested(32)).errors == [])
        #expect(read(nested(33)).errors == ["g.yaml:1:33: nested deeper than 32 levels"])
        #expect(read(String(repeating: "[", count: 500_000)).errors == ["g.yaml:1:33: nested deeper than 32 levels"])
        #expect(read(String(repeating: "- ", count: 40)).errors == ["g.yaml:1:65: nested deeper than 32 levels"])
    }

    @Test func sizeIsBounded() {
        let most = "a: " + String(repeating: "x", count: (1 << 20) - 3)
        #expect(read(most).errors == [])
        #expect(read(most + "x").errors == ["g.yaml:1:1: is larger than 1 MiB"])
    }

    @Test func filesAreReadAndTheirFaultsSaid() throws {
        var template = Array("/tmp/gatehouse-yaml-XXXXXX".utf8CString)
        let folder = String(cString: mkdtemp(&template))
        let path = folder + "/g.yaml"
        defer {
            unlink(path)
            rmdir(folder)
        }
        let errors = ConfigurationErrors(file: "g.yaml")
        #expect(YAMLReader.read(path: path, into: errors) == nil)
        #expect(errors.sorted.map(\.description) == ["g.yaml:1:1: cannot be opened: No such file or directory"])
        let inFolder = ConfigurationErrors(file: folder)
        #expect(YAMLReader.read(path: folder, into: inFolder) == nil)
        #expect(inFolder.sorted.map(\.description) == ["\(folder):1:1: cannot be read: Is a directory"])
        let text = "a: " + String(repeating: "x", count: 200_000)
        let file = open(path, O_WRONLY | O_CREAT, 0o600)
        #expect(write(file, text, text.utf8.count) == text.utf8.count)
        close(file)
        let none = ConfigurationErrors(file: "g.yaml")
        let node = try #require(YAMLReader.read(path: path, into: none))
        #expect(sketch(node).count > 200_000)
        #expect(none.isEmpty)
    }

    @Test func errorsOfGarbageAreBounded() {
        let errors = ConfigurationErrors(file: "g.yaml")
        for line in 1...250 { errors.add(Sentence("wrong"), at: TextPosition(line: line, column: 1)) }
        errors.add(Sentence("wrong"), at: TextPosition(line: 1, column: 1))
        #expect(errors.sorted.count == 100)
        #expect(errors.omitted == 150)
        #expect(throws: InvalidConfiguration.self) { try errors.throwIfAny() }
    }

    /// Any octets end in a tree or in an error with a place inside the text, and the same way twice.
    @Test(arguments: UInt64(1)...40)
    func anyOctetsEndInATreeOrAnError(seed: UInt64) {
        var random = SplitMix(state: seed)
        let sample = Array("site: {name: \"a b\", x: [1, 2]}\n- &a *b !c |\n  ? k\n  : v\n---\n\t'q' # %\n".utf8)
        for _ in 0..<100 {
            var octets = sample
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                let index = Int.random(in: 0..<octets.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: octets[index] = UInt8.random(in: 0...255, using: &random)
                case 1: octets.remove(at: index)
                case 2: octets.insert(sample.randomElement(using: &random) ?? 0, at: index)
                default: octets.swapAt(index, Int.random(in: 0..<octets.count, using: &random))
                }
            }
            let errors = ConfigurationErrors(file: "g.yaml")
            let node = YAMLReader.read(octets, into: errors)
            #expect(node != nil || !errors.isEmpty, "seed \(seed): \(octets)")
            let lines = octets.count { $0 == 10 || $0 == 13 } + 2
            for error in errors.sorted {
                #expect((1...(lines + 1)).contains(error.line), "seed \(seed): \(octets)")
                #expect((1...(octets.count + 1)).contains(error.column), "seed \(seed): \(octets)")
            }
            let again = ConfigurationErrors(file: "g.yaml")
            #expect(YAMLReader.read(octets, into: again) == node)
            #expect(again.sorted == errors.sorted)
        }
    }
}

/// A generator whose seed can be written into a test.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
