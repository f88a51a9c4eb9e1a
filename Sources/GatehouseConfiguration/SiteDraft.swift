package import GatehouseCore

/// What an installer answers about one gate, and the small configuration that comes of it.
package struct SiteDraft: Hashable, Sendable {
    /// What stands in the way.
    package enum Barrier: String, CaseIterable, Sendable {
        case door, lane
    }
    package enum Reader: String, CaseIterable, Sendable {
        case wiegand, osdp, em4100, line, plate, uhf

        /// Whether it sends bits that have to be understood.
        package var hasFormats: Bool { self == .wiegand || self == .osdp }
    }

    /// An answer that is none; the configuration's own faults come from its reader.
    package struct Problem: Error, Hashable, Sendable {
        package var sentence: Sentence
    }

    /// A line as it is typed: its name, or the label of its chip and its place on it, `CHIP:17`; `/low` behind it where it is active low.
    struct Line: Hashable {
        var chip: String?
        var name: String
        var isActiveLow = false

        init?(_ typed: some StringProtocol) {
            var rest = typed[...]
            for (ending, isLow) in [("/low", true), ("/high", false)] where rest.hasSuffix(ending) {
                isActiveLow = isLow
                rest = rest.dropLast(ending.count)
            }
            let parts = rest.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.allSatisfy({ !$0.isEmpty }), let last = parts.last else { return nil }
            chip = parts.count == 2 ? String(parts[0]) : nil
            name = String(last)
        }

        var text: String {
            var members: [String] = []
            if let chip, name.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
                members = ["chip: \(SiteDraft.quoted(chip))", "offset: \(name)"]
            } else {
                members = ["line: \(SiteDraft.quoted(name))"]
                if let chip { members.append("chip: \(SiteDraft.quoted(chip))") }
            }
            if isActiveLow { members.append("active: low") }
            return "{\(members.joined(separator: ", "))}"
        }
    }

    package var site = "my-site"
    package var timeZone = "Asia/Shanghai"
    package var language = Language.english
    package var clock = ClockTrust.synchronized
    package var barrier = Barrier.door
    package var reader = Reader.wiegand
    /// Two lines of a Wiegand reader; a port, its speed and an address of the others, as far as they are not usual.
    package var wires: String?
    package var formats = "H10301"
    /// Whether somebody said which: of a reader that has none that is a mistake.
    package var saysFormats = false
    package var release: String?
    /// Exit button, contact (of a lane its safety loop), fire input, in this order; a dash for what is not wired.
    package var inputs: String?
    /// Where the camera has its still picture; nil without a camera.
    package var camera: String?
    /// An absolute path; nil where the service manager hands the key over.
    package var masterKey: String?

    package init() {}

    /// What the portal and everything at it is called.
    package var portal: String { barrier == .door ? "wicket" : "lane" }

    /// The configuration. Its reader has the last word on it.
    package func text() throws(Problem) -> String {
        let inputs = try inputLines()
        if saysFormats, !reader.hasFormats {
            throw Problem(
                sentence: Sentence(
                    "a reader of the kind \(reader.rawValue) has no card formats: they are for wiegand and osdp"))
        }
        if let masterKey, !masterKey.hasPrefix("/") {
            throw Problem(
                sentence: Sentence("the master key needs an absolute path, as in /etc/gatehouse/master.key"))
        }
        let name = "\(portal)-in"
        var lines = [
            "# Made by `gatehousectl config init`. docs/operating.md goes on from here; the sample has every key.",
            "site:", "  name: \(Self.quoted(site))", "  time_zone: \(Self.quoted(timeZone))",
            "  language: \(language.rawValue)", "  clock: \(clock.rawValue)",
        ]
        if let masterKey { lines += ["", "files:", "  master_key: \(Self.quoted(masterKey))"] }
        lines += ["", "readers:", "  \(name):", "    protocol: \(reader.rawValue)"]
        lines += try readerLines().map { "    \($0)" }
        lines += ["", "portals:", "  \(portal):"]
        lines.append("    release: \(try Self.line(release ?? "RELEASE").text)")
        if let exit = inputs[0] { lines.append("    exit_button: \(exit.text)") }
        switch (barrier, inputs[1]) {
        case (.door, let contact?): lines.append("    contact: \(contact.text)   # active = open")
        case (.door, nil): break
        case (.lane, let loop?):
            lines += ["    lane:", "      safety_loop: \(loop.text)   # active = a vehicle stands on it"]
        case (.lane, nil):
            throw Problem(
                sentence: Sentence(
                    "a lane needs its safety loop, in the second place: a barrier must not fall on a car"))
        }
        if camera != nil { lines.append("    camera: \(portal)") }
        lines += ["    access_points:", "      \(name):", "        readers: [\(name)]", "        factors: [\(factor)]"]
        if let fire = inputs[2] {
            lines += [
                "", "# All portals open on it, until `gatehousectl portal fire-reset`.", "fire_input: \(fire.text)",
            ]
        }
        lines += [
            "", "# Residents and tenants of the dwellings here, at any hour.", "access_levels:",
            "  homes: {groups: [residents], access_points: [\(name)], schedule: always}",
        ]
        if let camera {
            lines += [
                "", "# One that wants a password: user, password_file (docs/operating.md).", "cameras:",
                "  \(portal): {url: \(Self.quoted(camera))}",
            ]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private var factor: String {
        switch reader {
        case .wiegand, .osdp, .em4100, .uhf: "card"
        case .line: "card, pass"
        case .plate: "plate"
        }
    }

    private func readerLines() throws(Problem) -> [String] {
        let words = (wires ?? (reader == .wiegand ? "DATA0 DATA1" : "/dev/ttyS0")).split { $0 == " " || $0 == "," }
        if reader == .wiegand {
            guard words.count == 2 else {
                throw Problem(sentence: Sentence("two lines are needed, data 0 and data 1, with a blank between them"))
            }
            return ["data0: \(try Self.line(words[0]).text)", "data1: \(try Self.line(words[1]).text)", formatLine]
        }
        // What stands behind the port, in its order.
        let keys = reader == .osdp ? ["baud", "address"] : reader == .uhf ? ["baud", "family"] : ["baud"]
        guard let port = words.first, words.count <= keys.count + 1 else {
            throw Problem(
                sentence: Sentence(
                    "a port is needed, and behind it, where it is not the usual one, its speed; then the address of OSDP, the family of a UHF reader"
                ))
        }
        var lines = ["port: \(Self.quoted(String(port)))"]
        for (key, word) in zip(keys, words.dropFirst()) { lines.append("\(key): \(Self.quoted(String(word)))") }
        switch reader {
        case .osdp:
            if words.count < 3 { lines.append("address: 0") }
            lines += ["security: secure   # `gatehousectl reader install` gives it its key", formatLine]
        case .line: lines.append("text: text")
        case .uhf: if words.count < 3 { lines.append("family: a0   # or length-first, bb: docs/protocols.md") }
        case .wiegand, .em4100, .plate: break
        }
        return lines
    }

    private var formatLine: String {
        "formats: [\(formats.split { $0 == " " || $0 == "," }.map { Self.quoted(String($0)) }.joined(separator: ", "))]"
    }

    private func inputLines() throws(Problem) -> [Line?] {
        // A lane that nobody was asked about yet.
        let words = (inputs ?? (barrier == .lane ? "- LOOP" : "")).split { $0 == " " || $0 == "," }
        guard words.count <= 3 else {
            throw Problem(
                sentence: Sentence(
                    "three lines at most: exit button, contact, fire input; a dash for what is not wired"))
        }
        var lines: [Line?] = []
        for word in words { lines.append(word == "-" ? nil : try Self.line(word)) }
        return lines + [Line?](repeating: nil, count: 3 - lines.count)
    }

    private static func line(_ typed: some StringProtocol) throws(Problem) -> Line {
        guard let line = Line(typed) else {
            throw Problem(
                sentence: Sentence(
                    "\"\(String(typed.prefix(40)))\" is no line: its name, or CHIP:17; /low behind it"))
        }
        return line
    }

    /// As YAML reads it back, whatever was typed: YAML 1.2, 7.3.1.
    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}

extension SiteDraft {
    /// What would be wrong with the configuration as far as it goes; nil when it is in order. `digest` is SHA-256.
    package func fault(digest: ([UInt8]) -> [UInt8]) -> Sentence? {
        do {
            let configuration = try ConfigurationReader.read(
                octets: Array(try text().utf8), file: "", digest: digest)
            if case .failure(let problem) = StartCheck.calendar(of: configuration) {
                return problem.sentence
            }
            return nil
        } catch let problem as Problem {
            return problem.sentence
        } catch let invalid as InvalidConfiguration {
            let first = invalid.errors[0]
            return first.suggestion.map { Sentence("\(first.message); \($0)") } ?? first.message
        } catch {
            return Sentence(verbatim: "\(error)")
        }
    }
}
