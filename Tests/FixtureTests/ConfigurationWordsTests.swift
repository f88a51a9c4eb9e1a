import GatehouseAdmin
import GatehouseConfiguration
import GatehouseCore
import GatehouseCrypto
import Testing

/// What `config check` says is said in the language of whoever asks.
@Suite("Words of the configuration")
struct ConfigurationWordsTests {
    private static let broken = """
        site: {name: Lotus Garden, time_zone: Asia/Shanghai}
        readers:
          a: {protocol: wiegand, data0: {line: D0}, buad: 9600, formats: [H1030]}
        portals:
          p: {release: {line: P}, unlock_time: 5, access_points: {a: {readers: [b], factors: [cart]}}}
        passes: *x
        """

    private func faults(_ text: String) -> [Sentence] {
        do throws(InvalidConfiguration) {
            _ = try ConfigurationReader.read(octets: Array(text.utf8), file: "f.yaml", digest: { Hash.sha256($0) })
            return []
        } catch { return error.sentences }
    }

    @Test func eachFaultIsSaidInBothLanguages() {
        let found = faults(Self.broken)
        #expect(found.count >= 6, "\(found.map(\.english))")
        for sentence in found {
            #expect(!sentence.english.contains(/\p{Han}/))
            #expect(sentence.text(in: .chinese).contains(/\p{Han}/), "\(sentence.english)")
        }
        let chinese = found.map { $0.text(in: .chinese) }
        #expect(chinese.contains { $0.contains("没有这个键：'buad'") }, "\(chinese)")
        #expect(chinese.contains { $0.contains("没有写单位") && $0.hasPrefix("f.yaml:5:") }, "\(chinese)")
    }
}
