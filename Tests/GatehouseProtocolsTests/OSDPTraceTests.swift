import GatehouseCore
import GatehouseCrypto
import GatehouseSimulation
import Testing

@testable import GatehouseProtocols

@Suite struct OSDPTraceTests {
    private static let bits = BitString("10111011000000110010000110".map { $0 == "1" })

    /// The recording once more, through its text.
    private func again(_ bench: OSDPBench) throws -> OSDPTrace {
        try #require(OSDPTrace(text: bench.panel.trace.text))
    }

    /// What a panel of the same settings makes of a recording. Its deadlines come between the frames as they came then.
    private func replay(_ trace: OSDPTrace, _ addresses: [UInt8], security: OSDPPolicy = .clear) -> [ReaderSignal] {
        var panel = OSDPBench(addresses: addresses, security: security).panel
        var signals: [ReaderSignal] = []
        func handle(_ input: OSDPPanel.Input, at now: MonotonicTime) {
            for case .signal(let reader, let signal) in panel.handle(input, at: now) {
                // The bench keeps who a reader is apart from what it said.
                if case .identified = signal { continue }
                signals.append(signal)
                handle(.eventStored(reader), at: now)
            }
        }
        handle(.portOpened, at: .zero)
        for entry in trace.entries {
            guard let octets = entry.heard else { continue }
            while let deadline = panel.nextDeadline, deadline.at < entry.at { handle(.time, at: deadline.at) }
            handle(.received(octets), at: entry.at)
        }
        return signals
    }

    private func evening(_ bench: inout OSDPBench) {
        bench.input(.start)
        bench.run(for: .seconds(2))
        bench.readers[0].present(Self.bits)
        for key in "7391#" { bench.readers[0].press(String(key)) }
        bench.run(for: .seconds(1))
        bench.readers[0].setTamper(true)
        bench.readers[0].faults = [.loseReply, .garbleReply, .busy]
        bench.readers[1].present(Self.bits)
        bench.run(for: .seconds(2))
        bench.readers[0].restart()
        bench.run(for: .seconds(3))
        bench.readers[0].present(Self.bits)
        bench.run(for: .seconds(1))
    }

    @Test func aSealedRecordingPlayedAgainWithTheKeyGivesTheSameReadings() throws {
        var bench = OSDPBench.secured(addresses: [1, 2])
        evening(&bench)
        let trace = try again(bench)
        #expect(trace.entries.count == bench.panel.trace.entries.count)
        #expect(trace.entries.allSatisfy { !$0.isMasked })
        let random = Randoms(
            trace.entries.compactMap { entry in
                guard case .sent(let frame) = entry.event, frame.code == 0x76 else { return nil }
                return frame.data
            })
        let openSSL = SessionCrypto.openSSL
        let crypto = SessionCrypto(key: openSSL.key, areEqual: openSSL.areEqual, random: { _ in random.next() })
        let key = try ReaderKey.make(OSDPBench.key, crypto: crypto).get()
        let signals = replay(trace, [1, 2], security: .secure([key], crypto))
        #expect(signals == bench.signals)
        #expect(signals.filter { if case .card = $0 { true } else { false } }.count == 3)
        #expect(signals.contains(.tamper(true)))
    }

    @Test func aRecordingInClearKeepsEverythingButWhatIsSecret() throws {
        var bench = OSDPBench(addresses: [1, 2])
        evening(&bench)
        let expected = bench.signals.map { signal -> ReaderSignal in
            switch signal {
            case .card: .unreadable(.parity)
            case .key: .unreadable(.malformed)
            default: signal
            }
        }
        #expect(replay(try again(bench), [1, 2]) == expected)
        #expect(expected.filter { $0 == .unreadable(.parity) }.count == 3)
    }

