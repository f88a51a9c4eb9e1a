internal import CLinux
internal import GatehouseAdmin
package import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseDesk
internal import GatehouseDevices
internal import GatehouseRuntime
internal import GatehouseStore
internal import GatehouseThreads
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
    package static func run(_ source: ConfigurationSource) throws {
        EventLoop.block([SIGTERM, SIGINT, SIGHUP, SIGPIPE])
        // Whatever is written here is for the daemon alone; sockets get their modes by name.
        umask(0o077)
        let log = StderrLogHandler.logger("gatehoused")
        let notifier = ServiceNotifier()
        let loaded = try source.load()
        let configuration = loaded.configuration
        for fault in loaded.faults { log.error("configuration: \(fault)") }
        let (keys, keyProblem) = try keys(for: configuration)
        if let keyProblem { log.critical("\(keyProblem)") }
        let calendar = try zone(configuration)
        let secrets = keyProblem == nil ? keys.storeSecrets : keys.storeSecrets.withoutKey
        let passKeys = keyProblem == nil ? try passKeys(keys, configuration) : nil
        let path = configuration.files.database
        let home = Home()
        do throws(StoreLock.Refused) {
            home.lock = try StoreLock(database: path, program: "gatehoused", at: SystemClock.civil())
        } catch { throw StartFailure("\(error)") }

        let opened = try StoreOpener.open(
            path: path, site: configuration.site, secrets: secrets, at: SystemClock.civil())
        for remark in opened.remarks { log.error("\(remark)") }
        let restored = opened.loaded.restored
        clinux_economize_memory()
        let loop = try EventLoop()
        if let refused = EventLoop.requestRealtimePriority(20) { log.info("no real-time priority: \(refused)") }
        let run = Hexadecimal.encode(Random.octets(8))

        // The writer's results come back as jobs of the loop.
        let inbox = loop.inbox
        let bound = loop.bind(home)
        let loads = Worker("loads")
        let copy = RegistryCopy.path(besides: path)
        let writer = WriterThread(
            makeWriter: {
                StoreWriter(
                    path: path, secrets: secrets, epoch: restored.epoch, run: run,
                    issuerCertificate: restored.activation?.issuerCertificate)
            },
            finished: { number, result in
                inbox.complete {
                    switch result {
                    case .success:
                        bound.value.gate?.committed(number)
                        bound.value.door?.journalGrew()
                    case .failure(let failure): bound.value.gate?.failed(number, failure.description)
                    }
                }
            },
            registrySettled: {
                loads.post {
                    do { try RegistryCopy.make(database: path, secrets: secrets) } catch {
                        log.error("the last good copy of the registry was not made: \(error)")
                    }
                    // All rows passed through this thread's memory: it is not needed again soon.
                    clinux_economize_memory()
                }
            },
            // A run that was killed may not have come to it.
            owesCopy: keyProblem == nil
                && RegistryCopy.revision(copy, secrets: secrets) != restored.registry.revision,
            readSpace: { DiskSpace.read(path) },
            diskNearlyFull: { isOn in
                inbox.post { bound.value.gate?.give(.health(.diskNearlyFull, subject: "", isOn: isOn)) }
            })
        let readerKeys = ReaderKeys(configuration, secrets: secrets, log: log)
        let gate = GateLoop(
            loop: loop, configuration: configuration, readerKeys: readerKeys, calendar: calendar,
            floor: opened.loaded.floor, resume: opened.loaded.newest, notifier: notifier, log: log
        ) { perform in
            ControllerShell(
                controller: Controller(
                    site: configuration.site, restored: restored,
                    primitives: keys.primitives(epoch: restored.epoch, passes: passKeys)),
                gate: CommitGate(maxWait: configuration.journal.maxWait, onTimeout: configuration.journal.onTimeout),
                perform: perform, commit: { writer.commit($0) })
        }
        home.gate = gate

        let uplink = try UplinkService(
            path: configuration.files.uplinkSocket, uplinkUser: userID("gatehouse-uplink"),
            group: groupID("gatehouse-uplink"), run: run, first: restored.nextSequence, log: log,
            fetch: { id, destination, done in
                loads.post {
                    let items = try? StoreLoader(path: path, secrets: secrets).outbox(destination, after: id - 1)
                    if let item = items?.first, item.id == id { done(item) }
                }
            },
            erasures: { done in
                loads.post {
                    guard let reader = try? JournalReader(path: path, secrets: secrets) else { return }
                    done((try? reader.pendingErasures(limit: 1000)) ?? [])
                }
            },
            give: { input in inbox.post { bound.value.gate?.give(input) } })
        gate.sendToUplink = { uplink.send($0) }
        gate.loadOutbox = { destination in
            loads.post {
                let items = (try? StoreLoader(path: path, secrets: secrets).outbox(destination, after: 0)) ?? []
                inbox.complete {
                    bound.value.gate?.give(.outboxLoaded(destination, items, isLast: items.count < Outbox.window))
                }
            }
        }
        gate.saveReaderKeys = {
            loads.post {
                do { try readerKeys.save() } catch { log.error("the keys of readers were not written: \(error)") }
            }
        }
        let (ending, ended) = (Cancellation(), Cancellation())
        let bridge = LoopBridge(loop: loop.bind(gate), inbox: inbox, ending: ending, ended: ended)
        let doors = Guarded<CommandDoor?>(nil)
        let desk = Desk(
            configuration: configuration, calendar: calendar, secrets: keys.storeSecrets,
            primitives: keys.primitives(epoch: restored.epoch), passKeys: passKeys,
            surroundings: bridge.surroundings(readerKeys) { doors.withLock { $0 }?.bounds ?? [] })
        let door = try CommandDoor(
            path: configuration.files.adminSocket, desk: desk, ending: ending, log: log,
            monotonic: { SystemClock.monotonic() }
        ) { refused in inbox.post { bound.value.gate?.note(refused) } }
        doors.withLock { $0 = door }
        home.door = door

        try loop.onSignals([SIGTERM, SIGINT, SIGHUP]) { signal in
            guard signal == SIGHUP else {
                door.beginStop()
                return gate.stop()
            }
            notifier.reloading(at: SystemClock.monotonic())
            do throws(InvalidConfiguration) {
                let fresh = try source.fresh()
                gate.give(.policy(fresh.site.policy))
                gate.give(.health(.configurationWrong, subject: "", isOn: false))
                let needsRestart = !fresh.differsOnlyInPolicy(from: configuration)
                gate.give(.health(.restartNeeded, subject: "", isOn: needsRestart))
                log.notice("the policy was read again\(needsRestart ? "; other changes need a restart" : "")")
            } catch {
                for fault in error.errors { log.error("configuration: \(fault)") }
                gate.give(.health(.configurationWrong, subject: "", isOn: true))
            }
            notifier.ready("running")
        }
        writer.start()
        loads.start()
        uplink.start()
        door.start()
        gate.start(
            StartReport(
                version: GatehouseVersion.text, wasCleanStop: opened.loaded.wasCleanStop,
                damagedRows: opened.loaded.damagedRows,
                usedCopy: opened.usedCopy), missing: restored.missingSnapshots)
        if !loaded.faults.isEmpty { gate.give(.health(.configurationWrong, subject: "", isOn: true)) }
        if keyProblem != nil { gate.give(.health(.withoutKey, subject: "", isOn: true)) }
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

        // Nobody is there to answer any more: whoever waits hears so, and no thread is waited for long.
        inbox.close()
        ended.cancel()
        gate.close()
        door.stop(within: .milliseconds(100))
        uplink.stop()
        let isWritten = writer.stop(within: .milliseconds(300))
        loads.stop(within: .milliseconds(100))
        log.notice(isWritten ? "stopped" : "stopped; the disk did not answer")
        // Threads that still wait for something must not meet a process that takes itself apart.
        _exit(0)
    }

    /// What jobs of other threads find on the loop, and what the daemon keeps as long as it lives.
    private final class Home {
        var gate: GateLoop?
        var door: CommandDoor?
        /// For the life of the process.
        var lock: StoreLock?
    }

    private static func userID(_ name: String) -> UInt32? { getpwnam(name)?.pointee.pw_uid }
    private static func groupID(_ name: String) -> UInt32? { getgrnam(name)?.pointee.gr_gid }
}
