import GatehouseConfiguration
import GatehouseCore
import Testing

/// A small schema as the real one is written.
private struct Site: Equatable {
    struct Reader: Equatable {
        var id: ReaderID
        var baud: Int
        var path: String
    }
    var name: String
    var unlock: Duration
    var readers: [Reader]
    var days: [Int]
    var portals: [String]
    var isSerialGiven: Bool

    static func read(_ root: MappingReader) -> Site {
        Site(
            name: root.required("name", .text(), placeholder: ""),
            unlock: root.optional("unlock", .duration(in: .seconds(1)...(.seconds(60))), default: .seconds(5)),
            readers: root.groups("readers", count: 1...2) { reader in
                Reader(
                    id: reader.required("id", .identifier(), placeholder: ""),
                    baud: reader.optional("baud", .integer(in: 300...115_200), default: 9600),
                    path: reader.required("path", .path, placeholder: ""))
            },
            days: root.list("days", of: .integer(in: 1...7), count: 0...7),
            portals: root.namedGroups("portals", names: .identifier(of: PortalTag.self)) { name, portal in
                portal.optional("area", .text()).map { "\(name) \($0)" }
            }.map(\.value),
            isSerialGiven: root.group("serial") { $0.optional("echo", .boolean, default: false) } != nil)
    }
}

private func load(_ text: String) -> (site: Site?, errors: [String]) {
    let errors = ConfigurationErrors(file: "g.yaml")
    let node = YAMLReader.read(Array(text.utf8), into: errors)
    let site = node.flatMap { MappingReader.read($0, what: Sentence("the file"), errors: errors, Site.read) }
    return (site, errors.sorted.map(\.description))
}

