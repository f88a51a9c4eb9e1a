/// Conditions that somebody should know of. One table: code, severity, sentence, what to do.
package enum HealthCode: String, Hashable, Sendable, CaseIterable, Comparable {
    case journalUnavailable, journalLate, journalBacklogFull, readerOffline, readerInsecure, readerTamper, readerPower
    case faceEncryption, faceTableDiffers, readerSwapped
    case readerDowngraded, readerUnkeyed, readerKeyedOnWire, readerGuessed, frameOverrun, readerBabbling
    case readerUnsolicited, uplinkAway, outboxStuck, clockNotTrusted, portalForced, portalHeldOpen, fire,
        registryDamaged
    case registryFromCopy, diskNearlyFull, linesUnavailable, configurationWrong, restartNeeded, withoutKey
    case threatRaised, faceDeletionDue, barrierFault, handedOver, registerRestored, credentialSuspended, inputFaulty
    case stateRewound, stateUnwitnessed, checkpointRefused, witnessDisagrees, journalUnwitnessed
    case uplinkMisbehaves

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    package enum Severity: String, Hashable, Sendable, Comparable, CaseIterable {
        case info, warning, fault, alarm
        package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
        private var rank: Int {
            switch self {
            case .info: 0
            case .warning: 1
            case .fault: 2
            case .alarm: 3
            }
        }
    }

    package var severity: Severity {
        switch self {
        case .portalForced, .fire, .readerTamper, .readerDowngraded, .readerGuessed, .readerBabbling, .withoutKey,
            .readerSwapped, .stateRewound, .checkpointRefused, .witnessDisagrees, .uplinkMisbehaves:
            .alarm
        case .journalUnavailable, .journalBacklogFull, .readerOffline, .registryDamaged, .linesUnavailable,
            .configurationWrong, .readerUnkeyed, .readerInsecure, .faceEncryption, .faceDeletionDue, .barrierFault,
            .registerRestored, .inputFaulty:
            .fault
        case .journalLate, .readerPower, .readerUnsolicited, .faceTableDiffers, .frameOverrun, .uplinkAway,
            .outboxStuck,
            .clockNotTrusted, .portalHeldOpen, .registryFromCopy, .diskNearlyFull, .restartNeeded, .handedOver,
            .credentialSuspended, .stateUnwitnessed, .journalUnwitnessed:
            .warning
        case .readerKeyedOnWire, .threatRaised: .info
        }
    }

    package var sentence: Sentence {
        switch self {
        case .journalUnavailable: Sentence("The journal cannot be written. Gates work; entries wait in memory.")
        case .journalLate: Sentence("A release did not wait for its entry because the disk was slow.")
        case .journalBacklogFull: Sentence("Entries were lost: the disk failed for longer than memory lasts.")
        case .readerOffline: Sentence("The reader does not answer.")
        case .readerGuessed:
            Sentence("Somebody tried card numbers at the reader. It asks for more, or takes cards slowly.")
        case .readerInsecure:
            Sentence("The reader talks in clear text: whoever reaches the wire can read and send cards.")
        case .faceEncryption:
            Sentence("The face module and its section do not agree on encryption: it stays out of service.")
        case .faceTableDiffers:
            Sentence("The face module has users that the register does not know, or lacks some that it should have.")
        case .readerSwapped: Sentence("Another device answers under the name of this reader.")
        case .readerTamper: Sentence("The reader reports that it was opened or moved.")
        case .readerDowngraded:
            Sentence(
                "Something speaks for the reader without its key: clear text, forged messages, or another key. It is not believed."
            )
        case .readerUnkeyed: Sentence("The reader has to be secured and no key is set for it: it stays out of service.")
        case .readerKeyedOnWire:
            Sentence("The reader got its key over its own wire: whoever listened then can open its sessions.")
        case .frameOverrun:
            Sentence(
                "The reader sent more bits than its format has. Frames wait for silence again until the next start.")
        case .readerBabbling: Sentence("The reader sends without end and is put aside until it was quiet for a minute.")
        case .readerPower: Sentence("The reader reports a power fault.")
        case .readerUnsolicited: Sentence("The reader sent a match that nobody had asked for.")
        case .uplinkAway: Sentence("gatehouse-uplink is not connected: no pictures, no alerts. Nothing owed is lost.")
        case .outboxStuck: Sentence("Alerts wait for a destination that does not take them.")
        case .clockNotTrusted:
            Sentence(
                "The clock is not known to be right: it is not kept in step, or it jumped. Time goes on from the last good one."
            )
        case .portalForced: Sentence("The portal was forced open.")
        case .portalHeldOpen: Sentence("The portal stands open.")
        case .fire: Sentence("The fire input opened the portals. They stay open until reset by hand.")
        case .registryDamaged: Sentence("Rows of the registry failed their seal and admit nobody.")
        case .registryFromCopy: Sentence("The registry was read from the last good copy.")
        case .diskNearlyFull: Sentence("The disk is nearly full.")
        case .linesUnavailable: Sentence("Lines of the chip cannot be used.")
        case .configurationWrong: Sentence("The configuration file has faults; the last good one is in force.")
        case .restartNeeded: Sentence("The configuration was changed in a way that a reload does not take.")
        case .barrierFault: Sentence("The barrier did not reach an end of its way in time, or both at once.")
        case .inputFaulty:
            Sentence(
                "The input changes too fast to be believed, or was active for five minutes. It is looked at once a second."
            )
        case .faceDeletionDue: Sentence("A face should be gone from its module: its consent was taken back.")
        case .threatRaised: Sentence("The threat level is raised: some access levels rest.")
        case .handedOver:
            Sentence(
                "The site was handed over: guards open by hand, lock down and end a fire, and no more, until it is taken."
            )
        case .registerRestored:
            Sentence(
                "The register is that of a backup: cards that were blocked and tenancies that were ended since may open again."
            )
        case .checkpointRefused:
            Sentence(
                "The journal is not the one whose head this gate signed before: an older or another database stands in its place. No checkpoint is signed."
            )
        case .withoutKey: Sentence("The master key is missing or wrong: nobody is admitted. Exits and fire work.")
        case .stateRewound:
            Sentence(
                "What the gate keeps was found older or other than it was written. What no good copy proves opens nothing."
            )
        case .stateUnwitnessed:
            Sentence(
                "No copy of the head was found where one should be, beside the database or with the uplink: an older database would not have been noticed."
            )
        case .witnessDisagrees:
            Sentence(
                "The witness says that it has seen another history of this gate's journal: an older or another database stands here, or somebody else signs with its key."
            )
        case .journalUnwitnessed:
            Sentence(
                "Not enough witnesses have signed what the journal has had since then. Gates go on, and it is offered again."
            )
        case .uplinkMisbehaves:
            Sentence(
                "gatehouse-uplink answered what it was not asked and was cut off: somebody else may be speaking in its place."
            )
        case .credentialSuspended:
            Sentence("A guard suspended this credential until the office is there; it ends by itself.")
        }
    }

    package var advice: Sentence {
        switch self {
        case .journalUnavailable, .journalBacklogFull:
            Sentence("Check the disk (full, read-only, failing): df, dmesg. It is tried again every second.")
        case .journalLate: Sentence("If it comes again, the disk or card is wearing out: replace it.")
        case .readerOffline: Sentence("Check power, wiring and address of the reader.")
        case .readerInsecure: Sentence("Use a reader with secure channel, or protect the wire.")
        case .readerGuessed: Sentence("Go and look at the reader; it ends by itself 15 minutes after the last try.")
        case .faceEncryption:
            Sentence(
                "gatehousectl log --kind reader says which: encryptionWanted, encryptionUnset or encryptionMismatch; docs/operating.md."
            )
        case .faceTableDiffers: Sentence("gatehousectl face users NAME: delete the unknown, enrol the missing again.")
        case .readerSwapped:
            Sentence(
                "Go and look. If it was replaced by one of yours: gatehousectl reader accept NAME --reason …; otherwise take it off."
            )
        case .readerTamper: Sentence("Go and look at the reader.")
        case .readerDowngraded:
            Sentence(
                "Look at the reader and its wire for a strange device. A replaced reader needs its key: docs/operating.md."
            )
        case .readerUnkeyed:
            Sentence("Give it a key: gatehousectl reader install NAME, or a key file; see docs/operating.md.")
        case .readerKeyedOnWire:
            Sentence("When there is time, set a key at a bench and give it as a file; see docs/operating.md.")
        case .frameOverrun: Sentence("Leave ends_at_length out for this reader, or name the format that it sends.")
        case .readerBabbling: Sentence("Look at the reader and its wire: gatehousectl reader doctor NAME")
        case .readerPower: Sentence("Check the reader's supply.")
        case .readerUnsolicited: Sentence("Check the wire to the module: somebody may be sending on it.")
        case .uplinkAway: Sentence("systemctl status gatehouse-uplink")
        case .outboxStuck: Sentence("Check the network and the receiver; see `gatehousectl status`.")
        case .clockNotTrusted:
            Sentence(
                "Check time synchronisation: timedatectl. If the clock is right: gatehousectl clock accept --reason …")
        case .portalForced, .portalHeldOpen: Sentence("Go and look at the portal; close it.")
        case .fire: Sentence("When the alarm is over: gatehousectl portal fire-reset --reason …")
        case .registryDamaged: Sentence("Restore the registry from a backup: gatehousectl restore.")
        case .registryFromCopy: Sentence("The database is damaged: restore it from a backup.")
        case .diskNearlyFull: Sentence("Free space, or lower snapshots.max_bytes.")
        case .linesUnavailable: Sentence("Check the chip's label and the line names in the configuration: gpioinfo.")
        case .configurationWrong: Sentence("gatehousectl config check FILE, then: systemctl reload gatehoused")
        case .restartNeeded: Sentence("At a quiet moment: systemctl restart gatehoused")
        case .barrierFault:
            Sentence("Look at the barrier and its limit switches; travel_time is how long its way takes.")
        case .inputFaulty:
            Sentence(
                "Look at the contact or button and its wire. It ends by itself when it was quiet for a minute or was let go."
            )
        case .faceDeletionDue:
            Sentence("gatehousectl privacy status tells whose; then: gatehousectl consent withdraw REFERENCE")
        case .threatRaised: Sentence("When it is over: gatehousectl threat 0 --reason …")
        case .handedOver: Sentence("The new operator: gatehousectl handover accept --token …")
        case .registerRestored:
            Sentence(
                "Block and end again what was (gatehousectl import the office's last files), then: gatehousectl policy confirm"
            )
        case .credentialSuspended:
            Sentence(
                "The office: gatehousectl credential show NUMBER, then credential change NUMBER --status … or credential resume NUMBER --reason …"
            )
        case .stateRewound:
            Sentence(
                "Keep the disk for whoever looks into it. gatehousectl log --kind restored says what differs. When it is known: two people give gatehousectl journal settle --reason …"
            )
        case .stateUnwitnessed:
            Sentence(
                "The copy is written again by itself, and the uplink is asked for its own whenever it connects. If nobody removed it, look at the disk."
            )
        case .checkpointRefused:
            Sentence(
                "Find out who changed it: journalctl -u gatehoused says what differs. Put the right database back, or restore a backup on purpose: gatehousectl restore; docs/operating.md."
            )
        case .witnessDisagrees:
            Sentence(
                "Keep the disk. The witness has both heads (gatehouse-witness show); gatehousectl journal verify says whether the journal holds in itself; docs/witness.md."
            )
        case .journalUnwitnessed:
            Sentence(
                "journalctl -u gatehouse-uplink says which witness does not answer, and how: its address in the policy, its network, its list of logs."
            )
        case .uplinkMisbehaves:
            Sentence(
                "Look at the machine: journalctl -u gatehouse-uplink, and who could reach it. It ends when the uplink has kept the rules for an hour."
            )
        case .withoutKey:
            Sentence("Put the right master key in place (docs/operating.md), then: systemctl restart gatehoused")
        }
    }
}

/// The conditions that stand now, each with its subject (a reader, a portal, or nothing).
package struct HealthTable: Hashable, Sendable {
    package struct Condition: Hashable, Sendable {
        package var code: HealthCode
        package var subject: String
        package var since: CivilTime
    }
    private var conditions: [String: Condition] = [:]

    package init() {}

    package var standing: [Condition] {
        conditions.values.sorted { ($0.code, $0.subject) < ($1.code, $1.subject) }
    }

    package func has(_ code: HealthCode) -> Bool { conditions.values.contains { $0.code == code } }

    /// True when the condition changed.
    package mutating func set(_ code: HealthCode, subject: String, isOn: Bool, at now: CivilTime) -> Bool {
        let key = "\(code.rawValue)/\(subject)"
        if isOn {
            guard conditions[key] == nil else { return false }
            conditions[key] = Condition(code: code, subject: subject, since: now)
            return true
        }
        return conditions.removeValue(forKey: key) != nil
    }
}
