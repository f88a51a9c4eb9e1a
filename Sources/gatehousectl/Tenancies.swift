import ArgumentParser
import GatehouseAdmin
import GatehouseCore

struct Tenancy: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: words("Tenancies."),
        subcommands: [
            List.self,
            Add.self, Show.self, Change.self, Notice.self, Terminate.self, Renew.self, HandBack.self, Remove.self,
            Report.self, Evidence.self,
        ])
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Register a tenancy. Both days count."),
            discussion:
                words(
                    "Example: gatehousectl tenancy add lotus/1-1-102 --tenants \"T-7 T-8\" --from 2026-03-01 --until 2027-02-28"
                )
        )
        @Argument(help: told("community/dwelling.")) var dwelling: String
        @Option(help: told("References, separated by blanks.")) var tenants: String
        @Option var from: String
        @Option var until: String
        @Option var contract: String?
        @Option(help: told("Reference of the landlord.")) var landlord: String?
        @Flag(help: told("Another tenancy of the dwelling runs in that time, and this one stands beside it."))
        var beside =
            false
        @OptionGroup var common: Common
        func run() throws {
            let command = try TenancyAdd(
                dwelling: argument("DWELLING", dwelling), tenants: argument("--tenants", tenants),
                from: argument("--from", from), until: argument("--until", until),
                contract: argument("--contract", contract), landlord: argument("--landlord", landlord),
                beside: beside ? true : nil)
            try order(command, common, words("added"))
        }
    }
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("One tenancy, with its history."),
            discussion: words("Example: gatehousectl tenancy show 3-2-501"))
        @Argument(help: told("A number; a dwelling or a tenant with one tenancy.")) var id: String
        @OptionGroup var common: Common
        func run() throws {
            try ask(TenancyShow(id: argument("ID", id)), common) { reply in
                for line in TenancyPage.lines(reply, common.language) { print(plain(line)) }
            }
        }
    }
    struct Change: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Change a tenancy, for instance its last day."),
            discussion: words("Example: gatehousectl tenancy change 41 --until 2027-06-30"))
        @Argument(help: told("A number; a dwelling or a tenant with one tenancy.")) var id: String
        @Option var tenants: String?
        @Option var from: String?
        @Option var until: String?
        @Option var contract: String?
        @Option(help: told("Reference of the landlord.")) var landlord: String?
        @Flag(help: told("Another tenancy of the dwelling runs in that time, and this one stands beside it."))
        var beside =
            false
        @OptionGroup var common: Common
        func run() throws {
            let command = try TenancyChange(
                id: argument("ID", id), tenants: argument("--tenants", tenants), from: argument("--from", from),
                until: argument("--until", until), contract: argument("--contract", contract),
                landlord: argument("--landlord", landlord), beside: beside ? true : nil)
            try order(command, common, words("changed"))
        }
    }
    struct Notice: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Notice was given; the last day stands. Needs --reason."),
            discussion: words("Example: gatehousectl tenancy notice 41 --reason \"letter of 2026-11-20\""))
        @Argument(help: told("A number; a dwelling or a tenant with one tenancy.")) var id: String
        @OptionGroup var common: Common
        func run() throws { try order(TenancyNotice(id: argument("ID", id)), common, words("noted")) }
    }
    struct Terminate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("End a tenancy before its last day. Needs --reason."),
            discussion: words("Example: gatehousectl tenancy terminate 12 --at 2026-12-01T12:00 --reason \"agreed\""))
        @Argument(help: told("A number; a dwelling or a tenant with one tenancy.")) var id: String
        @Option(help: told("The instant at which access ends; now if left out.")) var at: String?
        @Option(help: told("Why: moved-out, order:NUMBER, safety, asked, other:TEXT; or --reason alone.")) var cause:
            String?
        @OptionGroup var common: Common
        func run() throws {
            let command = try TenancyTerminate(
                id: argument("ID", id), at: argument("--at", at), cause: argument("--cause", cause))
            try order(command, common, words("ended"))
        }
    }
    struct Renew: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Go on from a tenancy with another one, from the day after its last."),
            discussion: words("Example: gatehousectl tenancy renew 41 --until 2027-12-31"))
        @Argument(help: told("A number; a dwelling or a tenant with one tenancy.")) var id: String
        @Option(help: told("The last day of the new one.")) var until: String
        @Option var contract: String?
        @Flag(help: told("Although another tenancy of the dwelling runs at that time.")) var beside = false
        @OptionGroup var common: Common
        func run() throws {
            let command = try TenancyRenew(
                id: argument("ID", id), until: argument("--until", until), contract: argument("--contract", contract),
                beside: beside ? true : nil)
            try order(command, common, words("renewed"))
        }
    }
    struct HandBack: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("The dwelling was handed back after its tenancy."),
            discussion: words("Example: gatehousectl tenancy hand-back 41 --reason \"keys returned\""))
        @Argument(help: told("A number; a dwelling or a tenant with one tenancy.")) var id: String
        @OptionGroup var common: Common
        func run() throws { try order(TenancyHandBack(id: argument("ID", id)), common, words("noted")) }
    }
    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("End a tenancy row. Needs --reason."),
            discussion: words("Example: gatehousectl tenancy remove 41 --reason \"typed twice\""))
        @Argument(help: told("A number; a dwelling or a tenant with one tenancy.")) var id: String
        @OptionGroup var common: Common
        func run() throws { try order(TenancyRemove(id: argument("ID", id)), common, words("ended")) }
    }
    struct Report: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Indicators of rental supervision: counts by dwelling, for people to act on."),
            discussion: words(
                """
                With --json each finding is a line and the counts are the last: what a street office takes.
                Example: gatehousectl tenancy report --json
                """))
        @Flag(help: told("The counts alone.")) var counts = false
        @OptionGroup var common: Common
        func run() throws {
            var rows = [[words("INDICATOR"), words("DWELLING"), words("TENANCY"), words("COUNT")]]
            try asking(TenancyReport(), common) { answer in
                if counts { return }
                if common.isJSON { return printJSON(.tenancyReport, "item", answer.text) }
                let finding = answer.value
                rows.append([
                    RentalIndicators.Kind(rawValue: finding.indicator)?.noun.text(in: common.language)
                        ?? finding.indicator, plain(finding.dwelling), finding.tenancy.map { "\($0)" } ?? "",
                    "\(finding.count)",
                ])
            } result: { answer in
                if common.isJSON { return printJSON(.tenancyReport, "reply", answer.text) }
                if rows.count > 1 { print(table(rows) + "\n") }
                for kind in RentalIndicators.Kind.allCases {
                    print(kind.sentence(answer.value.counts[kind.rawValue] ?? 0).text(in: common.language))
                }
            }
        }
    }
    struct Evidence: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("The numbers of the events behind an indicator, at most 72 hours. Needs --reason."),
            discussion: words(
                """
                Each event opens by itself: gatehousectl explain NUMBER. More than 72 hours: auditor, with a case.
                Example: gatehousectl tenancy evidence c/3-2-501 --from yesterday --until now --reason "case 2026/118"
                """))
        @Argument(help: told("community/dwelling.")) var dwelling: String
        @Option var from: String
        @Option var until: String
        @OptionGroup var common: Common
        func run() throws {
            let command = try TenancyEvidence(
                dwelling: argument("DWELLING", dwelling), from: argument("--from", from),
                until: argument("--until", until))
            try ask(command, common) { reply in
                print(reply.events.isEmpty ? words("no event") : reply.events.map { "\($0)" }.joined(separator: " "))
            }
        }
    }
}
