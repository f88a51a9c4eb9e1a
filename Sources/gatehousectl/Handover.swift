import ArgumentParser
import CLinux
import GatehouseAdmin
import GatehouseConfiguration
import GatehouseCore
import GatehouseCrypto
import GatehouseStore
import Glibc

struct HandoverCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "handover",
        abstract: words("Give a site to another operator, with its register, journal and pictures."),
        discussion: words(
            """
            Examples:
              gatehousectl handover export site.gho --to receiver.pem --at 2026-12-31T23:59 --master-key MASTER-KEY --reason "contract ends"
              gatehousectl handover verify site.gho --key receiver-key.pem --from SITE-KEY
              gatehousectl handover import site.gho --key receiver-key.pem --from SITE-KEY --master-key MASTER-KEY
              gatehousectl handover accept --token TOKEN
            """),
        subcommands: [Export.self, Verify.self, Import.self, Accept.self, Confirm.self, Withdraw.self])

    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Write the archive; with --at, announce when your access ends."),
            discussion: words(
                """
                Needs the right to read database and pictures: root. With --at the instant is put down first, for good unless
                it is cancelled before it comes, and a token is printed once. Without --at the archive of a hand-over that
                was announced is written again, for instance after the instant.
                Example: gatehousectl handover export site.gho --to receiver.pem --at 2026-12-31T23:59 --master-key MASTER-KEY --reason "contract ends"
                """))
        @Argument(help: told("The archive to write.")) var archive: String
        @Option(help: told("The receiver's certificate, PEM.")) var to: String
        @Option(help: told("When your access ends: local time of the site, or now. Needs --reason.")) var at: String?
        @Option(name: .shortAndLong, help: told("The configuration.")) var config = "/etc/gatehouse/gatehouse.yaml"
        @Option(help: told("File with the master key.")) var masterKey: String
        @Flag(help: told("Leave the pictures out; the archive says so.")) var withoutPictures = false
        @OptionGroup var common: Common

        func run() throws {
            let configuration = try readConfiguration(config)
            let keys = KeyRing(master: try readMasterKey(masterKey))
            guard let certificate = Envelope.certificate(pem: try readFile(to)) else {
                complain(words("\(to): no certificate (PEM) that can be encrypted to"))
                throw Exit.usage
            }
            let digest = Hash.sha256(certificate)
            let receiver = Hexadecimal.encode(digest)
            if let at { try announce(at, digest) }
            let standing = try standing(untilEnded: at == "now")
            // A head over all that goes along; whoever may not have it made hands over those that there are.
            _ = try? AdminClient(path: common.socket).ask(JournalCheckpoint())
            guard let standing else {
                complain(words("no hand-over is announced: say with --at when your access ends"))
                throw Exit.refused
            }
            guard standing.receiver == receiver else {
                complain(words("\(to) is not the certificate that the hand-over was announced for"))
                throw Exit.refused
            }
            let report = try refusing {
                try HandoverExport.make(
                    database: configuration.files.database,
                    pictures: withoutPictures ? nil : configuration.files.snapshots, to: archive,
                    site: configuration.site.name, version: GatehouseVersion.text,
                    at: CivilTime(milliseconds: standing.ms), made: now(), secrets: keys.storeSecrets,
                    making: try ArchiveSecrets.making(certificate: certificate, signingWith: keys.handover))
            }
            let key = Hexadecimal.encode(report.publicKey)
            if common.isJSON {
                var object = HandoverCommand.json(report.manifest)
                object["key"] = .string(key)
                object["octets"] = .integer(Int64(report.octets))
                object["pieces"] = .integer(Int64(report.pieces))
                return print(JSON.object(object).line)
            }
            HandoverCommand.show(report.manifest)
            print(words("\(archive): \(report.octets, "octet", "octets") in \(report.pieces, "piece", "pieces")"))
            print(words("signed by \(key)"))
            print(words("Tell the receiver this key on another way than the archive goes."))
            if !standing.ended {
                print(
                    words(
                        "Your access has not ended yet: what happens until then is not in it. Write it again after the instant."
                    )
                )
            }
        }

        private func announce(_ at: String, _ receiver: [UInt8]) throws {
            let token = Random.octets(32)
            let command = try HandoverAnnounce(
                at: argument("--at", at), receiver: DigestArgument(receiver),
                tokenHash: DigestArgument(Hash.sha256(token)))
            try asking(command, common) { answer in
                let text = Base64.encode(token, isURLSafe: true)
                if common.isJSON {
                    print(JSON.object(["token": .string(text), "at": .string(answer.value.at)]).line)
                } else {
                    print(words("Your access ends at \(answer.value.at)."))
                    if !answer.value.confirmed {
                        print(words("First a person of a second role confirms it (handover confirm), or a day passes."))
                    }
                    print(words("token \(text)"))
                    print(words("Give it to the new operator; it is shown this once, and good once."))
                }
                fflush(nil)
            }
        }

        /// What stands; after "now" it is waited for until it is in force, unless a second role has to confirm it first.
        private func standing(untilEnded: Bool) throws -> HandoverView? {
            for _ in 0..<50 {
                var found: HandoverView?
                try asking(Status(), common) { found = $0.value.handover }
                if !untilEnded || found.map({ $0.ended || !$0.confirmed }) ?? true { return found }
                usleep(100_000)
            }
            complain(words("the daemon has not ended your access in time; look at gatehousectl status"))
            throw Exit.refused
        }
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Check an archive: signature, every piece, and with your key every count and hash."),
            discussion: words("Example: gatehousectl handover verify site.gho --key receiver-key.pem --from SITE-KEY"))
        @Argument var archive: String
        @Option(help: told("Your private key, PEM. Without it only the outside is checked.")) var key: String?
        @Option(help: told("The site's key, as the old operator told it.")) var from: String?
        @Option(help: told("A page to write for both companies to sign: counts, roots, dates; needs --key.")) var list:
            String?
        @OptionGroup var common: Common

        func validate() throws {
            if list != nil, key == nil { throw ValidationError(words("--list needs --key: the counts are sealed")) }
        }

        func run() throws {
            let file = try list.map { try NewFile($0) }
            let reading = ArchiveSecrets.reading(privateKey: try key.map(readFile))
            // The hashes of an archive need no key of a site.
            let secrets = KeyRing(master: SecretKey([UInt8](repeating: 0, count: 32))).storeSecrets
            let report = try refusing { try HandoverCheck.run(archive, secrets: secrets, reading: reading) }
            try HandoverCommand.tell(report, from, common)
            guard let file, let manifest = report.manifest else { return }
            let digest = Hexadecimal.encode(try HandoverCommand.digest(ofFile: archive))
            file.write(HandoverCommand.page(report, manifest, archive, digest).html)
            if !common.isJSON { print(words("\(file.path): to print and sign")) }
        }
    }

    /// SHA-256, piece by piece: an archive may be as large as its disk.
    private static func digest(ofFile path: String) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            complain("\(path): \(String(cString: strerror(errno)))")
            throw Exit.usage
        }
        defer { close(descriptor) }
        let running = RunningHash()
        var piece = [UInt8](repeating: 0, count: 1 << 20)
        while case let count = read(descriptor, &piece, piece.count), count > 0 { running.update(piece[..<count]) }
        return running.finish()
    }

    struct Import: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Take an archive into an empty controller. Stop gatehoused first."),
            discussion:
                words(
                    "Example: gatehousectl handover import site.gho --key receiver-key.pem --from SITE-KEY --master-key MASTER-KEY"
                )
        )
        @Argument var archive: String
        @Option(help: told("Your private key, PEM.")) var key: String
        @Option(help: told("The site's key, as the old operator told it.")) var from: String
        @Option(name: .shortAndLong, help: told("The configuration.")) var config = "/etc/gatehouse/gatehouse.yaml"
        @Option(help: told("File with the master key of this controller.")) var masterKey: String
        @OptionGroup var common: Common

        func run() throws {
            let configuration = try readConfiguration(config)
            let lock = try claim(configuration)
            defer { withExtendedLifetime(lock) {} }
            let keys = KeyRing(master: try readMasterKey(masterKey))
            let outside = ArchiveSecrets.reading(privateKey: nil)
            let first = try refusing { try HandoverCheck.run(archive, secrets: keys.storeSecrets, reading: outside) }
            guard first.isWhole, Hexadecimal.encode(first.head.publicKey) == from.lowercased() else {
                return try HandoverCommand.tell(first, from, common)
            }
            let reading = ArchiveSecrets.reading(privateKey: try readFile(key))
            let report = try refusing {
                try HandoverImport.run(
                    archive, database: configuration.files.database, pictures: configuration.files.snapshots, at: now(),
                    actor: "uid \(getuid()) (handover)", secrets: keys.storeSecrets, reading: reading)
            }
            try HandoverCommand.tell(report.check, from, common)
            guard report.check.isWhole else { return }
            let site = configuration.site
            tell(report.portals, among: Set(site.portals.map(\.id.name)))
            tell(report.accessPoints, among: Set(site.accessPoints.map(\.id.name)))
            guard !common.isJSON else { return }
            print(
                words("taken; epoch \(report.epoch), the next entry is \(report.first + 1)"))
            tell(report)
            if let kept = report.kept { print(words("the database before stands at \(kept)")) }
            if let manifest = report.check.manifest, manifest.pins > 0 {
                print(
                    words(
                        "\(manifest.pins, "PIN has", "PINs have") to be set anew: they were hashed with a secret of the old site."
                    ))
            }
        }

        /// The signed heads that came along.
        private func tell(_ report: HandoverImport.Report) {
            guard report.checkpoints > 0 else { return }
            print(
                words(
                    "\(report.checkpoints, "checkpoint", "checkpoints") of the old site came along; the first entry here carries the newest"
                ))
            for size in report.foreignCheckpoints.prefix(8) {
                complain(
                    words(
                        "its first \(size, "entry is", "entries are") NOT what the old site signed: the journal was changed after that. Keep the archive."
                    ))
            }
        }

        /// What the old site called otherwise keeps its name in the entries, and nothing of it comes to a portal of another
        /// name: postures, first arrivals, access levels.
        private func tell(_ old: [String], among present: Set<String>) {
            for name in old where !present.contains(name) {
                complain(
                    words(
                        "the old site has '\(name)', and this configuration nothing of that name. Its posture and what it counted stay with the old name."
                    ))
                if let near = Nearest.match(for: name, among: present) { complain(words("'\(near)' is near it")) }
            }
        }
    }

    struct Accept: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Take a site that was handed over on this machine."),
            discussion: words("Example: gatehousectl handover accept --token TOKEN"))
        // One in sixty-four begins with a hyphen.
        @Option(parsing: .unconditional, help: told("What the old operator was shown.")) var token: String
        @OptionGroup var common: Common
        func run() throws {
            try order(HandoverAccept(token: argument("--token", token)), common, words("the site is yours"))
            guard !common.isJSON else { return }
            for role in ["viewer", "guard", "manager", "installer", "auditor"] {
                guard let group = getgrnam("gatehouse-\(role)")?.pointee, var member = group.gr_mem else { continue }
                while let name = member.pointee {
                    print(words("gatehouse-\(role): \(String(cString: name))"))
                    member += 1
                }
            }
            print(words("These people may give orders again. Take those of the old operator out of the groups."))
        }
    }

    struct Withdraw: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Take the announcement back, before its instant. Needs --reason."),
            discussion: words(
                """
                Root at the machine may take it back until the new operator has accepted.
                Example: gatehousectl handover withdraw --reason "contract goes on"
                """))
        @OptionGroup var common: Common
        func run() throws { try order(HandoverWithdraw(), common, words("withdrawn")) }
    }

    struct Confirm: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Agree to an announced hand-over, as a person of a second role. Needs --reason."),
            discussion: words(
                """
                An announcement that nobody of a second role confirms takes effect a day after it was made, at the earliest.
                Example: gatehousectl handover confirm --reason "contract of 2026-12-31 seen"
                """))
        @OptionGroup var common: Common
        func run() throws { try order(HandoverConfirm(), common, words("confirmed")) }
    }

    private static func page(
        _ report: HandoverCheck.Report, _ manifest: HandoverManifest, _ archive: String, _ digest: String
    ) -> HandoverPage {
        var page = HandoverPage(
            site: report.head.site, epoch: report.head.epoch, at: report.head.at,
            made: report.head.made, key: Hexadecimal.encode(report.head.publicKey),
            archive: archive.split(separator: "/").last.map(String.init) ?? archive, octets: report.octets,
            digest: digest)
        (page.first, page.last, page.entries) = (manifest.first, manifest.last, manifest.entries)
        (page.root, page.revision) = (Hexadecimal.encode(manifest.root), manifest.revision)
        page.present = manifest.present.sorted { $0.key < $1.key }.map { (kind: $0.key, rows: $0.value) }
        (page.pictures, page.missing, page.pins) = (manifest.pictures, manifest.missing, manifest.pins)
        (page.unreadable, page.faults) = (manifest.unreadable, manifest.faults)
        page.checkpoints = manifest.checkpoints
        return page
    }

    // MARK: What is told

    /// Says what was found, and ends with a refusal where it is not in order.
    static func tell(_ report: HandoverCheck.Report, _ from: String?, _ common: Common) throws {
        let key = Hexadecimal.encode(report.head.publicKey)
        let isFrom = from.map { $0.lowercased() == key } ?? true
        if common.isJSON {
            var object = report.manifest.map(json) ?? [:]
            object["site"] = .string(report.head.site)
            object["key"] = .string(key)
            object["at_ms"] = .integer(report.head.at.milliseconds)
            object["made_ms"] = .integer(report.head.made.milliseconds)
            object["octets"] = .integer(Int64(report.octets))
            object["pieces"] = .integer(Int64(report.pieces))
            object["damages"] = .array(report.damages.map { .string($0.description) })
            object["whole"] = .boolean(report.isWhole && isFrom)
            print(JSON.object(object).line)
        } else {
            print(
                words(
                    "site \(plain(report.head.site)), epoch \(report.head.epoch), \(report.octets, "octet", "octets") in \(report.pieces, "whole piece", "whole pieces")"
                )
            )
            print(words("signed by \(key)"))
            if let manifest = report.manifest { show(manifest) }
            if report.head.made < report.head.at {
                print(words("It was made before the old operator's access ended: what happened since is not in it."))
            }
            for damage in report.damages { print(words("DAMAGED  \(damage.whole)")) }
            if !isFrom { print(words("DAMAGED  it is signed by another key than \(from ?? "")")) }
            let isDeep = report.manifest != nil
            print(
                !report.isWhole || !isFrom
                    ? words("The archive is NOT in order.")
                    : isDeep
                        ? words("The archive is whole.")
                        : words("The archive is whole from outside; --key looks at what is in it."))
        }
        guard report.isWhole, isFrom else { throw Exit.refused }
    }

    static func show(_ manifest: HandoverManifest) {
        print(words("\(manifest.entries, "entry", "entries"), \(manifest.first) to \(manifest.last)"))
        print(words("root \(manifest.entries):\(Hexadecimal.encode(manifest.root))"))
        print(words("\(manifest.checkpoints, "signed head", "signed heads") of the journal"))
        let present = manifest.present.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        print(words("register at revision \(manifest.revision): \(present.joined(separator: ", "))"))
        print(
            manifest.missing > 0
                ? words("\(manifest.pictures, "picture", "pictures"), \(manifest.missing) MISSING")
                : words("\(manifest.pictures, "picture", "pictures")"))
        if manifest.unreadable > 0 {
            print(
                words(
                    "\(manifest.unreadable, "sealed value was", "sealed values were") erased or damaged at the old site"
                ))
        }
        if manifest.faults > 0 {
            print(words("\(manifest.faults, "entry", "entries") did NOT fit their hash at the old site"))
        }
    }

    static func json(_ manifest: HandoverManifest) -> [String: JSON] {
        func number(_ value: UInt64) -> JSON { .integer(Int64(clamping: value)) }
        return [
            "entries": number(manifest.entries), "first": number(manifest.first), "last": number(manifest.last),
            "root": .string(Hexadecimal.encode(manifest.root)), "revision": number(manifest.revision),
            "present": .object(manifest.present.mapValues(number)), "pictures": number(manifest.pictures),
            "missing": number(manifest.missing), "unreadable": number(manifest.unreadable),
            "faults": number(manifest.faults), "pins": number(manifest.pins),
            "checkpoints": number(manifest.checkpoints),
        ]
    }
}

private func now() -> CivilTime { CivilTime(milliseconds: clinux_nanoseconds(CLOCK_REALTIME) / 1_000_000) }

/// What the store or the cryptography refuses is said in its own words.
private func refusing<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let damage as Archive.Damage {
        complain(words("\(damage.whole)"))
    } catch let refusal as Archive.Refusal {
        complain(words("\(refusal.sentence)"))
    } catch {
        complain("\(error)")
    }
    throw Exit.refused
}
