internal import CLinux
internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseDevices
internal import GatehouseRuntime
internal import GatehouseStore
internal import Glibc
internal import Logging

/// What a daemon stands on before anything runs: its configuration, its keys, and its database, which is its own from
/// here on.
struct Ground {
    let log = StderrLogHandler.logger("gatehoused")
    let notifier = ServiceNotifier()
    let configuration: Configuration
    let faults: [String]
    let keys: KeyRing
    /// Why there is no master key; nothing is sealed then.
    let keyProblem: String?
    let passKeys: PassKeys?
    let signer: ReportSigner?
    /// Signs heads of the journal; nil where nothing is sealed.
    let logSigner: LogSigner?
    /// Seals what leaves for the issuer of the watchlist; nil where nothing is sealed.
    let leads: LeadDesk?
    /// Who cosigns them; nil where nobody is asked to, or the policy cannot be read.
    let witnesses: WitnessPolicy?
    let witnessFault: Sentence?
    let calendar: SiteCalendar
    let secrets: StoreSecrets
    let lock: StoreLock
    let opened: StoreOpener.Opened
    /// Names this run in reports of the uplink and in the journal.
    let run = Hexadecimal.encode(Random.octets(8))

    /// What the condition of a journal without witnesses names where the file that lists them is at fault.
    private static let policy = "policy"

    var path: String { configuration.files.database }
    var restored: Restored { opened.loaded.restored }
    var primitives: Primitives { keys.primitives(epoch: restored.epoch, passes: passKeys) }

    init(_ source: ConfigurationSource) throws {
        let loaded = try source.load()
        (configuration, faults) = (loaded.configuration, loaded.faults)
        for fault in faults { log.error("configuration: \(fault)") }
        (keys, keyProblem) = try Daemon.keys(for: configuration)
        if let keyProblem { log.critical("\(keyProblem)") }
        (witnesses, witnessFault) = Daemon.witnesses(configuration)
        if let witnessFault { log.error("witnesses: \(witnessFault.english)") }
        calendar = try Daemon.zone(configuration)
        secrets = keyProblem == nil ? keys.storeSecrets : keys.storeSecrets.withoutKey
        signer = keyProblem == nil ? try ReportSigner(seed: keys.handover) : nil
        leads =
            keyProblem == nil
            ? LeadDesk(try LeadSealer(seed: keys.leads, site: configuration.site.name), log: log) : nil
        passKeys = keyProblem == nil ? try Daemon.passKeys(keys, configuration) : nil
        let path = configuration.files.database
        do throws(StoreLock.Refused) {
            lock = try StoreLock(database: path, program: "gatehoused", at: SystemClock.civil())
        } catch { throw StartFailure("\(error)") }
        opened = try StoreOpener.open(
            path: path, site: configuration.site, secrets: secrets, at: SystemClock.civil())
        for remark in opened.remarks { log.error("\(remark)") }
        let epoch = opened.loaded.restored.epoch
        logSigner = keyProblem == nil ? try keys.logSigner(site: configuration.site.name, epoch: epoch) : nil
    }

    /// The deciding loop, which hands what is to be kept to the writer.
    func gate(on loop: EventLoop, _ readerKeys: ReaderKeys, _ writer: WriterThread) -> GateLoop {
        GateLoop(
            loop: loop, configuration: configuration, readerKeys: readerKeys, calendar: calendar,
            floor: opened.loaded.floor, resume: opened.loaded.newest, notifier: notifier, log: log
        ) { perform in
            ControllerShell(
                controller: Controller(site: configuration.site, restored: restored, primitives: primitives),
                gate: CommitGate(maxWait: configuration.journal.maxWait, onTimeout: configuration.journal.onTimeout),
                perform: perform, commit: { writer.commit($0) })
        }
    }

    /// The first entry of the run, and what stands wrong from the start.
    func begin(_ gate: GateLoop) {
        gate.start(
            StartReport(
                version: GatehouseVersion.text, wasCleanStop: opened.loaded.wasCleanStop,
                damagedRows: opened.loaded.damagedRows,
                usedCopy: opened.usedCopy, state: opened.state, boot: Self.boot()),
            missing: restored.missingSnapshots)
        if !faults.isEmpty { gate.give(.health(.configurationWrong, subject: "", isOn: true)) }
        if witnessFault != nil { gate.give(.health(.journalUnwitnessed, subject: Self.policy, isOn: true)) }
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
    }

    /// Names this start of the machine: the first digits of the hash of the kernel's own name for it. In the sandbox of the shipped
    /// unit the kernel's file is not there, and the unit says it (`%b`).
    private static func boot() -> String? {
        let told =
            FileOctets.read("/proc/sys/kernel/random/boot_id")
            ?? getenv("GATEHOUSE_BOOT").map { Array(String(cString: $0).utf8) }
        let digits = told.map { $0.filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "\n") } }
        return digits.map { Hexadecimal.encode(Hash.sha256($0).prefix(8)) }
    }

    /// Reads the configuration again. Of it the policy comes into force; what else changed needs a restart.
    func reload(_ source: ConfigurationSource) -> (GateLoop) -> Void {
        { [configuration, witnesses, notifier, log] gate in
            notifier.reloading(at: SystemClock.monotonic())
            do throws(InvalidConfiguration) {
                let fresh = try source.fresh()
                gate.give(.policy(fresh.site.policy))
                gate.give(.health(.configurationWrong, subject: "", isOn: false))
                let (asked, fault) = Daemon.witnesses(fresh)
                if let fault { log.error("witnesses: \(fault.english)") }
                gate.give(.health(.journalUnwitnessed, subject: Self.policy, isOn: fault != nil))
                let needsRestart =
                    !fresh.differsOnlyInPolicy(from: configuration)
                    || fault == nil && asked?.octets != witnesses?.octets
                gate.give(.health(.restartNeeded, subject: "", isOn: needsRestart))
                let changed = fresh.sections(differingFrom: configuration).joined(separator: ", ")
                log.notice(
                    needsRestart
                        ? "the policy was read again; other changes need a restart" : "the policy was read again",
                    metadata: ["changed": "\(changed.isEmpty ? "nothing" : changed)"])
            } catch {
                for fault in error.errors { log.error("configuration: \(fault)") }
                gate.give(.health(.configurationWrong, subject: "", isOn: true))
            }
            notifier.ready("running")
        }
    }
}
