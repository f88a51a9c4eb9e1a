/// Who may pass where and when: schedules, special days and access levels, read from the configuration.
package struct AccessPolicy: Hashable, Sendable {
    package var schedules: [Schedule]
    /// Local day since 1970 to its kind.
    package var specialDays: [Int32: SpecialDayKind]
    package var levels: [AccessLevel]
    /// Groups whose staff passes a lockdown.
    package var lockdownGroups: [String]
    /// Other factors while a schedule is open; the first that is open counts.
    package var factorWindows: [FactorWindow] = []
    /// Seconds after the end of a tenancy in which its people still come in.
    package var tenancyGrace: Int64 = 0
    /// Days for which values that name people stay beside the journal; nil keeps them.
    package var personalDays: Int64? = 365
    /// Days for which states of the register that have ended keep what was sealed in them: names, numbers, contracts; nil keeps it.
    package var endedDays: Int64? = 1095
    /// Days for which alerts stay that were delivered or given up; nil keeps them.
    package var alertDays: Int64? = 365
    /// Seconds from the withdrawal of a consent in which a face has to be gone.
    package var deletionDeadline: Int64 = 15 * 86400
    package var firstPersons: [FirstPersonSettings] = []
    package var freeWindows: [FreeWindow] = []
    /// Seconds for which the registry may go unconfirmed before the class of holders is refused.
    package var ages: [PersonRole: Int64] = [:]
    /// The first octets of the SHA-256 of the configuration's policy part; stands in each decision.
    package var digest: UInt64

    /// Threat levels run from 0, which is every day's, to this.
    package static let highestThreat: UInt8 = 3

    package init(
        schedules: [Schedule] = [], specialDays: [Int32: SpecialDayKind] = [:], levels: [AccessLevel] = [],
        lockdownGroups: [String] = [], digest: UInt64 = 0
    ) {
        self.schedules = schedules
        self.specialDays = specialDays
        self.levels = levels
        self.lockdownGroups = lockdownGroups
        self.digest = digest
    }
}

/// What an access point asks for while a schedule is open, or from a threat level on.
package struct FactorWindow: Hashable, Sendable {
    package var accessPoint: AccessPointID
    /// Index of the schedule; nil is at any time.
    package var schedule: Int?
    package var threat: UInt8
    package var factors: [FactorSet]
    package init(accessPoint: AccessPointID, schedule: Int?, threat: UInt8 = 0, factors: [FactorSet]) {
        self.accessPoint = accessPoint
        self.schedule = schedule
        self.threat = threat
        self.factors = factors
    }
}

/// While the schedule is open nobody passes the access point before somebody of the groups has, on that local day.
package struct FirstPersonSettings: Hashable, Sendable {
    package var accessPoint: AccessPointID
    package var groups: [String]
    /// Index of the schedule; nil is at any time.
    package var schedule: Int?
    package init(accessPoint: AccessPointID, groups: [String], schedule: Int? = nil) {
        self.accessPoint = accessPoint
        self.groups = groups
        self.schedule = schedule
    }
}

/// While the schedule is open the portal lets everybody through; with groups, once somebody of them has passed.
package struct FreeWindow: Hashable, Sendable {
    package var portal: PortalID
    package var schedule: Int
    package var firstPerson: [String]
    package init(portal: PortalID, schedule: Int, firstPerson: [String] = []) {
        self.portal = portal
        self.schedule = schedule
        self.firstPerson = firstPerson
    }
}

/// Access points x schedule, given to groups of people.
package struct AccessLevel: Hashable, Sendable {
    package var name: String
    package var groups: [String]
    package var accessPoints: [AccessPointID]
    /// Index into `AccessPolicy.schedules`; nil means at any time.
    package var schedule: Int?
    /// Refuses instead of permitting, and beats every level that permits.
    package var isBar: Bool
    /// The highest threat level at which the level still counts.
    package var highestThreat: UInt8

    package init(
        name: String, groups: [String], accessPoints: [AccessPointID], schedule: Int? = nil, isBar: Bool = false,
        highestThreat: UInt8 = AccessPolicy.highestThreat
    ) {
        self.isBar = isBar
        self.highestThreat = highestThreat
        self.name = name
        self.groups = groups
        self.accessPoints = accessPoints
        self.schedule = schedule
    }
}
