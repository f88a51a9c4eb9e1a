internal import GatehouseAdmin
internal import GatehouseCore

/// Tenancies under supervision.
enum RentalViews {
    static func view(_ visitor: Visitor, _ incoming: Incoming) throws(GateFault) -> View? {
        guard incoming.path.count == 1 else { return nil }
        let (rows, count) = try visitor.gate.all(
            TenancyList(state: incoming.query["state"].map { TextArgument($0) }, limit: 200))
        return View(
            visitor.say("Rentals"), .rentals, isWide: true,
            """
            <div class="scroll"><table><thead><tr><th scope="col">\(visitor.say("Dwelling"))</th><th scope="col">\(visitor.say("State"))</th><th scope="col">\(visitor.say("From"))</th><th scope="col">\(visitor.say("Until"))</th></tr></thead>
            <tbody data-rows>\(rows.map { row in
                "<tr><th scope=\"row\">\(HTML.name(row.dwelling ?? "#\(row.id ?? 0)"))</th><td>\(row.state.map { Words.state($0, visitor.language) } ?? "")</td><td class=\"figures\">\(row.from ?? "")</td><td class=\"figures\">\(row.until ?? "")</td></tr>" as HTML })</tbody></table></div>
            <p class="soft">\(visitor.say("\(count.count, "tenancy", "tenancies")"))</p>
            """)
    }
}

enum RentalActs {
    static func carryOut(_ incoming: Incoming, _ visitor: Visitor) throws(GateFault) -> Acts.Outcome? { nil }
}
