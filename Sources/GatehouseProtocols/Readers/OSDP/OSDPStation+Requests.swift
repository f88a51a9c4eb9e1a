import GatehouseCore

/// What came of a question to a reader.
package enum OSDPAnswer: Hashable, Sendable {
    case reply(OSDPReply)
    /// All parts of a reply that comes in several.
    case whole(OSDPPartKind, [UInt8])
    case transferred
    case transferFailed(OSDPTransferFailure)
    case refused(OSDPRefusal)
    /// The reader is not in service, or has another question open.
    case busy
    /// The reader takes no message of this length.
    case tooLong
    /// The reader went away, or its answer did not come in time.
    case dropped
}

/// Questions that somebody waits for, and files: one at a time for each reader.
extension OSDPStation {
    struct Request: Sendable {
        var token: UInt64
        var command: OSDPCommand
        var until: MonotonicTime
        /// The reader said ACK; the answer comes with a later POLL.
        var isAcknowledged = false
        var parts = OSDPParts()
    }

    struct Transfer: Sendable {
        var token: UInt64
        var file: OSDPFileTransfer
        var nextAt: MonotonicTime
        /// A poll goes before the next fragment.
        var pollsFirst = false
        /// A poll went since the last fragment.
        var hasPolled = false
        /// The reader said ACK: the status comes with a later POLL.
        var awaitsStatus = false
    }

    /// A scan takes seconds, and somebody has to step up first.
    static let scanLife: Duration = .seconds(30)
    static let requestLife: Duration = .seconds(10)
    /// The longest message of a reader that says nothing about it.
    static let usualReceiveSize = 128

    /// What the reader can receive in one frame (PDCAP 10).
    var receiveSize: Int {
        let size = OSDPAbilities(capabilities).receiveSize ?? 0
        return size >= 64 ? min(size, OSDPFrame.longest) : Self.usualReceiveSize
    }

    private func fits(_ command: OSDPCommand) -> Bool {
        let data = command.data.count
        let length = security.isRequired ? 14 + (data == 0 ? 0 : (data / 16 + 1) * 16) : 8 + data
        return length <= receiveSize
    }

    mutating func ask(_ command: OSDPCommand, token: UInt64, at now: MonotonicTime) {
        guard isInService, request == nil, transfer == nil, move == nil, command.isQuestion else {
            return answers.append((token, .busy))
        }
        guard !unsupported.contains(command.code) else { return answers.append((token, .refused(.unknownCommand))) }
        guard fits(command) else { return answers.append((token, .tooLong)) }
        let isScan = command.laterAnswers == [0x57] || command.laterAnswers == [0x58]
        let until = now + (isScan ? Self.scanLife : Self.requestLife)
        request = Request(token: token, command: command, until: until)
        enqueue([command], expires: until, isRequest: true)
    }

    /// True when the reply answers the open question, or is a part of the answer.
    mutating func answerRequest(_ reply: OSDPReply, isItsReply: Bool) -> Bool {
        guard let open = request, isItsReply || open.isAcknowledged else { return false }
        let isLater = open.command.laterAnswers.contains(reply.code)
        if isItsReply, reply == .ack, !open.command.laterAnswers.isEmpty {
            request?.isAcknowledged = true
            return true
        }
        guard isItsReply || isLater else { return false }
        guard case .part(let kind, let part) = reply else {
            endRequest(.reply(reply))
            return true
        }
        request?.isAcknowledged = true
        switch request?.parts.take(part) ?? .spoilt {
        case .more: break
        case .whole(let octets): endRequest(.whole(kind, octets))
        case .spoilt:
            counters.spoiltParts += 1
            endRequest(.dropped)
        }
        return true
    }

    mutating func endRequest(_ answer: OSDPAnswer) {
        guard let open = request else { return }
        request = nil
        answers.append((open.token, answer))
    }

    mutating func endOldRequest(at now: MonotonicTime) {
        guard let open = request, now >= open.until, exchange?.queued?.isRequest != true else { return }
        endRequest(.dropped)
    }

    /// Commands that are not carried out.
    mutating func drop(_ queued: [Queued]) {
        counters.droppedCommands += queued.count
        if queued.contains(where: \.isRequest) { endRequest(.dropped) }
    }

