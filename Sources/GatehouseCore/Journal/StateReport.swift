/// What a start found when it held the database against its keyed head, and against the copies of the head outside it.
package struct StateReport: Hashable, Sendable {
    /// The raw value stands in entries: it is never changed and never given another meaning.
    package enum Finding: String, Hashable, Sendable {
        /// The database is where its head says, and no copy is ahead of it.
        case inOrder
        /// A database that never had a head: it has one from now on.
        case made
        /// An older state stands in the database than was written last.
        case rewound
        /// The database is not what its head says.
        case altered
    }

    package var finding = Finding.inOrder
    /// No copy of the head outside the database could be read.
    package var isUnwitnessed = false
    /// Names of the tables whose rows are others than the newest head says; `journal` among them.
    package var tables: [String] = []
    /// Entries that the newest head counts and the database has not.
    package var missingEntries: UInt64 = 0
    /// Rows of the register that were put back from the last good copy, or that decide nothing because no copy proves them.
    package var registerRows = 0

    package init() {}

    package var isGood: Bool { finding == .inOrder || finding == .made }

    /// What differs, a sentence each.
    package var faults: [String] {
        guard !isGood else { return [] }
        return tables.map { "\($0) is not what the head says" }
            + (missingEntries > 0 ? ["\(missingEntries) entries of the newest head are missing"] : [])
    }
}

/// The state was found older or other than it was written. It stands until two people settle it.
package struct Rewinding: Hashable, Sendable {
    package var at: CivilTime
    /// No good copy proves the register: what is not equal in the database and in the last copy decides nothing.
    package var isRegisterUnproved: Bool
    /// Counts of grants may be older ones: what is good for a number of grants is good for none.
    package var areCountsUnproved: Bool

    package init(at: CivilTime, isRegisterUnproved: Bool, areCountsUnproved: Bool) {
        self.at = at
        self.isRegisterUnproved = isRegisterUnproved
        self.areCountsUnproved = areCountsUnproved
    }

    var stored: CanonicalValue {
        .array([.integer(at.milliseconds), .boolean(isRegisterUnproved), .boolean(areCountsUnproved)])
    }

    init?(stored: CanonicalValue) {
        guard let values = stored.array, values.count == 3, let at = values[0].integer,
            let register = values[1].boolean, let counts = values[2].boolean
        else { return nil }
        self.init(at: .clamped(at), isRegisterUnproved: register, areCountsUnproved: counts)
    }
}
