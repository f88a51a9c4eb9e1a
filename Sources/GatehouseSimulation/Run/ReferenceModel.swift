internal import GatehouseCore

/// The rules once more, as slowly and plainly as they can be said: lists, linear searches, no index. It is asked what
/// the controller was asked, and has to agree.
struct ReferenceModel {
    struct Holder {
        var id: UInt32
        var role: PersonRole
        var status: PersonStatus
        var hasHome: Bool
        var group: String
    }
    struct Card {
        var number: UInt64
        var holder: UInt32
        var status: CredentialStatus
        var suspendedUntil: Int64?
    }
    struct Rental {
        var holder: UInt32
        var starts: Int64
        var ends: Int64
    }

    var holders: [Holder] = []
    var cards: [Card] = []
    var rentals: [Rental] = []
    /// Person to the area they are in by the passages seen so far.
    var areas: [UInt32: String] = [:]
    var posture: [String: Posture] = [:]
    var isFire = false

    /// The word of the outcome and, for a denial, of its reason.
    func answer(
        card number: UInt64, portal: String, leadsFrom area: String?, isHard: Bool, at now: Int64, minute: Int32
    ) -> (outcome: String, reason: String?) {
        func no(_ reason: String) -> (outcome: String, reason: String?) { ("denied", reason) }
        let posture = isFire ? .fire : posture[portal] ?? .secure
        if posture == .blocked { return no("Blocked") }
        if posture == .lockdown { return no("LockedDown") }
        guard let card = cards.first(where: { $0.number == number }),
            let holder = holders.first(where: { $0.id == card.holder })
        else { return no("UnknownCredential") }
        if card.status != .enabled { return no("CredentialNotEnabled") }
        if let until = card.suspendedUntil, now < until { return no("SuspendedByGuard") }
        if holder.status == .suspended { return no("PersonSuspended") }
        if holder.status == .barred { return no("PersonBarred") }
        switch holder.role {
        case .resident: if !holder.hasHome { return no("NoDwelling") }
        case .staff, .contractor, .visitor, .household, .child: break
        case .tenant:
            let own = rentals.filter { $0.holder == holder.id }
            if own.isEmpty { return no("NoTenancy") }
            if !own.contains(where: { $0.starts <= now && now < $0.ends }) {
                return no(own.contains { now < $0.starts } ? "TenancyNotStarted" : "TenancyEnded")
            }
        }
        if holder.group == "staff", !(6 * 60..<22 * 60).contains(Int(minute)) { return no("NotPermittedAtThisTime") }
        if let area, isHard, let present = areas[holder.id], present != area { return no("AntipassbackViolation") }
        return ("granted", nil)
    }
}
