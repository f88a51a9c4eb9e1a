internal import GatehouseCore
internal import GatehouseCrypto

extension Bench {
    /// A picture of 200 KB sealed to the site's key and opened again, beside AES-256-GCM alone over the same octets.
    static func pictures(_ report: (String) -> Void) throws {
        let picture = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 7) }
        let keys = KeyRing(master: SecretKey([UInt8](repeating: 7, count: 32))).storeSecrets.pictures
        let key = SecretKey(Random.octets(32))
        var (bare, sealing, opening): ([Double], [Double], [Double]) = ([], [], [])
        for _ in 0..<200 {
            var start = wall()
            _ = try Seal.seal(picture, associated: [], key: key)
            bare.append(wall() - start)
            start = wall()
            let file = try PictureSeal.seal(picture, to: keys.publicKey)
            sealing.append(wall() - start)
            start = wall()
            guard let sealed = SealedPicture(file), keys.open(sealed, nil) == picture else {
                preconditionFailure("a sealed picture does not open")
            }
            opening.append(wall() - start)
        }
        func milliseconds(_ samples: [Double]) -> String {
            "\(Double(Int(percentile(samples, 0.5) * 100_000)) / 100) ms"
        }
        let ratio = Double(Int(percentile(sealing, 0.5) / percentile(bare, 0.5) * 10)) / 10
        report(
            "pictures: 200 KB sealed in \(milliseconds(sealing)), opened in \(milliseconds(opening)); AES-256-GCM alone \(milliseconds(bare)), \(ratio) times (at most 2 ms)"
        )
    }
}
