internal import GatehouseCore

// Orders at portals, and what needs eyes.

package struct PortalOpen: AdminCommand {
    package static let name = CommandName.portalOpen
    package static let entry = CommandEntry.opening(.desk, Sentence("release a portal once"))
    package typealias Reply = Recorded
    package var portal: NameArgument
    package init(portal: NameArgument) { self.portal = portal }
}

/// What a change of posture did: each portal, with what it was in before.
package struct PostureChange: Codable, Hashable, Sendable {
    package var event: UInt64?
    package var durable: Bool
    package var portals: [Portal]
    package struct Portal: Codable, Hashable, Sendable {
        package var name: String
        package var before: String
        package var posture: String
        package init(name: String, before: String, posture: String) {
            self.name = name
            self.before = before
            self.posture = posture
        }
    }
    package init(event: UInt64?, portals: [Portal]) {
        self.event = event
        durable = event != nil
        self.portals = portals
    }
}

/// Opens more than once: it wants a name, or `all` said aloud.
package struct PortalFree: AdminCommand {
    package static let name = CommandName.portalFree
    package static let entry = CommandEntry.opening(.office, Sentence("free passage until ended"))
    package typealias Reply = PostureChange
    package var portal: NameArgument?
    package var all: FlagArgument?
    package init(portal: NameArgument?, all: FlagArgument? = nil) {
        self.portal = portal
        self.all = all
    }
}

/// Closes: without a name it means all portals, at once.
package struct PortalBlock: AdminCommand {
    package static let name = CommandName.portalBlock
    package static let entry = CommandEntry.opening([.manager, .guard_], Sentence("nobody passes by credential"))
    package typealias Reply = PostureChange
    package var portal: NameArgument?
    package init(portal: NameArgument?) { self.portal = portal }
}

/// Closes: without a name it means all portals, at once.
package struct PortalLockdown: AdminCommand {
    package static let name = CommandName.portalLockdown
    package static let entry = CommandEntry.opening(.desk, Sentence("only named staff passes"))
    package typealias Reply = PostureChange
    package var portal: NameArgument?
    package init(portal: NameArgument?) { self.portal = portal }
}

package struct PortalNormal: AdminCommand {
    package static let name = CommandName.portalNormal
    package static let entry = CommandEntry.opening([.manager, .guard_], Sentence("credentials decide again"))
    package typealias Reply = PostureChange
    package var portal: NameArgument?
    package var all: FlagArgument?
    package init(portal: NameArgument?, all: FlagArgument? = nil) {
        self.portal = portal
        self.all = all
    }
}

package struct PortalFireReset: AdminCommand {
    package static let name = CommandName.portalFireReset
    package static let entry = CommandEntry.opening(.desk, Sentence("end the fire release, when the input is quiet"))
    package typealias Reply = Recorded
    package init() {}
}

/// Something that needs eyes, from its entry until somebody has seen it and it has ended.
package struct AlarmView: Codable, Hashable, Sendable {
    /// The number of the entry with which it began.
    package var alarm: UInt64
    package var code: String
    package var subject: String
    package var severity: String
    package var sentence: String
    package var raised: String
    /// `raised`, `acknowledged`, `ended` (not yet acknowledged).
    package var state: String
    package var ended: String?
    package var acknowledged: String?
    package var by: String?
    package init(
        alarm: UInt64, code: String, subject: String, severity: String, sentence: String, raised: String, state: String,
        ended: String?, acknowledged: String?, by: String?
    ) {
        self.alarm = alarm
        self.code = code
        self.subject = subject
        self.severity = severity
        self.sentence = sentence
        self.raised = raised
        self.state = state
        self.ended = ended
        self.acknowledged = acknowledged
        self.by = by
    }
}

package struct AlarmList: AdminCommand {
    package static let name = CommandName.alarmList
    package static let entry = CommandEntry.glance(
        .everyone, Sentence("alarms that stand or that nobody has acknowledged, the worst first"))
    package init() {}
    package struct Reply: Codable, Hashable, Sendable {
        package var alarms: [AlarmView]
        /// Alarms for which there was no room: they stand in the log alone.
        package var letGo: Int
        enum CodingKeys: String, CodingKey {
            case alarms
            case letGo = "let_go"
        }
        package init(alarms: [AlarmView], letGo: Int) {
            self.alarms = alarms
            self.letGo = letGo
        }
    }
}

package struct AlarmAck: AdminCommand {
    package static let name = CommandName.alarmAck
    package static let entry = CommandEntry(
        [.guard_, .manager], needsReason: true, lane: .openings, life: .order,
        Sentence("an alarm was seen; the reason is the note of who saw it"))
    package typealias Reply = Recorded
    /// The number of the entry with which it began.
    package var alarm: CountArgument
    package init(alarm: CountArgument) { self.alarm = alarm }
}
