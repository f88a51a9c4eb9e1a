import GatehouseConfiguration
import GatehouseCore
import Testing

private enum Edge: String, CaseIterable { case falling, both }

/// What a scalar of this text becomes under the key `k`: the value, or the error after its place and the key.
private func value<Value>(_ text: String, _ type: ScalarType<Value>) -> String {
    let errors = ConfigurationErrors(file: "g.yaml")
    guard let node = YAMLReader.read(Array("k: \(text)\n".utf8), into: errors) else { return "no YAML" }
    let value = MappingReader.read(node, what: Sentence("the file"), errors: errors) { $0.required("k", type) }
    if let value { return "\(value)" }
    let error = errors.sorted.map(\.description).joined(separator: " and ")
    for place in ["g.yaml:1:4: 'k'", "g.yaml:1:3: 'k'"] where error.hasPrefix(place) {
        return String(error.dropFirst(place.count))
    }
    return error
}

struct ScalarTypeTests {
    @Test(arguments: [
        ("0", "0"), ("42", "42"), ("-5", "-5"), ("\"7\"", "7"),
        ("101", ": '101' is out of range; it must be -10 to 100"),
        ("-11", ": '-11' is out of range; it must be -10 to 100"),
        ("99999999999999999999", ": '99999999999999999999' is out of range; it must be -10 to 100"),
        ("010", ": '010' begins with a zero; write '10'"), ("00", ": '00' begins with a zero; write '0'"),
        ("0x10", ": '0x10' is no whole number"), ("1_000", ": '1_000' is no whole number"),
        ("+5", ": '+5' is no whole number"), ("1.5", ": '1.5' is no whole number"),
        ("\"-\"", ": '-' is no whole number"),
        ("٣", ": '٣' is no whole number"), ("\"\"", ": '' is no whole number"), ("", " has no value"),
        ("[1]", " must be a single value, not a list"), ("{a: 1}", " must be a single value, not a group of keys"),
    ])
    func integers(text: String, expected: String) { #expect(value(text, .integer(in: -10...100)) == expected) }

    @Test(arguments: [
        ("true", "true"), ("false", "false"), ("yes", ": 'yes' is neither true nor false; write 'true'"),
        ("Off", ": 'Off' is neither true nor false; write 'false'"),
        ("TRUE", ": 'TRUE' is neither true nor false; write 'true'"),
        ("maybe", ": 'maybe' is neither true nor false"),
    ])
    func truthValues(text: String, expected: String) { #expect(value(text, .boolean) == expected) }

    @Test(arguments: [
        ("250 ms", "0.25 seconds"), ("250ms", "0.25 seconds"), ("5 s", "5.0 seconds"), ("30 min", "1800.0 seconds"),
        ("1 h", "3600.0 seconds"),
        ("5", ": '5' has no unit; write '5 s', if that is what you mean"),
        ("500", ": '500' has no unit; write '500 ms', if that is what you mean"),
        ("0", ": '0' has no unit"),
        ("2 h", ": '2 h' is out of range; it must be 100 ms to 1 h"),
        ("99 ms", ": '99 ms' is out of range; it must be 100 ms to 1 h"),
        ("9999999999999 d", ": '9999999999999 d' is out of range; it must be 100 ms to 1 h"),
        // wraps to one second in 64 bits
        ("18446744074710 ms", ": '18446744074710 ms' is out of range; it must be 100 ms to 1 h"),
        ("5 sec", ": '5 sec' has an unknown unit; ms, s, min, h and d are known; write '5 s'"),
        ("5 m", ": '5 m' has an unknown unit; ms, s, min, h and d are known; write '5 min'"),
        ("5 parsec", ": '5 parsec' has an unknown unit; ms, s, min, h and d are known"),
        ("1.5 s", ": '1.5 s' is no duration; write it as '5 s'"),
        ("-5 s", ": '-5 s' is no duration; write it as '5 s'"),
        ("soon", ": 'soon' is no duration; write it as '5 s'"),
        ("5 s 2", ": '5 s 2' is no duration; write it as '5 s'"),
    ])
    func durations(text: String, expected: String) {
        #expect(value(text, .duration(in: .milliseconds(100)...(.seconds(3600)))) == expected)
    }

    @Test(arguments: [
        ("512 KiB", "524288"), ("2 GiB", "2147483648"), ("2MiB", "2097152"),
        ("4096 B", "4096"), ("2 GB", ": '2 GB' has an unknown unit; B, KiB, MiB and GiB are known; write '2 GiB'"),
        ("2 g", ": '2 g' has an unknown unit; B, KiB, MiB and GiB are known"),
        ("2 mb", ": '2 mb' has an unknown unit; B, KiB, MiB and GiB are known; write '2 MiB'"),
        ("100", ": '100' has no unit; write '100 KiB', if that is what you mean"),
        ("3 GiB", ": '3 GiB' is out of range; it must be 4 KiB to 2 GiB"),
        ("1 B", ": '1 B' is out of range; it must be 4 KiB to 2 GiB"),
        ("big", ": 'big' is no size; write it as '20 MiB'"),
    ])
    func byteSizes(text: String, expected: String) { #expect(value(text, .byteSize(in: 4096...(2 << 30))) == expected) }

    @Test(arguments: [
        ("06:00", "06:00"), ("23:59", "23:59"), ("00:00", "00:00"), ("\"22:30\"", "22:30"),
        ("6:00", ": '6:00' is no time of day; write '06:00'"), ("06:5", ": '06:5' is no time of day; write '06:05'"),
        ("24:00", ": '24:00' is no time of day; the last one is 23:59"),
        ("12:60", ": '12:60' is no time of day; the last one is 23:59"),
        ("6", ": '6' is no time of day; write it as '06:00'"),
        ("06:00:00", ": '06:00:00' is no time of day; write it as '06:00'"),
        ("6 pm", ": '6 pm' is no time of day; write it as '06:00'"),
        ("-1:00", ": '-1:00' is no time of day; write it as '06:00'"),
    ])
    func timesOfDay(text: String, expected: String) { #expect(value(text, .timeOfDay()) == expected) }

    @Test func aSpanMayEndWithTheDay() {
        #expect(value("24:00", .timeOfDay(allowsEndOfDay: true)) == "24:00")
        #expect(
            value("24:01", .timeOfDay(allowsEndOfDay: true)) == ": '24:01' is no time of day; the last one is 24:00")
    }

    static let noName = "is no name; a name has lower-case letters, digits and dashes, at most 32"
    @Test(arguments: [
        ("street-2", "street-2"), ("9", "9"), ("Street Gate", ": 'Street Gate' \(noName); write 'street-gate'"),
        ("north_gate", ": 'north_gate' \(noName); write 'north-gate'"), ("-a-", ": '-a-' \(noName); write 'a'"),
        ("öö", ": 'öö' \(noName)"),
        (String(repeating: "a", count: 33), ": '\(String(repeating: "a", count: 33))' \(noName)"),
    ])
    func identifiers(text: String, expected: String) {
        #expect(value(text, .identifier(of: PortalTag.self)) == expected)
    }

    @Test(arguments: [
        ("falling", "falling"),
        ("fallign", ": 'fallign' is not known; it must be falling or both; did you mean 'falling'?"),
        ("Both", ": 'Both' is not known; it must be falling or both; did you mean 'both'?"),
        ("rising", ": 'rising' is not known; it must be falling or both"),
    ])
    func choices(text: String, expected: String) { #expect(value(text, .choice(Edge.self)) == expected) }

    @Test(arguments: [
        ("North Gate", "North Gate"), ("\"\"", ": is empty"), ("123456789012", ": is longer than 10 characters"),
        ("\"a\\nb\"", ": has more than one line"), ("null", "null"), ("0123", "0123"),
    ])
    func texts(text: String, expected: String) { #expect(value(text, .text(atMost: 10)) == expected) }

    @Test(arguments: [
        ("/var/lib/gatehouse", "/var/lib/gatehouse"), ("/", "/"), ("/a..b/.c", "/a..b/.c"),
        ("var/lib", ": 'var/lib' is no absolute path; it must begin with '/'"),
        ("/var/../etc", ": '/var/../etc' goes through '.' or '..'; write the path as it ends up"),
        ("\"/a\\nb\"", ": '/a b' is no path"),
    ])
    func paths(text: String, expected: String) { #expect(value(text, .path) == expected) }

    @Test(arguments: [
        ("https://example.org/a?b=c", "https://example.org/a?b=c"), ("mqtts://10.0.0.1:8883", "mqtts://10.0.0.1:8883"),
        ("https://[::1]:8080/", "https://[::1]:8080/"),
        ("http://example.org", ": 'http://example.org' must begin with https:// or mqtts://; did you mean 'https://'?"),
        ("example.org", ": 'example.org' is no URL; write it as 'https://host/path'"),
        (
            "https://bob:geheim@example.org",
            ": the URL carries a name or password; give the credentials by their own keys"
        ),
        ("https:///path", ": 'https:///path' has no valid host"), ("https://a_b", ": 'https://a_b' has no valid host"),
        ("https://a:0", ": 'https://a:0' has no valid port"),
        ("https://a:65536", ": 'https://a:65536' has no valid port"),
        ("https://[::1", ": 'https://[::1' has no ']'"), ("https://a:b:c", ": 'https://a:b:c' has no valid port"),
        ("\"https://a#b\"", ": 'https://a#b' has a fragment ('#')"),
        ("https://a b", ": 'https://a b' is no URL; write it as 'https://host/path'"),
    ])
    func urls(text: String, expected: String) { #expect(value(text, .url(schemes: ["https", "mqtts"])) == expected) }

    @Test func aTypeCanBeMadeOfAnother() {
        let even = ScalarType.integer(in: 0...100).map(orElse: Sentence("is odd")) {
            $0.isMultiple(of: 2) ? $0 / 2 : nil
        }
        #expect(value("42", even) == "21")
        #expect(value("43", even) == ": '43' is odd")
    }

    @Test(
        arguments: [
            ("buad", "baud"), ("hold-open", "hold_open"), ("HoldOpen", "hold_open"), ("reader", "readers"),
            ("xyz", nil),
            ("ba", nil), ("", nil), (String(repeating: "a", count: 10_000), nil),
        ] as [(String, String?)])
    func theNearestWordIsFound(word: String, expected: String?) {
        #expect(Nearest.match(for: word, among: ["readers", "hold_open", "baud", "bits"]) == expected)
    }

    @Test func equallyNearWordsAreTakenByTheAlphabet() {
        #expect(Nearest.match(for: "exit", among: ["exis", "exic"]) == "exic")
    }
}
