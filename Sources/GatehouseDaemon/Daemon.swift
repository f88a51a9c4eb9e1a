internal import CLinux
internal import GatehouseAdmin
package import GatehouseConfiguration
package import GatehouseCore
package import GatehouseCrypto
internal import GatehouseDevices
internal import GatehouseRuntime
internal import GatehouseStore
internal import Glibc
internal import Logging

/// What kept the daemon from starting: where, and what to do.
package struct StartFailure: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

/// Puts the parts together and runs until it is told to stop. Call `EventLoop.block` before anything starts a thread;
/// `run` does.
package enum Daemon {
    /// Reads the configuration again; nil keeps the present one. Called with SIGHUP.
    package typealias Reload = () -> Configuration?

    package static func run(_ configuration: Configuration, reload: @escaping Reload) throws {
        EventLoop.block([SIGTERM, SIGINT, SIGHUP, SIGPIPE])
        let log = StderrLogHandler.logger("gatehoused")
        let notifier = ServiceNotifier()
        let keys = KeyRing(master: try masterKey(configuration.files.masterKey))
        let calendar = try zone(configuration)
        let clock = SystemClock(trust: configuration.clockTrust == .synchronized ? .synchronized : .notBehindFloor)
        let secrets = keys.storeSecrets
        let path = configuration.files.database

        let opened = try StoreOpener.open(
            path: path, site: configuration.site, secrets: secrets, at: SystemClock.civil())
        for remark in opened.remarks { log.error("\(remark)") }
        let restored = opened.loaded.restored
        let loop = try EventLoop()
        if let refused = EventLoop.requestRealtimePriority(20) { log.info("no real-time priority: \(refused)") }
        let run = Hexadecimal.encode(Random.octets(8))

        // The writer's results come back as jobs of the loop.
        let inbox = loop.inbox
        let home = Home()
        let bound = loop.bind(home)
        let writer = WriterThread(
            makeWriter: {
                StoreWriter(
                    path: path, secrets: secrets, epoch: restored.epoch, run: run,
                    issuerCertificate: restored.activation?.issuerCertificate)
            },
            finished: { number, result in
                _ = inbox.post {
                    switch result {
                    case .success:
                        bound.value.gate?.committed(number)
                        bound.value.desk?.journalGrew()
                    case .failure(let failure): bound.value.gate?.failed(number, failure.description)
                    }
                }
            },
            registrySettled: {
                do { try RegistryCopy.make(database: path, secrets: secrets) } catch {
                    log.error("the last good copy of the registry was not made: \(error)")
                }
            })
        let readerKeys = ReaderKeys(configuration, secrets: secrets, log: log)
        let gate = GateLoop(
            loop: loop, configuration: configuration, readerKeys: readerKeys, calendar: calendar,
            clock: clock, floor: opened.loaded.floor,
            notifier: notifier, log: log
        ) { perform in
            ControllerShell(
                controller: Controller(
                    site: configuration.site, restored: restored, primitives: keys.primitives(epoch: restored.epoch)),
                gate: CommitGate(maxWait: configuration.journal.maxWait, onTimeout: configuration.journal.onTimeout),
                perform: perform, commit: { writer.commit($0) })
        }
        home.gate = gate

        let loads = WorkQueue()
        let uplink = try UplinkService(
            path: configuration.files.uplinkSocket, uplinkUser: userID("gatehouse-uplink"),
            group: groupID("gatehouse-uplink"),
            log: log,
            fetch: { id, destination, done in
                loads.post {
                    let items = try? StoreLoader(path: path, secrets: secrets).outbox(destination, after: id - 1)
                    if let item = items?.first, item.id == id { done(item) }
                }
            },
            give: { input in _ = inbox.post { bound.value.gate?.give(input) } })
        gate.sendToUplink = { uplink.send($0) }
        gate.loadOutbox = { destination in
            loads.post {
                let items = (try? StoreLoader(path: path, secrets: secrets).outbox(destination, after: 0)) ?? []
                _ = inbox.post {
                    bound.value.gate?.give(.outboxLoaded(destination, items, isLast: items.count < Outbox.window))
                }
            }
        }
        gate.saveReaderKeys = {
            loads.post {
                do { try readerKeys.save() } catch { log.error("the keys of readers were not written: \(error)") }
            }
        }
        let desk = try CommandDesk(
            configuration: configuration, keys: keys, readerKeys: readerKeys, epoch: restored.epoch, calendar: calendar,
            loop: loop.bind(gate),
            inbox: inbox, log: log)
        home.desk = desk

        try loop.onSignals([SIGTERM, SIGINT, SIGHUP]) { signal in
            guard signal == SIGHUP else { return gate.stop() }
            notifier.reloading(at: SystemClock.monotonic())
            if let fresh = reload() {
                gate.give(.policy(fresh.site.policy))
                log.notice("the policy was read again")
            }
            notifier.ready("running")
        }
        writer.start()
        loads.start()
        uplink.start()
        desk.start()
        gate.start(
            StartReport(
                version: GatehouseVersion.text, wasCleanStop: opened.loaded.wasCleanStop,
                damagedRows: opened.loaded.damagedRows,
                usedCopy: opened.usedCopy), missing: restored.missingSnapshots)
        let counts = restored.registry.counts
        log.notice(
            "ready",
            metadata: [
                "site": "\(configuration.site.name)", "persons": "\(counts.persons)",
                "credentials": "\(counts.credentials)",
                "next": "\(restored.nextSequence)",
            ])
        notifier.ready("running")
        try loop.run()

        desk.stop()
        uplink.stop()
        loads.stop()
        writer.stop()
        gate.close()
        log.notice("stopped")
    }

    /// What jobs of other threads find on the loop.
    private final class Home {
        var gate: GateLoop?
        var desk: CommandDesk?
    }

    // MARK: Secrets and zone

    /// 32 octets, raw or as 64 hexadecimal digits, from the credentials directory or an absolute path.
    package static func masterKey(_ name: String) throws -> SecretKey {
        let path = credentialPath(name)
        guard let octets = contents(path) else {
            throw StartFailure(
                "\(path): the master key cannot be read. Make one with `openssl rand 32` and hand it over as the credential \(name); see docs/operating.md"
            )
        }
        if octets.count == 32 { return SecretKey(octets) }
        let text = String(decoding: octets, as: UTF8.self).split(separator: "\n").first.map(String.init) ?? ""
        if let key = Hexadecimal.decode(text), key.count == 32 { return SecretKey(key) }
        throw StartFailure(
            "\(path): the master key must have 32 octets, or 64 hexadecimal digits; it has \(octets.count) octets")
    }

    static func credentialPath(_ name: String) -> String {
        if name.hasPrefix("/") { return name }
        let directory = getenv("CREDENTIALS_DIRECTORY").map { String(cString: $0) } ?? "/etc/gatehouse/credentials"
        return "\(directory)/\(name)"
    }

    package static func zone(_ configuration: Configuration) throws -> SiteCalendar {
        let path = "\(configuration.files.zoneInfo)/\(configuration.timeZone)"
        guard let octets = contents(path), let calendar = SiteCalendar(tzif: octets) else {
            throw StartFailure("\(path): no time zone there; check site.time_zone, and that tzdata is installed")
        }
        return calendar
    }

    private static func contents(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var octets: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while octets.count <= 1 << 20 {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0 { return nil }
            if count == 0 { return octets }
            octets += buffer[0..<count]
        }
        return nil
    }

    private static func userID(_ name: String) -> UInt32? { getpwnam(name)?.pointee.pw_uid }
    private static func groupID(_ name: String) -> UInt32? { getgrnam(name)?.pointee.gr_gid }
}
