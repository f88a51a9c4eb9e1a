import GatehouseCore
import Testing

@testable import GatehouseProtocols

@Suite struct OSDPFrameTests {
    private func frame(_ row: Row) throws -> OSDPFrame {
        OSDPFrame(
            address: try #require(UInt8(row["addr"], radix: 16)), isReply: row["dir"] == "R",
            sequence: try #require(UInt8(row["sqn"])), check: row["check"] == "crc" ? .crc16 : .checksum,
            code: try #require(UInt8(row["code"], radix: 16)), data: [UInt8](hex: row["data"]))
    }

    @Test(arguments: recording("osdp-frames.tsv"))
    func everyRecordedFrameEncodesAndDecodes(row: Row) throws {
        let frame = try frame(row)
        #expect(frame.octets.hex == row["frame"])
        #expect(OSDPFrame.decode([UInt8](hex: row["frame"])) == .success(frame))
    }

    @Test(arguments: recording("osdp-frames.tsv"))
    func everyRecordedFrameIsATypedValueWithTheSameOctets(row: Row) throws {
        let frame = try frame(row)
        if frame.isReply {
            let reply = OSDPReply(code: frame.code, data: frame.data)
            #expect(reply.code == frame.code)
            #expect(reply.data == frame.data)
        } else {
            let command = OSDPCommand(code: frame.code, data: frame.data)
            #expect(command.code == frame.code)
            #expect(command.data == frame.data)
        }
    }

    @Test(arguments: recording("osdp-frames.tsv"))
    func aSingleWrongOctetIsNoFrameAndEveryCutIsNone(row: Row) {
        let octets = [UInt8](hex: row["frame"])
        let whole = OSDPFrame.decode(octets)
        for index in octets.indices {
            var broken = octets
            broken[index] ^= 0x10
            #expect(OSDPFrame.decode(broken) != whole)
            if case .success = OSDPFrame.decode(Array(octets[..<index])) { Issue.record("cut at \(index)") }
        }
    }

    @Test func typedCommandsMeanWhatTheStandardSays() {
        func data(_ id: String) -> [UInt8] {
            [UInt8](hex: recording("osdp-frames.tsv").first { $0.id == id }?["data"] ?? "")
        }
        #expect(
            OSDPCommand.output([
                OSDPOutputRecord(output: 0, control: .offAfterTimer, timer: 100),
                OSDPOutputRecord(output: 1, control: .offThenBack, timer: 120),
            ]).data == data("cmd-out-2"))
        #expect(
            OSDPCommand.output([OSDPOutputRecord(output: 0, control: .onThenBack, timer: 50)]).data
                == data("cmd-out-pulse"))
        #expect(OSDPCommand.led([OSDPLEDRecord(permanent: .steady(.green))]).data == data("cmd-led-perm"))
        let flash = OSDPLight(on: 2, off: 2, onColour: .red)
        #expect(OSDPCommand.led([OSDPLEDRecord(temporary: .show(flash, timer: 30))]).data == data("cmd-led-temp"))
        #expect(OSDPCommand.buzzer(OSDPBuzzer(on: 2, off: 2, count: 1)).data == data("cmd-buz"))
        #expect(
            OSDPCommand.text(OSDPText(mode: 3, seconds: 5, characters: Array("DENIED".utf8))).data == data("cmd-text"))
        #expect(OSDPCommand.communication(address: 1, baud: 9600).data == data("cmd-comset"))
        #expect(OSDPCommand.receiveSize(1024).data == data("cmd-acurxsize"))
        #expect(OSDPCommand.keepActive(milliseconds: 10_000).data == data("cmd-keepactive"))
    }

    @Test func typedRepliesMeanWhatTheStandardSays() {
        func reply(_ id: String) -> OSDPReply? {
            guard let row = recording("osdp-frames.tsv").first(where: { $0.id == id }),
                let code = UInt8(row["code"], radix: 16)
            else { return nil }
            return OSDPReply(code: code, data: [UInt8](hex: row["data"]))
        }
        #expect(reply("rep-ack") == .ack)
        #expect(reply("rep-nak-1") == .nak(.check, data: []))
        #expect(reply("rep-nak-6") == .nak(.securityConditions, data: []))
        #expect(
            reply("rep-pdid-2")
                == .identity(
                    OSDPIdentity(
                        vendor: [0x0A, 0x00, 0x17], model: 3, version: 0, serial: 0xEDDE_FECA, firmware: [1, 80, 2])))
        #expect(reply("rep-lstatr-tamper") == .localStatus(tamper: true, powerFault: false))
        #expect(reply("rep-istatr") == .inputStatus([.active, .inactive, .open, .short]))
        #expect(reply("rep-ostatr") == .outputStatus([true, false, false, false]))
        #expect(
            reply("rep-raw-26")
                == .raw(reader: 0, format: 1, bitCount: 26, octets: [0x80, 0x80, 0x00, 0x80]))
        #expect(reply("rep-fmt") == .formatted(reader: 5, isReversed: false, characters: Array("testinput".utf8)))
        #expect(reply("rep-keypad") == .keypad(reader: 0, keys: Array("1234\r".utf8)))
        #expect(reply("rep-com") == .communication(address: 5, baud: 38400))
        #expect(reply("rep-busy") == .busy)
        if case .capabilities(let list)? = reply("rep-pdcap") { #expect(list.count == 11) } else { Issue.record() }
    }

    @Test func aSecurityBlockIsCarriedBothWays() {
        let row = "53010e000e02156086da777e904f"
        guard case .success(let frame) = OSDPFrame.decode([UInt8](hex: row)) else {
            Issue.record("secured poll of t-install")
            return
        }
        #expect(frame.securityBlock == OSDPSecurityBlock(type: 0x15))
        #expect(frame.mac == [0x86, 0xDA, 0x77, 0x7E])
        #expect(frame.code == 0x60)
        #expect(frame.data == [])
        #expect(frame.octets.hex == row)
    }

    // MARK: streams

    private func scanned(_ octets: [UInt8], gives frames: [String], _ comment: Comment) {
        expectEveryChunking(
            of: octets, gives: frames, { OSDPFrameScanner() }, { $0.receive($1).map(\.octets.hex) }, comment)
    }

    @Test(arguments: recording("osdp-streams.tsv"))
    func everyRecordedStreamGivesItsFramesHoweverItIsCut(row: Row) {
        scanned(
            [UInt8](hex: row["octets on the line"]),
            gives: row["frames to deliver"].split(separator: " ").map(String.init), "\(row.id)")
    }

    @Test func allRecordedFramesOnOneLineAreFoundHoweverTheyAreCut() {
        let frames = recording("osdp-frames.tsv").map { $0["frame"] }
        scanned(frames.flatMap { [0xFF] + [UInt8](hex: $0) }, gives: frames, "all frames")
    }

    @Test func aWrongCheckIsCountedAndTheNextFrameIsFound() {
        var scanner = OSDPFrameScanner()
        #expect(scanner.receive([UInt8](hex: "538208000540ebda538208000540ebdb")).count == 1)
        #expect(scanner.takeBadFrames() == 1)
    }

    @Test func aFalseStartThatFillsItsLengthHidesNoFrame() {
        scanned([UInt8](hex: "53820f00040000538208000540ebdb"), gives: ["538208000540ebdb"], "false start, length 15")
    }

    @Test func aLengthThatNeverComesIsGivenUpAndHidesNoFrame() {
        var scanner = OSDPFrameScanner()
        // Length 255 after a false start; the real frame stands behind it.
        #expect(scanner.receive([UInt8](hex: "5382ff000540ebdb538208000540ebdb")) == [])
        #expect(scanner.isInFrame)
        #expect(scanner.giveUp().map(\.octets.hex) == ["538208000540ebdb"])
        #expect(!scanner.isInFrame)
    }

    @Test func noiseNeverTrapsTheScannerNorFillsIt() {
        var random = SplitMix64(seed: 0x5EED_0002)
        var scanner = OSDPFrameScanner()
        var frames = 0
        for _ in 0..<1000 {
            for frame in scanner.receive(random.octets(100, favourites: [0x53, 0xFF, 0x08, 0x00, 0x0F, 0x04])) {
                frames += 1
                _ = OSDPReply(code: frame.code, data: frame.data)
                _ = OSDPCommand(code: frame.code, data: frame.data)
            }
            if Int.random(in: 0..<10, using: &random) == 0 { frames += scanner.giveUp().count }
        }
        #expect(scanner.takeBadFrames() > 0)
    }

    @Test func everyCodeWithAnyDataIsATypedValueWithTheSameOctets() {
        var random = SplitMix64(seed: 0x5EED_0003)
        for code in UInt8.min...UInt8.max {
            for length in 0..<40 {
                let data = random.octets(length, favourites: [0, 1, UInt8(length)])
                #expect(OSDPReply(code: code, data: data).code == code)
                #expect(OSDPCommand(code: code, data: data).code == code)
            }
        }
    }
}
