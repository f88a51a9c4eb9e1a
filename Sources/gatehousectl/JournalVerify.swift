import ArgumentParser
import GatehouseAdmin
import GatehouseCore
import GatehouseCrypto
import GatehouseStore
import Glibc

extension JournalCommand {
    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Check every entry: numbers, hashes, commitments, and the heads that were signed."),
            discussion: words(
                """
                Keep a checkpoint elsewhere (journal checkpoint), or the root that this prints: a later check shows whether the past was changed.
                With --database it reads a copy of the database, without daemon and without the master key.
                Examples: gatehousectl journal verify --checkpoint kept.txt
                          gatehousectl journal verify --against 5000:ROOT
                          gatehousectl journal verify --database copy.db --key KEY --checkpoint kept.txt
                """))
        @Option(help: told("SIZE:ROOT of an earlier check.")) var against: String?
        @Option(help: told("A file with a checkpoint, or with several.")) var checkpoint: String?
        @Option(help: told("Only from this entry on.")) var since: String?
        @Flag(help: told("Read each picture's file as well.")) var pictures = false
        @Option(help: told("A copy of a database.")) var database: String?
        @Option(help: told("The key of the log, as journal checkpoint tells it.")) var key: String?
        @OptionGroup var common: Common

        func run() throws {
            let claims = try against.map { [try Claim(against: $0)] } ?? []
            let notes = try checkpoint.map { try Claim.notes($0) } ?? []
            guard claims.count + notes.count <= JournalVerify.mostSizes else {
                throw ValidationError(words("at most \(JournalVerify.mostSizes) checkpoints are checked at a time"))
            }
            let given = try key.map { text in
                do throws(EvidenceFault) { return try NoteKey(text) } catch {
                    throw ValidationError(words("--key needs the key of a log: \(error.sentence)"))
                }
            }
            let sizes = (claims + notes).map { CountArgument($0.size) }
            let command = JournalVerify(
                sizes: sizes.isEmpty ? nil : sizes, since: try argument("SINCE", since),
                pictures: pictures ? FlagArgument(true) : nil)
            var isWhole = true
            if let database {
                let (reply, unopened) = try offline(database, command, given)
                isWhole = tell(reply, claims, notes, given, unopened: unopened)
            } else {
                try asking(command, common) { answer in
                    isWhole = tell(answer.value, claims, notes, given, text: answer.text)
                }
            }
            if !isWhole { throw Exit.refused }
        }

        private func offline(_ path: String, _ command: JournalVerify, _ key: NoteKey?) throws -> (
            JournalVerify.Reply, Int
        ) {
            do {
                let report = try JournalVerifier(path: path, sha256: { Hash.sha256($0) }, heads: key?.reader).verify(
                    since: command.since?.value, sizes: (command.sizes ?? []).map(\.value))
                let roots = report.roots.sorted { $0.key < $1.key }.map {
                    JournalVerify.Root(size: $0.key, root: Hexadecimal.encode($0.value))
                }
                let reply = JournalVerify.Reply(
                    entries: report.count, first: report.first, last: report.last,
                    root: Hexadecimal.encode(report.root), erased: report.erased, passedOver: report.passedOver,
                    checkpoints: report.checkpoints, roots: roots, key: nil, whole: report.isWhole,
                    faults: report.faults)
                return (reply, report.unopened)
            } catch is JournalVerifier.NoSuchEntry {
                complain(words("there is no entry of that number"))
                throw Exit.refused
            } catch {
                complain("\(path): \(error)")
                throw Exit.refused
            }
        }

        /// Tells the report; whether all of it is as it should be.
        private func tell(
            _ report: JournalVerify.Reply, _ claims: [Claim], _ notes: [Claim], _ given: NoteKey?, unopened: Int = 0,
            text: [UInt8]? = nil
        ) -> Bool {
            // The daemon's own key is one.
            let key = given ?? report.key.flatMap { try? NoteKey($0) }
            let outcomes = (claims + notes).map { $0.outcome(in: report, key) }
            let isWhole = report.whole && outcomes.allSatisfy { $0.isGood }
            if common.isJSON {
                printJSON(.journalVerify, "reply", text ?? WireJSON.encode(report))
                for outcome in outcomes where !outcome.isGood { complain(outcome.text) }
                return isWhole
            }
            print(
                words(
                    "\(report.entries, "entry", "entries"), \(report.first) to \(report.last), \(report.erased, "personal value", "personal values") erased"
                ))
            if report.passedOver > 0 {
                print(words("\(report.passedOver, "entry", "entries") before that were not read"))
            }
            if unopened > 0 {
                print(
                    words(
                        "\(unopened, "personal value was", "personal values were") not opened: that needs the master key"
                    ))
            }
            if report.checkpoints > 0 {
                print(
                    words(
                        "\(report.checkpoints, "checkpoint", "checkpoints") of this gate were held against the entries"
                    ))
            }
            print(words("root \(report.entries):\(report.root)"))
            for outcome in outcomes { print(outcome.text) }
            if !notes.isEmpty, key == nil {
                print(words("The signatures of checkpoints were not checked: that needs --key."))
            }
            for fault in report.faults { print(words("FAULT  \(plain(fault))")) }
            let isUnharmed = report.whole && outcomes.allSatisfy { $0.isGood || $0.isShort }
            print(
                isWhole
                    ? words("The journal is whole.")
                    : isUnharmed ? words("What is there is whole.") : words("The journal is NOT whole."))
            return isWhole
        }
    }
}

