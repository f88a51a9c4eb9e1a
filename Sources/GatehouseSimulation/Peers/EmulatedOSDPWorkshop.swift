package import GatehouseProtocols

/// What an emulated reader does beside reading cards: scans, files, its maker's words, its long identity. Part of
/// `EmulatedOSDPReader`.
package struct EmulatedOSDPWorkshop: Sendable {
    /// The only speed it knows; nil for all.
    package var onlyBaud: Int?
    /// Score of the next match, and quality and template of the next scan.
    package var score: UInt8 = 245
    package var template: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]
    package var longIdentity: [UInt8] = []
    /// What it says to the next question to a smart card, after ACK.
    package var cardAnswers: [OSDPReply] = []
    /// Octets of a part.
    package var partSize = 20
    /// The file as it came, and what is answered to each fragment; the last answer is for the last fragment.
    package private(set) var file: [UInt8] = []
    package private(set) var fragments: [Int] = []
    package var fileAnswers: [OSDPFileStatus] = []
    package var lastFileAnswers: [OSDPFileStatus] = [OSDPFileStatus(status: 1)]
    /// Says ACK to fragments and gives the status to a later POLL.
    package var tellsStatusLater = false

    private var parts: [OSDPReply] = []

    package init() {}

    mutating func nextPart() -> OSDPReply? { parts.isEmpty ? nil : parts.removeFirst() }

    /// The answer, and what the reader tells with a later POLL.
    mutating func answer(_ command: OSDPCommand) -> (OSDPReply, later: OSDPReply?) {
        switch command {
        case .identifyInFull:
            guard !longIdentity.isEmpty else { return (.nak(.unknownCommand, data: []), nil) }
            parts = stride(from: 0, to: longIdentity.count, by: partSize).map { offset in
                let data = Array(longIdentity[offset..<min(offset + partSize, longIdentity.count)])
                return .part(
                    .extendedIdentity,
                    OSDPPart(total: UInt16(longIdentity.count), offset: UInt16(offset), data: data))
            }
            return (parts.removeFirst(), nil)
        case .bioRead(let question):
            return (
                .ack,
                .bioRead(
                    reader: question.reader, .success, type: question.type.rawValue, quality: 99, template: template)
            )
        case .bioMatch(let question): return (.ack, .bioMatch(reader: question.reader, .success, score: score))
        case .manufacturer(let oui, let data):
            return (.ack, .manufacturer(.reply, oui: oui, data: Array(data.reversed())))
        case .fileTransfer(let fragment):
            let status = take(fragment)
            return tellsStatusLater ? (.ack, .fileStatus(status)) : (.fileStatus(status), nil)
        case .transparent, .pivData, .generalAuthentication, .challengeAuthentication:
            guard !cardAnswers.isEmpty else { return (.nak(.unknownCommand, data: []), nil) }
            parts = cardAnswers
            cardAnswers = []
            return (.ack, nil)
        case .abort:
            file = []
            return (.ack, nil)
        default: return (.nak(.unknownCommand, data: []), nil)
        }
    }

    private mutating func take(_ fragment: OSDPFileFragment) -> OSDPFileStatus {
        guard Int(fragment.offset) == file.count, file.count + fragment.data.count <= Int(fragment.total) else {
            return OSDPFileStatus(status: -3)
        }
        file += fragment.data
        fragments.append(fragment.data.count)
        guard file.count == Int(fragment.total) else {
            return fileAnswers.isEmpty ? OSDPFileStatus(status: 0) : fileAnswers.removeFirst()
        }
        return lastFileAnswers.count > 1 ? lastFileAnswers.removeFirst() : lastFileAnswers[0]
    }
}
