import ArgumentParser
import GatehouseAdmin
import GatehouseCore

struct Community: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Communities.", subcommands: [Add.self])
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a community on the register.",
            discussion: "Example: gatehousectl community add lotus --name \"Lotus Garden\"")
        @Argument(help: "Lower-case letters, digits and dashes.") var community: String
        @Option var name: String
        @OptionGroup var common: Common
        func run() throws {
            try order(
                CommunityAdd(community: argument("COMMUNITY", community), name: argument("--name", name)), common,
                "added")
        }
    }
}

struct Dwelling: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Dwellings.", subcommands: [List.self, Add.self, Show.self, Change.self, Remove.self])
    struct Fields: ParsableArguments {
        @Argument(help: "community/dwelling.") var dwelling: String
        @Option(help: "owned, let, vacant or commercial.") var use: String?
        @Option(help: "Vehicles that may stand inside at once; open is any number.") var places: String?
    }
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a dwelling on the register.",
            discussion: "Example: gatehousectl dwelling add lotus/3-2-501 --use let")
        @OptionGroup var fields: Fields
        @OptionGroup var common: Common
        func run() throws {
            let command = try DwellingAdd(
                dwelling: argument("DWELLING", fields.dwelling), use: argument("--use", fields.use),
                places: argument("--places", fields.places))
            try order(command, common, "added")
        }
    }
    struct Change: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change a dwelling.",
            discussion: "Example: gatehousectl dwelling change 3-2-501 --use owned")
        @OptionGroup var fields: Fields
        @OptionGroup var common: Common
        func run() throws {
            let command = try DwellingChange(
                dwelling: argument("DWELLING", fields.dwelling), use: argument("--use", fields.use),
                places: argument("--places", fields.places))
            try order(command, common, "changed")
        }
    }
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "One dwelling, with its people, tenancies, vehicles and history.",
            discussion: "Example: gatehousectl dwelling show 3-2-501")
        @Argument(help: "community/dwelling.") var dwelling: String
        @OptionGroup var common: Common
        func run() throws {
            try ask(DwellingShow(dwelling: argument("DWELLING", dwelling)), common) { reply in
                for line in DwellingPage.lines(reply, common.language) { print(plain(line)) }
            }
        }
    }
    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End a dwelling where nobody lives and no tenancy runs. Needs --reason.",
            discussion: "Example: gatehousectl dwelling remove lotus/3-2-501 --reason \"two flats became one\"")
        @Argument(help: "community/dwelling.") var dwelling: String
        @OptionGroup var common: Common
        func run() throws { try order(DwellingRemove(dwelling: argument("DWELLING", dwelling)), common, "ended") }
    }
}

struct Vehicle: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Vehicles with their plates.",
        subcommands: [List.self, Add.self, Show.self, Change.self, Remove.self])
    struct Fields: ParsableArguments {
        @Argument(help: "The plate: 鲁G12345.") var plate: String
        @Option(help: "Reference of the keeper.") var keeper: String?
        @Option(help: "community/dwelling; the keeper's own if left out.") var dwelling: String?
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
        func run() throws {
            guard let keeper = fields.keeper else {
                throw ValidationError("give the reference of the keeper: --keeper")
            }
            let command = try VehicleAdd(
                plate: argument("PLATE", fields.plate), keeper: argument("--keeper", keeper),
                dwelling: argument("--dwelling", fields.dwelling))
            try order(command, common, "added")
        }
    }
    struct Change: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change a vehicle.",
            discussion: "Example: gatehousectl vehicle change 粤B12345 --keeper R-119")
        @OptionGroup var fields: Fields
        @OptionGroup var common: Common
        func run() throws {
            let command = try VehicleChange(
                plate: argument("PLATE", fields.plate), keeper: argument("--keeper", fields.keeper),
                dwelling: argument("--dwelling", fields.dwelling))
            try order(command, common, "changed")
        }
    }
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "One vehicle, with its plate, tags and history.",
            discussion: "Example: gatehousectl vehicle show 粤B12345")
        @Argument(help: "A plate or a part of it, or its keeper.") var plate: String
        @OptionGroup var common: Common
        func run() throws { try show(VehicleShow(plate: argument("PLATE", plate)), common) }
    }
    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End a vehicle, its plate and its tags. Needs --reason.",
            discussion: "Example: gatehousectl vehicle remove 粤B12345 --reason sold")
        @Argument(help: "A plate or a part of it, or its keeper.") var plate: String
        @OptionGroup var common: Common
        func run() throws { try order(VehicleRemove(plate: argument("PLATE", plate)), common, "ended") }
    }
}

struct Area: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Areas.", subcommands: [List.self])
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "How many people and vehicles are in each area.",
            discussion: "Example: gatehousectl area list")
        @OptionGroup var common: Common
        func run() throws {
            try ask(AreaList(), common) { reply in
                var rows = [["AREA", "PEOPLE", "LIMIT", "VEHICLES"]]
                for area in reply.areas {
                    rows.append([
                        area.area, "\(area.people)", area.limit.map { "\($0)" } ?? "-", "\(area.vehicles)",
                    ])
                }
                print(table(rows))
                if reply.threat > 0 { print("threat level \(reply.threat)") }
            }
        }
    }
}

struct ThreatCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "threat", abstract: "Raise or end the threat level. Needs --reason.",
        discussion: "Example: gatehousectl threat 2 --reason \"break-in next door\"")
    @Argument(help: "0 (every day's) to 3.") var level: String
    @OptionGroup var common: Common
    func run() throws { try order(Threat(level: argument("LEVEL", level)), common, "set") }
}

struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "The policy.", subcommands: [Confirm.self])
    struct Confirm: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The registry and the policy are up to date (policy_age counts from here).",
            discussion: "Example: gatehousectl policy confirm --reason \"the restored register is right\"")
        @OptionGroup var common: Common
        func run() throws { try order(PolicyConfirm(), common, "confirmed") }
    }
}
