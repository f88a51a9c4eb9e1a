internal import CLinux
package import GatehouseAccounts
internal import GatehouseAdmin
internal import GatehouseCore
internal import GatehouseCrypto
internal import Glibc
package import Logging

/// The page as a program: its room, served.
package struct Console: Sendable {
    var admin: String
    var accounts: String
    var shifts: ShiftChanges
    var hasGallery: Bool

    /// `admin` is the daemon's socket, `accounts` the file of those who may sign in.
    package init(admin: String, accounts: String, shifts: ShiftChanges, hasGallery: Bool) {
        self.admin = admin
        self.accounts = accounts
        self.shifts = shifts
        self.hasGallery = hasGallery
    }

    /// Serves until the process is told to stop.
    package func run(at place: PageServer.Place, oneTime guests: [OneTimeBook.Guest], log: Logger) async throws {
        let desk = try SignInDesk(
            file: AccountFile(accounts),
            surroundings: .init(
                now: { MachineTime.monotonic }, time: { MachineTime.moment.civil }, random: { Random.octets($0) }))
        let room = Room(
            admin: admin, desk: desk, shifts: shifts, hasGallery: hasGallery,
            surroundings: .init(
                now: { MachineTime.monotonic }, moment: { MachineTime.moment }, random: { Random.octets($0) }))
        let notifier = ServiceNotifier()
        do throws(AccountFault) {
            let count = try desk.file.read().accounts.count
            log.info("\(count) accounts")
        } catch {
            // Nobody signs in until it is mended; the page says so too.
            log.error("\(error.sentence.english)")
        }
        try await PageServer(place, log: log, isKnown: { room.knows($0) }, answer: { room.answer($0) }).run(
            beat: beat(notifier)
        ) { port in
            let where_ = port.map { "http://127.0.0.1:\($0)" } ?? "\(place)"
            log.info("ready on \(where_)")
            for token in guests.compactMap(room.oneTime) {
                let line = Array("\(where_)/once/\(token)\n".utf8)
                _ = write(1, line, line.count)
            }
            notifier.ready("the page is served")
        }
        notifier.stopping()
        room.stop()
    }

    /// The serving loop feeds the service manager's watchdog.
    private func beat(_ notifier: ServiceNotifier) -> PageServer.Beat? {
        notifier.watchdogPeriod.map { period in PageServer.Beat(every: period) { notifier.alive() } }
    }
}

/// The clocks of this machine.
enum MachineTime {
    static var monotonic: MonotonicTime {
        MonotonicTime(nanoseconds: clinux_nanoseconds(CLOCK_BOOTTIME))
    }

    static var moment: Moment {
        let civil = CivilTime(milliseconds: clinux_nanoseconds(CLOCK_REALTIME) / 1_000_000)
        var seconds = Int(civil.milliseconds / 1000)
        var local = tm()
        localtime_r(&seconds, &local)
        return Moment(
            monotonic: monotonic, civil: civil, localDay: Int32(clamping: seconds / 86400),
            localMinute: Int32(local.tm_hour * 60 + local.tm_min))
    }
}
