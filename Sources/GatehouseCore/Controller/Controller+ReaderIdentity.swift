/// Whether the device under a reader's name is the one that was there before.
extension Controller {
    package func standing(of reader: ReaderID) -> ReaderStanding? { readerStandings[reader] }

    /// The first device is taken as it is. Another one in its place is an alarm that stands until a person accepts it.
    mutating func identify(
        _ identity: ReaderIdentity, of reader: ReaderID, _ step: inout Step
    ) {
        guard var standing = readerStandings[reader] else {
            keep(ReaderStanding(known: identity), of: reader, &step)
            noteReader(reader, "identified", &step, detail: Self.detail(identity))
            return
        }
        if identity.isSameDevice(as: standing.known) {
            if standing.stranger != nil {
                standing.stranger = nil
                keep(standing, of: reader, &step)
                set(.readerSwapped, reader.name, false, &step)
                noteReader(reader, "swapEnded", &step, detail: Self.detail(identity))
            }
            // A device that did not say it this time has not changed.
            guard !identity.firmware.isEmpty, identity.firmware != standing.known.firmware else { return }
            var detail = Self.detail(identity)
            detail["firmwareBefore"] = .text(standing.known.firmware)
            standing.known.firmware = identity.firmware
            keep(standing, of: reader, &step)
            noteReader(reader, "firmwareChanged", &step, detail: detail)
            return
        }
        guard standing.stranger?.isSameDevice(as: identity) != true else { return }
        standing.stranger = identity
        standing.acceptedBy = nil
        keep(standing, of: reader, &step)
        set(.readerSwapped, reader.name, true, &step)
        var detail = Self.detail(identity)
        detail["serialBefore"] = .text(standing.known.serial)
        if identity.maker != standing.known.maker { detail["makerBefore"] = .text(standing.known.maker) }
        if identity.model != standing.known.model { detail["modelBefore"] = .text(standing.known.model) }
        let event = noteReader(reader, "swapped", &step, detail: detail)
        raise(
            .tamper, event: event,
            [
                "reader": reader.name, "reason": "swapped", "serial": identity.serial,
                "serialBefore": standing.known.serial,
            ], &step)
    }

    /// A person takes the new device; what is about it stands in the entry of the order.
    mutating func accept(
        _ reader: ReaderID, by actor: Actor, _ step: inout Step
    ) -> [String: CanonicalValue] {
        guard var standing = readerStandings[reader], let stranger = standing.stranger else { return [:] }
        var detail = Self.detail(stranger)
        detail["serialBefore"] = .text(standing.known.serial)
        standing = ReaderStanding(known: stranger, acceptedBy: actor.name)
        keep(standing, of: reader, &step)
        set(.readerSwapped, reader.name, false, &step)
        return detail
    }

    /// Whoever accepted a device is not the one who gives it a key: two persons have looked at it then.
    func refusalToKey(_ reader: ReaderID, by actor: Actor) -> OrderRefusal? {
        guard let standing = readerStandings[reader] else { return nil }
        if let stranger = standing.stranger {
            return .readerSwapped(reader.name, serial: stranger.serial, before: standing.known.serial)
        }
        return standing.acceptedBy == actor.name ? .readerAcceptedBySame(reader.name) : nil
    }

    /// The device has its key: who accepted it need not be remembered.
    mutating func keyed(_ reader: ReaderID, _ step: inout Step) {
        guard var standing = readerStandings[reader], standing.acceptedBy != nil else { return }
        standing.acceptedBy = nil
        keep(standing, of: reader, &step)
    }

    /// The table of a face module beside the register. An entry tells how many differ, and no name; it comes when that
    /// changes.
    mutating func compare(
        users: [UInt16], of reader: ReaderID, _ step: inout Step
    ) {
        let present = Set(users)
        let expected = registry.faces(of: reader)
        let difference = FaceTableDifference(
            unknown: present.subtracting(expected).count, missing: expected.subtracting(present).count)
        let before = faceDifferences.updateValue(difference, forKey: reader)
        set(.faceTableDiffers, reader.name, difference != FaceTableDifference(), &step)
        guard difference != before ?? FaceTableDifference() else { return }
        noteReader(
            reader, "faceTable", &step,
            detail: [
                "users": .integer(Int64(present.count)), "unknown": .integer(Int64(difference.unknown)),
                "missing": .integer(Int64(difference.missing)),
            ])
    }

    /// A swap that nobody has accepted stands again after a restart.
    mutating func raiseSwaps(_ step: inout Step) {
        let swapped = readerStandings.filter { $0.value.stranger != nil }.keys.sorted()
        for reader in swapped where pointOfReader[reader] != nil {
            set(.readerSwapped, reader.name, true, &step)
        }
    }

    private mutating func keep(_ standing: ReaderStanding, of reader: ReaderID, _ step: inout Step) {
        readerStandings[reader] = standing
        step.yield(.durable(.readerStanding(reader, standing)))
    }

    private static func detail(_ identity: ReaderIdentity) -> [String: CanonicalValue] {
        let parts = [
            ("maker", identity.maker), ("model", identity.model), ("serial", identity.serial),
            ("firmware", identity.firmware),
        ]
        return Dictionary(uniqueKeysWithValues: parts.filter { !$0.1.isEmpty }.map { ($0.0, .text($0.1)) })
    }
}

/// How many users of a face module and of the register have no counterpart.
struct FaceTableDifference: Hashable, Sendable {
    var unknown = 0
    var missing = 0
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
