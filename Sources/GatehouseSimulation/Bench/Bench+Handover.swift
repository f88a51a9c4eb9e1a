internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseStore
internal import Glibc

extension Bench {
    /// A million events and ten thousand pictures as one archive, beside `tar` of the same files.
    static func handover(_ folder: String, _ report: (String) -> Void) throws {
        let root = "\(folder)/gatehouse-bench-handover"
        let pictures = "\(root)/pictures"
        let path = "\(root)/gatehouse.db"
        func shell(_ words: [String]) throws {
            try ChildProcess(words, environment: ["PATH=/usr/bin:/bin"], output: "/dev/null").wait()
        }
        try shell(["/bin/rm", "-rf", root])
        defer { try? shell(["/bin/rm", "-rf", root]) }
        for one in [root, pictures, pictures + "/2026", pictures + "/2026/11", pictures + "/2026/11/24"] {
            mkdir(one, 0o700)
        }
        let keys = KeyRing(master: SecretKey([UInt8](repeating: 1, count: 32)))
        let writer = StoreWriter(path: path, secrets: keys.storeSecrets, epoch: 1, run: "bench")
        let events: UInt64 = 1_000_000
        var dice = Dice(seed: 9)
        for batch in 0..<(events / 10_000) {
            var effects: [DurableEffect] = []
            for one in 1...10_000 as ClosedRange<UInt64> {
                let sequence = batch * 10_000 + one
                effects.append(.record(entry(sequence)))
                if sequence % 100 == 0 {
                    let name = "2026/11/24/\(sequence)-lane-00112233.jpg"
                    let octets = (0..<(30_000 / 8)).flatMap { _ in UInt64(dice.below(1 << 60)).bigEndianOctets }
                    try write(octets, to: "\(pictures)/\(name)")
                    let stored = SnapshotRow.Result.stored(path: name, size: octets.count, digest: Hash.sha256(octets))
                    effects.append(.snapshot(SnapshotRow(event: sequence, camera: "lane", result: stored)))
                }
            }
            try writer.commit(CommitGate.Batch(number: batch + 1, effects: effects))
        }
        _ = writer.idle()
        guard let certificate = Envelope.certificate(pem: Array(receiver.utf8)) else { return }
        try shell(["/bin/tar", "cf", "\(root)/warm.tar", "-C", root, "gatehouse.db", "pictures"])
        unlink("\(root)/warm.tar")
        // Each a few times in turn: what a disk takes varies more than what is measured.
        var floors: [Double] = []
        var owns: [Double] = []
        var last: HandoverExport.Report?
        for _ in 0..<3 {
            var began = wall()
            try shell(["/bin/tar", "cf", "\(root)/site.tar", "-C", root, "gatehouse.db", "pictures"])
            try shell(["/bin/sync", "\(root)/site.tar"])
            floors.append(wall() - began)
            unlink("\(root)/site.tar")
            unlink("\(root)/site.gho")
            began = wall()
            last = try HandoverExport.make(
                database: path, pictures: pictures, to: "\(root)/site.gho", site: "bench", version: "bench",
                at: CivilTime(seconds: 1_800_000_000), made: CivilTime(seconds: 1_800_000_000),
                secrets: keys.storeSecrets,
                making: ArchiveSecrets.making(certificate: certificate, signingWith: keys.handover))
            owns.append(wall() - began)
        }
        guard let made = last else { return }
        let (own, floor) = (percentile(owns, 0.5), percentile(floors, 0.5))
        report(
            "hand-over of \(made.manifest.entries) events and \(made.manifest.pictures) pictures: \(Double(Int(own * 100)) / 100) s = \(ratio(own, floor)) x tar and sync of the same files (bound 2), \(made.octets / 1_000_000) MB"
        )
        let began = wall()
        let check = try HandoverCheck.run(
            "\(root)/site.gho", secrets: keys.storeSecrets, reading: ArchiveSecrets.reading(privateKey: nil))
        report(
            "its outside is checked in \(Double(Int((wall() - began) * 100)) / 100) s, \(check.isWhole ? "whole" : "DAMAGED")"
        )
    }

    private static func write(_ octets: [UInt8], to path: String) throws {
        guard let file = fopen(path, "w") else { throw ChildProcess.Failure(description: path) }
        defer { fclose(file) }
        fwrite(octets, 1, octets.count, file)
    }

    /// Nobody has its key.
    private static let receiver = """
        -----BEGIN CERTIFICATE-----
        MIIBfTCCASOgAwIBAgIUNN7wfDjwUexFzobg58JcQCz7Qd4wCgYIKoZIzj0EAwIw
        EzERMA8GA1UEAwwIcmVjZWl2ZXIwIBcNMjYxMTI0MjIzNzE4WhgPMjEyNjEwMzEy
        MjM3MThaMBMxETAPBgNVBAMMCHJlY2VpdmVyMFkwEwYHKoZIzj0CAQYIKoZIzj0D
        AQcDQgAEsO3u6idmnsnUvF2nYfA6F2iQM8veMcJle/hxQ3CiquLV/ju25nXKOpS/
        wmgz2VukvnbFGbK5w8SZial+D33U/6NTMFEwHQYDVR0OBBYEFGy2jStfDfyzPbHT
        8QqZQj7uMVb6MB8GA1UdIwQYMBaAFGy2jStfDfyzPbHT8QqZQj7uMVb6MA8GA1Ud
        EwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgZQAV87/anGvaLWeVy23+HrRq
        oKZvQIQxJMA4GRxUtgACIQDsP35n+/I0rxyKJlqeTKEQHWZKc725I80noRpvuyEy
        eQ==
        -----END CERTIFICATE-----
        """
}
