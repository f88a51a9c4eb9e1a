internal import CLinux
internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseDesk
internal import GatehouseDevices
internal import GatehouseRuntime
internal import GatehouseStore
internal import GatehouseThreads
internal import Glibc
internal import Logging

/// The parts that work beside the loop. Their results come back as jobs of the loop.
struct Threads {
    /// Reads of the database that nobody's gate waits for.
    let loads = Worker("loads")
    /// Holds reports of the uplink against the database: more than its window of them never wait.
    let pictures = Worker("pictures", limit: 1024)
    /// What reads much of the database and has time.
    let checks = Worker("checks")
    /// When the journal was last signed, and by enough witnesses.
    let evidence = Guarded<(signed: MonotonicTime?, witnessed: MonotonicTime?)>((nil, nil))
    let inbox: LoopInbox
    let bound: LoopBound<Daemon.Home>

    /// `offer` and `keep` give the newest heads away: the signed one of the journal, and the sealed one of the state.
    func writer(
        on ground: Ground, offer: @escaping @Sendable (String) -> Void, keep: @escaping @Sendable ([UInt8]) -> Void
    ) -> WriterThread {
        let (inbox, bound, loads, checks, log) = (inbox, bound, loads, checks, ground.log)
        let (path, secrets, run, evidence) = (ground.path, ground.secrets, ground.run, evidence)
        // Nothing that outlives the start may hold the whole of what was restored: it would be in memory twice.
        let epoch = ground.restored.epoch
        let copied = RegistryCopy.mark(RegistryCopy.path(besides: path), secrets: secrets)
        let keeper = (ground.logSigner?.closures).map { signer in
            { @Sendable in CheckpointKeeper(path: path, secrets: secrets, signer: signer) }
        }
        return WriterThread(
            makeWriter: {
                StoreWriter(path: path, secrets: secrets, epoch: epoch, run: run)
            },
            finished: { number, result in
                inbox.complete {
                    switch result {
                    case .success(let through):
                        bound.value.gate?.committed(number, through: through)
                        bound.value.door?.journalGrew()
                    case .failure(let failure): bound.value.gate?.failed(number, failure.description)
                    }
                }
            },
            registrySettled: { ended in
                loads.post {
                    do {
                        try RegistryCopy.make(database: path, secrets: secrets)
                        ended(true)
                    } catch {
                        log.error("the last good copy of the registry was not made: \(error)")
                        ended(false)
                    }
                    // All rows passed through this thread's memory: it is not needed again soon.
                    clinux_economize_memory()
                }
            },
            // A run that was killed may not have come to it.
            copied: copied,
            everyDay: {
                checks.post {
                    do {
                        let report = try StoreOpener.look(path, secrets: secrets)
                        if !report.isGood { log.critical("the database: \(report.faults.joined(separator: "; "))") }
                        inbox.post { bound.value.gate?.give(.stateFound(report)) }
                    } catch { log.error("the database was not held against its head: \(error)") }
                }
            },
            makeKeeper: keeper, witnesses: ground.witnesses?.closures,
            checkpoints: Checkpoints.Listeners(
                refused: { refusal in
                    if let refusal { log.critical("no checkpoint was signed: \(refusal)") }
                    inbox.post {
                        bound.value.gate?.give(.health(.checkpointRefused, subject: "", isOn: refusal != nil))
                    }
                },
                signed: { made in
                    evidence.withLock { $0.signed = SystemClock.monotonic() }
                    offer(String(decoding: made.note, as: UTF8.self))
                },
                witnessed: { evidence.withLock { $0.witnessed = SystemClock.monotonic() } },
                unwitnessed: { isOn in
                    inbox.post { bound.value.gate?.give(.health(.journalUnwitnessed, subject: "", isOn: isOn)) }
                }),
            headMoved: keep,
            readSpace: { DiskSpace.read(path) },
            diskNearlyFull: { isOn in
                inbox.post { bound.value.gate?.give(.health(.diskNearlyFull, subject: "", isOn: isOn)) }
            })
    }

    func uplink(on ground: Ground, _ writer: @escaping @Sendable () -> WriterThread?) throws -> UplinkService {
        let (inbox, bound, loads, pictures, log) = (inbox, bound, loads, pictures, ground.log)
        let (path, secrets) = (ground.path, ground.secrets)
        return try UplinkService(
            path: ground.configuration.files.uplinkSocket, uplinkUser: getpwnam("gatehouse-uplink")?.pointee.pw_uid,
            run: ground.run, first: ground.restored.nextSequence,
            pictureKey: secrets.keepsPersonal ? secrets.pictures.publicKey : nil, log: ground.log,
            leads: ground.leads,
            receivers: ground.configuration.site.alerts.count { $0.kinds.contains(.watchlist) },
            erasures: { done in
                loads.post {
                    guard let reader = try? JournalReader(path: path, secrets: secrets) else { return }
                    done((try? reader.pendingErasures(limit: 1000)) ?? [])
                }
            },
            clearPictures: { last, limit, done in
                loads.post {
                    guard let reader = try? JournalReader(path: path, secrets: secrets) else { return }
                    let found = try? reader.clearPictures(after: last.map { ($0.event, $0.camera) }, limit: limit)
                    done(
                        (found ?? []).map { PictureSealing.Picture(event: $0.event, camera: $0.camera, path: $0.path) })
                }
            },
            reports: PictureReports { place, done in
                pictures.post {
                    do {
                        done(try JournalReader(path: path, secrets: secrets).pictureStanding(place))
                    } catch { log.error("a report of the uplink was not held against the database: \(error)") }
                }
            },
            evidence: reports(on: ground, writer), give: { input in inbox.post { bound.value.gate?.give(input) } })
    }

