import ArgumentParser
import GatehouseAdmin
import GatehouseCore

struct Community: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Communities.", subcommands: [Add.self])
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Put a community on the register.")
        @Argument(help: "Lower-case letters, digits and dashes.") var community: String
        @Option var name: String
        @OptionGroup var common: Common
        func run() throws {
            try order("community add", given([("community", community), ("name", name)]), common, "added")
        }
    }
}

struct Dwelling: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Dwellings.", subcommands: [Add.self, Show.self, Change.self])
    struct Fields: ParsableArguments {
        @Argument(help: "community/dwelling.") var dwelling: String
        @Option(help: "owned, let, vacant or commercial.") var use: String?
        @Option(help: "Vehicles that may stand inside at once; open is any number.") var places: String?
        var arguments: [String: JSON] { given([("dwelling", dwelling), ("use", use), ("places", places)]) }
    }
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Put a dwelling on the register.")
        @OptionGroup var fields: Fields
        @OptionGroup var common: Common
        func run() throws { try order("dwelling add", fields.arguments, common, "added") }
    }
    struct Change: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Change a dwelling.")
        @OptionGroup var fields: Fields
        @OptionGroup var common: Common
        func run() throws { try order("dwelling change", fields.arguments, common, "changed") }
    }
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "One dwelling, with its people, tenancies, vehicles and history.")
        @Argument(help: "community/dwelling.") var dwelling: String
        @OptionGroup var common: Common
        func run() throws { try show("dwelling show", ["dwelling": .string(dwelling)], common) }
    }
}

struct Vehicle: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Vehicles with their plates.", subcommands: [Add.self, Show.self, Change.self, Remove.self])
    struct Fields: ParsableArguments {
        @Argument(help: "The plate: 鲁G12345.") var plate: String
        @Option(help: "Reference of the keeper.") var keeper: String?
        @Option(help: "community/dwelling; the keeper's own if left out.") var dwelling: String?
        var arguments: [String: JSON] { given([("plate", plate), ("keeper", keeper), ("dwelling", dwelling)]) }
    }
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a vehicle with its plate on the register.",
            discussion: """
                Examples:
                  gatehousectl vehicle add 鲁G12345 --keeper R-1001
                  gatehousectl credential add R-1001 --card EPC:E20034120123 --vehicle 鲁G12345
                """)
        @OptionGroup var fields: Fields
        @OptionGroup var common: Common
        func run() throws { try order("vehicle add", fields.arguments, common, "added") }
    }
    struct Change: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Change a vehicle.")
        @OptionGroup var fields: Fields
        @OptionGroup var common: Common
        func run() throws { try order("vehicle change", fields.arguments, common, "changed") }
    }
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "One vehicle, with its plate, tags and history.")
        @Argument var plate: String
        @OptionGroup var common: Common
        func run() throws { try show("vehicle show", ["plate": .string(plate)], common) }
    }
    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End a vehicle, its plate and its tags. Needs --reason.")
        @Argument var plate: String
        @OptionGroup var common: Common
        func run() throws { try order("vehicle remove", ["plate": .string(plate)], common, "ended") }
    }
}

struct Area: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Areas.", subcommands: [List.self])
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "How many people and vehicles are in each area.")
        @OptionGroup var common: Common
        func run() throws {
            try ask("area list", [:], common) { value in
                if common.isJSON { return print(value.line) }
                var rows = [["AREA", "PEOPLE", "LIMIT", "VEHICLES"]]
                for area in value["areas"]?.array ?? [] {
                    rows.append(
                        [area["area"]?.string ?? ""]
                            + ["people", "limit", "vehicles"].map { key in
                                area[key]?.integer.map { "\($0)" } ?? "-"
                            })
                }
                print(table(rows))
                if let threat = value["threat"]?.integer, threat > 0 { print("threat level \(threat)") }
            }
        }
    }
}

struct Threat: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Raise or end the threat level. Needs --reason.",
        discussion: "Example: gatehousectl threat 2 --reason \"break-in next door\"")
    @Argument(help: "0 (every day's) to 3.") var level: Int
    @OptionGroup var common: Common
    func run() throws { try order("threat", ["level": .string("\(level)")], common, "set") }
}

struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "The policy.", subcommands: [Confirm.self])
    struct Confirm: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The registry and the policy are up to date (policy_age counts from here).")
        @OptionGroup var common: Common
        func run() throws { try order("policy confirm", [:], common, "confirmed") }
    }
}

