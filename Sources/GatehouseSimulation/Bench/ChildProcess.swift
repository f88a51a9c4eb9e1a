internal import Glibc

/// A program that a bench starts and ends. A class because it owns the process.
final class ChildProcess {
    let identifier: pid_t
    private var status: Int32?

    struct Failure: Error, CustomStringConvertible { let description: String }

    /// `environment` is all that the program gets. Output and errors go to the end of a file.
    init(_ words: [String], environment: [String], output: String) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        let arguments = words.map { strdup($0) } + [nil]
        let variables = environment.map { strdup($0) } + [nil]
        defer { for word in arguments + variables { free(word) } }
        var child = pid_t()
        let code = posix_spawn(&child, words[0], &actions, nil, arguments, variables)
        guard code == 0 else { throw Failure(description: "\(words[0]): \(String(cString: strerror(code)))") }
        identifier = child
    }

    var isRunning: Bool {
        guard status == nil else { return false }
        var code: Int32 = 0
        if waitpid(identifier, &code, WNOHANG) == identifier { status = code }
        return status == nil
    }

    /// Asks it to end and waits until it has.
    func end() {
        guard isRunning else { return }
        kill(identifier, SIGTERM)
        wait()
    }

    func wait() {
        guard status == nil else { return }
        var code: Int32 = 0
        waitpid(identifier, &code, 0)
        status = code
    }

    // MARK: Its files and sockets

    /// A connection that never blocks.
    static func connect(_ path: String) throws -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard isConnected else { throw Failure(description: "\(path): \(String(cString: strerror(errno)))") }
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        return descriptor
    }

    static func write(_ octets: [UInt8], to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Failure(description: "\(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        guard Glibc.write(descriptor, octets, octets.count) == octets.count else {
            throw Failure(description: "\(path): not written")
        }
    }

    /// The end of a text file, to say why something went wrong.
    static func tail(_ path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        let size = lseek(descriptor, 0, SEEK_END)
        lseek(descriptor, max(0, size - 2000), SEEK_SET)
        var octets = [UInt8](repeating: 0, count: 2000)
        let count = read(descriptor, &octets, octets.count)
        return String(decoding: octets.prefix(max(0, count)), as: UTF8.self)
    }

    /// Removes a folder with all that is in it.
    static func remove(_ path: String) {
        guard let remover = try? ChildProcess(["/bin/rm", "-rf", "--", path], environment: [], output: "/dev/null")
        else { return }
        remover.wait()
    }
}
