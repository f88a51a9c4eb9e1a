import GatehouseCore
import GatehouseCrypto
import Testing

@testable import GatehouseProtocols

@Suite struct OSDPSecureChannelTests {
    static let crypto = SessionCrypto.openSSL

    private func keys(_ row: Row) -> OSDPSessionKeys {
        OSDPSessionKeys(
            base: Self.crypto.key([UInt8](hex: row["scbk"])), panelRandom: [UInt8](hex: row["rnd_a"]),
            crypto: Self.crypto)
    }

    private func zeroChannel() -> OSDPSecureChannel {
        let zero = Self.crypto.key([UInt8](repeating: 0, count: 16))
        return OSDPSecureChannel(
            keys: OSDPSessionKeys(encryption: zero, firstMAC: zero, lastMAC: zero),
            initialMAC: [UInt8](repeating: 0, count: 16), crypto: Self.crypto)
    }

    @Test(arguments: recording("osdp-session-keys.tsv"))
    func keysAndCryptogramsAreThoseRecorded(row: Row) {
        let keys = keys(row)
        let (panel, reader) = ([UInt8](hex: row["rnd_a"]), [UInt8](hex: row["rnd_b"]))
        // A key cannot be read back, so what it does is compared.
        let probe = [UInt8](repeating: 0xA5, count: 16)
        for (key, column) in [(keys.encryption, "s_enc"), (keys.firstMAC, "s_mac1"), (keys.lastMAC, "s_mac2")] {
            #expect(key.encryptBlock(probe) == Self.crypto.key([UInt8](hex: row[column])).encryptBlock(probe))
        }
        #expect(keys.clientCryptogram(panelRandom: panel, readerRandom: reader).hex == row["client_cryptogram"])
        let server = keys.serverCryptogram(panelRandom: panel, readerRandom: reader)
        #expect(server.hex == row["server_cryptogram"])
        #expect(keys.initialMAC(serverCryptogram: server).hex == row["rmac_i"])
    }

    /// Old practice, recorded to prove the block order; no such key is ever made here.
    @Test(arguments: recording("osdp-master-keys.tsv"))
    func aKeyFromAMasterKeyIsThatOfTheRecording(row: Row) {
        let identifier = [UInt8](hex: row["cUID"])
        let key = Self.crypto.key([UInt8](hex: row["master key"])).encryptBlock(identifier + identifier.map { ~$0 })
        #expect(key.hex == row["SCBK"])
    }