struct Tenancy: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tenancies.",
        subcommands: [
            Add.self, Show.self, Change.self, Notice.self, Terminate.self, Renew.self, HandBack.self, Remove.self,
            Report.self, Evidence.self,
        ])
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Register a tenancy. Both days count.",
            discussion:
                "Example: gatehousectl tenancy add lotus/1-1-102 --tenants \"T-7 T-8\" --from 2026-03-01 --until 2027-02-28"
        )
        @Argument(help: "community/dwelling.") var dwelling: String
        @Option(help: "References, separated by blanks.") var tenants: String
        @Option var from: String
        @Option var until: String
        @Option var contract: String?
        @Option(help: "Reference of the landlord.") var landlord: String?
        @Flag(help: "Although another tenancy of the dwelling runs at that time.") var beside = false
        @OptionGroup var common: Common
        func run() throws {
            var arguments = given([
                ("dwelling", dwelling), ("tenants", tenants), ("from", from), ("until", until),
                ("contract", contract), ("landlord", landlord),
            ])
            if beside { arguments["beside"] = true }
            try order("tenancy add", arguments, common, "added")
        }
    }
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "One tenancy, with its history.")
        @Argument var id: Int
        @OptionGroup var common: Common
        func run() throws { try show("tenancy show", ["id": .integer(Int64(id))], common) }
    }
    struct Change: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Change a tenancy, for instance its last day.")
        @Argument var id: Int
        @Option var tenants: String?
        @Option var from: String?
        @Option var until: String?
        @Option var contract: String?
        @Option(help: "Reference of the landlord.") var landlord: String?
        @Flag(help: "Although another tenancy of the dwelling runs at that time.") var beside = false
        @OptionGroup var common: Common
        func run() throws {
            var arguments = given([
                ("tenants", tenants), ("from", from), ("until", until), ("contract", contract), ("landlord", landlord),
            ])
            arguments["id"] = .integer(Int64(id))
            if beside { arguments["beside"] = true }
            try order("tenancy change", arguments, common, "changed")
        }
    }
    struct Notice: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Notice was given; the last day stands. Needs --reason.")
        @Argument var id: Int
        @OptionGroup var common: Common
        func run() throws { try order("tenancy notice", ["id": .integer(Int64(id))], common, "noted") }
    }
    struct Terminate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End a tenancy before its last day. Needs --reason.",
            discussion: "Example: gatehousectl tenancy terminate 12 --at 2026-12-01T12:00 --reason \"agreed\"")
        @Argument var id: Int
        @Option(help: "The instant at which access ends; now if left out.") var at: String?
        @OptionGroup var common: Common
        func run() throws {
            var arguments = given([("at", at)])
            arguments["id"] = .integer(Int64(id))
            try order("tenancy terminate", arguments, common, "ended")
        }
    }
    struct Renew: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Go on from a tenancy with another one, from the day after its last.")
        @Argument var id: Int
        @Option(help: "The last day of the new one.") var until: String
        @Option var contract: String?
        @Flag(help: "Although another tenancy of the dwelling runs at that time.") var beside = false
        @OptionGroup var common: Common
        func run() throws {
            var arguments = given([("until", until), ("contract", contract)])
            arguments["id"] = .integer(Int64(id))
            if beside { arguments["beside"] = true }
            try order("tenancy renew", arguments, common, "renewed")
        }
    }
    struct HandBack: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The dwelling was handed back after its tenancy.")
        @Argument var id: Int
        @OptionGroup var common: Common
        func run() throws { try order("tenancy hand-back", ["id": .integer(Int64(id))], common, "noted") }
    }
    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "End a tenancy row. Needs --reason.")
        @Argument var id: Int
        @OptionGroup var common: Common
        func run() throws { try order("tenancy remove", ["id": .integer(Int64(id))], common, "ended") }
    }
    struct Report: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Indicators of rental supervision: counts by dwelling, for people to act on.",
            discussion: "With --json each finding is a line and the counts are the last: what a street office takes.")
        @Flag(help: "The counts alone.") var counts = false
        @OptionGroup var common: Common
        func run() throws {
            var rows = [["INDICATOR", "DWELLING", "TENANCY", "COUNT"]]
            try ask(
                "tenancy report", [:], common,
                item: { value in
                    if counts { return }
                    if common.isJSON { return print(value.line) }
                    rows.append([
                        value["indicator"]?.string ?? "", plain(value["dwelling"]?.string ?? ""),
                        value["tenancy"]?.integer.map { "\($0)" } ?? "", "\(value["count"]?.integer ?? 0)",
                    ])
                }
            ) { value in
                if common.isJSON { return print(value.line) }
                if rows.count > 1 { print(table(rows) + "\n") }
                for kind in RentalIndicators.Kind.allCases {
                    print("\(value["counts"]?[kind.rawValue]?.integer ?? 0) \(kind.sentence)")
                }
            }
        }
    }
    struct Evidence: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The numbers of the events behind an indicator, at most 72 hours. Needs --reason.",
            discussion:
                "Each event opens by itself: gatehousectl explain NUMBER. More than 72 hours: auditor, with a case.")
        @Argument(help: "community/dwelling.") var dwelling: String
        @Option var from: String
        @Option var until: String
        @OptionGroup var common: Common
        func run() throws {
            try ask(
                "tenancy evidence", given([("dwelling", dwelling), ("from", from), ("until", until)]), common
            ) { value in
                if common.isJSON { return print(value.line) }
                let events = (value["events"]?.array ?? []).compactMap(\.integer)
                print(events.isEmpty ? "no event" : events.map { "\($0)" }.joined(separator: " "))
            }
        }
    }
}
