package import GatehouseCore

extension OSDPPanel: SerialMachine {
    package mutating func take(_ event: SerialEvent, at now: MonotonicTime) -> [SerialEffect] {
        switch Input.made(of: event) {
        case .success(let input): handle(input, at: now).map(\.ofPort)
        case .failure(let refused): refused.wish.refusal
        }
    }

    package func findings(of reader: ReaderID, babbles: Int) -> [LineDoctor.Finding] {
        counters(of: reader).map { LineDoctor.osdp($0, bus: busCounters, babble: babble(of: reader)) } ?? []
    }

    package func counts(of reader: ReaderID) -> [String: Int64]? {
        counters(of: reader).map {
            [
                "frames": Int64($0.frames), "retries": Int64($0.retries), "timeouts": Int64($0.timeouts),
                "checkErrors": Int64($0.checkErrors), "naks": Int64($0.naks), "restarts": Int64($0.restarts),
                "sessions": Int64($0.sessions), "sessionsLost": Int64($0.sessionsLost),
                "refusedRepeats": Int64($0.refusedRepeats), "sessionsDropped": Int64($0.sessionsDropped),
                "handshakeFailures": Int64($0.handshakeFailures), "wrongMACs": Int64($0.wrongMACs),
                "clearReplies": Int64($0.clearReplies), "openReplies": Int64($0.openReplies),
                "losses": Int64($0.losses), "unaskedFrames": Int64($0.unaskedFrames),
                "spoiltParts": Int64($0.spoiltParts), "quarantines": Int64($0.quarantines),
            ]
        }
    }

    package func standing(of reader: ReaderID) -> SerialStanding? {
        guard let place = place(of: reader) else { return nil }
        var standing = SerialStanding()
        if case .online(let security) = link(of: reader) {
            (standing.isOnline, standing.isSecured) = (true, security == .secure)
        }
        standing.place = place
        standing.identity = identity(of: reader)
        standing.outputs = outputs(of: reader)
        standing.quirks = quirks(of: reader)
        standing.abilities = abilities(of: reader)
        return standing
    }

    package var recording: String? { trace.text }
    package var isBus: Bool { true }
}

private struct Refused: Error {
    var wish: SerialWish
}

extension OSDPPanel.Input {
    fileprivate static func made(of event: SerialEvent) -> Result<Self, Refused> {
        switch event {
        case .opened: .success(.portOpened)
        case .lost: .success(.portLost)
        case .received(let octets): .success(.received(octets))
        case .time: .success(.time)
        case .wish(let wish): made(of: wish).map { .success($0) } ?? .failure(Refused(wish: wish))
        }
    }

    private static func made(of wish: SerialWish) -> Self? {
        switch wish {
        case .indicate(let reader, let indication): .indicate(reader, indication, for: nil)
        case .output(let reader, let number, let pulse, let isOn):
            .output(reader, number: number, pulse: pulse, isOn: isOn)
        case .eventStored(let reader): .eventStored(reader)
        case .changeKey(let reader, let key, let isInstallation):
            .changeKey(reader, key, isInstallation: isInstallation, window: OSDPPanel.longestWindow)
        case .ask(let reader, let command, let token): .ask(reader, command, token: token)
        case .move(let reader, let place, let token): .move(reader, place, token: token)
        case .sendFile(let reader, let type, let octets, let token): .sendFile(reader, type: type, octets, token: token)
        case .task: nil
        }
    }
}

extension OSDPPanel.Effect {
    fileprivate var ofPort: SerialEffect {
        switch self {
        case .send(let octets): .sendDiscarding(octets)
        case .signal(let reader, let signal): .signal(reader, signal)
        case .keysRemain(let reader, let places): .keysRemain(reader, places)
        case .answer(_, let token, let answer): .answer(token: token, answer)
        case .speed(let baud): .speed(baud)
        case .babbling(let reader, let isOn): .babbling(reader, isOn)
        }
    }
}
