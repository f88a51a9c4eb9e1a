import Glibc
import Testing

/// Who may import what, with the reason. Imports point downwards only; the compiler holds most of it, this test says why.
@Suite("Architecture")
struct ArchitectureTests {
    struct Target: Sendable {
        var name: String
        var may: Set<String>
        var reason: String
    }

    static let base: Set<String> = ["Glibc", "Synchronization", "CLinux"]

    static let targets: [Target] = [
        Target(name: "GatehouseCore", may: [], reason: "the core decides alone: no clock, no disk, no library"),
        Target(
            name: "GatehouseThreads", may: base.union(["GatehouseCore"]),
            reason: "the one place that makes threads; knows nothing of what they do"),
        Target(
            name: "GatehouseProtocols", may: ["GatehouseCore"],
            reason: "codecs are pure: octets and moments in, values out"),
        Target(
            name: "GatehouseCrypto", may: ["GatehouseCore", "COpenSSL", "Synchronization"],
            reason: "one place wraps OpenSSL"),
        Target(
            name: "GatehouseStore", may: base.union(["GatehouseCore", "GatehouseThreads", "CSQLite"]),
            reason: "one place wraps SQLite; keys come as closures"),
        Target(
            name: "GatehouseConfiguration", may: ["GatehouseCore", "GatehouseProtocols", "CYAML", "Glibc"],
            reason: "reads a file into values of the core, and card formats into those of the decoders"),
        Target(
            name: "GatehouseDevices", may: base.union(["GatehouseCore", "GatehouseProtocols", "CGPIOD"]),
            reason: "hands and ears; knows no rule and no database"),
        Target(
            name: "GatehouseAdmin",
            may: base.union([
                "GatehouseCore", "GatehouseCrypto", "GatehouseThreads", "FoundationEssentials", "Logging",
            ]),
            reason: "what programs say to one another; no device and no database"),
        Target(
            name: "GatehouseRegister",
            may: base.union(["GatehouseCore", "GatehouseCrypto", "GatehouseProtocols", "GatehouseAdmin"]),
            reason: "texts to rows, once for commands, files, passes and documents; no device, no database, no clock"),
        Target(
            name: "GatehouseCase",
            may: base.union(["GatehouseCore", "GatehouseCrypto", "GatehouseAdmin", "CQREncode"]),
            reason: "what a case file is, for who makes one and who checks one; no database, no daemon"),
        Target(
            name: "GatehouseAccounts",
            may: base.union(["GatehouseCore", "GatehouseCrypto", "GatehouseThreads", "CSodium"]),
            reason: "who may sign in to the page: one file and some memory; no network, nothing of a gate"),
        Target(
            name: "GatehouseDesk",
            may: [
                "GatehouseCore", "GatehouseCrypto", "GatehouseProtocols", "GatehouseStore", "GatehouseConfiguration",
                "GatehouseAdmin", "GatehouseRegister", "GatehouseCase", "GatehouseThreads",
            ], reason: "what each command does, behind a few closures; no loop, no device; of threads the locks alone"),
        Target(
            name: "GatehouseRuntime", may: ["GatehouseCore", "GatehouseStore"],
            reason: "the shell runs in the simulation too: lines, writer and clock come as closures"),
        Target(
            name: "GatehouseDaemon",
            may: base.union([
                "GatehouseCore", "GatehouseProtocols", "GatehouseCrypto", "GatehouseStore", "GatehouseConfiguration",
                "GatehouseDevices", "GatehouseAdmin", "GatehouseRegister", "GatehouseDesk", "GatehouseRuntime",
                "GatehouseThreads", "Logging",
            ]), reason: "the composition; no network library"),
        Target(
            name: "GatehouseUplink",
            may: base.union([
                "GatehouseCore", "GatehouseProtocols", "GatehouseCrypto", "GatehouseConfiguration", "GatehouseAdmin",
                "GatehouseThreads",
                "CCurl", "Logging",
            ]), reason: "the network; no device and no database"),
        Target(
            name: "GatehouseWitness",
            may: base.union(["GatehouseCore", "GatehouseCrypto", "GatehouseThreads", "CMicroHTTPD", "Logging"]),
            reason: "the committee's key: the rules of evidence, one file and a loopback; nothing of a gate"),
        Target(
            name: "GatehouseConsole",
            may: base.union([
                "GatehouseCore", "GatehouseCrypto", "GatehouseThreads", "GatehouseAdmin", "GatehouseAccounts",
                "GatehouseCase",
                "GatehouseSheets", "Hummingbird", "HummingbirdCore", "HTTPTypes", "NIOCore", "NIOPosix",
                "ServiceLifecycle", "Logging",
            ]), reason: "the page: asks over the admin socket alone; no database, no device, no configuration"),
        Target(
            name: "GatehouseSimulation",
            may: base.union([
                "GatehouseCore", "GatehouseProtocols", "GatehouseCrypto", "GatehouseStore", "GatehouseConfiguration",
                "GatehouseAdmin", "GatehouseRegister", "GatehouseDesk", "GatehouseRuntime", "GatehouseThreads",
                "CMicroHTTPD", "CGD",
            ]), reason: "a gate without a gate; the daemon's own shell inside"),
        Target(
            name: "GatehouseSheets", may: ["GatehouseCore", "CZip", "CExpat"],
            reason:
                "workbooks to texts, for the client alone: what takes an archive of others apart stays out of the daemon"
        ),
        Target(
            name: "gatehousectl",
            may: base.union([
                "GatehouseCore", "GatehouseCrypto", "GatehouseStore", "GatehouseConfiguration", "GatehouseAdmin",
                "GatehouseRegister", "GatehouseSheets", "GatehouseCase", "GatehouseAccounts",
                "ArgumentParser", "CGD",
            ]),
            reason:
                "asks the daemon, draws passes, makes documents by the checks that take them, and keeps the page's accounts; no device, no network"
        ),
        Target(
            name: "gatehoused",
            may: [
                "GatehouseCore", "GatehouseCrypto", "GatehouseConfiguration", "GatehouseDaemon", "Glibc",
                "ArgumentParser",
            ],
            reason: "reads its arguments and starts the daemon"),
        Target(
            name: "gatehouse-uplink",
            may: [
                "GatehouseCore", "GatehouseCrypto", "GatehouseConfiguration", "GatehouseAdmin", "GatehouseUplink",
                "Glibc",
                "ArgumentParser",
            ], reason: "reads its arguments and starts the uplink; nothing of the deciding side"),
        Target(
            name: "gatehouse-witness",
            may: [
                "GatehouseCore", "GatehouseCrypto", "GatehouseAdmin", "GatehouseWitness", "Glibc", "ArgumentParser",
            ], reason: "starts the witness, and says in words what it keeps"),
        Target(
            name: "gatehouse-console",
            may: [
                "GatehouseCore", "GatehouseAccounts", "GatehouseAdmin", "GatehouseConsole", "Glibc", "ArgumentParser",
            ],
            reason: "reads its arguments and serves the page"),
        Target(
            name: "gatehouse-sim",
            may: [
                "GatehouseCore", "GatehouseCrypto", "GatehouseConfiguration", "GatehouseSimulation", "Glibc",
                "ArgumentParser",
            ], reason: "reads its arguments and runs the simulation"),
    ]

