package struct TenancyRow: Hashable, Sendable {
    package var id: UInt32
    package var dwelling: UInt32
    /// The one who signed, and those who live there with them.
    package var tenants: [UInt32]
    /// Inclusive local days, as the contract says them (days since 1970).
    package var firstDay: Int32
    package var lastDay: Int32
    /// The UTC instant of the first local midnight, and of the local midnight after the last day (exclusive).
    package var starts: Int64
    package var ends: Int64
    /// The number of the contract. Personal.
    package var contract: String
    /// Who lets the dwelling.
    package var landlord: UInt32?
    package var step: TenancyStep
    /// The tenancy that this one goes on from.
    package var renews: UInt32?

    package init(
        id: UInt32, dwelling: UInt32, tenants: [UInt32], firstDay: Int32, lastDay: Int32, starts: Int64, ends: Int64,
        contract: String = "", landlord: UInt32? = nil, step: TenancyStep = .registered, renews: UInt32? = nil
    ) {
        self.id = id
        self.dwelling = dwelling
        self.tenants = tenants
        self.firstDay = firstDay
        self.lastDay = lastDay
        self.starts = starts
        self.ends = ends
        self.contract = contract
        self.landlord = landlord
        self.step = step
        self.renews = renews
    }
}

/// The last step that people took with a tenancy. Together with the time it gives the state.
package enum TenancyStep: UInt8, Hashable, Sendable, CaseIterable {
    case registered = 0
    /// One side gave notice; the last day stands.
    case notice = 1
    /// Ended before its last day.
    case terminated = 2
    /// Another tenancy goes on from it.
    case renewed = 3
    /// The dwelling was handed back.
    case handedBack = 4

    package var word: String {
        switch self {
        case .registered: "registered"
        case .notice: "notice"
        case .terminated: "terminated"
        case .renewed: "renewed"
        case .handedBack: "handedBack"
        }
    }
}

/// Where a tenancy stands at an instant.
package enum TenancyState: String, Hashable, Sendable, CaseIterable {
    /// On the register, not begun.
    case registered
    case running
    /// Running, and its end is announced.
    case notice
    /// Over, and the dwelling handed back.
    case ended
    /// Over before its last day.
    case terminatedEarly
    /// Over, and another goes on from it.
    case renewed
    /// Over, and nobody has said that the dwelling was handed back.
    case overstay

    /// To come or running: somebody lives there, or will.
    package var isOpen: Bool {
        switch self {
        case .registered, .running, .notice: true
        case .ended, .terminatedEarly, .renewed, .overstay: false
        }
    }
}

extension TenancyRow {
    package func state(at now: Int64) -> TenancyState {
        if now < starts { return step == .terminated ? .terminatedEarly : .registered }
        if now < ends { return step == .notice ? .notice : .running }
        switch step {
        case .registered, .notice: return .overstay
        case .terminated: return .terminatedEarly
        case .renewed: return .renewed
        case .handedBack: return .ended
        }
    }
}

/// What people do with a tenancy.
package enum TenancyEvent: Hashable, Sendable {
    case giveNotice
    /// Ends it at an instant, which is not later than its end, on the local day of that instant.
    case terminate(at: Int64, day: Int32)
    /// Another tenancy, already on the register, goes on from it.
    case renew
    case handBack
}

/// Why a step cannot be taken. The raw value is the stable word of commands.
package enum TenancyProblem: String, Error, Hashable, Sendable, CaseIterable {
    case isOver, isTerminated, isRenewed, isHandedBack, stillRuns, notBeforeItsEnd

    package var sentence: Sentence {
        switch self {
        case .isOver: Sentence("the tenancy is over; register a new one")
        case .isTerminated: Sentence("the tenancy was ended early")
        case .isRenewed: Sentence("another tenancy goes on from this one; change that")
        case .isHandedBack: Sentence("the dwelling was handed back")
        case .stillRuns: Sentence("the tenancy still runs; end it first")
        case .notBeforeItsEnd: Sentence("the tenancy ends before that moment by itself")
        }
    }
}

extension TenancyRow {
    /// The tenancy after one step, or why the step cannot be taken.
    package func after(_ event: TenancyEvent, at now: Int64) -> Result<TenancyRow, TenancyProblem> {
        var next = self
        switch (event, state(at: now)) {
        case (.giveNotice, .registered), (.giveNotice, .running), (.giveNotice, .notice):
            if step == .renewed { return .failure(.isRenewed) }
            next.step = .notice
        case (.giveNotice, .overstay): return .failure(.isOver)

        case (.terminate(let at, let day), .registered), (.terminate(let at, let day), .running),
            (.terminate(let at, let day), .notice):
            if step == .renewed { return .failure(.isRenewed) }
            guard at < ends else { return .failure(.notBeforeItsEnd) }
            // One that has not begun never runs; a row has to end after it starts all the same.
            next.starts = min(starts, at - 1)
            next.ends = at
            next.lastDay = max(day, firstDay)
            next.step = .terminated
        case (.terminate, .overstay): return .failure(.isOver)

        case (.renew, .registered), (.renew, .running), (.renew, .notice), (.renew, .overstay):
            if step == .renewed { return .failure(.isRenewed) }
            next.step = .renewed

        case (.handBack, .registered), (.handBack, .running), (.handBack, .notice): return .failure(.stillRuns)
        case (.handBack, .overstay), (.handBack, .terminatedEarly): next.step = .handedBack

        case (_, .renewed): return .failure(.isRenewed)
        case (_, .terminatedEarly): return .failure(.isTerminated)
        case (_, .ended): return .failure(.isHandedBack)
        }
        return .success(next)
    }
}
