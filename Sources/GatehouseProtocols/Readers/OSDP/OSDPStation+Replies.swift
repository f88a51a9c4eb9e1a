import GatehouseCore

extension OSDPStation {
    private static let keySetCode = OSDPCommand.keySet([]).code
    private static let fileTransferCode: UInt8 = 0x7C

    /// The command was given up while its reply was taken.
    private var exchangeIsOver: Bool { exchange == nil }

    /// What a frame led to, and whether it was the answer to the command that is out.
    struct Outcome {
        var signals: [ReaderSignal] = []
        var isAnswer = true

        /// Something else: go on waiting.
        static func waiting(_ signals: [ReaderSignal] = []) -> Outcome { Outcome(signals: signals, isAnswer: false) }
        static func answer(_ signals: [ReaderSignal]) -> Outcome { Outcome(signals: signals) }
    }

    /// Takes a frame that a reader of this address sent, or somebody in its name.
    mutating func answer(_ frame: OSDPFrame, at now: MonotonicTime) -> Outcome {
        guard let exchange else { return .waiting() }
        if exchange.frame.check == .checksum {
            seenQuirks.insert(frame.check == .crc16 ? .answersInCRC : .checksumOnly)
        }
        return security.isRequired ? hearSecured(frame, exchange, at: now) : hearClear(frame, exchange, at: now)
    }

    private mutating func hearClear(_ frame: OSDPFrame, _ exchange: Exchange, at now: MonotonicTime) -> Outcome {
        guard frame.securityBlock == nil else {
            counters.securedReplies += 1
            isRefusedForSecurity = true
            return .waiting()
        }
        let reply = OSDPReply(code: frame.code, data: frame.data)
        if reply == .busy { return .answer(busy(at: now)) }
        guard frame.sequence == exchange.sequence else {
            // The same reply again, from a repeated command that was answered twice, is no wish to start over.
            guard frame.sequence == 0, frame != lastReply else { return wasLate(at: now) }
            heard(at: now)
            return .answer(restart(at: now))
        }
        heard(at: now)
        lastReply = frame
        return .answer(settle(reply, exchange, at: now))
    }

    // MARK: secured

    private mutating func hearSecured(_ frame: OSDPFrame, _ exchange: Exchange, at now: MonotonicTime) -> Outcome {
        guard frame.securityBlock != nil else { return hearExposed(frame, exchange, at: now) }
        guard frame.sequence == exchange.sequence else { return wasLate(at: now) }
        switch security.judge(frame, at: now) {
        case .ahead where exchange.tries > 0:
            heard(at: now)
            if let signals = refusedRepeat(.securityConditions, at: now) { return .answer(signals) }
            return .waiting()
        case .strange, .ahead:
            counters.securedReplies += 1
            return .waiting()
        case .wrongMAC:
            counters.wrongMACs += 1
            guard vigilance.offence(at: now) else { return .waiting() }
            return .answer(dropSession(.forged, at: now))
        case .notEncrypted:
            counters.openReplies += 1
            return .answer([.unreadable(.insecure)] + dropSession(.notEncrypted, at: now))
        case .wrongKey:
            heard(at: now)
            counters.handshakeFailures += 1
            if keyChange?.isInstallation == true { return .answer(tryInstallationAgain(at: now)) }
            // Another key may stand behind: only when none fits is it a wrong one.
            let isWrong = security.tryNextKey()
            if isWrong { wonderWho() }
            let breach = isWrong ? vigilance.breach(.wrongKey, at: now) : []
            return .answer(leaveAlone(at: now) + breach)
        case .stepDone:
            heard(at: now)
            babble.wentWell(isPoll: false)
            return .answer(complete(at: now))
        case .reply(let reply):
            heard(at: now)
            return .answer(settle(reply, exchange, at: now))
        }
    }

    /// A frame without a security block: of the reader only when it begs for time or refuses. Anything else is never
    /// acted on, whoever sent it.
    private mutating func hearExposed(_ frame: OSDPFrame, _ exchange: Exchange, at now: MonotonicTime) -> Outcome {
        let reply = OSDPReply(code: frame.code, data: frame.data)
        switch reply {
        case .busy: return .answer(busy(at: now))
        case .nak(let refusal, _):
            guard frame.sequence == exchange.sequence || frame.sequence == 0 else { return wasLate(at: now) }
            heard(at: now)
            if exchange.command == .identify, !security.isOpen { return .answer(introduced(nil)) }
            return .answer(refusedInClear(refusal, exchange, at: now))
        // It proves nothing: a reader that was changed may say so, and a liar at most raises an alarm.
        case .identity(let identity) where exchange.command == .identify && !security.isOpen:
            guard frame.sequence == exchange.sequence else { return .waiting() }
            heard(at: now)
            return .answer(introduced(identity))
        // Some readers answer KEYSET without the session that it ends. The handshake tells what is true.
        case .ack where frame.sequence == exchange.sequence && exchange.command.code == Self.keySetCode:
            heard(at: now)
            if security.isOpen { seenQuirks.insert(.keySetAnsweredInClear) }
            return .answer(keySetAnswered(reply, at: now))
        default:
            counters.clearReplies += 1
            var signals: [ReaderSignal] = reply.isReading ? [.unreadable(.insecure)] : []
            signals += vigilance.breach(.clearData, at: now)
            guard vigilance.offence(at: now), security.isOpen else { return .waiting(signals) }
            return .answer(signals + dropSession(.clearData, at: now))
        }
    }

