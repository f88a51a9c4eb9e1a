internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseRegister
internal import GatehouseStore

extension CommandDesk {
    // MARK: Finding

    func person(_ reference: String, _ reader: JournalReader) throws -> PersonRow? {
        try fields.findPerson(reference, in: StoredRegister(reader: reader))
    }

    func person(_ call: Call, reference: String? = nil) throws -> PersonRow {
        let field = call.text("reference") == nil ? "person" : "reference"
        let reference = reference ?? call.text("reference") ?? call.text("person") ?? ""
        return try fields.person(reference, field, in: StoredRegister(reader: reader()))
    }

    func community(_ code: String, _ reader: JournalReader) throws -> CommunityRow? {
        try StoredRegister(reader: reader).community(code)
    }

    /// A dwelling by `community/code`, or by its code where that is unique.
    func dwelling(_ text: String, _ reader: JournalReader) throws -> DwellingRow {
        try fields.dwelling(text, community: nil, in: StoredRegister(reader: reader))
    }

    func done(_ id: UInt32, _ event: UInt64?) -> JSON {
        ["id": .integer(Int64(id)), "event": event.map { .integer(Int64($0)) } ?? .null]
    }

    func show(_ call: Call, _ kind: RegistryKind) throws -> JSON {
        let reader = try reader()
        guard let id = call.count("id").flatMap({ UInt32(exactly: $0) }), let row = try reader.row(kind, id) else {
            throw CommandRefusal(code: "unknownRow", message: "there is no \(kind.word) of that number")
        }
        try order(call, .look(person: nil))
        var object = try view().json(row).object ?? [:]
        object["history"] = .array(try history(kind, id, reader))
        return .object(object)
    }

    func view() throws -> RegistryView {
        RegistryView(calendar: fields.calendar, now: try ask { $0.now().civil.seconds })
    }

    /// Every state that a row had, with when and by which entry it came.
    func history(_ kind: RegistryKind, _ id: UInt32, _ reader: JournalReader) throws -> [JSON] {
        let view = try view()
        return try reader.history(kind, id).map { state in
            var object = view.json(state.row).object ?? [:]
            object["from_revision"] = .integer(Int64(state.from))
            object["to_revision"] = state.to.map { .integer(Int64($0)) } ?? .null
            if let cause = try reader.revision(state.from) {
                object["at"] = .string(EntryView.time(cause.at, fields.calendar))
                object["by_entry"] = .integer(Int64(cause.sequence))
            }
            return .object(object)
        }
    }
}
