import ArgumentParser
import GatehouseAdmin
import GatehouseCore
import Glibc

struct Portal: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: words("Open a portal, or change its posture."),
        subcommands: [Open.self, Free.self, Block.self, Lockdown.self, Normal.self, FireReset.self])

    struct Open: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Release a portal once. Needs --reason."),
            discussion: words("Example: gatehousectl portal open lane --reason \"ambulance\""))
        @Argument(completion: .portals) var portal: String
        @OptionGroup var common: Common
        func run() throws {
            try order(PortalOpen(portal: argument("PORTAL", portal)), common, words("\(portal) is released"))
        }
    }

    /// What opens more than once, or undoes what somebody did, is asked for by name.
    struct Target: ParsableArguments {
        @Argument(help: told("The portal; without it --all has to be said."), completion: .portals) var portal: String?
        @Flag(help: told("All portals. Asks before, on a terminal.")) var all = false
        @Flag(help: told("Do not ask.")) var yes = false

        func checked(_ what: Sentence) throws -> (portal: NameArgument?, all: FlagArgument?) {
            if let portal {
                if all { throw ValidationError(words("give a portal or --all, not both")) }
                let name: NameArgument = try argument("PORTAL", portal)
                return (name, nil)
            }
            guard all else { throw ValidationError(words("give the name of a portal, or --all for every one")) }
            if !yes, isatty(0) == 0 {
                complain(words("nobody can be asked here: say --yes beside --all"))
                throw Exit.refused
            }
            if !yes, !isWanted(words("\(what) at ALL portals?")) {
                complain(words("nothing was done"))
                throw Exit.refused
            }
            return (nil, true)
        }
    }

    struct Free: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Free passage until ended. Needs --reason."),
            discussion: words("Example: gatehousectl portal free lane --reason \"moving van\""))
        @OptionGroup var target: Target
        @OptionGroup var common: Common
        func run() throws {
            let (portal, all) = try target.checked(Sentence("Free passage"))
            try change(PortalFree(portal: portal, all: all), common)
        }
    }
    struct Block: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words(
                "Nobody passes by credential; exits still work. All portals without a name. Needs --reason."),
            discussion: words("Example: gatehousectl portal block lane --reason \"barrier is broken\""))
        @Argument(completion: .portals) var portal: String?
        @OptionGroup var common: Common
        func run() throws { try change(PortalBlock(portal: argument("PORTAL", portal)), common) }
    }
    struct Lockdown: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Only named staff passes; exits still work. All portals without a name. Needs --reason."),
            discussion: words("Example: gatehousectl portal lockdown --reason \"attack at the south gate\""))
        @Argument(completion: .portals) var portal: String?
        @OptionGroup var common: Common
        func run() throws { try change(PortalLockdown(portal: argument("PORTAL", portal)), common) }
    }
    struct Normal: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Credentials decide again. Needs --reason."),
            discussion: words("Example: gatehousectl portal normal --all --reason \"the alarm is over\""))
        @OptionGroup var target: Target
        @OptionGroup var common: Common
        func run() throws {
            let (portal, all) = try target.checked(Sentence("Back to normal"))
            try change(PortalNormal(portal: portal, all: all), common)
        }
    }
    struct FireReset: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "fire-reset",
            abstract: words("End the fire release when the fire input is quiet. Needs --reason."),
            discussion: words("Example: gatehousectl portal fire-reset --reason \"fire brigade has left\""))
        @OptionGroup var common: Common
        func run() throws { try order(PortalFireReset(), common, words("the fire release has ended")) }
    }
}

/// A change of posture: each portal with what it was and is.
private func change<Command: AdminCommand>(_ command: Command, _ common: Common) throws
where Command.Reply == PostureChange {
    try ask(command, common) { change in
        for portal in change.portals {
            let before = Words.outcome(portal.before, common.language)
            let after = Words.outcome(portal.posture, common.language)
            print("\(portal.name): \(before == after ? after : "\(before) -> \(after)")")
        }
        print(words("done") + entryText(change.event))
    }
}
