import GatehouseCore
import GatehouseRegister

/// A register as a site may have it after years, with all that older versions took: any characters, rows of people who are
/// gone, tenancies beside one another, instants in the midst of a day, cards of no format.
struct RandomRegister {
    private var state: UInt64
    private(set) var rows: [RegistryRow] = []
    private var references: [String] = []

    init(seed: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
        let people = 1 + below(9)
        for id in 1...UInt32(1 + below(2)) {
            rows.append(.community(CommunityRow(id: id, code: "c\(id)", name: text())))
        }
        let communities = UInt32(rows.count)
        for id in 1...UInt32(2 + below(5)) {
            rows.append(
                .dwelling(
                    DwellingRow(
                        id: id, community: 1 + UInt32(below(Int(communities))), code: code("\(id)"),
                        use: pick([.owned, .let_, .vacant, .commercial]), places: pick([nil, 0, 3]))))
        }
        for id in 1...UInt32(people) { rows.append(.person(person(id))) }
        for id in 1...UInt32(1 + below(5)) { rows.append(.tenancy(tenancy(id, people))) }
        for id in 1...UInt32(1 + below(3)) {
            rows.append(
                .vehicle(
                    VehicleRow(
                        id: id, dwelling: link(6), keeper: link(people + 1), plate: "鲁G1\(2000 + id)")))
        }
        for id in 1...UInt32(1 + below(8)) { rows.append(.credential(credential(id, people))) }
        if below(2) == 0 {
            rows.append(
                .consent(ConsentRow(id: 1, person: link(people), basis: text(), given: 5, withdrawn: pick([nil, 9]))))
        }
        // Some are gone, and what leaned on them was left.
        let all = rows
        rows = all.filter { row in
            let mayGo = (row.kind == .person || row.kind == .dwelling) && row.id > 1
            return !mayGo || below(12) > 0
        }
    }

    private mutating func below(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(bound))
    }
    private mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }
    private mutating func link(_ limit: Int) -> UInt32 { UInt32(1 + below(limit)) }

    private static let pieces = [
        "-", "=", "+", "@", "'", "\"", "\"\"", " ", ",", ";", "\t", "\r\n", "\n", "\u{1B}[31m", "\u{202E}", "\u{0}",
        "王", "芳",
        "＝", "－", "＠", "＋", "\u{3000}", "👨‍👩‍👧", "🙂", "é", "e\u{301}", "Ａ", "\\", "\\u001B", "\\u005Cu0041", "\\u00",
        "none",
        "1", "Lee", "HT/2026", "\u{A0}", "\u{85}", "=HYPERLINK(\"x\")", "'-", "''=",
    ]
    private mutating func text() -> String { (0...below(5)).map { _ in pick(Self.pieces) }.joined() }
    /// Something that nothing else is called.
    private mutating func code(_ mark: String) -> String {
        below(3) == 0 ? mark : text() + mark + (below(4) == 0 ? text() : "")
    }
    private mutating func instant() -> Int64? {
        switch below(4) {
        case 0: nil
        case 1: Int64(below(30_000)) * 86400 - 8 * 3600
        case 2: Int64(below(30_000)) * 86400 + Int64(below(1440)) * 60
        default: Int64(below(2_000_000_000))
        }
    }
    private mutating func window() -> (Int64?, Int64?) {
        let (one, other) = (instant(), instant())
        guard let one, let other else { return (one, other) }
        return one == other ? (one, nil) : (min(one, other), max(one, other))
    }

    private mutating func person(_ id: UInt32) -> PersonRow {
        let (from, until) = window()
        let reference = id == 2 && below(9) == 0 ? "" : code("P\(id)")
        return PersonRow(
            id: id, reference: reference, name: below(9) == 0 ? "" : text(),
            role: pick(id > 1 ? PersonRole.allCases : [.resident, .tenant, .staff]),
            status: pick(PersonStatus.allCases), dwelling: pick([nil, link(6)]),
            groups: pick([[], ["residents"], ["a", "b-2"]]), validFrom: from, validUntil: until,
            responsible: id > 1 ? 1 : nil, shift: pick([nil, "day", "night"]), needsTime: below(3) == 0,
            phone: pick(["", "13800138000", "0532-8888 6666 转 12", text()]), note: pick(["", "none", text()]))
    }

    private mutating func tenancy(_ id: UInt32, _ people: Int) -> TenancyRow {
        let first = Int32(18_000 + below(3) * 200)
        let last = first + Int32(pick([0, 100, 364]))
        var tenants = [link(people)]
        if people > 1, below(3) == 0 { tenants = [1, 2] }
        var row = TenancyRow(
            id: id, dwelling: link(3), tenants: tenants, firstDay: first, lastDay: last,
            starts: Int64(first) * 86400 - 8 * 3600, ends: Int64(last + 1) * 86400 - 8 * 3600,
            contract: pick(["", "-HT/2026", text()]), landlord: pick([nil, link(people)]),
            step: pick(TenancyStep.allCases),
            renews: pick([nil, 1]))
        // Ended at noon of its last day.
        if row.step == .terminated { row.ends -= 12 * 3600 }
        return row
    }

    private mutating func credential(_ id: UInt32, _ people: Int) -> CredentialRow {
        let (from, until) = window()
        let kind: CredentialKind = pick([.card, .card, .card, .pin, .face, .plate])
        let primitives = OfficeFileTests.primitives
        var (key, label) = (CredentialKey(high: UInt64(id), low: 7), "")
        switch kind {
        case .card:
            let spelling = pick([
                "H10301:9-\(id)", "FOO:\(id)", "UID34:\(id)", "TEXT:\(text())\(id)", "h10301:900-\(id)",
            ])
            let number = CardNumber(spelling) ?? CardNumber(format: "UID34", number: UInt64(id))
            (key, label) = (CredentialKey(card: number, primitives: primitives), number.description)
        case .plate:
            (key, label) = OfficeFileTests.fields.key(plate: "粤B\(10_000 + id)")
        case .face: (key, label) = (CredentialKey(face: UInt16(id), module: "face-1"), "face-1:\(id)")
        case .pin: label = "alone"
        }
        var others: [CredentialRow.OtherNumber] = []
        if kind == .card, below(3) == 0 {
            for number in 0...below(CredentialRow.OtherNumber.limit) {
                let card = CardNumber(format: "UID34", number: UInt64(9000 + 10 * Int(id) + number))
                others.append(
                    CredentialRow.OtherNumber(
                        key: CredentialKey(card: card, primitives: primitives), label: card.description))
            }
        }
        return CredentialRow(
            id: id, person: link(people), kind: kind, key: key, label: label, status: pick(CredentialStatus.allCases),
            validFrom: from, validUntil: until, isDuress: below(4) == 0, note: text(), uses: pick([nil, 1, 65535]),
            firstUseSpan: pick([nil, 60, 5400, 360_000, 3650 * 86400]), vehicle: below(5) == 0 ? 1 : nil,
            others: others)
    }
}
