import GatehouseCrypto
import Testing

@Suite struct KeyedHashTests {
    @Test(arguments: [0, 1, 55, 64, 65, 1000]) func oneKeySetUpOnceGivesTheSameAsEachTimeAnew(count: Int) {
        let key = SecretKey((0..<32).map { UInt8($0) })
        let octets = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let keyed = KeyedHash(key: key)
        for _ in 0..<2 { #expect(keyed.digest(octets) == Hash.hmac(octets, key: key)) }
        let running = RunningHash()
        for octet in octets { running.update([octet]) }
        #expect(running.finish() == Hash.sha256(octets))
        #expect(running.finish() == Hash.sha256([]))
    }
}
