/// What an entry says came of its matter, beside the words of decisions (`AccessDecision`) and postures (`Posture`). The raw
/// value stands in the canonical bytes: it is never changed and never given another meaning.
package enum EntryOutcome: String, Hashable, Sendable, CaseIterable {
    case abandoned, accepted, acknowledged, activated, active, added, afterCrash, afterStop, announced, bad
    case begun, breach, cancelled, confirmed, delivered, done, ended, expired, faceTable, fileArrived, fileLost,
        fileRefused
    case firmwareChanged, good, guessing, heldBack, identified, inputActive, inputInactive, inputQuiet, keyExpired
    case keyKept, keyRefused, keyUnproven, loaded, missing, neverHeard, notTaken, off, offline, on, online, person
    case quarantineEnded, quarantined, refused, released, renewed, reported, reset, retention, said, sealed, settled,
        skipped,
        stepped, stored, swapEnded
    case swapped, taken, tamper, tamperEnded, unknown, withdrawn
}

/// Names of further facts of an entry. The raw value stands in the canonical bytes: it is never changed and never given
/// another meaning.
package enum EntryDetail: String, Hashable, Sendable, CaseIterable {
    case alarm, alertsBefore, at, before, bits, boot, camera, cause, changed, command, corrects, count, destination,
        document, ended,
        endedBefore, entries, entry,
        face, family, fault, file
    case firmware, firmwareBefore, format, from, head, host, id, input, issuer, key, keyBefore, kind, level, maker,
        makerBefore,
        measured,
        milliseconds,
        missing, model, modelBefore
    case near, note, other, part, parts, pass, passes, path, points, problem, reason, receiver, reopens, row, rows,
        scope, seconds
    case security, serial, serialBefore, sha256, since, size, subject, tables, through, unkept, unknown, unproved,
        until, users,
        version, with
}

extension JournalEntry {
    /// The outcome as one of its words; nil for those of decisions and postures, and for one that this version does not know.
    package var result: EntryOutcome? {
        get { outcome.flatMap(EntryOutcome.init(rawValue:)) }
        set { outcome = newValue?.rawValue }
    }
}

extension [String: CanonicalValue] {
    package subscript(_ name: EntryDetail) -> CanonicalValue? {
        get { self[name.rawValue] }
        set { self[name.rawValue] = newValue }
    }

    init(_ details: [EntryDetail: CanonicalValue]) {
        self.init(uniqueKeysWithValues: details.map { ($0.key.rawValue, $0.value) })
    }
}
