import GatehouseCore
import GatehouseCrypto
import GatehouseStore
import Glibc

/// Archives of a hand-over: somebody brings them on a stick, and root reads them. Hashes, seals and signatures always fit
/// here, so that what is inside them is reached.
enum Archives {
    private static let nothing = [UInt8](repeating: 0, count: 32)
    private static var reading: ArchiveSecrets.Reading {
        ArchiveSecrets.Reading(
            verify: { _, _, _ in true }, open: { _ in { sealed, _ in sealed } },
            running: { ArchiveSecrets.Running(update: { _ in }, finish: { nothing }) })
    }
    private static let secrets = {
        var secrets = KeyRing(master: SecretKey([UInt8](repeating: 1, count: 32))).storeSecrets
        secrets.sha256 = { _ in nothing }
        return secrets
    }()
    /// In memory; one for the life of the process.
    private static let folder = {
        var template = Array("/dev/shm/gatehouse-fuzz-XXXXXX".utf8CString)
        guard let name = mkdtemp(&template) else { fatalError("no folder") }
        return String(cString: name)
    }()

    static func check(_ octets: [UInt8]) {
        let path = folder + "/archive"
        write(octets, to: path)
        guard let report = try? HandoverCheck.run(path, secrets: secrets, reading: reading) else { return }
        for damage in report.damages {
            insist((0...octets.count).contains(damage.offset), "damage outside of the file: \(damage)")
        }
        guard report.isWhole else { return }
        guard let manifest = report.manifest else { fatalError("whole without a manifest") }
        take(path, entries: manifest.entries)
    }

    /// Into an empty controller: all of it, or nothing.
    private static func take(_ path: String, entries: UInt64) {
        let database = folder + "/gatehouse.db"
        for suffix in ["", "-wal", "-shm", ".new", ".new-wal", ".new-shm"] { unlink(database + suffix) }
        mkdir(folder + "/pictures", 0o700)
        do {
            let report = try HandoverImport.run(
                path, database: database, pictures: folder + "/pictures", at: CivilTime(seconds: 1_800_000_000),
                actor: "fuzz", secrets: secrets, reading: reading)
            let isThere = access(database, F_OK) == 0
            insist(report.check.isWhole == isThere, "\(report.check.damages), and a database: \(isThere)")
            guard isThere else { return }
        } catch {
            return insist(access(database, F_OK) != 0, "refused, and there is a database: \(error)")
        }
        do {
            let count = try JournalVerifier(path: database, secrets: secrets).verify().count
            insist(count == entries + 1, "\(count) entries of \(entries)")
        } catch { insist(false, "the database that was taken cannot be read: \(error)") }
    }

    private static func insist(_ holds: Bool, _ sentence: @autoclosure () -> String) {
        if !holds { fatalError(sentence()) }
    }

    private static func write(_ octets: [UInt8], to path: String) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        precondition(descriptor >= 0 && Glibc.write(descriptor, octets, octets.count) == octets.count, "no file")
        close(descriptor)
    }
}
