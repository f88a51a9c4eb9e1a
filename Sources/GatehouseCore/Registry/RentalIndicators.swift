/// What a street office looks at in the supervision of rental: counts for people to act on, never a reason for a gate.
package struct RentalIndicators: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Tenancies whose last day is at most so far away, and that nothing follows.
        case endsIn30Days, endsIn7Days, endsIn1Day
        /// Over, the dwelling not handed back, nothing followed.
        case overstay
        /// Over, and their people came since.
        case attemptsSinceEnd
        /// Let dwellings without a running tenancy.
        case letWithoutTenancy
        /// More people come regularly than are registered.
        case moreThanRegistered
        case vacantInUse
        /// Registered, and never let in within the span.
        case neverSeen

        /// So many dwellings or tenancies.
        package func sentence(_ count: Int) -> Sentence {
            switch self {
            case .endsIn30Days: Sentence("\(count, "tenancy ends", "tenancies end") within 30 days")
            case .endsIn7Days: Sentence("\(count, "tenancy ends", "tenancies end") within 7 days")
            case .endsIn1Day: Sentence("\(count, "tenancy ends", "tenancies end") within a day")
            case .overstay:
                Sentence("\(count, "tenancy is", "tenancies are") over, and the dwelling was not handed back")
            case .attemptsSinceEnd:
                Sentence("\(count, "tenancy is", "tenancies are") over, and their people came since")
            case .letWithoutTenancy:
                Sentence("\(count, "dwelling is", "dwellings are") let without a registered tenancy")
            case .moreThanRegistered:
                Sentence("\(count, "dwelling is", "dwellings are") used regularly by more people than are registered")
            case .vacantInUse: Sentence("\(count, "vacant dwelling is", "vacant dwellings are") in use")
            case .neverSeen:
                Sentence("\(count, "dwelling has", "dwellings have") registered people who were never seen")
            }
        }

        /// In a column.
        package var noun: Sentence {
            switch self {
            case .endsIn30Days: Sentence("ends within 30 days")
            case .endsIn7Days: Sentence("ends within 7 days")
            case .endsIn1Day: Sentence("ends within a day")
            case .overstay: Sentence("not handed back")
            case .attemptsSinceEnd: Sentence("came after the end")
            case .letWithoutTenancy: Sentence("let, no tenancy")
            case .moreThanRegistered: Sentence("more than registered")
            case .vacantInUse: Sentence("vacant, in use")
            case .neverSeen: Sentence("never seen")
            }
        }
    }

    /// One dwelling under an indicator: how many people, days or attempts stand behind it, and never who.
    package struct Finding: Hashable, Sendable {
        package var kind: Kind
        package var dwelling: UInt32
        package var tenancy: UInt32?
        package var count: Int
    }

    /// What the journal says of a person within the span.
    package struct Presence: Hashable, Sendable {
        package var days: Int
        package var attemptsSinceEnd: Int
        package init(days: Int, attemptsSinceEnd: Int = 0) {
            self.days = days
            self.attemptsSinceEnd = attemptsSinceEnd
        }
    }

    /// Days within the span on which somebody is let in before they count as coming regularly.
    package static let regularDays = 8
    /// The span in days that presences are gathered over.
    package static let span = 30

    package private(set) var findings: [Finding] = []

    package init(rows: [RegistryRow], presences: [UInt32: Presence], now: Int64) {
        let day: Int64 = 86400
        var people: [UInt32: PersonRow] = [:]
        var tenancies: [TenancyRow] = []
        var dwellings: [DwellingRow] = []
        for row in rows {
            switch row {
            case .person(let row): people[row.id] = row
            case .tenancy(let row): tenancies.append(row)
            case .dwelling(let row): dwellings.append(row)
            case .community, .credential, .vehicle, .consent: break
            }
        }
        let followed = Set(tenancies.compactMap(\.renews))
        var homes: [UInt32: Set<UInt32>] = [:]
        var let_: Set<UInt32> = []
        for person in people.values where person.dwelling != nil && person.role != .visitor {
            homes[person.dwelling!, default: []].insert(person.id)
        }
        for tenancy in tenancies.sorted(by: { $0.id < $1.id }) {
            let state = tenancy.state(at: now)
            switch state {
            case .running, .notice:
                let_.insert(tenancy.dwelling)
                homes[tenancy.dwelling, default: []].formUnion(tenancy.tenants)
                guard !followed.contains(tenancy.id) else { break }
                for (kind, days) in [(Kind.endsIn30Days, 30 as Int64), (.endsIn7Days, 7), (.endsIn1Day, 1)]
                where tenancy.ends - now <= days * day {
                    add(kind, tenancy.dwelling, tenancy.id, Int((tenancy.ends - now + day - 1) / day))
                }
            case .overstay where !followed.contains(tenancy.id):
                add(.overstay, tenancy.dwelling, tenancy.id, Int((now - tenancy.ends) / day))
                fallthrough
            case .terminatedEarly, .ended:
                let attempts = tenancy.tenants.reduce(0) { $0 + (presences[$1]?.attemptsSinceEnd ?? 0) }
                if attempts > 0 { add(.attemptsSinceEnd, tenancy.dwelling, tenancy.id, attempts) }
            case .registered, .renewed, .overstay: break
            }
        }

        var guests: [UInt32: Set<UInt32>] = [:]
        for person in people.values where person.role == .visitor {
            guard let host = person.responsible else { continue }
            for (dwelling, registered) in homes where registered.contains(host) {
                guests[dwelling, default: []].insert(person.id)
            }
        }
        for dwelling in dwellings.sorted(by: { $0.id < $1.id }) {
            let registered = homes[dwelling.id] ?? []
            let all = registered.union(guests[dwelling.id] ?? [])
            if dwelling.use == .let_, !let_.contains(dwelling.id) { add(.letWithoutTenancy, dwelling.id, nil, 1) }
            let regular = all.count { (presences[$0]?.days ?? 0) >= Self.regularDays }
            if regular > registered.count { add(.moreThanRegistered, dwelling.id, nil, regular - registered.count) }
            let seen = all.count { (presences[$0]?.days ?? 0) > 0 }
            if dwelling.use == .vacant, seen > 0 { add(.vacantInUse, dwelling.id, nil, seen) }
            let unseen = registered.count { presences[$0]?.days ?? 0 == 0 }
            if unseen > 0 { add(.neverSeen, dwelling.id, nil, unseen) }
        }
        findings.sort {
            (Self.place($0.kind), $0.dwelling, $0.tenancy ?? 0) < (Self.place($1.kind), $1.dwelling, $1.tenancy ?? 0)
        }
    }

    package func count(_ kind: Kind) -> Int { findings.count { $0.kind == kind } }

    private mutating func add(_ kind: Kind, _ dwelling: UInt32, _ tenancy: UInt32?, _ count: Int) {
        findings.append(Finding(kind: kind, dwelling: dwelling, tenancy: tenancy, count: count))
    }

    private static func place(_ kind: Kind) -> Int { Kind.allCases.firstIndex(of: kind)! }
}
