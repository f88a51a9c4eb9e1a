import ArgumentParser
import GatehouseAccounts
import GatehouseAdmin
import GatehouseConsole
import GatehouseCore
import Glibc

@main
struct GatehouseConsoleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gatehouse-console",
        abstract: "The page: a screen for guards and managers. It asks the daemon, and decides nothing.",
        version: GatehouseVersion.text, subcommands: [Run.self])
}

struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Serve. Started by systemd.")

    @Option(help: "The daemon's admin socket.")
    var admin = "/run/gatehouse/admin.sock"

    @Option(help: "The accounts that may sign in: gatehousectl console account add.")
    var accounts = "/var/lib/gatehouse-console/accounts"

    @Option(help: "127.0.0.1:PORT, or unix:/PATH; a web server with TLS stands in front.")
    var listen = "127.0.0.1:8480"

    @Option(
        help: "When shifts change, and sign-ins end half an hour later: 07:00,15:00,23:00. Without it after 12 hours.")
    var shifts: String?

    @Option(
        help:
            "NAME:ROLE: print an address that signs this person in once, within five minutes. May be said several times."
    )
    var oneTime: [String] = []

    @Flag(help: "Show /gallery to whoever asks: every part of the page with made-up data. For those who make the page.")
    var gallery = false

    func run() async throws {
        let log = StderrLogHandler.logger("gatehouse-console")
        guard let place = PageServer.Place(listen) else {
            throw ValidationError(
                "--listen is 127.0.0.1:PORT or unix:/PATH: others reach the page through a web server with TLS")
        }
        guard let shifts = shifts.map({ ShiftChanges($0) }) ?? ShiftChanges() else {
            throw ValidationError("--shifts is a list of times of the day: 07:00,15:00,23:00")
        }
        let guests = oneTime.compactMap { OneTimeBook.Guest($0) }
        guard guests.count == oneTime.count else {
            throw ValidationError("--one-time is NAME:ROLE, with the role viewer, guard or manager")
        }
        try await Console(admin: admin, accounts: accounts, shifts: shifts, hasGallery: gallery).run(
            at: place, oneTime: guests, log: log)
    }
}