    @Test func nothingSecretIsReadableInIt() {
        var bench = OSDPBench()
        bench.input(.start)
        bench.run(for: .seconds(2))
        let secret: [UInt8] = [0xDE, 0xAD, 0xBE, 0xEF, 0x42, 0x17]
        bench.readers[0].present(Self.bits)
        bench.readers[0].press("739164")
        bench.readers[0].queue(.formatted(reader: 0, isReversed: false, characters: secret))
        bench.readers[0].queue(.bioRead(reader: 0, .success, type: 15, quality: 99, template: secret))
        bench.readers[0].queue(.manufacturer(.reply, oui: [1, 2, 3], data: secret))
        bench.readers[0].queue(.part(.pivData, OSDPPart(total: 6, offset: 0, data: secret)))
        bench.readers[0].queue(.unknown(code: 0xB1, data: secret))
        bench.input(.ask("r1", .bioMatch(OSDPBioMatch(type: .face, threshold: 1, template: secret)), token: 1))
        bench.run(for: .seconds(2))
        let text = bench.panel.trace.text
        #expect(text.components(of: "masked") == 9)
        for word in ["deadbeef4217", "bb032180", "373339313634"] { #expect(!text.contains(word), "\(word)") }
        // Nor by the check of the frame, from which six digits are quickly found.
        let sent = bench.answered.first { $0.count > 6 && $0[5] == 0x53 } ?? []
        #expect(!sent.isEmpty && !text.contains(hexadecimal(Array(sent.suffix(2)))))
    }

    @Test func theKeyGivenUnderTheKeyThatEverybodyKnowsIsNotInIt() {
        var bench = OSDPBench.secured()
        bench.readers[0].security.takesDefaultKey = true
        bench.readers[0].security.key = nil
        bench.input(.start)
        bench.input(
            .changeKey(
                "r1", [UInt8](hex: "d459f02f6602e5651f3b553bc283d43e"), isInstallation: true, window: .seconds(60)))
        bench.run(for: .seconds(6))
        #expect(bench.panel.link(of: "r1") == .online(.secure))
        let text = bench.panel.trace.text
        var isDefault = false
        for (frame, _) in bench.sent {
            if frame.code == 0x76 { isDefault = frame.securityBlock?.data == [0] }
            // Neither the panel's dice, from which the session's keys come, nor what was sealed with them.
            if isDefault, !frame.data.isEmpty { #expect(!text.contains(hexadecimal(frame.data))) }
        }
        #expect(text.components(of: "masked") >= 5)
    }

    @Test func aRecordingIsBounded() {
        var bench = OSDPBench(addresses: [1, 2], settings: OSDPPanel.Settings(baud: 115_200))
        bench.input(.start)
        bench.run(for: .seconds(120))
        #expect(bench.sent.count > 8000)
        #expect(bench.panel.trace.entries.count <= OSDPTrace.capacity * 2)
        #expect(bench.panel.trace.text.utf8.count <= OSDPTrace.textLimit + 20)
        var long = OSDPTrace()
        for index in 0..<5000 {
            let frame = OSDPFrame(
                address: 1, isReply: true, sequence: 1, code: 0x40, data: [UInt8](repeating: 7, count: 1400))
            long.add(.received(frame), at: .milliseconds(Int64(index)))
        }
        #expect(long.text.utf8.count <= OSDPTrace.textLimit + 20)
    }

    @Test(arguments: [
        "", "trace 1\n", "osdp trace 1\n5 sent\n", "osdp trace 1\n5 sent 5300\n", "osdp trace 1\nx stray 1\n",
        "osdp trace 1\n-1 stray 1\n", "osdp trace 1\n1 stray -1\n", "osdp trace 1\n1 sent 538008000540689f\n",
        "osdp trace 1\n1 received 538008000540689g\n", "osdp trace 1\n1 stray 1 much\n",
    ])
    func whatIsNoRecordingIsNone(text: String) {
        #expect(OSDPTrace(text: text) == nil)
    }
}

/// Dice that fall as they fell. Unchecked: a replay runs on one thread.
private final class Randoms: @unchecked Sendable {
    private var left: [[UInt8]]
    init(_ octets: [[UInt8]]) { left = octets }
    func next() -> [UInt8] { left.isEmpty ? [] : left.removeFirst() }
}

private func hexadecimal(_ octets: [UInt8]) -> String {
    octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

extension String {
    fileprivate func components(of word: String) -> Int {
        split(separator: word, omittingEmptySubsequences: false).count - 1
    }

    /// Found by the fuzzer: it would have been written with a moment that nobody reads again.
    @Test func aRecordingThatGoesBackInTimeIsNone() {
        #expect(OSDPTrace(text: "osdp trace 1\n9000 damaged 1\n4550 stray 12\n") == nil)
        #expect(OSDPTrace(text: "osdp trace 1\n4550 damaged 1\n4550 stray 12\n") != nil)
    }
}