struct MappingReaderTests {
    @Test func aWholeFileIsRead() {
        let (site, errors) = load(
            """
            name: North
            unlock: 7 s
            days: [1, 5]
            serial:
            readers:
              - id: street
                path: /dev/ttyS0
              - {id: garden, path: /dev/ttyS1, baud: 115200}
            portals:
              gate: {area: yard}
              door: {area: hall}
            """)
        #expect(errors == [])
        #expect(
            site
                == Site(
                    name: "North", unlock: .seconds(7),
                    readers: [
                        .init(id: "street", baud: 9600, path: "/dev/ttyS0"),
                        .init(id: "garden", baud: 115_200, path: "/dev/ttyS1"),
                    ], days: [1, 5], portals: ["gate yard", "door hall"], isSerialGiven: true))
    }

    @Test func everythingThatIsWrongIsSaidAtOnceInTheOrderOfTheText() {
        let (_, errors) = load(
            """
            unlok: 5 s
            days: [1, 8, x]
            readers:
              - id: Street
                buad: 9600
              - path: relative
                baud: 010
                colour: red
            portals:
              gate: {area: yard, area: hall}
              Side Door: {}
              shed: closed
            """)
        #expect(
            errors == [
                "g.yaml:1:1: 'name' is missing",
                "g.yaml:1:1: unknown key 'unlok'; did you mean 'unlock'?",
                "g.yaml:2:11: 'days': '8' is out of range; it must be 1 to 7",
                "g.yaml:2:14: 'days': 'x' is no whole number",
                "g.yaml:4:5: 'path' is missing",
                "g.yaml:4:9: 'id': 'Street' is no name; a name has lower-case letters, digits and dashes, at most 32; write 'street'",
                "g.yaml:5:5: unknown key 'buad'; did you mean 'baud'?",
                "g.yaml:6:5: 'id' is missing",
                "g.yaml:6:11: 'path': 'relative' is no absolute path; it must begin with '/'",
                "g.yaml:7:11: 'baud': '010' begins with a zero; write '10'",
                "g.yaml:8:5: unknown key 'colour'; known here: baud, id, path",
                "g.yaml:10:22: the key 'area' stands here again, first in line 10",
                "g.yaml:11:3: 'Side Door' is no name; a name has lower-case letters, digits and dashes, at most 32; write 'side-door'",
                "g.yaml:12:9: 'shed' must be a group of keys, not a single value",
            ])
    }

    @Test func aMisspeltRequiredKeyIsOneErrorAndNotTwo() {
        #expect(
            load("nmae: North\nreaders: [{id: a, path: /a}]\n").errors == [
                "g.yaml:1:1: unknown key 'nmae'; did you mean 'name'?"
            ])
    }

    @Test(arguments: [
        ("readers: {}", ["g.yaml:2:10: 'readers' must be a list, not a group of keys; begin each item with '- '"]),
        ("readers:", ["g.yaml:2:9: 'readers' must be a list, not nothing; write '[]' for an empty list"]),
        ("readers: []", ["g.yaml:2:10: 'readers' has 0 items; it must have at least 1"]),
        ("days: []", ["g.yaml:1:1: 'readers' is missing"]),
        (
            "readers: [{id: a, path: /a}, {id: b, path: /b}, {id: c, path: /c}]",
            ["g.yaml:2:10: 'readers' has 3 items; it must have at most 2"]
        ),
        ("readers: [1]", ["g.yaml:2:11: an item of 'readers' must be a group of keys, not a single value"]),
        (
            "readers: [{id: a, path: /a}]\nserial: 5",
            ["g.yaml:3:9: 'serial' must be a group of keys, not a single value"]
        ),
        (
            "readers: [{id: a, path: /a}]\nportals: [a]",
            ["g.yaml:3:10: 'portals' must be a group of named groups, not a list"]
        ),
        ("readers: [{id: a, path: /a}]\nportals:", []),
        ("readers: [{id: a, path: }]", ["g.yaml:2:25: 'path' has no value"]),
        ("readers: *all", ["g.yaml:2:10: aliases (*) are not used here; write the value out"]),
        ("readers: [{id: *a, path: /a}]", ["g.yaml:2:16: aliases (*) are not used here; write the value out"]),
    ])
    func aWrongShapeIsSaidOnce(text: String, expected: [String]) {
        #expect(load("name: North\n" + text + "\n").errors == expected)
    }

    @Test func theFileItselfMustBeAGroup() {
        #expect(load("- a\n").errors == ["g.yaml:1:1: the file must be a group of keys, not a list"])
        #expect(load("hello\n").errors == ["g.yaml:1:1: the file must be a group of keys, not a single value"])
    }

    @Test func theSchemaAddsItsOwnErrors() throws {
        let errors = ConfigurationErrors(file: "g.yaml")
        let node = try #require(YAMLReader.read(Array("a: 1\nb: 2\n".utf8), into: errors))
        let read: Void? = MappingReader.read(node, what: Sentence("the file"), errors: errors) { root in
            #expect(root.has("a") && root.has("b") && !root.has("c"))
            #expect(root.position(of: "b") == TextPosition(line: 2, column: 4))
            root.error(at: "b", Sentence("'b' must not be above 'a'"), suggestion: Sentence("swap them"))
            root.error(at: "c", Sentence("no place of its own"))
            root.error(Sentence("the whole is wrong"))
        }
        #expect(read != nil)
        #expect(
            errors.sorted.map(\.description) == [
                "g.yaml:1:1: no place of its own", "g.yaml:1:1: the whole is wrong",
                "g.yaml:2:4: 'b' must not be above 'a'; swap them",
            ])
    }

    /// What may follow from a value that cannot be read waits until it can.
    @Test func contradictionsAreToldWhenEachValueIsRead() throws {
        let errors = ConfigurationErrors(file: "g.yaml")
        let node = try #require(YAMLReader.read(Array("a: 1\n".utf8), into: errors))
        let read: Void? = MappingReader.read(node, what: Sentence("the file"), errors: errors) { root in
            _ = root.optional("a", .boolean)
            root.error(at: "a", Sentence("does not fit"))
            #expect(root.requiredGroup("d") { _ in 1 } == nil)
        }
        #expect(read != nil && errors.sorted.count == 2 && errors.sorted.first?.message.english == "'d' is missing")
        #expect { try errors.throwIfAny() } throws: { "\($0)".hasSuffix("how the values fit together is looked at") }
    }
}
