import GatehouseConfiguration
import Testing

/// Whose processes may ask for the people who signed in at the page.
@Suite struct ConsoleSectionTests {
    private func read(_ console: String) throws -> Configuration {
        let text =
            "site: {name: t, time_zone: UTC}\nreaders: {r: {protocol: em4100, port: /dev/r}}\nportals: {p: {release: {line: R}, access_points: {in: {readers: [r]}}}}\n\(console)\n"
        return try ConfigurationReader.read(octets: Array(text.utf8), file: "f", digest: SchemaTests.digest)
    }

    @Test func theAccountIsNamedOrTheUsualOne() throws {
        let usual = try read("")
        #expect(usual.consoleAccount == "gatehouse-console")
        let other = try read("console: {account: kiosk_1}")
        #expect(other.consoleAccount == "kiosk_1")
        #expect(!other.differsOnlyInPolicy(from: usual), "another account needs a restart")
        #expect(other.sections(differingFrom: usual) == ["console"])
    }

    @Test(arguments: ["Kiosk", "1kiosk", "-x", "a b", "a:b", "\"\"", "a123456789b123456789c123456789d123"])
    func whatIsNoAccountIsRefused(_ name: String) {
        #expect(throws: InvalidConfiguration.self) { try read("console: {account: \(name)}") }
    }
}
