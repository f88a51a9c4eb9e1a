import GatehouseCore
import GatehouseProtocols
import GatehouseSimulation
import Testing

@Suite struct OSDPIdentityTests {
    /// As the emulated reader has it.
    private static let serial = "\(0xEDDE_FECA as UInt32)"

    @Test func aReaderInServiceHasSaidWhoItIs() throws {
        for secured in [false, true] {
            var bench = secured ? OSDPBench.secured() : OSDPBench()
            bench.input(.start)
            bench.run(for: .seconds(3))
            let identity = try #require(bench.identities.first)
            #expect(bench.identities.count == 1)
            #expect(identity.serial == Self.serial)
            #expect(identity.maker.count == 8 && !identity.model.isEmpty && identity.firmware.contains("."))
        }
    }

    /// The reader that was put in the place of another has no key of it: it is asked in clear, once, and believed in nothing.
    @Test(arguments: [true, false]) func aReaderThatCannotProveItsKeyIsAskedWhoItIs(refuses: Bool) {
        var bench = OSDPBench.secured()
        bench.input(.start)
        bench.run(for: .seconds(3))
        var other = EmulatedOSDPReader(address: 1)
        other.identity.serial = 12
        if !refuses {
            other.security.ability = .demanded
            other.security.key = Array(repeating: 0x5A, count: 15) + [0x11]
        }
        bench.readers[0] = other
        bench.run(for: .seconds(300))
        #expect(bench.identities.map(\.serial) == [Self.serial, "12"])
        #expect(bench.signals.contains(.breach(refuses ? .refusesSecurity : .wrongKey)))
        #expect(bench.signals.filter { $0 == .link(.online(.secure)) }.count == 1)
        #expect(!bench.signals.contains(.link(.online(.clear))))
        bench.readers[0] = OSDPBench.secured().readers[0]
        bench.run(for: .seconds(300))
        #expect(bench.signals.last { if case .link = $0 { true } else { false } } == .link(.online(.secure)))
        #expect(bench.identities.map(\.serial) == [Self.serial, "12", Self.serial])
    }

    /// Within a session only the session says who is there: a name in clear is somebody on the wire.
    @Test func aNameInClearWithinASessionIsNobodys() {
        var bench = OSDPBench.secured()
        var liar = bench.readers[0].identity
        liar.serial = 12
        // The third command is the first of the session: PDID.
        let lie = OSDPFrame(
            address: 1, isReply: true, sequence: 2, code: OSDPReply.identity(liar).code,
            data: OSDPReply.identity(liar).data)
        bench.readers[0].faults = [.none, .none, .octetsBefore(lie.octets)]
        bench.input(.start)
        bench.run(for: .seconds(3))
        #expect(bench.sent[2].frame.code == 0x61 && bench.sent[2].frame.sequence == 2)
        #expect(bench.signals.contains(.breach(.clearData)))
        #expect(bench.identities.map(\.serial) == [Self.serial])
        #expect(bench.panel.identity(of: "r1")?.serial == 0xEDDE_FECA)
    }

    @Test func aReaderThatDoesNotSayWhoItIsHasItsHandshakeAllTheSame() {
        var bench = OSDPBench.secured()
        bench.readers[0].security.key = Array(repeating: 0x5A, count: 15) + [0x11]
        bench.readers[0].unknownCommands = [0x61]
        bench.input(.start)
        bench.run(for: .seconds(120))
        #expect(bench.identities == [])
        #expect(bench.commands(to: 1).filter { $0 == .identify }.count == 1)
        bench.readers[0].security.key = OSDPBench.key
        bench.readers[0].unknownCommands = []
        bench.run(for: .seconds(300))
        #expect(bench.signals.contains(.link(.online(.secure))))
        #expect(bench.identities.map(\.serial) == [Self.serial])
    }
}
