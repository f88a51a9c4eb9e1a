internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseProtocols
internal import GatehouseRegister
internal import GatehouseStore

/// The users of face modules. Gatehouse keeps who is who; the module keeps what a face looks like.
extension Desk {
    /// Has a person enrolled who stands at the module, and gives them the face as a credential. The consent is an entry of
    /// its own, before anything is taken.
    func enrolFace(_ command: FaceEnrol, _ call: Call) throws -> FaceEnrol.Reply {
        let module = try faceModule(command.module)
        let holder = try person(command.person, "person", reader(), call)
        try checkOtherWay(holder, reader())
        guard let poses = FacePoses(rawValue: command.directions?.argumentText ?? FacePoses.one.rawValue) else {
            throw CommandRefusal(code: "malformed", message: Sentence("\"directions\" is one or five"))
        }
        guard let seconds = UInt8(exactly: command.seconds?.value ?? 15), (1...60).contains(seconds) else {
            throw CommandRefusal(code: "malformed", message: Sentence("\"seconds\" has to be a number from 1 to 60"))
        }
        try order(
            call, .look(.people([holder.id])), reason: "consent: \(command.consent.argumentText)")
        let pictures = poses == .one ? 1 : FaceDirection.inOrder.count
        let task = FaceTask.enrol(name: holder.reference, seconds: seconds, poses: poses)
        let answer = try surroundings.readers.face(
            module, task, .seconds((Int(seconds) + 5) * pictures + 10)
        ) { try? call.list(Self.view($0, call.language)) }
        guard case .enrolled(let user) = answer else { throw Self.refusal(answer, module) }
        do {
            let reader = try reader()
            let key = CredentialKey(face: user, module: module)
            let row = CredentialRow(
                id: try ids.next(.credential, reader), person: holder.id, kind: .face, key: key,
                label: "\(module):\(user)")
            let consents = try consentChanges(of: holder, basis: command.consent, reader)
            var call = call
            // Whoever stood at the module has waited for it: the order lives from here.
            call.expires = surroundings.monotonic() + CommandLife.change.longest
            call.diesWithItsSender = false
            let event = try order(call, .registry(consents + [.put(.credential(row))]))
            return FaceEnrol.Reply(event: event, user: user, id: row.id)
        } catch {
            // A face that nobody owns does not stay in the module.
            _ = try? surroundings.readers.face(module, .delete(user), .seconds(15)) { _ in }
            throw error
        }
    }

    /// Ends the credential first, so that nobody is admitted by it, and then takes the face out of the module.
    func deleteFace(_ command: FaceRemove, _ call: Call) throws -> @Sendable () throws -> Recorded {
        let module = try faceModule(command.module)
        guard let user = UInt16(exactly: command.user.value) else {
            throw CommandRefusal(code: "malformed", message: Sentence("\"user\" must be a number of the module"))
        }
        let key = CredentialKey(face: user, module: module)
        let known = try ask { $0.controller.registry.credential(for: key)?.id }
        let event =
            try known.map { try order(call, .registry([.end(.credential, id: $0)]), cause: cause(nil, call)) }
            ?? order(call, .changeReader(module))
        return {
            let answer = try self.surroundings.readers.face(module, .delete(user), .seconds(15)) { _ in }
            guard answer == .done else { throw Self.refusal(answer, module) }
            return Recorded(event)
        }
    }

    /// The module's own table beside the registry.
    func listFaces(_ command: FaceUsers, _ call: Call) throws -> FaceUsers.Reply {
        let module = try faceModule(command.module)
        let answer = try surroundings.readers.face(module, .users, .seconds(10)) { _ in }
        guard case .users(let users) = answer else { throw Self.refusal(answer, module) }
        var expected: [UInt16: CredentialRow] = [:]
        for case .credential(let row) in try reader().rows(.credential) where row.kind == .face {
            let user = UInt16(truncatingIfNeeded: row.key.low)
            if row.key == CredentialKey(face: user, module: module) { expected[user] = row }
        }
        let rows = Set(users).union(expected.keys).sorted().map { user in
            let row = expected[user]
            return FaceUsers.User(
                user: user, credential: row?.id,
                standing: row == nil ? "unknown" : users.contains(user) ? "agrees" : "missing")
        }
        var serial: String?
        if case .text(let text) = try surroundings.readers.face(module, .serialNumber, .seconds(10), { _ in }) {
            serial = text
        }
        return FaceUsers.Reply(users: rows, serial: serial)
    }

    func resetFace(_ command: FaceReset, _ call: Call) throws -> Recorded {
        let module = try faceModule(command.module)
        let event = try order(call, .changeReader(module))
        let answer = try surroundings.readers.face(module, .reset, .seconds(10)) { _ in }
        guard answer == .done else { throw Self.refusal(answer, module) }
        return Recorded(event)
    }

    private func faceModule(_ name: NameArgument) throws -> ReaderID {
        let modules = configuration.readers.filter(\.kind.isFace).map(\.id.name)
        guard modules.contains(name.argumentText) else {
            throw unknown(Sentence("face module"), name.argumentText, among: modules, code: "unknownReader")
        }
        return ReaderID(name.argumentText)
    }

    /// What the person at the module has to be told now.
    private static func view(_ progress: FaceProgress, _ language: Language) -> FaceEnrol.Progress {
        switch progress {
        case .direction(let direction):
            FaceEnrol.Progress(direction: direction.word, text: direction.sentence.text(in: language))
        case .hint(let hint): FaceEnrol.Progress(hint: hint.word, text: hint.sentence.text(in: language))
        }
    }

    private static func refusal(_ answer: FaceAnswer, _ module: ReaderID) -> CommandRefusal {
        let message: Sentence =
            switch answer {
            case .refused(8): Sentence("the module does not know this user")
            case .refused(9): Sentence("the module's table is full")
            case .refused(10): Sentence("the module knows this face already: faces users shows whose it is")
            case .refused(12): Sentence("the module saw no living face")
            case .refused(13): Sentence("nobody looked into the module in time")
            case .refused(let code): Sentence("the module refused it (result \(code))")
            case .cancelled: Sentence("the enrolment was stopped")
            case .busy: Sentence("the module has something else to do; try again")
            case .lost: Sentence("the module did not answer; see `gatehousectl health`")
            case .malformed, .done, .enrolled, .users, .text: Sentence("the module answered something else")
            }
        return CommandRefusal(code: "moduleRefused", message: Sentence("\(module): \(message)"))
    }
}
