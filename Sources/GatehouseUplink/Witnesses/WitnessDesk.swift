internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseThreads
internal import Logging

/// Offers the heads of the journal to the witnesses, each on a thread of its own, and tells the daemon what they say.
///
/// A class because its threads share it.
final class WitnessDesk: Sendable {
    private struct Place: Sendable {
        let name: String
        let key: NoteKey
        let address: String
        let worker: Worker
    }

    /// An answer is a line, a size, or a word of explanation.
    private static let answerLimit = 65_536

    private let places: [Place]
    private let talks: Guarded<[WitnessTalk]>
    /// The next head is the first of a daemon.
    private let isNew = Guarded(true)
    private let settings: WitnessSettings
    private let log: Logger

    init(_ settings: WitnessSettings, _ policy: WitnessPolicy, slack: Duration, log: Logger) {
        self.settings = settings
        self.log = log
        places = policy.witnesses.map { witness in
            Place(
                name: witness.name, key: witness.key, address: witness.address,
                // One request is under way at a time.
                worker: Worker("witness", limit: 2, longestJob: settings.timeout + slack))
        }
        talks = Guarded(policy.witnesses.map { _ in WitnessTalk() })
    }

    var workers: [Worker] { places.map(\.worker) }

    func connected() { isNew.withLock { $0 = true } }

    func offer(_ note: String, _ link: DaemonLink) {
        guard let offer = WitnessTalk.Offer(note: note) else {
            return log.warning("the daemon sent a head that is none")
        }
        let again = isNew.withLock { isNew in
            defer { isNew = false }
            return isNew
        }
        feed(.offered(offer, again: again), link)
    }

    func give(proof hashes: [[UInt8]], old: UInt64, new: UInt64, _ link: DaemonLink) {
        feed(.proof(old: old, new: new, hashes: hashes), link)
    }

    func timePassed(_ link: DaemonLink) { feed(.time, link) }

    private func feed(_ input: WitnessTalk.Input, _ link: DaemonLink) {
        for index in places.indices { feed(input, to: index, link) }
    }

    private func feed(_ input: WitnessTalk.Input, to index: Int, _ link: DaemonLink) {
        let outputs = talks.withLock { $0[index].handle(input, at: UplinkClock.monotonic()) }
        for output in outputs { carryOut(output, of: index, link) }
    }

    private func carryOut(_ output: WitnessTalk.Output, of index: Int, _ link: DaemonLink) {
        let place = places[index]
        switch output {
        case .prove(let old, let new): link.send(.prove(old: old, new: new))
        case .cosigned(let size, let line):
            link.send(.cosigned(witness: place.name, size: size, line: String(line.line.dropLast())))
        case .stands(let standing):
            tell(standing, of: place)
            link.send(.witness(place.name, standing))
        case .post(let request, let size):
            let isTaken = place.worker.post { self.feed(self.ask(place, request, size), to: index, link) }
            if !isTaken { feed(.unreachable, to: index, link) }
        }
    }

    private func ask(_ place: Place, _ request: WitnessRequest, _ size: UInt64) -> WitnessTalk.Input {
        var exchange = HTTPExchange(
            url: place.address + "/add-checkpoint", method: .post(request.octets), timeout: settings.timeout,
            maxBytes: Self.answerLimit)
        exchange.caFile = settings.caFile
        do throws(HTTPExchange.Failure) {
            let answer = try exchange.run()
            return .answered(
                WitnessReply(
                    status: answer.status, body: answer.body, to: request.checkpoint, size: size, witness: place.key))
        } catch {
            log.info("a witness did not answer: \(error)", metadata: ["witness": "\(place.name)"])
            return .unreachable
        }
    }

    private func tell(_ standing: WitnessStanding, of place: Place) {
        let whose: Logger.Metadata = ["witness": "\(place.name)"]
        switch standing {
        case .agrees: log.notice("the witness signs", metadata: whose)
        case .away(let status):
            let answer = status.map { "it answers \($0)\(Self.meaning($0))" } ?? "it does not answer"
            log.warning("the witness does not sign: \(answer)", metadata: whose)
        case .disagrees(let seen):
            let what =
                seen.map { "it has seen \($0) entries, more than there are" } ?? "what it has seen is no part of it"
            log.critical("the witness knows another history of this journal: \(what)", metadata: whose)
        }
    }

    /// C2SP tlog-witness, for whoever has to mend it.
    private static func meaning(_ status: Int) -> String {
        switch status {
        case 200: ", and its line does not fit its key in the policy"
        case 403: ": the key of this gate is not the one that it knows"
        case 404: ": it does not know this log; give it the key that `gatehousectl journal checkpoint` shows"
        default: ""
        }
    }
}