    private mutating func refusedInClear(_ refusal: OSDPRefusal, _ exchange: Exchange, at now: MonotonicTime)
        -> [ReaderSignal]
    {
        if refusal == .check || (refusal == .sequence && !security.isOpen) {
            return refused(refusal, exchange, at: now)
        }
        counters.naks += 1
        if exchange.tries > 0, let signals = refusedRepeat(refusal, at: now) { return signals }
        guard security.isOpen else { return refusedHandshake(at: now) }
        counters.sessionsLost += 1
        // Anybody may have said so; the handshakes tell which key the reader has.
        guard exchange.command.code != Self.keySetCode else { return restart(at: now) }
        guard case .startUp = phase else {
            // Once is a reader that lost its power. Thrice in a minute, somebody says so in its name, or it is broken.
            return vigilance.offence(at: now) ? dropSession(.clearData, at: now) : restart(at: now)
        }
        // Refused without a MAC, the chain is lost; what the reader does not know is not asked again.
        guard refusal == .unknownCommand || refusal == .commandLength, exchange.command != .identify else {
            return refusedHandshake(at: now)
        }
        unsupported.insert(exchange.command.code)
        return restart(at: now)
    }

    /// Some readers take a repeated command for a new one; in a session its MAC does not fit any more, and they refuse it.
    /// That is the wire's fault: a new handshake at once, without a word. Somebody who refuses in the reader's name gains
    /// that handshake and nothing else; more of them than a bad wire makes are an offence. Nil for other refusals.
    private mutating func refusedRepeat(_ refusal: OSDPRefusal, at now: MonotonicTime) -> [ReaderSignal]? {
        guard [.sequence, .securityBlock, .securityConditions].contains(refusal) else { return nil }
        guard keyChange == nil, vigilance.admitsRenewal(at: now) else { return nil }
        counters.refusedRepeats += 1
        seenQuirks.insert(.repeatsAnew)
        if security.isOpen { counters.sessionsLost += 1 }
        let stays = isRekeying || phase == .polling
        endTransfer(.dropped)
        startOver()
        isRekeying = stays
        return []
    }

    /// A reader that is just starting may refuse once; one that refuses again is out of service, and people are told.
    private mutating func refusedHandshake(at now: MonotonicTime) -> [ReaderSignal] {
        counters.handshakeFailures += 1
        // Within the window it is no wonder: the reader is perhaps not in its own installation mode yet.
        if keyChange?.isInstallation == true { return tryInstallationAgain(at: now) }
        refusedHandshakes += 1
        guard refusedHandshakes > 1 else {
            let signals = restart(at: now)
            notBefore = now + vigilance.nextPause()
            return signals
        }
        wonderWho()
        return leaveAlone(at: now) + vigilance.breach(.refusesSecurity, at: now)
    }

    private mutating func wonderWho() {
        asksWho = !hasAskedWho
        hasAskedWho = true
    }

    /// The reader said who it is, or will not; the handshake comes next all the same.
    private mutating func introduced(_ identity: OSDPIdentity?) -> [ReaderSignal] {
        exchange = nil
        checkRefusals = 0
        sequence = sequence == 3 ? 1 : sequence + 1
        phase = .startUp(.challenge)
        return identity.map { [.identified($0.asReader)] } ?? []
    }

    private mutating func dropSession(_ breach: SecurityBreach, at now: MonotonicTime) -> [ReaderSignal] {
        counters.sessionsDropped += 1
        return leaveAlone(at: now) + vigilance.breach(breach, at: now)
    }

    private mutating func leaveAlone(at now: MonotonicTime) -> [ReaderSignal] {
        babble.wasSilent()
        let signals = lose(.refused, at: now)
        notBefore = now + vigilance.nextPause()
        return signals
    }

    // MARK: what is believed

    private mutating func settle(_ reply: OSDPReply, _ exchange: Exchange, at now: MonotonicTime) -> [ReaderSignal] {
        busySince = nil
        if reply == .busy { return busy(at: now) }
        if exchange.command.code == Self.keySetCode { return keySetAnswered(reply, at: now) }
        if case .communication(let address, let baud) = reply, case .communication = exchange.command {
            moveAnnounced(OSDPPlace(address: address, baud: Int(baud)))
            return exchangeIsOver ? [] : complete(at: now)
        }
        if case .nak(let refusal, _) = reply { return refused(refusal, exchange, at: now) }
        readings.acknowledged()
        return take(reply, exchange, at: now)
    }

