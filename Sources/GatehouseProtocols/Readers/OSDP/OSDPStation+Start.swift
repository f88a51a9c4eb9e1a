import GatehouseCore

/// The way into service (osdp.md section 5). A reader that is new goes through all steps first; one that is known and
/// comes back is in service when it has proved its key, or in clear has said who it is. What it is else to be asked comes
/// between its polls then: at 9600 baud, with answers that take as long as they may, all of it is three seconds.
extension OSDPStation {
    mutating func command(of step: Step) -> OSDPCommand {
        switch step {
        case .challenge: security.challenge(underDefaultKey: wantsDefaultKey)
        case .proof: security.proof
        case .keySet: keySet()
        case .identity: .identify
        case .capabilities: .capabilities
        case .receiveSize: .receiveSize(UInt16(OSDPFrame.longest))
        case .localStatus: .localStatus
        case .inputStatus: .inputStatus
        case .outputStatus: .outputStatus
        case .readerStatus: .readerStatus
        }
    }

    /// The command is done, whatever the answer was: the next sequence number acknowledges it.
    mutating func complete(at now: MonotonicTime) -> [ReaderSignal] {
        if let asked = exchange?.step { owed = step(after: asked) }
        exchange = nil
        checkRefusals = 0
        sequence = sequence == 3 ? 1 : sequence + 1
        guard case .startUp(let step) = phase else {
            isReturning = false
            return []
        }
        var signals: [ReaderSignal] = []
        if step == .proof {
            counters.sessions += 1
            signals = keyProven()
            if isRekeying {
                isRekeying = false
                phase = .polling
                nextPoll = now
                return signals
            }
        }
        let next = self.step(after: step)
        guard let next, !comesBack(after: step) else { return signals + goOnline(owing: next, at: now) }
        phase = .startUp(next)
        return signals
    }

    private func step(after step: Step) -> Step? {
        Step.allCases.dropFirst(step.rawValue + 1).first { !isSkipped($0) }
    }

    /// Whether a reader that is known is in service from here on: secured ones when they have proved their key, others
    /// when they have said who they are.
    private func comesBack(after step: Step) -> Bool {
        guard wasIntroduced, !babble.isAside else { return false }
        return security.isRequired ? step == .proof && !security.isUnderDefaultKey : step == .identity
    }

    private func isSkipped(_ step: Step) -> Bool {
        switch step {
        case .challenge, .proof: !security.isRequired
        case .keySet: !security.isUnderDefaultKey
        case .identity, .capabilities: false
        case .receiveSize: unsupported.contains(OSDPCommand.receiveSize(0).code)
        case .localStatus: unsupported.contains(OSDPCommand.localStatus.code)
        case .inputStatus: unsupported.contains(OSDPCommand.inputStatus.code) || lacks(OSDPCapability.inputs)
        case .outputStatus: unsupported.contains(OSDPCommand.outputStatus.code) || lacks(OSDPCapability.outputs)
        case .readerStatus: unsupported.contains(OSDPCommand.readerStatus.code)
        }
    }

    /// Whether the reader listed its capabilities and this one is not among them.
    func lacks(_ function: UInt8) -> Bool {
        !capabilities.isEmpty
            && !capabilities.contains {
                let counts = [OSDPCapability.inputs, OSDPCapability.outputs].contains(function)
                return $0.function == function && (counts ? $0.number > 0 : $0.level > 0)
            }
    }

    private mutating func goOnline(owing step: Step?, at now: MonotonicTime) -> [ReaderSignal] {
        precondition(
            !security.isRequired || security.isOpen && !security.isUnderDefaultKey,
            "\(settings.id) goes online without a session of its own key")
        phase = .polling
        nextPoll = now
        owed = step
        isReturning = step != nil
        pollsFirst = step != nil
        guard !babble.isAside else {
            deferred = []
            return []
        }
        isRefusedForSecurity = false
        hasAskedWho = false
        refusedHandshakes = 0
        readings.wentOnline(at: now)
        let link = ReaderSignal.link(.online(security.isRequired ? .secure : .clear))
        let signals = (reported == .online ? [] : [link]) + vigilance.keyProven() + deferred
        reported = .online
        wasIntroduced = true
        deferred = []
        arrived()
        enqueue(steady.osdpCommands(for: nil, idleColour: settings.idleColour))
        return signals
    }
}
