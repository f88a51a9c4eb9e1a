package import GatehouseCore
package import GatehouseProtocols

/// The reader's side of an OSDP bus: answers commands for its address, hands out queued events to POLL and repeats its
/// last reply for a repeated sequence number. Faults and attacks can be queued, one for each command it hears.
package struct EmulatedOSDPReader: Sendable {
    package enum Fault: Hashable, Sendable {
        /// Behaves well for one command.
        case none
        /// Does not hear the command.
        case loseCommand
        /// Acts, but the reply is lost on the wire.
        case loseReply
        /// Acts, but the reply arrives with a wrong octet.
        case garbleReply
        /// The same reply twice.
        case doubleReply
        case busy
        case nak(UInt8)
        /// The reply carries another address.
        case wrongAddress
        /// The reply carries a sequence number so many behind; nil for 0.
        case sequence(offset: UInt8?)
        /// The reply carries a security block and a MAC.
        case securedReply
        /// Loses power for a moment: forgets sequence, session and queue.
        case restart
        /// Acts, but the reply carries another MAC: somebody forges.
        case forgedMAC([UInt8])
        /// Acts, but these octets arrive in the place of the reply: somebody speaks for the reader.
        case octets([UInt8])
        /// Acts, and these octets arrive before the reply.
        case octetsBefore([UInt8])
    }

    package private(set) var address: UInt8
    /// Its speed; nil hears every speed.
    package var baud: Int?
    /// Answers COMSET and stays where it is.
    package var ignoresMoves = false
    package var workshop = EmulatedOSDPWorkshop()
    package var identity = OSDPIdentity(
        vendor: [0x0A, 0x00, 0x17], model: 3, version: 1, serial: 0xEDDE_FECA, firmware: [1, 80, 2])
    package var capabilities = [
        OSDPCapability(function: OSDPCapability.inputs, level: 1, number: 2),
        OSDPCapability(function: OSDPCapability.outputs, level: 4, number: 1),
        OSDPCapability(function: OSDPCapability.led, level: 4, number: 1),
        OSDPCapability(function: OSDPCapability.buzzer, level: 2, number: 1),
    ]
    package var faults: [Fault] = []
    /// What it does when no fault is queued.
    package var habit = Fault.none
    /// Has this event for each poll.
    package var flood: OSDPReply?
    /// What it does otherwise than the standard says.
    package var quirks: Set<ReaderQuirk> = [] {
        didSet { security.quirks = quirks }
    }
    /// Neither hears nor answers.
    package var isDead = false
    package var security = EmulatedOSDPSecurity()
    /// Command codes answered with NAK 3.
    package var unknownCommands: Set<UInt8> = []

    package private(set) var isTampered = false
    package private(set) var isPowerFailed = false
    package private(set) var inputs: [OSDPInputState] = [.inactive, .inactive]
    package private(set) var outputs: [OSDPOutputRecord] = []
    /// Commands acted on, in order; repeated ones count once. At most the last 8192.
    package private(set) var commands: [OSDPCommand] = []
    /// Events waiting for a POLL, at most 64; the oldest is dropped at the bound.
    package private(set) var events: [OSDPReply] = []

    private var scanner = OSDPFrameScanner()
    /// Nil after power-up: the panel must begin with sequence 0.
    private var lastSequence: UInt8?
    private var lastReply: [UInt8] = []
    private var pendingMove: (address: UInt8, baud: Int)?

    package init(address: UInt8) { self.address = address }

    // MARK: what happens at the reader

    package mutating func present(_ bits: BitString) {
        queue(.raw(reader: 0, format: 1, bitCount: UInt16(bits.count), octets: bits.octets))
    }

    /// Keys as ASCII, `*` and `#` included.
    package mutating func press(_ keys: String) {
        queue(.keypad(reader: 0, keys: keys.utf8.map { $0 == 0x23 ? 0x0D : $0 == 0x2A ? 0x7F : $0 }))
    }

    package mutating func setTamper(_ isTampered: Bool) {
        self.isTampered = isTampered
        queue(.localStatus(tamper: isTampered, powerFault: isPowerFailed))
    }

    package mutating func setPowerFault(_ isPowerFailed: Bool) {
        self.isPowerFailed = isPowerFailed
        queue(.localStatus(tamper: isTampered, powerFault: isPowerFailed))
    }

    package mutating func setInput(_ number: Int, _ state: OSDPInputState) {
        guard inputs.indices.contains(number) else { return }
        inputs[number] = state
        queue(.inputStatus(inputs))
    }

    /// Any other event, well formed or not.
    package mutating func queue(_ event: OSDPReply) {
        if events.count == 64 { events.removeFirst() }
        events.append(event)
    }

    package mutating func restart() {
        security.end()
        lastSequence = nil
        lastReply = []
        events = []
    }

    // MARK: the line

    /// Octets from the panel; what comes back is the reply, without a mark octet.
    package mutating func receive(_ octets: [UInt8]) -> [UInt8] {
        guard !isDead else { return [] }
        defer { moveAfterReply() }
        var replies: [UInt8] = []
        for frame in scanner.receive(octets) where !frame.isReply {
            guard frame.address == address || frame.address == OSDPFrame.configurationAddress else { continue }
            replies += hear(frame)
        }
        return replies
    }

    private mutating func hear(_ frame: OSDPFrame) -> [UInt8] {
        let fault = faults.isEmpty ? habit : faults.removeFirst()
        if fault == .loseCommand { return [] }
        if fault == .restart { restart() }
        if fault == .busy { return reply(.busy, to: frame, sequence: 0) }
        if case .nak(let code) = fault { return refuse(OSDPRefusal(code: code), frame) }
        if quirks.contains(.checksumOnly), frame.check == .crc16 { return refuse(.check, frame) }
        let answer = answer(frame)
        switch fault {
        case .loseReply: return []
        case .garbleReply:
            var garbled = answer
            if let last = garbled.indices.last { garbled[last] ^= 0x01 }
            return garbled
        case .doubleReply: return answer + [OSDPFrame.mark] + answer
        case .octets(let octets): return octets
        case .octetsBefore(let octets): return octets + [OSDPFrame.mark] + answer
        case .forgedMAC(let mac):
            guard case .success(var changed) = OSDPFrame.decode(answer), changed.securityBlock?.hasMAC == true else {
                return answer
            }
            changed.mac = mac
            return changed.octets
        case .sequence(let offset):
            guard case .success(var changed) = OSDPFrame.decode(answer) else { return [] }
            changed.sequence = offset.map { (changed.sequence + 2 + $0) % 3 + 1 } ?? 0
            return changed.octets
        case .wrongAddress, .securedReply:
            guard case .success(var changed) = OSDPFrame.decode(answer) else { return [] }
            if fault == .wrongAddress {
                changed.address = (address + 1) & 0x7F
            } else {
                changed.securityBlock = OSDPSecurityBlock(type: 0x16)
                changed.mac = [1, 2, 3, 4]
            }
            return changed.octets
        default: return answer
        }
    }

    private mutating func answer(_ frame: OSDPFrame) -> [UInt8] {
        let isRepeat = frame.sequence != 0 && frame.sequence == lastSequence
        if isRepeat, !quirks.contains(.repeatsAnew) { return lastReply }
        let expected = lastSequence.map { $0 == 3 ? 1 : $0 + 1 }
        guard isRepeat || frame.sequence == 0 || frame.sequence == expected else {
            return refuse(.sequence, frame)
        }
        lastSequence = frame.sequence
        if frame.sequence == 0 { security.end() }
        switch security.hear(frame) {
        case .failure(let refusal): lastReply = refuse(refusal, frame)
        case .success(let command): lastReply = carryOut(command, frame)
        }
        return lastReply
    }

    /// The handshake has blocks of its own; everything else is sealed where there is a session.
    private mutating func carryOut(_ command: OSDPCommand, _ frame: OSDPFrame) -> [UInt8] {
        switch command {
        case .challenge(let random):
            guard security.ability != .none else { return refuse(.unknownCommand, frame) }
            let identifier = identity.vendor + [identity.model, identity.version] + identity.firmware
            guard let (answer, block) = security.challenged(random, frame.securityBlock, identifier: identifier) else {
                return refuse(.securityBlock, frame)
            }
            return reply(answer, to: frame, block: block)
        case .serverCryptogram(let cryptogram):
            guard let (answer, block) = security.proven(cryptogram) else {
                guard !security.refusesInClear else { return refuse(.securityConditions, frame) }
                return reply(.nak(.securityConditions, data: []), to: frame)
            }
            return reply(answer, to: frame, block: block)
        case .keySet(let key):
            guard security.isOpen else { return refuse(.securityConditions, frame) }
            let answer = security.answersKeysWithACard && !events.isEmpty ? events.removeFirst() : act(command)
            guard answer == .ack else { return reply(answer, to: frame) }
            let isClear = quirks.contains(.keySetAnsweredInClear)
            let octets = isClear ? plain(.ack, to: frame).octets : reply(.ack, to: frame)
            security.takeKey(key)
            return octets
        default: return reply(act(command), to: frame)
        }
    }

    /// The answer to COMSET goes over the old settings.
    private mutating func moveAfterReply() {
        guard let move = pendingMove else { return }
        pendingMove = nil
        address = move.address
        if baud != nil { baud = move.baud }
        lastSequence = nil
        security.end()
    }

    private mutating func act(_ command: OSDPCommand) -> OSDPReply {
        if commands.count == 8192 { commands.removeFirst(4096) }
        commands.append(command)
        if unknownCommands.contains(command.code) { return .nak(.unknownCommand, data: []) }
        switch command {
        case .identify: return .identity(identity)
        case .capabilities: return .capabilities(capabilities)
        default: break
        }
        switch command {
        case .poll: return events.isEmpty ? workshop.nextPart() ?? flood ?? .ack : events.removeFirst()
        case .localStatus: return .localStatus(tamper: isTampered, powerFault: isPowerFailed)
        case .inputStatus: return .inputStatus(inputs)
        case .outputStatus: return .outputStatus(outputs.map { $0.control == .on })
        case .readerStatus: return .readerStatus([.normal])
        case .output(let records):
            outputs = (outputs + records).suffix(64)
            return .ack
        case .communication(let address, let baud):
            // Some readers take what they can and say what that is.
            let heard = workshop.onlyBaud ?? Int(baud)
            pendingMove = ignoresMoves ? nil : (address, heard)
            return .communication(address: address, baud: UInt32(heard))
        case .led, .buzzer, .text, .receiveSize, .keepActive, .keySet: return .ack
        case .identifyInFull, .bioRead, .bioMatch, .fileTransfer, .manufacturer, .abort, .transparent, .pivData,
            .generalAuthentication, .challengeAuthentication:
            let (answer, event) = workshop.answer(command)
            if let event { queue(event) }
            return answer
        case .identify, .capabilities, .challenge, .serverCryptogram, .other: return .nak(.unknownCommand, data: [])
        }
    }

    /// A refusal for everybody to read, also in a session: the chain does not know of it.
    private func refuse(_ refusal: OSDPRefusal, _ frame: OSDPFrame) -> [UInt8] {
        plain(.nak(refusal, data: []), to: frame).octets
    }

    private mutating func reply(
        _ reply: OSDPReply, to frame: OSDPFrame, sequence: UInt8? = nil, block: OSDPSecurityBlock? = nil
    ) -> [UInt8] {
        var plain = plain(reply, to: frame)
        plain.sequence = sequence ?? frame.sequence
        plain.securityBlock = block
        return (block == nil && reply != .busy ? security.seal(plain) : plain).octets
    }

    private func check(of command: OSDPFrame) -> OSDPCheck {
        if quirks.contains(.answersInCRC) { return .crc16 }
        return quirks.contains(.checksumOnly) ? .checksum : command.check
    }

    private func plain(_ reply: OSDPReply, to frame: OSDPFrame) -> OSDPFrame {
        OSDPFrame(
            address: frame.address, isReply: true, sequence: frame.sequence,
            check: check(of: frame), code: reply.code, data: reply.data)
    }
}
