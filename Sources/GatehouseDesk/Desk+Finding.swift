internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseRegister
internal import GatehouseStore
internal import GatehouseThreads

extension Desk {
    /// The person of an argument that names one.
    func person(
        _ argument: PersonalArgument, _ field: String, _ reader: JournalReader, _ call: Call
    ) throws -> PersonRow {
        try fields.person(argument.argumentText, field, in: source(reader, call))
    }

    func person(_ argument: PersonalArgument, _ reader: JournalReader, _ call: Call) throws -> PersonRow {
        try person(argument, "reference", reader, call)
    }

    /// A dwelling by `community/code`, or by its code where that is unique.
    func dwelling(_ argument: PersonalArgument, _ reader: JournalReader, _ call: Call) throws -> DwellingRow {
        try fields.dwelling(argument.argumentText, community: nil, in: source(reader, call))
    }

    static func unknownRow(_ kind: String) -> CommandRefusal {
        CommandRefusal(code: "unknownRow", message: Sentence("there is no \(kind) of that number"))
    }

    func portal(_ name: NameArgument) throws -> PortalID {
        let known = configuration.site.portals.map(\.id.name)
        guard known.contains(name.argumentText) else {
            throw unknown(Sentence("portal"), name.argumentText, among: known, code: "unknownPortal")
        }
        return PortalID(name.argumentText)
    }

    func accessPoint(_ name: NameArgument) throws -> AccessPointID {
        let known = configuration.site.accessPoints.map(\.id.name)
        guard known.contains(name.argumentText) else {
            throw unknown(Sentence("access point"), name.argumentText, among: known, code: "unknownPoint")
        }
        return AccessPointID(name.argumentText)
    }

    /// A name that is none, with the near one where somebody may have mistyped, and with all of them where they are few.
    /// Names of a site may be many; words of a program are all told (`listsAll`).
    func unknown(
        _ what: Sentence, _ name: String, among known: [String], code: String, listsAll: Bool = false
    ) -> CommandRefusal {
        let fault = Sentence("there is no \(what) \"\(name.prefix(40))\"")
        let message =
            if let near = Nearest.match(for: name, among: known) {
                fault.orNear(near)
            } else if known.isEmpty {
                Sentence("\(fault); there is none in the configuration")
            } else if listsAll || known.count <= 16 {
                Sentence("\(fault); one of \(known.sorted())")
            } else { Sentence("\(fault); see `gatehousectl status`") }
        return CommandRefusal(code: code, message: message)
    }

    /// A change that says nothing to change is none.
    func saysSomething(_ texts: (any ArgumentValue)?..., beside command: CommandName) throws {
        guard texts.allSatisfy({ $0 == nil }) else { return }
        throw CommandRefusal(
            code: "nothingSaid",
            message: Sentence("nothing is said that should change; see `gatehousectl \(command.rawValue) --help`"))
    }

    func views() throws -> RowViews { RowViews(calendar: fields.calendar, now: try now().seconds) }

    /// Every state that a row had, with when and by which entry it came.
    func history<View>(
        _ kind: RegistryKind, _ id: UInt32, _ reader: JournalReader, _ view: (RegistryRow) -> View?
    ) throws -> [PastState<View>] {
        try reader.history(kind, id).compactMap { state in
            guard let row = view(state.row) else { return nil }
            let cause = try reader.revision(state.from)
            return PastState(
                row: row, from: state.from, to: state.to, at: cause.map { text($0.at) }, entry: cause?.sequence)
        }
    }
}

/// Numbers of new rows: never one that is on its way already.
final class RowNumbers: Sendable {
    private let last = Guarded<[RegistryKind: UInt32]>([:])

    func next(_ kind: RegistryKind, _ reader: JournalReader) throws -> UInt32 {
        let stored = try reader.nextID(kind)
        return last.withLock { last in
            let next = max(stored, (last[kind] ?? 0) + 1)
            last[kind] = next
            return next
        }
    }
}
