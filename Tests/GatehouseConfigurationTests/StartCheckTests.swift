import GatehouseConfiguration
import GatehouseCore
import Glibc
import Testing

/// What would keep a program from starting is found before it is started.
@Suite struct StartCheckTests {
    private func configuration(
        zone: String = "Asia/Shanghai", key: String = "/tmp/gatehouse-no-such-key", more: String = "",
        replacing: (old: String, new: String) = ("", "")
    ) throws -> Configuration {
        let text = """
            site: {name: s, time_zone: \(zone), clock: not-behind-floor}
            files: {database: /tmp/x.db, admin_socket: /tmp/x.sock, uplink_socket: /tmp/u.sock, snapshots: /tmp/p, master_key: \(key)}
            lines: {backend: simulated, socket: /tmp/l.sock}
            readers:
              r: {protocol: wiegand, data0: {line: D0}, data1: {line: D1}, formats: [H10301]}
            portals:
              p:
                release: {line: P}
                access_points: {a: {readers: [r], factors: [card]}}
            \(more)
            """
        let changed = replacing.old.isEmpty ? text : text.replacing(replacing.old, with: replacing.new)
        return try ConfigurationReader.read(octets: Array(changed.utf8), file: "f.yaml", digest: { _ in [] })
    }

    private func problems(_ configuration: Configuration, withUplink: Bool = true) -> [String] {
        StartCheck.problems(
            of: configuration, withUplink: withUplink, masterKeyFault: { $0.count == 32 ? nil : Sentence("no key") },
            policyFault: { $0.starts(with: Array("quorum".utf8)) ? nil : Sentence("no quorum") }
        ).map(\.description)
    }

    /// One that is named has to be there; without a page the usual one need not.
    @Test func theAccountOfThePageIsThere() throws {
        func said(_ account: String) throws -> [String] {
            try problems(configuration(more: "console: {account: \(account)}")).filter {
                $0.contains("console.account")
            }
        }
        #expect(try said("no-such-account-here").count == 1)
        #expect(try said("gatehouse-console").isEmpty)
        #expect(try said("root").isEmpty)
    }

    private func withFile(_ count: Int, _ body: (String) throws -> Void) throws {
        let path = "/tmp/gatehouse-check-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        defer { unlink(path) }
        let octets = [UInt8](repeating: 7, count: count)
        #expect(write(descriptor, octets, count) == count)
        close(descriptor)
        try body(path)
    }

    @Test(arguments: [
        ("Asia/Beijing", "Asia/Shanghai"), ("Asia/Shangai", "Asia/Shanghai"), ("Shanghai", "Asia/Shanghai"),
        ("Europe/Berln", "Europe/Berlin"), ("asia/tokyo", "Asia/Tokyo"), ("Asia/Shenzhen", "Asia/Shanghai"),
    ])
    func aZoneThatIsNoneNamesTheNearOne(zone: String, meant: String) throws {
        try withFile(32) { key in
            let found = problems(try configuration(zone: zone, key: key))
            #expect(found.count == 1 && found[0].contains("did you mean \(meant)?"), "\(found)")
        }
    }

    @Test func whatIsInOrderHasNoProblem() throws {
        try withFile(32) { key in
            let found = problems(try configuration(key: key))
            #expect(found.isEmpty)
        }
    }

    @Test func aMasterKeyThatIsMissingOrNoneIsTold() throws {
        let missing = problems(try configuration())
        #expect(missing.count == 1 && missing[0].contains("/tmp/gatehouse-no-such-key: the master key cannot be read"))
        try withFile(31) { key in
            let found = problems(try configuration(key: key))
            #expect(found == ["\(key): no key"])
        }
    }

    @Test func secretsOfCamerasAndDestinationsAreAskedForWhereTheyAreNeeded() throws {
        try withFile(32) { key in
            let more = """
                cameras:
                  c: {url: "https://10.0.0.1/s.jpg", user: u, password_file: /tmp/gatehouse-no-camera}
                alerts:
                  d: {url: "https://10.0.0.2/a", secret_file: /tmp/gatehouse-no-secret, kinds: [duress]}
                """
            let one = try configuration(key: key, more: more)
            let found = problems(one)
            #expect(found.count == 2, "\(found)")
            #expect(found.first?.contains("/tmp/gatehouse-no-camera: the secret of camera c") == true)
            #expect(found.last?.contains("/tmp/gatehouse-no-secret: the secret of destination d") == true)
            #expect(problems(one, withUplink: false).isEmpty, "the daemon that decides needs none of them")
        }
    }

    @Test func certificatesThatAreMissingOrNoneAreTold() throws {
        try withFile(32) { key in
            let camera = "cameras: {c: {url: \"https://192.0.2.1/p\", ca_file: CA}}"
            let missing = problems(
                try configuration(key: key, more: camera.replacing("CA", with: "/tmp/gatehouse-none.pem")))
            #expect(missing.count == 1 && missing[0].contains("the certificates of camera c cannot be read"))
            let none = problems(try configuration(key: key, more: camera.replacing("CA", with: key)))
            #expect(none.count == 1 && none[0].contains("no certificate of camera c is in it"))
        }
    }

    /// What a start would fail at is told before: folders that are not there, sockets that cannot be.
    @Test(arguments: [
        (
            "database: /tmp/x.db", "database: /tmp/gatehouse-no-folder/x.db",
            "there is no folder /tmp/gatehouse-no-folder"
        ),
        ("database: /tmp/x.db", "database: /tmp", "/tmp is a folder"),
        ("admin_socket: /tmp/x.sock", "admin_socket: /tmp", "/tmp is a folder"),
        (
            "uplink_socket: /tmp/u.sock", "uplink_socket: /tmp/gatehouse-no-folder/u.sock",
            "files.uplink_socket: there is no"
        ),
        ("admin_socket: /tmp/x.sock", "admin_socket: /tmp/\(String(repeating: "a", count: 110))", "at most 107 octets"),
    ])
    func whatAStartWouldFailAtIsTold(_ old: String, _ new: String, _ words: String) throws {
        try withFile(32) { key in
            let found = problems(try configuration(key: key, replacing: (old, new)))
            #expect(found.count == 1 && found[0].contains(words), "\(found)")
        }
    }

    @Test func aPolicyOfWitnessesIsReadBeforeAStart() throws {
        try withFile(32) { key in
            try withFile(7) { policy in
                let text = "\nwitnesses: {policy: \(policy)}"
                let configuration = try configuration(key: key, more: text)
                #expect(configuration.witnesses?.policyFile == policy)
                #expect(problems(configuration, withUplink: false) == ["\(policy): no quorum"])
            }
            let missing = try configuration(key: key, more: "\nwitnesses: {policy: /nowhere/policy}")
            let found = problems(missing, withUplink: false)
            #expect(found.count == 1 && found[0].hasPrefix("/nowhere/policy: the policy of the witnesses"), "\(found)")
        }
    }

    @Test func foldersThatTheServiceManagerMakesAreNoFault() throws {
        try withFile(32) { key in
            let configuration = try configuration(
                key: key, replacing: ("admin_socket: /tmp/x.sock", "admin_socket: /run/gatehouse/admin.sock"))
            let found = StartCheck.problems(
                of: configuration, withUplink: false, masterKeyFault: { _ in nil }, policyFault: { _ in nil })
            #expect(found.allSatisfy { !$0.isCertain })
        }
    }

    @Test func twoKeysOfOnePathAreAFault() {
        #expect { try configuration(replacing: ("database: /tmp/x.db", "database: /tmp/x.sock")) } throws: {
            "\($0)".contains("'admin_socket' and 'database' are one path")
        }
    }
}
