import GatehouseConfiguration
import GatehouseCore
import GatehouseCrypto
import GatehouseDaemon
import Glibc
import Testing

/// `gatehoused --check` says what a start would say.
@Suite struct CheckTests {
    private func write(_ octets: [UInt8], to path: String) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        #expect(Glibc.write(descriptor, octets, octets.count) == octets.count)
        close(descriptor)
    }

    private func configuration(in folder: String) throws -> Configuration {
        let text = """
            site: {name: s, time_zone: Asia/Shanghai, clock: not-behind-floor}
            files: {database: \(folder)/x.db, admin_socket: \(folder)/a, uplink_socket: \(folder)/u, snapshots: \(folder)/p, master_key: \(folder)/key}
            lines: {backend: simulated, socket: \(folder)/l}
            readers:
              r: {protocol: wiegand, data0: {line: D0}, data1: {line: D1}, formats: [H10301]}
            portals:
              p:
                release: {line: P}
                access_points: {a: {readers: [r], factors: [card]}}
            """
        return try ConfigurationReader.read(octets: Array(text.utf8), file: "f.yaml", digest: { Hash.sha256($0) })
    }

    /// Whatever else somebody named by mistake is no database, and is told before a start meets it.
    @Test func aFileThatIsNoDatabaseIsTold() throws {
        var template = Array("/tmp/gatehouse-check-XXXXXX".utf8CString)
        let folder = String(cString: mkdtemp(&template))
        defer {
            for name in ["x.db", "key"] { unlink("\(folder)/\(name)") }
            rmdir(folder)
        }
        write([UInt8](0..<32), to: "\(folder)/key")
        let configuration = try configuration(in: folder)
        #expect(Daemon.check(configuration).isEmpty)
        write(Array("a letter".utf8), to: "\(folder)/x.db")
        let found = Daemon.check(configuration)
        #expect(found.count == 1 && found[0].english.contains("no database of Gatehouse"), "\(found)")
    }
}
