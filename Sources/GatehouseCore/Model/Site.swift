/// What a site is made of, as the configuration says it. The controller is built from one of these and never changes
/// it; a reload builds a new one.
package struct Site: Hashable, Sendable {
    package var name: String
    package var portals: [PortalSettings]
    package var accessPoints: [AccessPointSettings]
    package var policy: AccessPolicy
    package var lockout: LockoutSettings
    package var fireDebounce: Duration = .milliseconds(100)
    package var areas: [AreaID: AreaSettings] = [:]
    /// Portals of which only one may stand open or released at a time.
    package var interlocks: [[PortalID]] = []
    package var alerts: [AlertRoute]
    /// What each reader speaks: the word of the configuration, for the entries of what it read.
    package var families: [ReaderID: String] = [:]
    /// Cameras whose streams are kept open: of these there are frames of a moment ago.
    package var streams: Set<CameraID> = []

    package init(
        name: String, portals: [PortalSettings], accessPoints: [AccessPointSettings], policy: AccessPolicy,
        lockout: LockoutSettings = LockoutSettings(), alerts: [AlertRoute] = []
    ) {
        self.name = name
        self.portals = portals
        self.accessPoints = accessPoints
        self.policy = policy
        self.lockout = lockout
        self.alerts = alerts
    }
}

/// A place that people and vehicles are in.
package struct AreaSettings: Hashable, Sendable {
    /// People that it takes; nil is without a limit.
    package var limit: Int?
    /// The area that it lies in: whoever is here is there too.
    package var within: AreaID?
    /// Vehicles in it take places of their dwelling.
    package var isParking: Bool
    package init(limit: Int? = nil, within: AreaID? = nil, isParking: Bool = false) {
        self.limit = limit
        self.within = within
        self.isParking = isParking
    }
}

/// A passage: one barrier, with its contact, buttons and timing (gate-io reference, sections 1, 4 and 5).
package struct PortalSettings: Hashable, Sendable {
    package var id: PortalID
    /// How long a grant keeps the portal released, 0.1 s to 60 s.
    package var unlockTime: Duration = .seconds(5)
    /// The same for people who need time.
    package var extendedUnlockTime: Duration = .seconds(15)
    /// How long the portal may stand open before that is an alarm.
    package var heldOpenLimit: Duration = .seconds(30)
    /// Whether a door contact is wired. Without one a grant counts as taken, and nothing is ever forced or held.
    package var hasContact = true
    package var contactDebounce: Duration = .milliseconds(100)
    package var exitDebounce: Duration = .milliseconds(30)
    /// Secure as soon as the door has opened and closed again, instead of at the end of the unlock time.
    package var relocksOnClose = true
    /// Loops and limit switches of a lane. Then a grant counts as taken when a vehicle went through.
    package var lane: LaneSettings?
    /// The cameras for exit requests, alarms and manual openings.
    package var cameras: [CameraID] = []

    package init(id: PortalID) { self.id = id }
}

/// One direction through a portal, with its readers.
package struct AccessPointSettings: Hashable, Sendable {
    package var id: AccessPointID
    package var portal: PortalID
    package var readers: [ReaderID]
    /// The combinations of factors that open, each one enough: `[.card]`, `[.card, .pin]`, `[.face]`.
    package var factors: [FactorSet] = [[.card], [.face]]
    /// Readers of the access point that have a keypad.
    package var keypads: [ReaderID] = []
    /// How long a started combination or a half-typed PIN is remembered.
    package var factorTimeout: Duration = .seconds(10)
    package var fromArea: AreaID?
    package var toArea: AreaID?
    package var antiPassback: AntiPassback = .off
    /// Where anti-passback is timed: how soon nobody enters again.
    package var antiPassbackTime: Duration = .seconds(600)
    /// Whether two people have to show their credentials, within `companyTimeout`.
    package var needsTwo = false
    package var escort: EscortSettings?
    package var companyTimeout: Duration = .seconds(15)
    /// Its own cameras: of the face, the lane, the plate. Without one those of the portal.
    package var cameras: [CameraID] = []

    package init(id: AccessPointID, portal: PortalID, readers: [ReaderID]) {
        self.id = id
        self.portal = portal
        self.readers = readers
    }
}

package enum AntiPassback: String, Hashable, Sendable, CaseIterable {
    case off
    /// Grants, and notes the violation.
    case soft
    /// Denies.
    case hard
    /// Denies a second entry within a time, wherever the person is by the ledger.
    case timed

    /// What stands in stored facts, for ever; the raw value is the word of the configuration.
    package var code: UInt8 {
        switch self {
        case .off: 0
        case .soft: 1
        case .hard: 2
        case .timed: 3
        }
    }

    package init?(code: UInt8) {
        guard let policy = Self.allCases.first(where: { $0.code == code }) else { return nil }
        self = policy
    }
}

/// Who comes only in company, and whose.
package struct EscortSettings: Hashable, Sendable {
    /// Groups of people who need somebody with them.
    package var guests: [String]
    /// Groups of people who may bring them in.
    package var by: [String]
    package init(guests: [String], by: [String]) {
        self.guests = guests
        self.by = by
    }
}

/// Kinds of proof that a person gives at an access point.
package struct FactorSet: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    package static let card = FactorSet(rawValue: 1)
    package static let pin = FactorSet(rawValue: 2)
    package static let face = FactorSet(rawValue: 4)
    /// The number plate of a vehicle, read by a camera with a serial line.
    package static let plate = FactorSet(rawValue: 8)
    /// A signed pass of a visitor, shown to a scanner.
    package static let pass = FactorSet(rawValue: 16)
}

/// How wrong PINs are slowed down. A PIN that comes while a lock-out runs is not compared at all.
package struct LockoutSettings: Hashable, Sendable {
    /// Wrong PINs in a row before the first lock-out (GB 50396 asks for an alarm by the fifth).
    package var tries = 5
    package var firstPause: Duration = .seconds(60)
    package var longestPause: Duration = .seconds(3600)
    /// Wrong PINs of one reader in one local day before it takes no more PINs until midnight.
    package var triesPerReaderAndDay = 100
    /// PINs that stand alone: how many there may be, and how many digits the shortest has. One in a thousand a day is the
    /// most that guessing may bring.
    package var alonePINs = 500
    package var aloneDigits = 8
    package init() {}
}

/// Which alerts go to which destination.
package struct AlertRoute: Hashable, Sendable {
    package var destination: DestinationID
    package var kinds: Set<AlertKind>
    package init(destination: DestinationID, kinds: Set<AlertKind>) {
        self.destination = destination
        self.kinds = kinds
    }
}

package enum AlertKind: String, Hashable, Sendable, CaseIterable, Comparable {
    case duress, forced, tailgated, heldOpen, fire, lockout, tamper
    /// A guard took a way in from somebody, or from everybody: the manager is told.
    case guardOrder
    /// A sealed envelope for the authority that issued a watchlist entry.
    case watchlist
    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    package var urgency: AlertUrgency {
        switch self {
        case .duress, .fire: .life
        case .forced, .tailgated, .tamper, .watchlist: .intrusion
        case .heldOpen, .lockout, .guardOrder: .notice
        }
    }
}

/// What goes out first when much waits.
package enum AlertUrgency: UInt8, Hashable, Sendable, CaseIterable {
    /// Somebody is in danger.
    case life
    /// Somebody may be where they should not be.
    case intrusion
    case notice
}
