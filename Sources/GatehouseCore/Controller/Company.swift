/// Who stands at an access point and waits for a second person, and who passed it just now, so that somebody may come
/// with them.
struct Company: Sendable {
    private struct One: Sendable {
        var person: UInt32
        var until: MonotonicTime
        /// Waits for somebody who may bring them in; otherwise for any second person.
        var needsEscort = false
    }
    private var waiting: [Int: One] = [:]
    /// The latest grant at an access point.
    private var passed: [Int: One] = [:]

    mutating func wait(_ person: UInt32?, for reason: DenialReason, at point: Int, until: MonotonicTime) {
        guard let person else { return }
        waiting[point] = One(person: person, until: until, needsEscort: reason == .escortMissing)
    }

    mutating func pass(_ person: UInt32, at point: Int, until: MonotonicTime) {
        waiting[point] = nil
        passed[point] = One(person: person, until: until)
    }

    /// Somebody else who waits at the access point.
    func waits(at point: Int, beside person: UInt32, _ now: MonotonicTime) -> UInt32? {
        waiting[point].flatMap { $0.person != person && now < $0.until ? $0.person : nil }
    }

    /// Somebody else who was let through just now.
    func passed(at point: Int, before person: UInt32, _ now: MonotonicTime) -> UInt32? {
        passed[point].flatMap { $0.person != person && now < $0.until ? $0.person : nil }
    }

    /// Who goes through with the person that is let through now.
    func together(at point: Int, with person: UInt32, isEscort: Bool, _ now: MonotonicTime) -> [UInt32] {
        guard let one = waiting[point], one.person != person, now < one.until, isEscort || !one.needsEscort else {
            return []
        }
        return [one.person]
    }

    /// Access points where somebody waited in vain, in order.
    mutating func ended(at now: MonotonicTime) -> [Int] {
        passed = passed.filter { now < $0.value.until }
        let over = waiting.filter { $0.value.until <= now }.keys.sorted()
        for point in over { waiting[point] = nil }
        return over
    }

    var nextDeadline: MonotonicTime? { waiting.values.map(\.until).min() }
}

extension Controller {
    func gatherCompany(
        _ id: UInt32, groups: UInt64, _ settings: AccessPointSettings, pointAt point: Int, _ now: Moment,
        into facts: inout Facts
    ) {
        if settings.needsTwo {
            facts.company = company.waits(at: point, beside: id, now.monotonic) == nil ? .missing : .met
        }
        guard settings.escort != nil, access.isGuest(groups, pointAt: point) else { return }
        gatherEscort(id, pointAt: point, now, into: &facts)
    }

    func gatherEscort(_ id: UInt32, pointAt point: Int, _ now: Moment, into facts: inout Facts) {
        let before = company.passed(at: point, before: id, now.monotonic)
        let isBrought = before.flatMap { registry.person($0) }.map { access.isEscort($0.groups, pointAt: point) }
        facts.escort = isBrought == true ? .met : .missing
    }

    /// Who goes through with somebody that is let through now: whoever waited for them, and an escort whose own grant
    /// still waits for the door, because this one takes its place.
    func together(_ judgement: Judgement, pointAt point: Int, _ now: Moment) -> [UInt32] {
        guard let person = judgement.person, let record = registry.person(person) else { return [] }
        var others = company.together(
            at: point, with: person, isEscort: access.isEscort(record.groups, pointAt: point), now.monotonic)
        let id = site.accessPoints[point].id
        if judgement.facts.escort == .met, let escort = company.passed(at: point, before: person, now.monotonic),
            grants.values.contains(where: { $0.accessPoint == id && $0.person == escort })
        {
            others.append(escort)
        }
        return others
    }

    func indicateEndOfWait(pointAt point: Int, _ step: inout Step) {
        guard let portal = portalIndex[site.accessPoints[point].portal] else { return }
        for reader in site.accessPoints[point].readers {
            step.yield(.indicate(reader, indication(of: portals[portal].posture), waits: false))
        }
    }
}
