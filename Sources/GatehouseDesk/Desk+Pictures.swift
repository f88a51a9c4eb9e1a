internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseRegister
internal import GatehouseStore

extension Desk {
    private static let pictureOctets = 32 * 1024

    /// The picture of an entry, in pieces. A look at whoever is in the entry: guards have the last day, and what is older than
    /// 72 hours needs a reason as its name does.
    func showPicture(_ command: PictureShow, _ call: Call) throws -> PictureShow.Reply {
        let reader = try reader()
        let entry = try pictured(command.event.value, reader, call)
        let now = try now()
        if call.actor.role == .guard_ {
            guard entry.civil >= now + (Duration.zero - EntryViews.GateSight.span) else {
                throw CommandRefusal(
                    code: "notAllowed",
                    message: Sentence("guards see pictures of the last 24 hours; older ones a manager"))
            }
        } else if entry.civil < now + .seconds(-Self.personWindow), call.reason == nil {
            throw CommandRefusal(
                code: "reasonMissing", message: Sentence("a picture older than 72 hours needs a reason: --reason \"…\"")
            )
        }
        if let person = entry.person {
            try look(call, .people([person]))
        } else {
            try look(call, .entries(from: entry.sequence, through: entry.sequence))
        }
        let camera = command.camera?.argumentText
        let found = try reader.picture(of: entry.sequence, by: camera, in: configuration.files.snapshots)
        guard case .found(let octets, let path) = found else {
            throw Self.noPicture(entry.sequence, found, call.language)
        }
        try send(octets, call)
        return PictureShow.Reply(
            event: entry.sequence, at: text(entry.civil), size: octets.count, file: Self.fileName(entry.sequence, path),
            cameras: try reader.picturedBy(entry.sequence))
    }

    /// A picture in pieces.
    func send(_ octets: [UInt8], _ call: Call) throws {
        for start in stride(from: 0, to: octets.count, by: Self.pictureOctets) {
            try call.check()
            let piece = octets[start..<min(start + Self.pictureOctets, octets.count)]
            try call.list(PictureShow.Piece(data: OctetsArgument(Array(piece))))
        }
    }

    /// What a picture is called outside: the number of its entry, and what kind of picture it is.
    static func fileName(_ event: UInt64, _ path: String) -> String {
        "\(event).\(path.split(separator: ".").last.map(String.init) ?? "jpg")"
    }

    /// The entry that a picture is of; the entry of the picture itself means the same.
    private func pictured(_ event: UInt64, _ reader: JournalReader, _ call: Call) throws -> JournalEntry {
        let unknown = CommandRefusal(code: "unknownEvent", message: Sentence("there is no entry of that number"))
        guard var entry = try reader.entry(event, withPersonal: false)?.entry else { throw unknown }
        if entry.kind == .snapshot, let about = entry.about,
            let pictured = try reader.entry(about, withPersonal: false)?.entry
        {
            entry = pictured
        }
        let isSealed = entry.kind.isForTheAuditorAlone
        guard !isSealed || call.actor.role == .auditor else { throw unknown }
        return entry
    }

    static func noPicture(_ event: UInt64, _ found: FoundPicture, _ language: Language) -> CommandRefusal {
        let why =
            switch found {
            case .none, .found: Sentence("none was asked for, or it has not come yet")
            case .missing(let reason): Sentence(verbatim: Words.reason(reason, language))
            case .gone: Sentence("it is not kept any more")
            case .unreadable(let path): Sentence("its file \(path) cannot be read: see gatehousectl health")
            case .altered(let path): Sentence("its file \(path) is not the one that was taken")
            case .locked(let path): Sentence("its file \(path) is sealed to a key that is not here")
            }
        return CommandRefusal(code: "noPicture", message: Sentence("entry \(event) has no picture: \(why)"))
    }
}
