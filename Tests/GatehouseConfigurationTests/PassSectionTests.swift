import GatehouseConfiguration
import GatehouseCore
import Testing

/// Whose passes are taken, and where.
@Suite struct PassSectionTests {
    static let key = String(repeating: "8a", count: 32)
    static let good = """
        site: {name: t, time_zone: UTC}
        readers:
          scan: {protocol: line, port: /dev/scan, text: text}
          tag: {protocol: line, port: /dev/tag, text: decimal}
          eye: {protocol: plate, port: /dev/eye, layout: line, encoding: utf-8}
        portals:
          p: {release: {line: R}, access_points: {in: {readers: [scan, eye], factors: [card, pass, pass+plate]}}}
          q: {release: {line: Q}, access_points: {out: {readers: [tag], factors: [card]}}}
        passes:
          keys:
            - {issuer: north, public_key: "\(key)"}
            - {issuer: office, public_key: "\(String(repeating: "0f", count: 32))", register: other}
        """

    private func read(_ text: String) throws -> Configuration {
        try ConfigurationReader.read(octets: Array(text.utf8), file: "f", digest: SchemaTests.digest)
    }

    @Test func keysAndFactorsAreRead() throws {
        let configuration = try read(Self.good)
        #expect(
            configuration.passKeys == [
                PassKeySettings(issuer: "north", publicKey: [UInt8](repeating: 0x8A, count: 32)),
                PassKeySettings(
                    issuer: "office", publicKey: [UInt8](repeating: 0x0F, count: 32), register: .other),
            ])
        #expect(configuration.site.accessPoints[0].factors == [[.card], [.pass], [.pass, .plate]])
        var other = configuration
        other.passKeys = []
        #expect(!configuration.differsOnlyInPolicy(from: other), "another key needs a restart")
    }

    @Test(arguments: [
        (
            "readers: [tag], factors: [card]", "readers: [tag], factors: [card, pass]", "f:8:",
            "no reader here sends text"
        ),
        ("pass+plate", "card+pass", "f:7:", "goes with a plate"),
        ("pass+plate", "\"any-two:card+pass+plate\"", "f:7:", "goes with a plate"),
        ("issuer: north", "issuer: North", "f:11:", "North"), (key, "8a", "f:11:", "64"),
        (String(repeating: "0f", count: 32), key, "f:12:", "stands here already"),
        ("register: other", "register: none", "f:12:", "same"),
        ("{issuer: north, ", "{", "f:11:", "'issuer' is missing"),
        ("  keys:", "  key:", "f:10:", "keys"),
    ])
    func theImpossibleIsRefusedWithItsPlace(old: String, new: String, place: String, words: String) {
        let text = Self.good.replacingFirst(old, with: new)
        #expect(text != Self.good)
        do {
            _ = try read(text)
            Issue.record("it was taken: \(new)")
        } catch {
            #expect("\(error)".contains(place) && "\(error)".contains(words), "\(error)")
        }
    }
}
