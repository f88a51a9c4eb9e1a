import GatehouseCore
import GatehouseCrypto
import GatehouseSimulation
import Testing

@testable import GatehouseProtocols

@Suite struct FaceSealingTests {
    private static let table: [UInt8] = [31, 28, 25, 22, 19, 16, 13, 10, 21, 18, 15, 12, 9, 6, 3, 0]

    private static func sealing(_ mode: FaceEncryption.Mode = .aes, _ table: [UInt8] = table) -> FaceSealing {
        FaceSealing(FaceEncryption(mode: mode, positions: table), crypto: .openSSL)
    }

    private func looking(_ mode: FaceEncryption.Mode = .aes) -> FaceBench {
        let sealing = Self.sealing(mode)
        var bench = FaceBench(module: EmulatedFaceModule(sealing: sealing), sealing: sealing)
        bench.input(.start)
        bench.run(for: .milliseconds(300))
        return bench
    }

    @Test(arguments: recording("face-sealed.tsv"))
    func everyRecordedFrameIsSealedAndOpenedHoweverItIsCut(row: Row) throws {
        let seed = [UInt8](hex: row["seed"])
        #expect(Hash.md5(seed).hex == row["digest"])
        let session = Self.sealing().session(seed: seed)
        var plain = FaceFrameScanner()
        let frame = try #require(plain.receive([UInt8](hex: row["clear"])).first)
        let sealed = [UInt8](hex: row["sealed"])
        #expect(session.seal(frame).hex == row["sealed"])
        let hidden = Array(sealed.dropFirst(4).dropLast())
        expectEveryChunking(
            of: sealed, gives: [FaceLine.sealed(hidden)], { FaceFrameScanner(takesSealed: true) }, { $0.hear($1) })
        #expect(session.open(hidden) == frame)
        #expect(Self.sealing().session(seed: [0, 0, 0, 1]).open(hidden) == nil, "the key of another seed")
        #expect(Self.sealing(.aes, Array(Self.table.reversed())).session(seed: seed).open(hidden) == nil)
        for index in sealed.indices.dropFirst(2) {
            var broken = sealed
            broken[index] ^= 0x04
            var scanner = FaceFrameScanner(takesSealed: true)
            #expect(scanner.hear(broken).isEmpty, "octet \(index)")
        }
    }

