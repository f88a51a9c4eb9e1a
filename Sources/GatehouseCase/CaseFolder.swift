internal import GatehouseCore
internal import Glibc

/// Reads the folder of a case that somebody brought: plain files with names of a case, each within its bound, and nothing else.
package enum CaseFolder {
    /// What the desktops of officers leave in each folder that they open. It is not read.
    private static let leavings: Set<String> = [".DS_Store", "Thumbs.db", "desktop.ini"]

    package struct Found: Sendable {
        package var files: [String: [UInt8]] = [:]
        package var faults: [CaseFault] = []
        package init(files: [String: [UInt8]] = [:]) { self.files = files }
    }

    /// A path of the folder, or of a file in it.
    package static func read(_ path: String) throws(CaseFault) -> Found {
        let folder = try open(path)
        defer { close(folder) }
        var found = Found()
        var octets = 0
        for name in try names(folder, path) {
            guard let file = CaseFile(name) else {
                found.faults.append(CaseFault(shown(name), Sentence("no file of a case has this name")))
                continue
            }
            do throws(CaseFault) {
                let content = try read(file, folder)
                octets += content.count
                found.files[name] = content
            } catch { found.faults.append(error) }
            guard octets <= CaseFile.mostOctets else {
                throw CaseFault(path, Sentence("all files together are larger than a case is"))
            }
        }
        return found
    }

    private static func open(_ path: String) throws(CaseFault) -> Int32 {
        var descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if descriptor < 0, errno == ENOTDIR {
            let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
            let parent = parts.isEmpty ? "." : parts.joined(separator: "/")
            descriptor = Glibc.open(parent.isEmpty ? "/" : parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        }
        guard descriptor >= 0 else {
            throw CaseFault(path, Sentence("it cannot be read: \(String(cString: strerror(errno)))"))
        }
        return descriptor
    }

    private static func names(_ folder: Int32, _ path: String) throws(CaseFault) -> [String] {
        guard let listing = fdopendir(dup(folder)) else {
            throw CaseFault(path, Sentence("it cannot be read: \(String(cString: strerror(errno)))"))
        }
        defer { closedir(listing) }
        var names: [String] = []
        while let entry = readdir(listing) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name == "." || name == ".." || leavings.contains(name) { continue }
            names.append(name)
            guard names.count <= CaseFile.mostFiles else {
                throw CaseFault(path, Sentence("more files than a case has"))
            }
        }
        return names.sorted()
    }

    /// Neither a link nor a pipe is followed or waited for.
    private static func read(_ file: CaseFile, _ folder: Int32) throws(CaseFault) -> [UInt8] {
        let descriptor = openat(folder, file.name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CaseFault(
                file,
                errno == ELOOP
                    ? Sentence("it is a link") : Sentence("it cannot be read: \(String(cString: strerror(errno)))"))
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw CaseFault(file, Sentence("it is not a plain file"))
        }
        var octets = [UInt8](repeating: 0, count: min(file.limit, Int(clamping: status.st_size)) + 1)
        var count = 0
        while count < octets.count {
            let more = octets.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress! + count, $0.count - count)
            }
            guard more >= 0 else {
                throw CaseFault(file, Sentence("it cannot be read: \(String(cString: strerror(errno)))"))
            }
            if more == 0 { break }
            count += more
        }
        // It grew meanwhile, or is larger than any.
        guard count < octets.count else { throw CaseFault(file, Sentence("it is larger than such a file is")) }
        return Array(octets[..<count])
    }

    /// A name of somebody else, short and without what steers a terminal.
    private static func shown(_ name: String) -> String {
        String(
            String.UnicodeScalarView(
                name.unicodeScalars.prefix(64).map { $0.value < 0x20 || $0.value == 0x7F ? "·" : $0 }))
    }
}
