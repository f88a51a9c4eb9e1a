import ArgumentParser
import CLinux
import GatehouseAdmin
import GatehouseCase
import GatehouseCore
import GatehouseCrypto
import Glibc

struct CaseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "case", abstract: words("Case files: entries with all that proves them, for somebody outside."),
        subcommands: [Export.self, Verify.self])

    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Write a case file: a folder that anybody can read, print and check. Needs --reason."),
            discussion: words(
                """
                The entries are named by their numbers. All entries of one person need a second person who says the same within 5 minutes,
                and a span of at most 72 hours; an auditor with the number of a court's order may ask for more. It is an entry, and stands in
                the report of everybody who is in it.
                Examples:
                  gatehousectl case export 1207 1300-1310 --pictures --to case-12 --reason "case 12/2026"
                  gatehousectl case export --person R-1001 --from "2026-11-26 18:00" --until "2026-11-27 06:00" --to case-12 --reason "case 12/2026"
                """))
        @Argument(help: told("Numbers of entries, or ranges of them: 1300-1310.")) var events: [String] = []
        @Option(help: told("A folder to make; it may not be there yet.")) var to: String
        @Flag(help: told("With the pictures of the entries.")) var pictures = false
        @Option(help: told("All entries of this person. Needs a second person.")) var person: String?
        @Option(help: told("The span of the person begins.")) var from: String?
        @Option(help: told("The span of the person ends.")) var until: String?
        @Option(help: told("The number of a court's order, for more than 72 hours.")) var court: String?
        @OptionGroup var common: Common

        func run() throws {
            let command = try CaseExport(
                events: argument("EVENT", events.isEmpty ? nil : events.joined(separator: ",")),
                person: argument("--person", person), from: argument("--from", from),
                until: argument("--until", until), court: argument("--court", court),
                pictures: pictures ? FlagArgument(true) : nil)
            guard access(to, F_OK) != 0 else {
                complain(words("\(to) is there already; nothing was written over it"))
                throw Exit.usage
            }
            let folder = try NewFolder(to)
            var isWritten = true
            do {
                try asking(command, common) { answer in
                    isWritten = isWritten && folder.add(answer.value.data.octets, to: answer.value.file)
                } result: { answer in
                    isWritten = isWritten && folder.count == answer.value.files && folder.end()
                    guard isWritten else { return }
                    if common.isJSON { return printJSON(.caseExport, "reply", answer.text) }
                    tell(answer.value)
                }
            } catch {
                folder.discard()
                throw error
            }
            if !isWritten {
                complain(folder.problem)
                folder.discard()
                throw Exit.refused
            }
        }

        private func tell(_ reply: CaseExport.Reply) {
            print(
                words(
                    "\(plain(to)): \(reply.entries, "entry", "entries"), \(reply.pictures, "picture", "pictures")")
                    + entryText(reply.event))
            let names = plain(reply.witnesses.joined(separator: ", "))
            switch reply.enough {
            case true?: print(words("witnessed by \(names)"))
            case false? where !reply.witnesses.isEmpty:
                print(words("witnessed by \(names), who are fewer than the policy asks for"))
            default: print(words("not witnessed: it rests on the gate's own key"))
            }
            print(words("checked by the key \(reply.key)"))
            print(words("Give the key to the reader on another way than the folder."))
        }
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Check a case file with its files alone: no daemon, no database."),
            discussion: words(
                """
                What is proved is proved by the key of the journal: bring it, or a policy with witnesses, from elsewhere.
                Example: gatehousectl case verify case-12 --key KEY
                """))
        @Argument(help: told("The folder, or a file in it."), completion: .file()) var folder: String
        @Option(help: told("The key of the journal, as somebody else has told it.")) var key: String?
        @Option(help: told("A policy of your own: keys of the journal and of witnesses, and how many of these."))
        var policy: String?
        @OptionGroup var tongue: TongueOption

        func run() throws {
            guard key == nil || policy == nil else {
                throw ValidationError(words("a policy has the key of the journal in it: --key or --policy"))
            }
            var trust = CaseCheck.Trust()
            do throws(EvidenceFault) {
                trust.key = try key.map { text throws(EvidenceFault) in try NoteKey(text) }
            } catch {
                throw ValidationError(words("--key needs the key of a log: \(error.sentence)"))
            }
            if let policy {
                trust.policy = try readFile(policy)
                do throws(EvidenceFault) { _ = try LogPolicy(trust.policy ?? []) } catch {
                    throw ValidationError(words("--policy: \(error.sentence)"))
                }
            }
            let found: CaseFolder.Found
            do throws(CaseFault) { found = try CaseFolder.read(folder) } catch {
                complain(words("refused: \(error.sentence)"))
                throw Exit.refused
            }
            let check = CaseCheck(found, trust: trust)
            for line in CaseVerdict.lines(check, Tongue.current) { printFolded(plain(line)) }
            if !check.isWhole { throw Exit.refused }
        }
    }
}

/// A folder that is there whole or not at all: its files are written under another name beside it, checked, and then it gets its own.
private final class NewFolder {
    // A class because its pieces come into a closure.
    private let path: String
    private let temporary: String
    private var open: (name: String, descriptor: Int32)?
    private(set) var count = 0
    private(set) var problem = ""

    init(_ path: String) throws {
        var trimmed = path
        while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
        self.path = trimmed
        temporary = "\(trimmed).\(getpid()).new"
        guard mkdir(temporary, 0o700) == 0 else {
            complain("\(temporary): \(String(cString: strerror(errno)))")
            throw Exit.usage
        }
    }

    /// The next piece of a file; the pieces of one stand together.
    func add(_ octets: [UInt8], to name: String) -> Bool {
        if open?.name != name {
            guard close(), let file = CaseFile(name) else {
                return fail(words("the daemon named a file that no case has"))
            }
            let descriptor = Glibc.open(
                "\(temporary)/\(file.name)", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard descriptor >= 0 else { return fail() }
            open = (name, descriptor)
            count += 1
        }
        var rest = octets[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { write(open?.descriptor ?? -1, $0.baseAddress, $0.count) }
            guard written > 0 else { return fail() }
            rest = rest.dropFirst(written)
        }
        return true
    }

    /// Checks what was written, and gives the folder its name.
    func end() -> Bool {
        guard close() else { return false }
        do throws(CaseFault) {
            let check = CaseCheck(try CaseFolder.read(temporary))
            if let fault = check.faults.first { return fail(words("it does not hold: \(fault.sentence)")) }
        } catch { return fail(words("it does not hold: \(error.sentence)")) }
        let folder = Glibc.open(temporary, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        fsync(folder)
        Glibc.close(folder)
        return clinux_rename_new(temporary, path) == 0 || fail()
    }

    func discard() {
        _ = close()
        for name in names() { unlink("\(temporary)/\(name)") }
        rmdir(temporary)
    }

    private func close() -> Bool {
        guard let open else { return true }
        self.open = nil
        let isSafe = fsync(open.descriptor) == 0
        return Glibc.close(open.descriptor) == 0 && isSafe || fail()
    }

    private func fail(_ text: String? = nil) -> Bool {
        if problem.isEmpty { problem = text ?? "\(path): \(String(cString: strerror(errno)))" }
        return false
    }

    private func names() -> [String] {
        guard let listing = opendir(temporary) else { return [] }
        defer { closedir(listing) }
        var names: [String] = []
        while let entry = readdir(listing) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        return names
    }
}
