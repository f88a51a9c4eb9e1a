import ArgumentParser
import GatehouseAdmin
import GatehouseCore

struct Community: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: words("Communities."), subcommands: [Add.self])
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Put a community on the register."),
            discussion: words("Example: gatehousectl community add lotus --name \"Lotus Garden\""))
        @Argument(help: told("Lower-case letters, digits and dashes.")) var community: String
        @Option var name: String
        @OptionGroup var common: Common
        func run() throws {
            try order(
                CommunityAdd(community: argument("COMMUNITY", community), name: argument("--name", name)), common,
                words("added"))
        }
    }
}

struct Dwelling: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: words("Dwellings."), subcommands: [List.self, Add.self, Show.self, Change.self, Remove.self])
    struct Fields: ParsableArguments {
        @Argument(help: told("community/dwelling.")) var dwelling: String
        @Option(help: told("owned, let, vacant or commercial.")) var use: String?
        @Option(help: told("Vehicles that may stand inside at once; open is any number.")) var places: String?
    }
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Put a dwelling on the register."),
            discussion: words("Example: gatehousectl dwelling add lotus/3-2-501 --use let"))
        @OptionGroup var fields: Fields
        @OptionGroup var common: Common
        func run() throws {
            let command = try DwellingAdd(
                dwelling: argument("DWELLING", fields.dwelling), use: argument("--use", fields.use),
                places: argument("--places", fields.places))
            try order(command, common, words("added"))
        }
    }
    struct Change: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Change a dwelling."),
            discussion: words("Example: gatehousectl dwelling change 3-2-501 --use owned"))
        @OptionGroup var fields: Fields
        @OptionGroup var common: Common
        func run() throws {
            let command = try DwellingChange(
                dwelling: argument("DWELLING", fields.dwelling), use: argument("--use", fields.use),
                places: argument("--places", fields.places))
            try order(command, common, words("changed"))
        }
    }
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("One dwelling, with its people, tenancies, vehicles and history."),
            discussion: words("Example: gatehousectl dwelling show 3-2-501"))
        @Argument(help: told("community/dwelling.")) var dwelling: String
        @OptionGroup var common: Common
        func run() throws {
            try ask(DwellingShow(dwelling: argument("DWELLING", dwelling)), common) { reply in
                for line in DwellingPage.lines(reply, common.language) { print(plain(line)) }
            }
        }
    }
    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("End a dwelling where nobody lives and no tenancy runs. Needs --reason."),
            discussion: words("Example: gatehousectl dwelling remove lotus/3-2-501 --reason \"two flats became one\""))
        @Argument(help: told("community/dwelling.")) var dwelling: String
        @OptionGroup var common: Common
        func run() throws {
            try order(DwellingRemove(dwelling: argument("DWELLING", dwelling)), common, words("ended"))
        }
    }
}

struct Vehicle: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: words("Vehicles with their plates."),
        subcommands: [List.self, Add.self, Show.self, Change.self, Remove.self])
    struct Fields: ParsableArguments {
        @Argument(help: told("The plate: 鲁G12345.")) var plate: String
        @Option(help: told("Reference of the keeper.")) var keeper: String?
        @Option(help: told("community/dwelling; the keeper's own if left out.")) var dwelling: String?
    }
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Put a vehicle with its plate on the register."),
            discussion: words(
                """
                Examples:
                  gatehousectl vehicle add 鲁G12345 --keeper R-1001
                  gatehousectl credential add R-1001 --card EPC:E20034120123 --vehicle 鲁G12345
                """))
        @OptionGroup var fields: Fields
        @OptionGroup var common: Common
        func run() throws {
            guard let keeper = fields.keeper else {
                throw ValidationError(words("give the reference of the keeper: --keeper"))
            }
            let command = try VehicleAdd(
                plate: argument("PLATE", fields.plate), keeper: argument("--keeper", keeper),
                dwelling: argument("--dwelling", fields.dwelling))
            try order(command, common, words("added"))
        }
    }
    struct Change: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Change a vehicle."),
            discussion: words("Example: gatehousectl vehicle change 粤B12345 --keeper R-119"))
        @OptionGroup var fields: Fields
        @OptionGroup var common: Common
        func run() throws {
            let command = try VehicleChange(
                plate: argument("PLATE", fields.plate), keeper: argument("--keeper", fields.keeper),
                dwelling: argument("--dwelling", fields.dwelling))
            try order(command, common, words("changed"))
        }
    }
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("One vehicle, with its plate, tags and history."),
            discussion: words("Example: gatehousectl vehicle show 粤B12345"))
        @Argument(help: told("A plate or a part of it, or its keeper.")) var plate: String
        @OptionGroup var common: Common
        func run() throws { try show(VehicleShow(plate: argument("PLATE", plate)), common, VehiclePage.lines) }
    }
    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("End a vehicle, its plate and its tags. Needs --reason."),
            discussion: words("Example: gatehousectl vehicle remove 粤B12345 --reason sold"))
        @Argument(help: told("A plate or a part of it, or its keeper.")) var plate: String
        @OptionGroup var common: Common
        func run() throws { try order(VehicleRemove(plate: argument("PLATE", plate)), common, words("ended")) }
    }
}

struct Area: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: words("Areas."), subcommands: [List.self])
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("How many people and vehicles are in each area."),
            discussion: words("Example: gatehousectl area list"))
        @OptionGroup var common: Common
        func run() throws {
            try ask(AreaList(), common) { reply in
                var rows = [[words("AREA"), words("PEOPLE"), words("LIMIT"), words("VEHICLES")]]
                for area in reply.areas {
                    rows.append([
                        area.area, "\(area.people)", area.limit.map { "\($0)" } ?? "-", "\(area.vehicles)",
                    ])
                }
                print(table(rows))
                if reply.threat > 0 { print(words("threat level \(reply.threat)")) }
            }
        }
    }
}

struct ThreatCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "threat", abstract: words("Raise or end the threat level. Needs --reason."),
        discussion: words("Example: gatehousectl threat 2 --reason \"break-in next door\""))
    @Argument(help: told("0 (every day's) to 3.")) var level: String
    @OptionGroup var common: Common
    func run() throws { try order(Threat(level: argument("LEVEL", level)), common, words("set")) }
}

struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: words("The policy."), subcommands: [Confirm.self])
    struct Confirm: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("The registry and the policy are up to date (policy_age counts from here)."),
            discussion: words("Example: gatehousectl policy confirm --reason \"the restored register is right\""))
        @OptionGroup var common: Common
        func run() throws { try order(PolicyConfirm(), common, words("confirmed")) }
    }
}
