import GatehouseCore
import GatehouseCrypto
import Glibc
import Testing

@testable import GatehouseStore

extension HandoverTests {
    /// Pictures go as they lie, with the key that opens them; those that lie in clear are sealed at the new site.
    @Test func sealedPicturesOpenAtTheNewSite() throws {
        try fill()
        let clear: [UInt8] = [0xFF, 0xD8, 0xFF, 0xD9]
        let path = "2026/11/24/3-lane-00112233.jpg"
        let file = try PictureSeal.seal(clear, to: old.secrets.pictures.publicKey)
        try put(file, "\(old.folder)/pictures/\(path)")
        let stored = SnapshotRow.Result.stored(
            path: path, size: 4, digest: Hash.sha256(clear), file: Hash.sha256(file))
        try old.writer().commit(
            .init(number: 1, effects: [.snapshot(SnapshotRow(event: 3, camera: "lane", result: stored))]))
        try export()
        #expect(try take().check.isWhole)
        let reader = try JournalReader(path: new.database, secrets: newKeys.storeSecrets)
        #expect(
            try reader.picture(of: 3, in: "\(new.folder)/pictures") == .found(octets: clear, path: path))
        #expect(new.contents("\(new.folder)/pictures/\(path)") == file)
        #expect(try reader.clearPictures(after: nil, limit: 9).map(\.path) == [Self.picture])
        let octets = new.contents(new.database)
        #expect(octets.firstRange(of: old.secrets.pictures.privateKey()) == nil, "it is sealed there")
        // And once more, to a third.
        let (next, third) = (Scratch(), KeyRing(master: SecretKey([UInt8](repeating: 5, count: 32))))
        mkdir("\(next.folder)/pictures", 0o700)
        let der = try #require(Envelope.certificate(pem: Self.certificate))
        _ = try HandoverExport.make(
            database: new.database, pictures: "\(new.folder)/pictures", to: next.folder + "/site.gho", site: "t",
            version: "1", at: CivilTime(milliseconds: 5), made: CivilTime(milliseconds: 6),
            secrets: newKeys.storeSecrets,
            making: try ArchiveSecrets.making(certificate: der, signingWith: newKeys.handover))
        let report = try HandoverImport.run(
            next.folder + "/site.gho", database: next.database, pictures: "\(next.folder)/pictures",
            at: CivilTime(seconds: 1_790_000_000), actor: "t", secrets: third.storeSecrets, reading: reading)
        #expect(report.check.isWhole, "\(report.check.damages)")
        let last = try JournalReader(path: next.database, secrets: third.storeSecrets)
        #expect(try last.picture(of: 3, in: "\(next.folder)/pictures") == .found(octets: clear, path: path))
        for site in [new, next] { system("rm -rf '\(site.folder)/pictures'") }
    }
}