    @Test(arguments: recording("osdp-zero-frames.tsv"))
    func oneSecuredFrameIsThatOfTheRecording(row: Row) throws {
        let plain = OSDPFrame(
            address: 0, sequence: 2, code: try #require(UInt8(row["code"], radix: 16)), data: [UInt8](hex: row["data"]))
        var panel = zeroChannel()
        let sealed = panel.seal(plain)
        #expect(sealed.octets.hex == row["frame"])
        var reader = zeroChannel()
        let opened = try reader.open(sealed).get()
        #expect(opened == OSDPSecureChannel.Opened(frame: plain, wasEncrypted: !plain.data.isEmpty))
        #expect(reader.commandMAC == panel.commandMAC)
    }

    @Test(arguments: recording("osdp-sessions.tsv"))
    func aWholeSessionIsThatOfTheRecordingAtBothEnds(row: Row) throws {
        let keys = keys(row)
        let panelRandom = [UInt8](hex: row["rnd_a"])
        let readerRandom = [UInt8](hex: row["rnd_b"])
        let server = keys.serverCryptogram(panelRandom: panelRandom, readerRandom: readerRandom)
        var panel = OSDPSecureChannel(
            keys: keys, initialMAC: keys.initialMAC(serverCryptogram: server), crypto: Self.crypto)
        var reader = panel
        var secured = 0
        for part in row["frames"].split(separator: " ") {
            let cells = part.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            let frame = try OSDPFrame.decode([UInt8](hex: cells[1])).get()
            guard frame.securityBlock?.hasMAC == true else { continue }
            secured += 1
            var plain = frame
            plain.securityBlock = nil
            plain.mac = []
            plain.data = [UInt8](hex: cells[2])
            if frame.isReply {
                #expect(reader.seal(plain).octets.hex == cells[1])
                #expect(try panel.open(frame).get().frame == plain)
            } else {
                #expect(panel.seal(plain).octets.hex == cells[1])
                #expect(try reader.open(frame).get().frame == plain)
            }
        }
        #expect(secured >= 4)
        #expect(panel.commandMAC.hex == row["last c-mac"])
        #expect(panel.replyMAC.hex == row["last r-mac"])
    }

    // MARK: what is refused

    @Test func everyFlippedBitIsRefusedAndLeavesTheChain() throws {
        let row = try #require(recording("osdp-zero-frames.tsv").first { $0.id == "z-out" })
        let sealed = try OSDPFrame.decode([UInt8](hex: row["frame"])).get()
        var reader = zeroChannel()
        func refuse(_ frame: OSDPFrame, _ comment: Comment) {
            if case .success = reader.open(frame) { Issue.record(comment) }
        }
        for bit in 0..<(sealed.data.count * 8) {
            var changed = sealed
            changed.data[bit / 8] ^= 1 << UInt8(bit % 8)
            refuse(changed, "data bit \(bit)")
        }
        for bit in 0..<32 {
            var changed = sealed
            changed.mac[bit / 8] ^= 1 << UInt8(bit % 8)
            refuse(changed, "MAC bit \(bit)")
        }
        for bit in 0..<7 {
            var changed = sealed
            changed.code ^= 1 << UInt8(bit)
            refuse(changed, "code bit \(bit)")
            changed = sealed
            changed.address ^= 1 << UInt8(bit)
            refuse(changed, "address bit \(bit)")
        }
        var changed = sealed
        changed.sequence = 3
        refuse(changed, "sequence")
        #expect(reader.commandMAC == [UInt8](repeating: 0, count: 16))
        #expect(try reader.open(sealed).get().frame.data == [UInt8](hex: row["data"]))
        _ = reader.seal(OSDPFrame(address: 0, isReply: true, sequence: 2, code: 0x40))
        refuse(sealed, "the same frame again, once the chain has gone on")
    }

    @Test func aFrameOfTheOtherDirectionOrWithoutAMACIsNoFrameOfTheSession() throws {
        var panel = zeroChannel()
        var reader = zeroChannel()
        let poll = panel.seal(OSDPFrame(address: 1, sequence: 1, code: 0x60))
        var turned = poll
        turned.isReply = true
        #expect(reader.open(turned) == .failure(.block))
        #expect(reader.open(OSDPFrame(address: 1, sequence: 1, code: 0x60)) == .failure(.block))
        var padded = poll
        padded.securityBlock?.data = [0]
        #expect(reader.open(padded) == .failure(.block))
        #expect(try reader.open(poll).get().wasEncrypted == false)
    }

    @Test func emptyDataMayComeAsOneBlockOfPadding() throws {
        let zero = Self.crypto.key([UInt8](repeating: 0, count: 16))
        var panel = zeroChannel()
        var reader = zeroChannel()
        _ = reader.open(panel.seal(OSDPFrame(address: 1, sequence: 1, code: 0x60)))
        // Sealed by hand: the channel itself never does this.
        var reply = OSDPFrame(address: 1, isReply: true, sequence: 1, code: 0x40)
        reply.securityBlock = OSDPSecurityBlock(type: OSDPSecurityType.replyEncrypted)
        reply.data = zero.encrypt([0x80] + [UInt8](repeating: 0, count: 15), reader.commandMAC.map { ~$0 })
        reply.mac = [0, 0, 0, 0]
        let covered = OSDPSecureChannel.padded(Array(reply.octets.dropLast(6)))
        reply.mac = Array(zero.encrypt(covered, reader.commandMAC).suffix(16).prefix(4))
        let opened = try panel.open(reply).get()
        #expect(opened.frame.data == [])
        #expect(opened.wasEncrypted)
    }

    @Test(arguments: 0..<34)
    func dataOfEveryLengthComeBack(length: Int) throws {
        var panel = zeroChannel()
        var reader = zeroChannel()
        let data = (0..<length).map { UInt8($0 % 3 == 0 ? 0 : 0x80) }
        let plain = OSDPFrame(address: 5, sequence: 1, check: .checksum, code: 0x6B, data: data)
        let sealed = panel.seal(plain)
        #expect(sealed.data.count == (length == 0 ? 0 : (length / 16 + 1) * 16))
        #expect(try reader.open(OSDPFrame.decode(sealed.octets).get()).get().frame == plain)
        #expect(OSDPSecureChannel.unpadded([UInt8](repeating: 0, count: 16)) == nil)
        #expect(OSDPSecureChannel.unpadded([0x80, 0x01]) == nil)
    }
}