    /// Stops a scan or a file.
    mutating func abort() {
        endRequest(.dropped)
        endTransfer(.dropped)
        queue.removeAll(where: \.isRequest)
        if isInService { enqueue([.abort]) }
    }

    // MARK: files

    mutating func send(file octets: [UInt8], type: UInt8, token: UInt64, at now: MonotonicTime) {
        guard isInService, request == nil, transfer == nil, move == nil, !octets.isEmpty,
            octets.count <= UInt32.max
        else { return answers.append((token, .busy)) }
        let file = OSDPFileTransfer(type: type, octets: octets, longestMessage: receiveSize)
        transfer = Transfer(token: token, file: file, nextAt: now)
    }

    /// When the reader is to be polled, or gets the next fragment.
    var nextTurn: MonotonicTime {
        mutating get {
            guard let transfer else { return nextPoll }
            let isPolled = transfer.file.mayInterleave || transfer.pollsFirst || transfer.awaitsStatus
            return isPolled ? min(nextPoll, transfer.nextAt) : transfer.nextAt
        }
    }

    /// The fragment that is due; nil when a poll goes first.
    mutating func nextFragment(at now: MonotonicTime) -> OSDPCommand? {
        guard var present = transfer, now >= present.nextAt else { return nil }
        guard !present.awaitsStatus else {
            endTransfer(.dropped)
            return nil
        }
        // On a bus where the next poll is always due, polls and fragments take turns.
        if present.pollsFirst || (present.file.mayInterleave && now >= nextPoll && !present.hasPolled) {
            transfer?.pollsFirst = false
            transfer?.hasPolled = true
            return nil
        }
        present.hasPolled = false
        defer { transfer = present }
        return .fileTransfer(present.file.fragment())
    }

    /// True when the status belongs to a file on its way.
    mutating func take(_ status: OSDPFileStatus, at now: MonotonicTime) -> Bool {
        guard var present = transfer else { return false }
        let step = present.file.take(status, isSecured: security.isRequired)
        present.pollsFirst = status.hasPollReply
        present.awaitsStatus = false
        switch step {
        case .next(let pause):
            present.nextAt = now + .milliseconds(Int(pause))
            transfer = present
        case .done: endTransfer(.transferred)
        case .failed(let failure):
            endTransfer(.transferFailed(failure))
            enqueue([.abort])
        }
        return true
    }

    /// ACK to a fragment: nothing is sent before the status came.
    mutating func awaitStatus(at now: MonotonicTime) {
        transfer?.awaitsStatus = true
        transfer?.nextAt = now + Self.requestLife
    }

    mutating func endTransfer(_ answer: OSDPAnswer) {
        guard let ended = transfer else { return }
        transfer = nil
        answers.append((ended.token, answer))
    }
}

extension OSDPCommand {
    /// Codes of replies that bring the answer with a later POLL.
    var laterAnswers: [UInt8] {
        switch code {
        case 0x61: self == .identifyInFull ? [0x59] : []
        case 0x73: [0x57]
        case 0x74: [0x58]
        case 0x80: [0x83, 0x84, 0x90]
        case 0xA1: [0xB1]
        case 0xA3: [0x80]
        case 0xA4: [0x81]
        case 0xA5: [0x82]
        default: []
        }
    }

    /// Whether somebody outside may ask it: not what the panel itself leads the link with.
    var isQuestion: Bool {
        switch self {
        case .poll, .identify, .capabilities, .receiveSize, .challenge, .serverCryptogram, .keySet, .communication,
            .fileTransfer, .output, .led, .buzzer:
            false
        case .localStatus, .inputStatus, .outputStatus, .readerStatus, .text, .keepActive, .identifyInFull, .bioRead,
            .bioMatch, .manufacturer, .abort, .transparent, .pivData:
            true
        // What takes several commands is more than a question.
        case .generalAuthentication(let part), .challengeAuthentication(let part): part.isWhole
        case .other(let code, _): ![0x60, 0x61, 0x62, 0x68, 0x6E, 0x75, 0x76, 0x77, 0x7B, 0x7C].contains(code)
        }
    }
}
