internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseRegister
internal import GatehouseStore

extension CommandDesk {
    // MARK: Finding

    func person(_ reference: String, _ reader: JournalReader) throws -> PersonRow? {
        for case .person(let row) in try reader.rows(.person, by: .person(reference: reference)) { return row }
        return nil
    }

    func person(_ call: Call, reference: String? = nil) throws -> PersonRow {
        let reference = reference ?? call.text("reference") ?? call.text("person") ?? ""
        guard let row = try person(reference, reader()) else {
            throw CommandRefusal(
                code: "unknownPerson", message: "nobody on the register has the reference \"\(reference.prefix(40))\"")
        }
        return row
    }

    func community(_ code: String, _ reader: JournalReader) throws -> CommunityRow? {
        for case .community(let row) in try reader.rows(.community, by: .community(code: code)) { return row }
        return nil
    }

    /// A dwelling by `community/code`, or by its code where that is unique.
    func dwelling(_ text: String, _ reader: JournalReader) throws -> DwellingRow {
        let parts = text.split(separator: "/", maxSplits: 1).map(String.init)
        var found: [DwellingRow] = []
        if parts.count == 2, let community = try community(parts[0], reader) {
            for case .dwelling(let row) in try reader.rows(.dwelling, by: .dwelling(code: parts[1]))
            where row.community == community.id {
                found.append(row)
            }
        }
        if found.isEmpty {
            for case .dwelling(let row) in try reader.rows(.dwelling, by: .dwelling(code: text)) { found.append(row) }
        }
        guard let first = found.first else {
            throw CommandRefusal(
                code: "unknownDwelling",
                message: "there is no dwelling \"\(text.prefix(40))\"; write it as community/dwelling")
        }
        guard found.count == 1 else {
            throw CommandRefusal(
                code: "ambiguous",
                message: "\"\(text.prefix(40))\" stands in several communities; write community/dwelling")
        }
        return first
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
