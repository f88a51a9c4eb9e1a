package import GatehouseCore

/// What speaks on one serial port: one event in, its effects out. Whoever owns the port drives any of them in the same way
/// and knows no protocol; `ReaderKind.make` makes it.
///
/// A port has one reader, but for an OSDP bus. Signals that name no reader are those of the port's first.
package protocol SerialMachine: Sendable {
    mutating func take(_ event: SerialEvent, at now: MonotonicTime) -> [SerialEffect]
    var nextDeadline: Deadline? { get }
    /// What an installer should know of the wire. `babbles`: how often the port was put aside for sending without end.
    func findings(of reader: ReaderID, babbles: Int) -> [LineDoctor.Finding]
    /// What happened since the start, by the names of `reader list`; nil for what counts nothing that people want.
    func counts(of reader: ReaderID) -> [String: Int64]?
    /// What is known of a reader that answers questions; nil for others.
    func standing(of reader: ReaderID) -> SerialStanding?
    /// What went over the wire, as text; nil where the port keeps the recording.
    var recording: String? { get }
    /// Readers of a bus speak when they are asked: the machine judges who babbles, and the port can be searched.
    var isBus: Bool { get }
    /// The reader that is being given a key.
    var changingKey: ReaderID? { get }
}

extension SerialMachine {
    package func standing(of reader: ReaderID) -> SerialStanding? { nil }
    package var recording: String? { nil }
    package var isBus: Bool { false }
    package var changingKey: ReaderID? { nil }
}

package enum SerialEvent: Hashable, Sendable {
    case opened
    case lost
    case received([UInt8])
    /// `nextDeadline` has come.
    case time
    /// Somebody wants something. What the machine knows nothing of it answers with `refusal`.
    case wish(SerialWish)
}

package enum SerialWish: Hashable, Sendable {
    /// Show this at the reader.
    case indicate(ReaderID, Indication)
    /// An output of the reader, numbered from 0, for the pulse or for good.
    case output(ReaderID, number: Int, pulse: Duration?, isOn: Bool)
    /// The last event of this reader is durable.
    case eventStored(ReaderID)
    case changeKey(ReaderID, [UInt8], isInstallation: Bool)
    case ask(ReaderID, OSDPCommand, token: UInt64)
    case move(ReaderID, OSDPPlace, token: UInt64)
    case sendFile(ReaderID, type: UInt8, [UInt8], token: UInt64)
    case task(FaceTask, token: UInt64)

    /// What comes of it at a machine that knows nothing of it: an answer where somebody waits for one.
    package var refusal: [SerialEffect] {
        switch self {
        case .indicate, .output, .eventStored: []
        case .changeKey(let reader, _, _): [.signal(reader, .keyChange(.refused))]
        case .ask(_, _, let token), .move(_, _, let token), .sendFile(_, _, _, let token):
            [.answer(token: token, .busy)]
        case .task(_, let token): [.faceAnswer(token: token, .lost)]
        }
    }
}

package enum SerialEffect: Hashable, Sendable {
    case send([UInt8])
    /// Empty the receive buffer of the port first: what came before belongs to an earlier question.
    case sendDiscarding([UInt8])
    case speed(Int)
    /// Nil: of the reader that has the port to itself.
    case signal(ReaderID?, ReaderSignal)
    case babbling(ReaderID, Bool)
    /// Of the keys of this reader only those at these places remain, in this order.
    case keysRemain(ReaderID, [Int])
    case answer(token: UInt64, OSDPAnswer)
    case faceAnswer(token: UInt64, FaceAnswer)
    case faceProgress(token: UInt64, FaceProgress)
}

/// What is known of a reader that answers questions.
package struct SerialStanding: Hashable, Sendable {
    package var isOnline = false
    package var isSecured = false
    package var identity: OSDPIdentity?
    package var place: OSDPPlace?
    package var outputs: [Bool] = []
    package var quirks: [ReaderQuirk] = []
    package var abilities: OSDPAbilities?
}