    /// What the uplink has to do with the journal itself.
    private func reports(on ground: Ground, _ writer: @escaping @Sendable () -> WriterThread?)
        -> UplinkService.Evidence
    {
        let (inbox, bound, checks, log) = (inbox, bound, checks, ground.log)
        let (path, secrets) = (ground.path, ground.secrets)
        let names = Set(ground.witnesses?.witnesses.map(\.name) ?? [])
        // On the first day, and behind a version that gave no head away, nothing is missed.
        let isOwed =
            secrets.keepsPersonal && ground.restored.nextSequence > 1 && ground.opened.state.finding != .made
        let witnessed: @Sendable (Bool) -> Void = { isKept in
            inbox.post {
                bound.value.gate?.give(.health(.stateUnwitnessed, subject: "uplink", isOn: isOwed && !isKept))
            }
        }
        return UplinkService.Evidence(
            // Behind its bound a proof is asked for again; what the gate needs has a thread of its own.
            prove: { old, new, done in
                checks.post(from: 1) {
                    do {
                        let prover = try JournalProver(path: path, sha256: secrets.sha256)
                        guard old <= new, try prover.hasTree, try prover.size >= new else { return }
                        done(try prover.consistency(old: old, new: new))
                    } catch { log.error("no proof was made for a witness: \(error)") }
                }
            },
            cosigned: { witness, size, line in
                if names.contains(witness) { writer()?.cosigned(by: witness, size: size, line: line) }
            },
            stands: { witness, standing in
                guard names.contains(witness) else { return }
                let isOn: Bool
                switch standing {
                case .agrees: isOn = false
                case .away: return
                case .disagrees: isOn = true
                }
                inbox.post { bound.value.gate?.give(.health(.witnessDisagrees, subject: witness, isOn: isOn)) }
            },
            kept: { head, done in
                checks.post {
                    do {
                        switch try StoreOpener.compare(path, kept: head, secrets: secrets) {
                        case .inOrder:
                            witnessed(true)
                            done()
                        case .none:
                            if !head.isEmpty { log.warning("the head that the uplink keeps is not of this gate's key") }
                            witnessed(false)
                            done()
                        case .ahead(let report, let isPut):
                            log.critical(
                                "the head that the uplink kept is not that of this database: \(report.faults.joined(separator: "; "))"
                            )
                            inbox.post {
                                bound.value.gate?.give(.stateFound(report))
                                // The next start puts the database in order; without a disk to write to it would find nothing.
                                if isPut { bound.value.end(with: head) }
                            }
                        }
                    } catch { log.error("the database was not held against the uplink's copy of its head: \(error)") }
                }
            })
    }

    /// Makes the ring of leads from the sealed notes of earlier runs, while gates decide already. What cannot be read is owed no
    /// more than a blank.
    func readNotes(on ground: Ground) {
        let (inbox, bound, log) = (inbox, bound, ground.log)
        let (path, secrets, first) = (ground.path, ground.secrets, ground.restored.nextSequence)
        let from = ground.opened.loaded.newest + .seconds(-31 * 86_400)
        loads.post {
            let found = Result {
                try JournalReader(path: path, secrets: secrets).leadHistory(from: from, before: first)
            }
            if case .failure(let error) = found { log.error("sealed notes were not read: \(error)") }
            let history = (try? found.get()) ?? LeadHistory()
            inbox.complete { bound.value.gate?.give(.leadsRestored(history)) }
        }
    }

    /// What the gate wants of the others.
    func connect(_ gate: GateLoop, _ uplink: UplinkService, _ readerKeys: ReaderKeys, on ground: Ground) {
        let (inbox, bound, loads, log) = (inbox, bound, loads, ground.log)
        let (path, secrets) = (ground.path, ground.secrets)
        gate.sendToUplink = { uplink.send($0, moment: $1) }
        gate.loadOutbox = { lane in
            loads.post {
                let items = (try? StoreLoader(path: path, secrets: secrets).outbox(lane)) ?? []
                inbox.complete {
                    bound.value.gate?.give(.outboxLoaded(lane, items, isLast: items.count < Outbox.window))
                }
            }
        }
        gate.saveReaderKeys = {
            loads.post {
                do { try readerKeys.save() } catch { log.error("the keys of readers were not written: \(error)") }
            }
        }
    }

    func door(
        _ bridge: LoopBridge, _ readerKeys: ReaderKeys, _ ending: Cancellation, on ground: Ground
    ) throws -> CommandDoor {
        let (inbox, bound) = (inbox, bound)
        let (doors, evidence) = (Guarded<CommandDoor?>(nil), evidence)
        var surroundings = bridge.surroundings(readerKeys) { doors.withLock { $0 }?.bounds ?? [] }
        surroundings.evidence = { evidence.withLock { $0 } }
        let desk = Desk(
            configuration: ground.configuration, calendar: ground.calendar, secrets: ground.keys.storeSecrets,
            primitives: ground.primitives, passKeys: ground.passKeys, signer: ground.signer,
            logSigner: ground.logSigner, leadKey: ground.leads?.publicKey, witnesses: ground.witnesses,
            surroundings: surroundings)
        let door = try CommandDoor(
            path: ground.configuration.files.adminSocket, desk: desk, ending: ending, log: ground.log,
            monotonic: { SystemClock.monotonic() }
        ) { refused in inbox.post { bound.value.gate?.note(refused) } }
        doors.withLock { $0 = door }
        return door
    }
}
