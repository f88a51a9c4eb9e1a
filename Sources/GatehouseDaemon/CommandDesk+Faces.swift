internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseProtocols
internal import GatehouseRegister
internal import GatehouseRuntime
internal import GatehouseStore

/// The users of face modules. Gatehouse keeps who is who; the module keeps what a face looks like.
extension CommandDesk {
    /// Has a person enrolled who stands at the module, and gives them the face as a credential. The consent is an entry of
    /// its own, before anything is taken.
    func enrolFace(_ call: Call) throws -> JSON {
        let module = try faceModule(call)
        let holder = try person(call)
        guard let consent = call.text("consent") else {
            throw CommandRefusal(
                code: "consentMissing", message: "the person's consent is needed: where it is, or when it was given")
        }
        try checkOtherWay(holder)
        guard let poses = FacePoses(rawValue: call.text("directions") ?? FacePoses.one.rawValue) else {
            throw CommandRefusal(code: "malformed", message: "directions: one or five")
        }
        var call = call
        call.request.reason = "consent: \(consent)"
        try order(call, .look(person: holder.id))
        let seconds = UInt8(clamping: min(call.count("seconds") ?? 15, 60))
        let pictures = poses == .one ? 1 : FaceDirection.inOrder.count
        let reply = call.reply
        let answer = try run(
            .enrol(name: holder.reference, seconds: seconds, poses: poses), at: module,
            seconds: (Int32(seconds) + 5) * Int32(pictures) + 10
        ) { reply(.item(Self.view($0))) }
        guard case .enrolled(let user) = answer else { throw Self.refusal(answer, module) }
        do {
            let key = CredentialKey(face: user, module: module)
            let row = CredentialRow(
                id: try newID(.credential, reader()), person: holder.id, kind: .face, key: key,
                label: "\(module):\(user)")
            let consents = try consentChanges(of: holder, basis: consent)
            let event = try order(call, .registry(consents + [.put(.credential(row))]))
            return [
                "event": event.map { .integer(Int64($0)) } ?? .null, "user": .integer(Int64(user)),
                "id": .integer(Int64(row.id)),
            ]
        } catch {
            // A face that nobody owns does not stay in the module.
            _ = try? run(.delete(user), at: module, seconds: 15)
            throw error
        }
    }

    /// Ends the credential first, so that nobody is admitted by it, and then takes the face out of the module.
    func deleteFace(_ call: Call) throws -> JSON {
        let module = try faceModule(call)
        guard let user = call.count("user").flatMap({ UInt16(exactly: $0) }) else {
            throw CommandRefusal(code: "malformed", message: "user must be a number of the module")
        }
        let key = CredentialKey(face: user, module: module)
        let known = try ask { $0.shell.controller.registry.credential(for: key)?.id }
        let event =
            try known.map { try order(call, .registry([.end(.credential, id: $0)])) }
            ?? order(call, .changeReader(module))
        let answer = try run(.delete(user), at: module, seconds: 15)
        guard answer == .done else { throw Self.refusal(answer, module) }
        return ["event": event.map { .integer(Int64($0)) } ?? .null]
    }

    /// The module's own table beside the registry.
    func faceUsers(_ call: Call) throws -> JSON {
        let module = try faceModule(call)
        try order(call, .look(person: nil))
        let answer = try run(.users, at: module, seconds: 10)
        guard case .users(let users) = answer else { throw Self.refusal(answer, module) }
        var expected: [UInt16: CredentialRow] = [:]
        for case .credential(let row) in try reader().rows(.credential) where row.kind == .face {
            let user = UInt16(truncatingIfNeeded: row.key.low)
            if row.key == CredentialKey(face: user, module: module) { expected[user] = row }
        }
        let rows = Set(users).union(expected.keys).sorted().map { user -> JSON in
            let row = expected[user]
            let isThere = users.contains(user)
            return [
                "user": .integer(Int64(user)), "credential": row.map { .integer(Int64($0.id)) } ?? .null,
                "standing": .string(row == nil ? "unknown" : isThere ? "agrees" : "missing"),
            ]
        }
        var object: [String: JSON] = ["users": .array(rows)]
        if case .text(let serial) = try run(.serialNumber, at: module, seconds: 10) {
            object["serial"] = .string(serial)
        }
        return .object(object)
    }

    func resetFace(_ call: Call) throws -> JSON {
        let module = try faceModule(call)
        let event = try order(call, .changeReader(module))
        let answer = try run(.reset, at: module, seconds: 10)
        guard answer == .done else { throw Self.refusal(answer, module) }
        return ["event": event.map { .integer(Int64($0)) } ?? .null]
    }

    private func faceModule(_ call: Call) throws -> ReaderID {
        let name = call.text("module") ?? ""
        guard let settings = configuration.readers.first(where: { $0.id.name == name }), case .face = settings.kind
        else {
            throw CommandRefusal(code: "unknownReader", message: "there is no face module \(name.prefix(40))")
        }
        return settings.id
    }

    func run(
        _ task: FaceTask, at module: ReaderID, seconds: Int32,
        progress: @escaping @Sendable (FaceProgress) -> Void = { _ in }
    ) throws -> FaceAnswer {
        let answer = Awaited<FaceAnswer>()
        try ask { $0.run(task, at: module, progress: progress) { answer.fulfil($0) } }
        return answer.wait(seconds) ?? .lost
    }

    /// What the person at the module has to be told now.
    private static func view(_ progress: FaceProgress) -> JSON {
        switch progress {
        case .direction(let direction):
            ["direction": .string(direction.word), "text": .string(direction.sentence)]
        case .hint(let hint): ["hint": .string(hint.word), "text": .string(hint.sentence)]
        }
    }

    private static func refusal(_ answer: FaceAnswer, _ module: ReaderID) -> CommandRefusal {
        let message: String =
            switch answer {
            case .refused(8): "the module does not know this user"
            case .refused(9): "the module's table is full"
            case .refused(10): "the module knows this face already: faces users shows whose it is"
            case .refused(12): "the module saw no living face"
            case .refused(13): "nobody looked into the module in time"
            case .refused(let code): "the module refused it (result \(code))"
            case .cancelled: "the enrolment was stopped"
            case .busy: "the module has something else to do; try again"
            case .lost: "the module did not answer; see `gatehousectl health`"
            case .malformed, .done, .enrolled, .users, .text: "the module answered something else"
            }
        return CommandRefusal(code: "moduleRefused", message: "\(module): \(message)")
    }
}
