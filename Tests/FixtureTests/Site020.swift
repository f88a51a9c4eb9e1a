import GatehouseAdmin
import GatehouseConfiguration
import GatehouseCore
import GatehouseCrypto
import Glibc
import Testing

/// The site in `Tests/Fixtures/site-0.2.0`, opened on a copy in a folder of its own.
final class Site020 {
    static let root = String(#filePath.dropLast("FixtureTests/Site020.swift".count)) + "Fixtures/site-0.2.0"
    /// What was counted when the site was made, without any code of Gatehouse.
    static let facts = JSON(line: read("\(root)/facts.json").filter { $0 != 10 }) ?? .null
    static let keys = KeyRing(master: SecretKey(read("\(root)/site/keys/master-key")))

    let folder: String
    private var made: [String] = []

    init() {
        var template = Array("/tmp/gatehouse-fixture-XXXXXX".utf8CString)
        folder = String(cString: mkdtemp(&template))
    }
    deinit { Self.remove(folder) }

    /// A copy that may be written to.
    func copy(_ name: String) throws -> String {
        let target = "\(folder)/\(name.split(separator: "/").last ?? "")"
        try Self.write(Self.read("\(Self.root)/\(name)"), target)
        return target
    }

    static func configuration() throws -> Configuration {
        try ConfigurationReader.read(path: "\(root)/site/gatehouse.yaml", digest: { Hash.sha256($0) })
    }

    static func fact(_ database: String, _ name: String) -> Int? {
        facts["databases"]?[database]?[name]?.integer.map { Int($0) }
    }

    static func read(_ path: String) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        defer { if descriptor >= 0 { close(descriptor) } }
        var octets: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while case let count = Glibc.read(descriptor, &buffer, buffer.count), count > 0 { octets += buffer[0..<count] }
        return octets
    }

    static func write(_ octets: [UInt8], _ path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        #expect(Glibc.write(descriptor, octets, octets.count) == octets.count, "\(path)")
    }

    static func names(_ path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    private static func remove(_ path: String) {
        for name in names(path) { remove("\(path)/\(name)") }
        if unlink(path) != 0 { rmdir(path) }
    }
}
