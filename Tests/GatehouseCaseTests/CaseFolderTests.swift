import GatehouseCore
import Glibc
import Testing

@testable import GatehouseCase

/// The folder comes from somebody who may wish us ill.
@Suite("Folders of cases")
struct CaseFolderTests {
    /// A folder with the files of a sample, taken away again.
    private func folder(_ change: (String) -> Void = { _ in }, _ body: (String) throws -> Void) throws {
        let path = "/tmp/gatehouse-case-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        mkdir(path, 0o700)
        let sample = try SampleCase()
        for (name, octets) in sample.files { write(octets, "\(path)/\(name)") }
        change(path)
        try body(path)
        guard let listing = opendir(path) else { return }
        while let entry = readdir(listing) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            unlink("\(path)/\(name)")
            rmdir("\(path)/\(name)")
        }
        closedir(listing)
        rmdir(path)
    }

    private func write(_ octets: [UInt8], _ path: String) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        _ = octets.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
    }

    private func faults(_ change: @escaping (String) -> Void) throws -> [CaseFault] {
        var faults: [CaseFault] = []
        try folder(change) { path in
            do throws(CaseFault) { faults = CaseCheck(try CaseFolder.read(path)).faults } catch { faults = [error] }
        }
        return faults
    }

    @Test func aFolderIsReadByItsNameOrThatOfAFileInIt() throws {
        try folder { path in
            for name in [path, "\(path)/case.html"] {
                let found = try CaseFolder.read(name)
                #expect(CaseCheck(found).isWhole)
            }
            #expect(throws: CaseFault.self) { try CaseFolder.read("\(path)/none") }
        }
    }

    /// Whoever opened the folder on a desk made no other case of it.
    @Test func whatDesktopsLeaveIsPassedOver() throws {
        #expect(
            try faults { for name in [".DS_Store", "Thumbs.db", "desktop.ini"] { write([1], "\($0)/\(name)") } }.isEmpty
        )
        #expect(try faults { write([1], "\($0)/.DS_Store.sh") }.map(\.file) == [".DS_Store.sh"])
    }

    @Test func aLinkIsNotFollowedAndAPipeIsNotWaitedFor() throws {
        let link = try faults {
            unlink("\($0)/policy.txt")
            symlink("/etc/passwd", "\($0)/policy.txt")
        }
        #expect(link.contains { $0.file == "policy.txt" && $0.sentence.english.contains("link") })
        let pipe = try faults {
            unlink("\($0)/case.html")
            mkfifo("\($0)/case.html", 0o600)
        }
        #expect(pipe.contains { $0.file == "case.html" && $0.sentence.english.contains("plain file") })
        let below = try faults {
            unlink("\($0)/case.html")
            mkdir("\($0)/case.html", 0o700)
        }
        #expect(below.contains { $0.file == "case.html" && $0.sentence.english.contains("plain file") })
    }

    @Test func whatIsTooLargeIsNotReadAndWhatIsStrangeIsNamed() throws {
        let large = try faults { truncate("\($0)/policy.txt", 1 << 40) }
        #expect(large.contains { $0.file == "policy.txt" && $0.sentence.english.contains("larger") })
        let strange = try faults { write([1], "\($0)/run\u{1B}[2J.sh") }
        #expect(strange.map(\.file) == ["run·[2J.sh"])
        let many = try faults { path in
            for number in 0...CaseFile.mostFiles { write([], "\(path)/picture-\(number).jpg") }
        }
        #expect(many.count == 1 && many[0].sentence.english.contains("more files"))
    }

    @Test func aNameHasOneForm() {
        for name in ["entry-1.leaf", "picture-9.jpg", "case.html", "export-12.tlog-proof"] {
            #expect(CaseFile(name)?.name == name)
        }
        for name in [
            "entry-01.leaf", "entry--1.leaf", "entry-1.leaf/", "../case.html", "entry-+1.leaf", "entry-.leaf", "",
            "entry-99999999999999999999.leaf", "entry-9223372036854775808.leaf", "Case.html", "picture-1.png",
            "manifest.txt.sig.sig",
        ] { #expect(CaseFile(name) == nil, "\(name)") }
    }
}
