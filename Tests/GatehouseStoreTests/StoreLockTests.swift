import GatehouseCore
import GatehouseStore
import Glibc
import Testing

/// One program writes a database.
@Suite struct StoreLockTests {
    private func inFolder(_ body: (String) throws -> Void) throws {
        let folder = "/tmp/gatehouse-lock-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        mkdir(folder, 0o700)
        defer {
            unlink("\(folder)/g.db.lock")
            rmdir(folder)
        }
        try body("\(folder)/g.db")
    }

    private func hold(_ path: String, _ program: String = "first") throws -> StoreLock {
        try StoreLock(database: path, program: program, at: CivilTime(seconds: 1_800_000_000))
    }

    @Test func theSecondIsRefusedAndHearsWhoHoldsIt() throws {
        try inFolder { path in
            let first = try hold(path)
            let refused = #expect(throws: StoreLock.Refused.self) { _ = try self.hold(path, "second") }
            let words = refused?.description ?? ""
            #expect(words.contains("first, process \(getpid()), since 2027-01-15 08:00:00 UTC"), "\(words)")
            withExtendedLifetime(first) {}
        }
    }

    @Test func itIsFreeWhenItsHolderIsGone() throws {
        try inFolder { path in
            withExtendedLifetime(try hold(path, "a program with a much longer name than the next")) {}
            let second = try hold(path, "second")
            let refused = #expect(throws: StoreLock.Refused.self) { _ = try hold(path) }
            #expect(refused?.description.contains("longer name") == false, "nothing is left of the holder before")
            withExtendedLifetime(second) {}
        }
    }

    @Test func aFolderThatIsNotThereIsTold() {
        let refused = #expect(throws: StoreLock.Refused.self) { _ = try hold("/tmp/gatehouse-no-folder/g.db") }
        #expect(refused?.description.contains("/tmp/gatehouse-no-folder/g.db.lock: No such file") == true)
    }

    /// Somebody who may write the folder cannot point the lock elsewhere.
    @Test func aLinkIsNotFollowed() throws {
        try inFolder { path in
            let elsewhere = path + ".elsewhere"
            defer { unlink(elsewhere) }
            #expect(symlink(elsewhere, path + ".lock") == 0)
            #expect(throws: StoreLock.Refused.self) { _ = try hold(path) }
            #expect(access(elsewhere, F_OK) != 0)
        }
    }
}