    /// A target that is not in the table is checked by nothing.
    @Test func everyTargetHasItsRow() {
        let folders = Set(Tree.files(below: "Sources", ending: ".swift").map { String($0.split(separator: "/")[1]) })
        #expect(folders == Set(Self.targets.map(\.name)))
        #expect(Tree.executables.isSubset(of: folders), "\(Tree.executables)")
    }

    @Test(arguments: targets)
    func importsPointDownwards(target: Target) {
        let files = Tree.files(below: "Sources/\(target.name)", ending: ".swift")
        #expect(!files.isEmpty)
        for file in files {
            for (number, line) in Tree.lines(file) {
                let words = line.split(separator: " ")
                guard let place = words.firstIndex(of: "import"), place <= 1, words.count > place + 1,
                    place == 0 || ["internal", "package", "public", "private", "@testable"].contains(words[0])
                else { continue }
                let module = String(words[place + 1])
                #expect(
                    target.may.contains(module),
                    "\(file):\(number): \(target.name) may not import \(module): \(target.reason)")
            }
        }
    }

    /// One import of it costs 44 MB of executable.
    @Test func nobodyImportsAllOfFoundation() {
        for file in Tree.files(below: "Sources", ending: ".swift") {
            for (number, line) in Tree.lines(file)
            where line.split(separator: " ").suffix(2) == ["import", "Foundation"] {
                Issue.record("\(file):\(number): FoundationEssentials is enough")
            }
        }
    }

    @Test func whatTheCompilerCannotCheckHasAWordWithIt() {
        for file in Tree.files(below: "Sources", ending: ".swift") {
            let lines = Tree.lines(file)
            for (index, entry) in lines.enumerated() {
                let risky = ["@unchecked Sendable", "nonisolated(unsafe)", "try!", " as! "].contains {
                    entry.line.contains($0)
                }
                guard risky, !entry.line.contains("//") else { continue }
                let near = lines[max(0, index - 3)...min(lines.count - 1, index + 1)]
                #expect(near.contains { $0.line.contains("//") }, "\(file):\(entry.number): say why this is safe")
            }
        }
    }

    @Test func noTestSleeps() {
        let words = ["usleep(", "Task.sleep", " sleep("]
        // Pulses on real lines have a width, which only the guest's clock can make.
        let exempt = [
            "Tests/ArchitectureTests/ArchitectureTests.swift", "Tests/GatehouseDevicesTests/KernelLinesTests.swift",
        ]
        for file in Tree.files(below: "Tests", ending: ".swift") where !exempt.contains(file) {
            for (number, line) in Tree.lines(file) where words.contains(where: { line.contains($0) }) {
                Issue.record("\(file):\(number): turn the clock, or wait for the thing itself")
            }
        }
    }
}

