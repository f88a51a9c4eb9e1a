/// Whether the device under a reader's name is the one that was there before.
extension Controller {
    package func standing(of reader: ReaderID) -> ReaderStanding? { readers.standing(of: reader) }

    /// The first device is taken as it is. Another one in its place is an alarm that stands until a person accepts it.
    mutating func identify(_ identity: ReaderIdentity, of reader: ReaderID, _ step: inout Step) {
        let findings = readers.hear(identity, of: reader)
        if !findings.isEmpty { keepStanding(of: reader, &step) }
        for finding in findings {
            var detail = Self.detail(identity)
            switch finding {
            case .first: noteReader(reader, .identified, &step, detail: detail)
            case .swapEnded:
                set(.readerSwapped, reader.name, false, &step)
                noteReader(reader, .swapEnded, &step, detail: detail)
            case .firmwareChanged(let before):
                detail[.firmwareBefore] = .text(before)
                noteReader(reader, .firmwareChanged, &step, detail: detail)
            case .swapped(let known):
                set(.readerSwapped, reader.name, true, &step)
                detail[.serialBefore] = .text(known.serial)
                if identity.maker != known.maker { detail[.makerBefore] = .text(known.maker) }
                if identity.model != known.model { detail[.modelBefore] = .text(known.model) }
                let event = noteReader(reader, .swapped, &step, detail: detail)
                raise(
                    .tamper, event: event,
                    [
                        "reader": reader.name, "reason": "swapped", "serial": identity.serial,
                        "serialBefore": known.serial,
                    ], &step)
            }
        }
    }

    /// A person takes the new device; what is about it stands in the entry of the order.
    mutating func accept(_ reader: ReaderID, by actor: Actor, _ step: inout Step) -> [EntryDetail: CanonicalValue] {
        guard let (device, before) = readers.accept(reader, by: actor.name) else { return [:] }
        var detail = Self.detail(device)
        detail[.serialBefore] = .text(before.serial)
        keepStanding(of: reader, &step)
        set(.readerSwapped, reader.name, false, &step)
        return detail
    }

    /// Whoever accepted a device is not the one who gives it a key: two persons have looked at it then.
    func refusalToKey(_ reader: ReaderID, by actor: Actor) -> OrderRefusal? {
        guard let standing = readers.standing(of: reader) else { return nil }
        if let stranger = standing.stranger {
            return .readerSwapped(reader.name, serial: stranger.serial, before: standing.known.serial)
        }
        return standing.acceptedBy == actor.name ? .readerAcceptedBySame(reader.name) : nil
    }

    /// The device has its key.
    mutating func keyed(_ reader: ReaderID, _ step: inout Step) {
        if readers.forgetWhoAccepted(reader) { keepStanding(of: reader, &step) }
    }

    /// The table of a face module beside the register. An entry tells how many differ, and no name; it comes when that
    /// changes.
    mutating func compare(users: [UInt16], of reader: ReaderID, _ step: inout Step) {
        let present = Set(users)
        let (difference, isNew) = readers.compare(present, with: registry.faces(of: reader), of: reader)
        set(.faceTableDiffers, reader.name, difference != FaceTableDifference(), &step)
        guard isNew else { return }
        noteReader(
            reader, .faceTable, &step,
            detail: [
                .users: .integer(Int64(present.count)), .unknown: .integer(Int64(difference.unknown)),
                .missing: .integer(Int64(difference.missing)),
            ])
    }

    /// A swap that nobody has accepted stands again after a restart.
    mutating func raiseSwaps(_ step: inout Step) {
        for reader in readers.swapped where pointOfReader[reader] != nil {
            set(.readerSwapped, reader.name, true, &step)
        }
    }

    private func keepStanding(of reader: ReaderID, _ step: inout Step) {
        if let standing = readers.standing(of: reader) { step.yield(.durable(.readerStanding(reader, standing))) }
    }

    private static func detail(_ identity: ReaderIdentity) -> [EntryDetail: CanonicalValue] {
        let parts: [(EntryDetail, String)] = [
            (.maker, identity.maker), (.model, identity.model), (.serial, identity.serial),
            (.firmware, identity.firmware),
        ]
        return Dictionary(uniqueKeysWithValues: parts.filter { !$0.1.isEmpty }.map { ($0.0, .text($0.1)) })
    }
}

extension Registry {
    /// The users of one module that the register knows, whatever their status.
    func faces(of module: ReaderID) -> Set<UInt16> {
        let high = CredentialKey(face: 0, module: module).high
        var users: Set<UInt16> = []
        for credential in credentials where credential.isPresent && credential.key.high == high {
            users.insert(UInt16(truncatingIfNeeded: credential.key.low))
        }
        return users
    }
}
