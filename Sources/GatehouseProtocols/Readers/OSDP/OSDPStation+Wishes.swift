import GatehouseCore

extension OSDPStation {
    var isInService: Bool { (phase == .polling || isRekeying) && !babble.isAside }

    mutating func indicate(_ indication: Indication, for duration: Duration?) {
        if indication.isSteady { steady = indication }
        guard isInService else {
            if !indication.isSteady { counters.droppedCommands += 1 }
            return
        }
        enqueue(indication.osdpCommands(for: duration, idleColour: settings.idleColour))
    }

    mutating func output(_ number: Int, pulse: Duration?, isOn: Bool, at now: MonotonicTime) {
        guard isInService, let number = UInt8(exactly: number) else {
            counters.droppedCommands += 1
            return
        }
        let record =
            if let pulse {
                OSDPOutputRecord(output: number, control: isOn ? .onThenBack : .offThenBack, timer: pulse.tenths)
            } else {
                OSDPOutputRecord(output: number, control: isOn ? .on : .off)
            }
        let expires = isOn || pulse != nil ? now + Self.outputLife : nil
        enqueue([.output([record])], expires: expires)
    }

    mutating func eventStored(at now: MonotonicTime) {
        guard heldUntil != nil else { return }
        heldUntil = nil
        nextPoll = now
    }

    mutating func enqueue(_ commands: [OSDPCommand], expires: MonotonicTime? = nil, isRequest: Bool = false) {
        for command in commands where !isUnsupported(command) {
            if queue.count == Self.queueBound { drop([queue.removeFirst()]) }
            queue.append(Queued(command: command, expires: expires, isRequest: isRequest))
        }
    }

    private func isUnsupported(_ command: OSDPCommand) -> Bool {
        switch command {
        case .led: unsupported.contains(command.code) || lacks(OSDPCapability.led)
        case .buzzer: unsupported.contains(command.code) || lacks(OSDPCapability.buzzer)
        default: unsupported.contains(command.code)
        }
    }
}
