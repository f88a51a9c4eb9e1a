internal import GatehouseAdmin
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseThreads
internal import Logging
internal import Synchronization

/// Seals what leaves in the slots of the watchlist, and reads what comes back, on a thread of its own: neither the deciding
/// loop nor the writer waits for it, and a blank is as much work as a lead.
final class LeadDesk: Sendable {
    /// Octets of an answer that are read.
    static let longestAnswer = 16_384
    private static let mostAnswers = 32

    private let worker = Worker("leads", limit: 64)
    private let sealer: LeadSealer
    private let log: Logger
    /// The certificate that the last slot was sealed to.
    private let certificate = Mutex<[UInt8]>([])

    init(_ sealer: LeadSealer, log: Logger) {
        self.sealer = sealer
        self.log = log
    }

    func start() { worker.start() }

    /// For the receiver of leads.
    var publicKey: [UInt8] { sealer.publicKey }

    /// Gives the message of a slot on. At the bound a slot is left out: its lead comes again after a pause.
    func seal(_ slot: LeadSlot, then send: @escaping @Sendable ([UInt8]) -> Void) {
        certificate.withLock { $0 = slot.certificate }
        worker.post { [sealer, log] in
            do { send(try sealer.seal(slot)) } catch { log.error("a slot was not sealed: \(error)") }
        }
    }

    /// What the receiver answered to a slot, as far as the issuer signed it.
    func read(_ body: [UInt8], then hear: @escaping @Sendable ([LeadAnswer], _ certificate: [UInt8]) -> Void) {
        let certificate = certificate.withLock { $0 }
        worker.post { hear(Self.answers(in: body, certificate: certificate), certificate) }
    }

    /// `{"answers": [{"answer": "received", "id": …, "signature": …}, …]}`; what is not signed counts nothing.
    static func answers(in body: [UInt8], certificate: [UInt8]) -> [LeadAnswer] {
        let said = JSON(line: body.reversed().drop { [32, 10, 13].contains($0) }.reversed())?["answers"]?.array ?? []
        return said.prefix(mostAnswers).compactMap { one in
            guard let answer = one["answer"]?.string.flatMap(LeadSlots.Answer.init(rawValue:)),
                let id = one["id"]?.string, id.utf8.count == 32,
                let signature = one["signature"]?.string.flatMap({ Base64.decode($0) }),
                LeadSealer.isSigned(LeadSealer.answerText(answer, id: id), signature, certificate: certificate)
            else { return nil }
            return LeadAnswer(id: id, answer: answer)
        }
    }
}
