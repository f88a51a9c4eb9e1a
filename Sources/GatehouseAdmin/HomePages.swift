/// A tenancy, and a dwelling, each on one page of 80 columns: what is wrong comes first.
package enum TenancyPage {
    package static func lines(_ reply: TenancyShow.Reply, _ language: Language) -> [String] {
        func say(_ english: String, _ chinese: String) -> String { language == .chinese ? chinese : english }
        let (tenancy, details) = (reply.first, reply.second)
        let names = Dictionary(details.people.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        func person(_ id: UInt32) -> String {
            names[id].map { PageText.joined($0.name, $0.reference) } ?? say("gone (#\(id))", "已注销（#\(id)）")
        }
        var lines = [
            PageText.joined(
                PageText.word(tenancy.state, language), details.home,
                PageText.days(tenancy.firstDay, tenancy.lastDay, language))
        ]
        lines += PageText.wrapped(
            PageText.joined(
                say("tenancy \(tenancy.id)", "租约 \(tenancy.id)"),
                tenancy.contract.isEmpty ? nil : say("contract \(tenancy.contract)", "合同 \(tenancy.contract)"),
                tenancy.renews.map { say("goes on from tenancy \($0)", "续自租约 \($0)") }))
        lines += PageText.part(say("TENANTS", "租户"), tenancy.tenants.map(person))
        lines += PageText.part(say("LANDLORD", "出租人"), [tenancy.landlord].compactMap(\.self).map(person))
        lines += PageText.changes(details.history, language) { PageText.days($0.firstDay, $0.lastDay, language) }
        return lines
    }
}

package enum DwellingPage {
    package static func lines(_ reply: DwellingShow.Reply, _ language: Language) -> [String] {
        func say(_ english: String, _ chinese: String) -> String { language == .chinese ? chinese : english }
        let (dwelling, details) = (reply.first, reply.second)
        let names = Dictionary(details.people.map { ($0.id, $0.name) }, uniquingKeysWith: { $1 })
        func name(_ id: UInt32) -> String { names[id] ?? "#\(id)" }
        var lines = [
            PageText.joined(
                details.home ?? dwelling.dwelling, PageText.word(dwelling.use, language),
                dwelling.places.map { say($0 == 1 ? "1 parking place" : "\($0) parking places", "车位 \($0) 个") })
        ]
        lines += PageText.part(
            say("TENANCIES", "租约"),
            details.tenancies.sorted { (rank($0.state), $1.lastDay) < (rank($1.state), $0.lastDay) }.map { tenancy in
                PageText.joined(
                    PageText.word(tenancy.state, language), "\(tenancy.id)",
                    PageText.days(tenancy.firstDay, tenancy.lastDay, language),
                    tenancy.tenants.map(name).joined(separator: say(", ", "、")))
            })
        lines += PageText.part(
            say("PEOPLE", "人员"),
            details.residents.sorted { (standing($0.status), $0.reference) < (standing($1.status), $1.reference) }.map {
                PageText.joined(
                    $0.status == "active" ? nil : PageText.word($0.status, language), $0.name, $0.reference,
                    PageText.word($0.role, language))
            })
        lines += PageText.part(
            say("VEHICLES", "车辆"), details.vehicles.map { PageText.joined($0.plate, name($0.keeper)) })
        lines += PageText.changes(details.history, language) { PageText.word($0.use, language) }
        return lines
    }

    /// What somebody has to do something about first, then what stands, then what is over.
    private static func rank(_ state: String) -> Int {
        ["overstay", "notice", "running", "registered", "renewed", "terminatedEarly", "ended", "handedBack"]
            .firstIndex(of: state) ?? 2
    }

    private static func standing(_ status: String) -> Int { ["barred", "suspended"].firstIndex(of: status) ?? 2 }
}