/// What somebody kept of the journal, to be held against it.
private struct Claim {
    struct Outcome {
        var isGood: Bool
        /// There are fewer entries now, and what is there may be whole.
        var isShort = false
        var text: String
    }

    var size: UInt64
    /// In hexadecimal.
    var root: String
    var note: SignedNote?

    init(against text: String) throws {
        let parts = text.split(separator: ":").map(String.init)
        guard parts.count == 2, let size = UInt64(parts[0]), size > 0, size <= UInt64(Int64.max),
            Hexadecimal.decode(parts[1])?.count == 32
        else { throw ValidationError(words("--against needs SIZE:ROOT, as an earlier check printed it")) }
        (self.size, root) = (size, parts[1].lowercased())
    }

    private init(_ note: SignedNote) throws(EvidenceFault) {
        let head = try Checkpoint(text: note.text)
        (size, root, self.note) = (head.size, Hexadecimal.encode(head.root), note)
    }

    static func notes(_ path: String) throws -> [Claim] {
        let octets = try readFile(path)
        do throws(EvidenceFault) {
            var claims: [Claim] = []
            for note in try SignedNote.several(octets) { claims.append(try Claim(note)) }
            return claims
        } catch {
            complain(words("\(path): \(error.sentence)"))
            throw Exit.usage
        }
    }

    func outcome(in report: JournalVerify.Reply, _ key: NoteKey?) -> Outcome {
        if let note, let key {
            do throws(EvidenceFault) { _ = try Checkpoint.open(note, key: key) } catch {
                return Outcome(
                    isGood: false,
                    text: words(
                        "FAULT  the checkpoint of \(size, "entry", "entries") is not of this log: \(error.sentence)"
                    ))
            }
        }
        if size > report.entries {
            return Outcome(
                isGood: false, isShort: true,
                text: words(
                    "FAULT  there are fewer entries than that check counted: \(report.entries) of \(size); the end is missing, or the check was of another journal"
                ))
        }
        return report.roots.contains { $0.size == size && $0.root == root }
            ? Outcome(isGood: true, text: words("The first \(size, "entry is", "entries are") those of that check."))
            : Outcome(
                isGood: false,
                text: words("FAULT  the first \(size, "entry is", "entries are") NOT those of that check"))
    }
}