    private mutating func heard(at now: MonotonicTime) {
        counters.frames += 1
        counters.lastSeen = now
        lastHeard = now
        isSilent = false
        misfits = nil
        move?.isHeard = true
    }

    private mutating func busy(at now: MonotonicTime) -> [ReaderSignal] {
        counters.busy += 1
        babble.offence(.useless, at: now)
        let since = busySince ?? now
        guard now - since < Self.linkLost else { return lose(.silent, at: now) }
        heard(at: now)
        busySince = since
        notBefore = now + Self.busyPause
        return []
    }

    private mutating func refused(_ refusal: OSDPRefusal, _ exchange: Exchange, at now: MonotonicTime)
        -> [ReaderSignal]
    {
        counters.naks += 1
        if refusal != .securityBlock, refusal != .securityConditions { babble.offence(.useless, at: now) }
        switch refusal {
        case .check:
            checkRefusals += 1
            notBefore = now + panel.pollPeriod
            guard checkRefusals >= 2 else { return [] }
            check = check == .crc16 ? .checksum : .crc16
            startOver()
            return []
        case .sequence:
            return restart(at: now)
        case .securityBlock, .securityConditions:
            guard security.isRequired else { return wantsSecurity(exchange, at: now) }
            // The reader has lost the chain.
            if exchange.tries > 0, let signals = refusedRepeat(refusal, at: now) { return signals }
            counters.sessionsLost += 1
            return phase == .polling ? restart(at: now) : refusedHandshake(at: now)
        case .unknownCommand:
            if exchange.command != .poll, exchange.command != .identify { unsupported.insert(exchange.command.code) }
        case .none, .commandLength, .biometricType, .biometricFormat, .cannotCarryOut, .other:
            counters.refusedCommands += 1
        }
        if exchange.queued?.isRequest == true { endRequest(.refused(refusal)) }
        if exchange.command.code == Self.fileTransferCode { endTransfer(.refused(refusal)) }
        return complete(at: now)
    }

    /// A reader in clear that wants what this panel is not told to give. Once it may be a mistake of the wire or the reader:
    /// it is asked again at once, by the same command and by a new one. Then it is started over, and one that goes on is out
    /// of service.
    private mutating func wantsSecurity(_ exchange: Exchange, at now: MonotonicTime) -> [ReaderSignal] {
        securityRefusals += 1
        guard securityRefusals < Self.refusalsInService, phase == .polling || securityRefusals == 1 else {
            securityRefusals = 0
            let signals = lose(.refused, at: now)
            notBefore = now + Self.refusedPause
            return signals
        }
        switch securityRefusals {
        // The same again; a reader that repeats its last answer repeats the refusal.
        case 1: break
        case 2:
            if let queued = exchange.queued { queue.insert(queued, at: 0) }
            self.exchange = nil
            sequence = sequence == 3 ? 1 : sequence + 1
        default: return restart(at: now)
        }
        return []
    }

    private mutating func take(_ reply: OSDPReply, _ exchange: Exchange, at now: MonotonicTime) -> [ReaderSignal] {
        var isExpected = answerRequest(reply, isItsReply: exchange.queued?.isRequest == true)
        var introduction: [ReaderSignal] = []
        if exchange.command != .identify, exchange.command != .capabilities { securityRefusals = 0 }
        switch reply {
        case .identity(let identity):
            self.identity = identity
            introduction = [.identified(identity.asReader)]
        case .capabilities(let capabilities): self.capabilities = capabilities
        case .outputStatus(let outputs): self.outputs = outputs
        case .fileStatus(let status): isExpected = take(status, at: now)
        case .ack where exchange.command.code == Self.fileTransferCode: awaitStatus(at: now)
        default: break
        }
        let reading = readings.read(reply, isPoll: exchange.command == .poll, at: now)
        switch reading.note {
        case .duplicate: counters.duplicates += 1
        case .passedOver where !isExpected: counters.passedOver += 1
        case .passedOver, nil: break
        }
        if exchange.command == .poll, reply != .ack, !isExpected {
            babble.offence(.events, at: now)
        } else {
            babble.wentWell(isPoll: exchange.command == .poll)
        }
        let wasPolling = phase == .polling
        if !wasPolling { deferred += introduction + reading.signals }
        let link = complete(at: now)
        guard wasPolling, !babble.isAside else { return link }
        let unused = isExpected ? [] : unusedAnswer(reply)
        if reading.signals.contains(where: \.mustLast) { heldUntil = now + panel.storeWait }
        return introduction + reading.signals + unused
    }
}

extension ReaderSignal {
    /// Whether the event behind this is journalled before the reader may forget it. Keys are not: they are kept nowhere.
    fileprivate var mustLast: Bool {
        switch self {
        case .card, .tamper, .powerFault, .input: true
        case .key, .face, .faceRefused, .stays, .unreadable, .link, .breach, .keyChange, .file, .identified,
            .faceUsers:
            false
        }
    }
}
