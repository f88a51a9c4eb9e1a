internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseDesk
internal import GatehouseDevices
internal import GatehouseProtocols
internal import GatehouseThreads

/// How threads that may wait talk with the loop, which does not. Every wait has an end: the answer, its time, or the end of
/// the daemon.
struct LoopBridge: Sendable {
    let loop: LoopBound<GateLoop>
    let inbox: LoopInbox
    /// Long waits end when the daemon is told to stop, the short ones when the loop is over.
    let ending: Cancellation
    let ended: Cancellation
    let writer: WriterThread

    /// What the loop is asked answers in a moment, or not at all.
    static let patience: Duration = .seconds(10)

    func surroundings(_ keys: ReaderKeys, bounds: @escaping @Sendable () -> [Status.Bound]) -> DeskSurroundings {
        DeskSurroundings(
            view: { try self.view($0) }, order: { try self.order($0) }, readers: readerTalk,
            keys: KeyDesk(
                source: { keys.source($0) }, make: { try keys.makeKey(for: $0, overWire: $1) },
                save: { try keys.save() }),
            bounds: bounds, monotonic: { SystemClock.monotonic() },
            checkpoint: {
                guard let answer = writer.checkpoint(within: Self.patience, unless: ended) else { throw Self.busy }
                return answer
            })
    }

    private static let busy = CommandRefusal(
        code: "busy", message: Sentence("the daemon did not answer in time; try again"))

    private func view(_ body: @escaping @Sendable (LoopView) -> Void) throws {
        try ask { body($0.view) }
    }

    /// Asks the loop and waits for its answer.
    private func ask<Value: Sendable>(_ question: @escaping @Sendable (GateLoop) -> Value) throws -> Value {
        let answer = Awaited<Value>()
        let loop = loop
        guard inbox.post({ answer.fulfil(question(loop.value)) }),
            let value = answer.wait(atMost: Self.patience, unless: ended)
        else { throw Self.busy }
        return value
    }

    private func order(_ draft: OrderDraft) throws -> OrderReply {
        let answer = Awaited<OrderReply>()
        let loop = loop
        let isPosted = inbox.post {
            loop.value.carryOut(draft, expires: draft.deadline) { answer.fulfil($0) }
        }
        guard isPosted, let reply = reply(by: answer, draft) else {
            throw CommandRefusal(
                code: "notConfirmed",
                message: Sentence("no confirmation in time; look at `gatehousectl log` before you repeat it"))
        }
        return reply
    }

    /// What waits for a card at a reader ends with whoever asked: somebody else's card is an attempt.
    private func reply(by answer: Awaited<OrderReply>, _ draft: OrderDraft) -> OrderReply? {
        guard case .awaitCard(let reader) = draft.verb else {
            return answer.wait(atMost: draft.patience, unless: ended)
        }
        let end = SystemClock.monotonic() + draft.patience
        while SystemClock.monotonic() < end {
            if let reply = answer.wait(atMost: .milliseconds(500), unless: ending) { return reply }
            guard draft.isWanted(), !ending.isCancelled else { break }
        }
        let loop = loop
        _ = inbox.post {
            let now = SystemClock.monotonic()
            loop.value.carryOut(
                OrderDraft(actor: draft.actor, command: draft.command, verb: .giveUpCard(reader), expires: now),
                expires: now + .seconds(5))
        }
        return nil
    }

    private var readerTalk: ReaderTalk {
        ReaderTalk(
            ask: { reader, question in
                let answer = Awaited<OSDPAnswer>()
                try ask { loop in
                    func wish(_ token: UInt64) -> SerialWish {
                        switch question {
                        case .command(let command): .ask(reader, command, token: token)
                        case .move(let place): .move(reader, place, token: token)
                        }
                    }
                    loop.ask(reader, wish) { answer.fulfil($0) }
                }
                return answer.wait(atMost: .seconds(40), unless: ending)
            },
            search: { reader in
                let answer = Awaited<[OSDPSearch.Found]?>()
                try ask { $0.search(besides: reader) { answer.fulfil($0) } }
                return answer.wait(atMost: .seconds(300), unless: ending) ?? nil
            },
            sendFile: { reader, type, octets in try ask { $0.send(octets, type: type, to: reader) } },
            changingKey: { try ask { $0.changingKey } },
            changeKey: { reader, key, isInstallation in
                try ask { $0.changeKey(of: reader, key, isInstallation: isInstallation) }
            },
            face: { module, task, limit, progress in
                let answer = Awaited<FaceAnswer>()
                try ask { $0.run(task, at: module, progress: progress) { answer.fulfil($0) } }
                return answer.wait(atMost: limit, unless: ending) ?? .lost
            })
    }
}