    @Test(arguments: FaceEncryption.Mode.allCases) func everyLengthComesBack(mode: FaceEncryption.Mode) {
        let session = Self.sealing(mode).session(seed: [1, 2, 3, 4])
        for count in [0, 1, 12, 13, 14, 29, 45, 238, 253, 4096] {
            let frame = FaceFrame(id: 0x12, data: (0..<count).map { UInt8(truncatingIfNeeded: $0 + 1) })
            let octets = session.seal(frame)
            #expect((octets.count - 5) % 16 == 0)
            #expect(session.open(Array(octets.dropFirst(4).dropLast())) == frame)
        }
        for count in [0, 1, 15, 17] { #expect(session.open(Array(repeating: 0, count: count)) == nil) }
    }

    /// The lengths at which the two framings look alike: READY is known at once, another note after silence.
    @Test func clearAndSealedAreToldApart() {
        let ready = FaceFrame(id: FaceFrame.note, data: [0])
        expectEveryChunking(
            of: ready.octets, gives: [.clear(ready)], { FaceFrameScanner(takesSealed: true) }, { $0.hear($1) })
        let state = FaceFrame(id: FaceFrame.note, data: [1] + Array(repeating: 0, count: 16))
        var scanner = FaceFrameScanner(takesSealed: true)
        #expect(scanner.hear(state.octets) == [])
        #expect(scanner.giveUp() == [.clear(state)])
        let session = Self.sealing().session(seed: [1, 2, 3, 4])
        let long = session.seal(FaceFrame(id: 0, data: [0x24, 0, 120] + Array(repeating: 7, count: 240)))
        #expect(long[2...3] == [1, 0], "as long as a note would be")
        expectEveryChunking(
            of: long, gives: [.sealed(Array(long.dropFirst(4).dropLast()))], { FaceFrameScanner(takesSealed: true) },
            { $0.hear($1) })
        let reply = FaceFrame(id: FaceFrame.reply, data: [0x50, 0] + Array(repeating: 0x41, count: 20))
        expectEveryChunking(
            of: Array("Uart parser Init!\n".utf8) + ready.octets + reply.octets + long,
            gives: [.clear(ready), .clear(reply), .sealed(Array(long.dropFirst(4).dropLast()))],
            { FaceFrameScanner(takesSealed: true) }, { $0.hear($1) })
    }

    @Test(arguments: FaceEncryption.Mode.allCases) func aModuleIsGivenASeedAndThenNothingIsInClear(
        mode: FaceEncryption.Mode
    ) throws {
        var bench = looking(mode)
        let seed = try #require(bench.wire.first)
        #expect(seed[2] == 0x50 && seed.count == 11 && seed[9] == (mode == .aes ? 1 : 2))
        var scanner = FaceFrameScanner(takesSealed: true)
        let after = bench.wire.dropFirst(2).flatMap { scanner.hear($0) }
        #expect(after.count > 3 && !after.contains { if case .clear = $0 { true } else { false } })
        #expect(bench.signals == [.link(.online(.none))])
        bench.present(.user(5, name: "R-1"))
        #expect(bench.signals.last == .face(userNumber: 5))
        #expect(bench.machine.counters.exposed == 0 && bench.machine.counters.unopened == 0)
    }

    @Test func eachStartHasASeedOfItsOwn() {
        var bench = looking()
        var seeds = Set([bench.wire[0]])
        for _ in 0..<20 {
            bench.forget()
            bench.hear(bench.module.restart())
            bench.run(for: .milliseconds(300))
            #expect(bench.signals == [.link(.offline(.restarted)), .link(.online(.none))])
            seeds.insert(bench.wire[0])
        }
        #expect(seeds.count == 21)
        bench.present(.user(5, name: ""))
        #expect(bench.signals.last == .face(userNumber: 5))
    }

    @Test func aMatchInClearIsCountedAndOpensNothing() {
        var bench = looking()
        bench.forget()
        bench.hear(EmulatedFaceModule.match(user: 5, name: "", status: 200))
        bench.hear(EmulatedFaceModule.reply(0x11, 0, [0]))
        #expect(bench.signals == [.unreadable(.insecure), .unreadable(.insecure)])
        #expect(bench.machine.counters.exposed == 2 && bench.machine.counters.matches == 0)
        // The question is still out, and its answer counts.
        bench.present(.user(5, name: ""))
        #expect(bench.signals.last == .face(userNumber: 5))
    }

    @Test func aMatchUnderAnotherKeyIsNothing() {
        var bench = looking()
        bench.forget()
        let strange = Self.sealing().session(seed: [9, 9, 9, 9])
        var plain = FaceFrameScanner()
        for frame in plain.receive(EmulatedFaceModule.match(user: 5, name: "", status: 200)) {
            bench.hear(strange.seal(frame))
        }
        #expect(bench.signals == [])
        #expect(bench.machine.counters.unopened == 1)
    }

    @Test(
        arguments: [
            (1, OfflineReason.encryptionUnset), (6, .encryptionMismatch), (21, .encryptionWanted), (5, .refused),
        ] as [(UInt8, OfflineReason)])
    func aModuleThatDoesNotTakeTheSeedIsOutOfServiceAndSaysWhy(result: UInt8, reason: OfflineReason) {
        let sealing = Self.sealing()
        var module = EmulatedFaceModule(sealing: sealing)
        module.sealRefusal = result
        var bench = FaceBench(module: module, sealing: sealing)
        bench.input(.start)
        bench.run(for: .seconds(60))
        #expect(bench.signals == [.link(.offline(reason))])
        #expect(!bench.sent.contains(0x12))
        bench.module.sealRefusal = nil
        bench.run(for: .seconds(11))
        #expect(bench.signals.last == .link(.online(.none)))
    }

    @Test func aModuleThatWantsEncryptionSaysSo() {
        var bench = FaceBench(module: EmulatedFaceModule(sealing: Self.sealing()))
        bench.input(.start)
        bench.run(for: .seconds(30))
        #expect(bench.signals == [.link(.offline(.encryptionWanted))])
    }

    /// Whatever comes in clear while a VERIFY is out under a key: no face.
    @Test func noiseAndForgeriesNeverBecomeAFace() {
        var random = SplitMix64(seed: 0x5EED_0021)
        var bench = looking()
        for _ in 0..<2000 {
            bench.hear(random.octets(60, favourites: [0xEF, 0xAA, 0x00, 0x10, 0x12]))
            bench.hear(EmulatedFaceModule.match(user: 5, name: "", status: 200))
            bench.run(for: .milliseconds(150))
        }
        #expect(!bench.signals.contains { if case .face = $0 { true } else { false } })
        #expect(bench.machine.counters.exposed > 1000)
    }
}
