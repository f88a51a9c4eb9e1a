import GatehouseAccounts
import GatehouseCore
import GatehouseCrypto
import Glibc
import Testing

/// A few numbers from a seed.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

/// Octets that are other ones each time, and the same ones in each run.
final class CountedOctets {
    private var count: UInt64 = 0
    func octets(_ length: Int) -> [UInt8] {
        count += 1
        return Array(Hash.sha256("octets \(count)".utf8).prefix(length))
    }
}

/// A folder that goes with the test.
final class Folder {
    let path: String
    init() {
        var name = Array("/tmp/gatehouse-accounts-XXXXXX".utf8CString)
        path = mkdtemp(&name).map { String(cString: $0) } ?? ""
        #expect(!path.isEmpty)
    }
    deinit {
        for name in ["accounts", "accounts.lock", "accounts.new", "other"] { unlink("\(path)/\(name)") }
        rmdir(path)
    }
    var accounts: String { "\(path)/accounts" }

    func write(_ text: String, mode: mode_t = 0o600) {
        unlink(accounts)
        let descriptor = open(accounts, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        let octets = Array(text.utf8)
        #expect(Glibc.write(descriptor, octets, octets.count) == octets.count)
        fchmod(descriptor, mode)
        close(descriptor)
    }
}

enum Made {
    static let password = "correct horse battery"
    /// The cheapest that there is: what is tested is not how dear it is. These are libsodium's least, which it always takes.
    static let cheap = try! PasswordHash(of: password, memory: 8, passes: 1)
    static let secret = TimeCodeSecret(Array("12345678901234567890".utf8))!

    static func name(_ text: String) -> AccountName { AccountName(text)! }

    static func account(
        _ name: String = "zhang", role: AccountRole = .guard, password: PasswordHash = cheap
    ) throws -> Account {
        try Account(
            name: Made.name(name), shown: "张伟", role: role, password: password, since: CivilTime(seconds: 1_700_000_000)
        )
    }

    static func moment(_ seconds: Int64, minute: Int32 = 720) -> Moment {
        Moment(monotonic: time(seconds), civil: CivilTime(seconds: seconds), localDay: 0, localMinute: minute)
    }

    static func time(_ seconds: Int64) -> MonotonicTime { .zero + .seconds(seconds) }
}