/// The tree that this file stands in.
enum Tree {
    static let root = String(#filePath.dropLast("/Tests/ArchitectureTests/ArchitectureTests.swift".count))

    static func files(below path: String, ending: String) -> [String] {
        guard let directory = opendir("\(root)/\(path)") else { return [] }
        defer { closedir(directory) }
        var found: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasPrefix(".") { continue }
            if Int32(entry.pointee.d_type) == Int32(DT_DIR) {
                found += files(below: "\(path)/\(name)", ending: ending)
            } else if name.hasSuffix(ending) {
                found.append("\(path)/\(name)")
            }
        }
        return found.sorted()
    }

    /// Programs, by the manifest.
    static var executables: Set<String> {
        let text = lines("Package.swift").map(\.line).joined(separator: " ")
        let names = text.matches(of: /\.executableTarget\(\s*name: "([^"]+)"/).map { String($0.1) }
        return Set(names).subtracting(["gatehouse-fuzz"])
    }

    /// Without comments, and with its texts empty: what is left is code.
    static func code(_ line: String) -> Substring {
        var kept = line.replacing(/"(?:[^"\\]|\\.)*"/, with: "\"\"")
        if let comment = kept.firstRange(of: "//") { kept.removeSubrange(comment.lowerBound...) }
        return kept[...]
    }

    static func text(_ file: String) -> String {
        let descriptor = open("\(root)/\(file)", O_RDONLY)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var octets = [UInt8](repeating: 0, count: 1 << 20)
        let count = max(0, read(descriptor, &octets, octets.count))
        return String(decoding: octets[0..<count], as: UTF8.self)
    }

    /// Whether files that are made of the code are to be written anew.
    static var writesDocuments: Bool { getenv("GATEHOUSE_WRITE_DOCS") != nil }

    static func write(_ text: String, to file: String) {
        let descriptor = open("\(root)/\(file)", O_WRONLY | O_TRUNC)
        defer { close(descriptor) }
        let octets = Array(text.utf8)
        #expect(Glibc.write(descriptor, octets, octets.count) == octets.count)
    }

    static func lines(_ file: String) -> [(number: Int, line: String)] {
        text(file).split(separator: "\n", omittingEmptySubsequences: false).enumerated().map {
            ($0.offset + 1, String($0.element))
        }
    }
}
