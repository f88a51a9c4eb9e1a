import GatehouseConfiguration
import GatehouseCore
import Testing

/// Each fault once: what hangs on a value that is wrong is not told a second time.
@Suite("One fault is told once")
struct OneFaultTests {
    private func errors(of text: String) -> [ConfigurationError] {
        do throws(InvalidConfiguration) {
            _ = try ConfigurationReader.read(octets: Array(text.utf8), file: "f", digest: SchemaTests.digest)
            return []
        } catch { return error.errors }
    }

    /// Every value that stands alone in a file, with where it stands.
    private func scalars(_ node: YAMLNode) -> [(text: String, isQuoted: Bool, at: TextPosition)] {
        switch node.content {
        case .scalar(let text, let isQuoted): node.isAbsent ? [] : [(text, isQuoted, node.position)]
        case .sequence(let nodes): nodes.flatMap(scalars)
        case .mapping(let entries): entries.flatMap { scalars($0.value) }
        case .refused: []
        }
    }

    /// The whole sample, one value at a time as nobody means it: unreadable, or a name that stands for nothing.
    @Test(arguments: ["\"?!\"", "zz-bad"]) func eachValueOfTheSampleThatIsWrong(_ wrong: String) throws {
        let text = String(
            decoding: try #require(FileOctets.read(SchemaTests.root + "/config/gatehouse.yaml")), as: UTF8.self)
        let all = ConfigurationErrors(file: "f")
        let scalars = scalars(try #require(YAMLReader.read(Array(text.utf8), into: all)))
        #expect(scalars.count > 200)
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(Array.init)
        for scalar in scalars {
            let line = lines[scalar.at.line - 1]
            let from = scalar.at.column - 1
            lines[scalar.at.line - 1].replaceSubrange(
                from..<(from + scalar.text.count + (scalar.isQuoted ? 2 : 0)), with: Array(wrong))
            let found = errors(of: String(lines.joined(separator: "\n")))
            #expect(found.count <= 1, "\(scalar.text) at \(scalar.at.line): \(found.map(\.description))")
            lines[scalar.at.line - 1] = line
        }
    }

    /// What a camera says of its stream, and which of them look at a portal.
    @Test(arguments: [
        ("kind: mjpeg, url: \"rtsp://192.0.2.1/x\"", "", "must begin with"),
        ("kind: rtsp, url: \"http://192.0.2.1/x\"", "", "must begin with"),
        ("url: \"rtsp://192.0.2.1/x\"", "", "must begin with"),
        ("kind: webcam, url: \"rtsp://192.0.2.1/x\"", "", "is not known"),
        ("kind: mjpeg, url: \"http://192.0.2.1/x\", max_bytes: 9 MiB", "", "max_bytes"),
        ("url: \"http://192.0.2.1/x\"", "camera: eye, cameras: [eye]", "'camera' is for one"),
        ("url: \"http://192.0.2.1/x\"", "cameras: [eye, eye]", "named twice"),
        ("url: \"http://192.0.2.1/x\"", "cameras: [eye, ear]", "stands in no 'cameras'"),
        ("kind: rtsp, url: \"rtsps://192.0.2.1/x\"", "cameras: [eye]", ""),
        ("kind: mjpeg, url: \"https://192.0.2.1/x\", max_bytes: 8 MiB", "camera: eye", ""),
    ])
    func whatIsWrongWithACameraIsSaid(camera: String, portal: String, word: String) {
        let text = """
            site: {name: t, time_zone: UTC}
            lines: {backend: simulated, socket: /run/lines}
            readers: {in: {protocol: em4100, port: /dev/tty}}
            portals:
              wicket: {release: {line: R}, access_points: {wicket-in: {readers: [in]}}\(portal.isEmpty ? "" : ", " + portal)}
            cameras: {eye: {\(camera)}}
            """
        let found = errors(of: text).map(\.description)
        #expect(found.count == (word.isEmpty ? 0 : 1) && found.allSatisfy { $0.contains(word) }, "\(found)")
    }
}
