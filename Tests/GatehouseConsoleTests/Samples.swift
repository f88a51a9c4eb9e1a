import GatehouseAccounts
import GatehouseAdmin
import GatehouseCore

@testable import GatehouseConsole

/// What a daemon would have answered, and who reads it.
enum Samples {
    /// What somebody might have written to break a page.
    static let hostile = "<script>alert(1)</script>\" onload=\"x\u{202E}"

    static func visitor(_ role: Role = .manager, _ language: Language = .english) -> Visitor {
        Visitor(
            account: "li.na", shown: "Li Na", role: role, language: language, palette: .auto, token: "t0ken",
            mark: { $0 }, gate: Gate(path: "/nowhere", language: language, person: nil))
    }

    static func person(_ name: String = "张娜", reference: String = "R-03", status: String = "active") -> PersonView {
        PersonView(
            id: 3, reference: reference, name: name, role: "resident", status: status, dwelling: 5,
            groups: ["residents"], from: nil, until: "2027-12-31T23:59:59.000+08:00", responsible: nil, shift: nil,
            needsTime: true, phone: "13800138000", note: name)
    }

    static func credential(_ id: UInt32 = 24, status: String = "enabled", value: String = "H10301:118-1603")
        -> CredentialView
    {
        CredentialView(
            id: id, person: 3, kind: "card", value: value, status: status, from: nil, until: nil, duress: false,
            note: nil, uses: nil, firstUseSeconds: nil, vehicle: nil)
    }

    static func tenancy(_ state: String = "running", contract: String = "HT-001") -> TenancyView {
        TenancyView(
            id: 7, dwelling: 5, tenants: [3], firstDay: "2026-01-01", lastDay: "2026-12-31", starts: nil, ends: nil,
            contract: contract, landlord: 9, state: state, renews: 2)
    }

    static func shown(
        _ person: PersonView = person(), credentials: [CredentialView] = [credential()],
        off: [PersonDetails.Off] = []
    ) -> PersonShow.Reply {
        PersonShow.Reply(
            person,
            PersonDetails(
                tenancies: [tenancy()], credentials: credentials,
                vehicles: [VehicleView(id: 1, plate: "鲁G12345", dwelling: 5, keeper: 3)], responsibleFor: [],
                history: [PastState(row: person, from: 1, to: nil, at: "2026-11-27T18:04:05.123+08:00", entry: 19)],
                homes: [.init(id: 5, dwelling: "lotus/1-301")], off: off))
    }

    static func rented(_ state: String = "running", name: String = "张娜") -> TenancyShow.Reply {
        TenancyShow.Reply(
            tenancy(state, contract: name),
            .init(history: [], home: "lotus/1-301", people: [Named(id: 3, name: name, reference: "R-03")]))
    }
}
