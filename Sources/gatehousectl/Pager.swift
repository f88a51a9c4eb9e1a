import GatehouseAdmin
import GatehouseCore
import Glibc

/// What is longer than the terminal goes through a pager, as git does it: $PAGER, or `less` where there is one. Never where the
/// output is no terminal.
struct Pager {
    private let child: pid_t

    /// Nil where nothing is paged: the output goes where it went.
    static func start() -> Pager? {
        guard isatty(1) == 1 else { return nil }
        var command = getenv("PAGER").map { String(cString: $0) }
        if command == nil, access("/usr/bin/less", X_OK) == 0 { command = "less" }
        guard let command, !command.isEmpty, command != "cat" else { return nil }
        // Short texts stay on the screen, and colours are shown as such.
        setenv("LESS", "FRX", 0)
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
        var child: pid_t = 0
        let words: [UnsafeMutablePointer<CChar>?] = [strdup("/bin/sh"), strdup("-c"), strdup(command), nil]
        defer { words.forEach { free($0) } }
        let result = posix_spawn(&child, "/bin/sh", &actions, nil, words, environ)
        close(ends[0])
        guard result == 0 else {
            close(ends[1])
            return nil
        }
        // Whoever closes the pager has seen enough.
        signal(SIGPIPE, SIG_DFL)
        dup2(ends[1], 1)
        close(ends[1])
        return Pager(child: child)
    }

    /// Lets the pager show what is there, and waits until it was read.
    func finish() {
        fflush(nil)
        close(1)
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
    }
}

/// Colours, on a terminal alone, and not where NO_COLOR stands.
enum Colour {
    static var isWanted: Bool {
        isatty(1) == 1 && (getenv("NO_COLOR").map { String(cString: $0).isEmpty } ?? true)
            && getenv("TERM").map { String(cString: $0) } != "dumb"
    }

    static func paint(_ text: String, _ tone: LogTable.Tone) -> String {
        switch tone {
        case .plain: text
        case .refused: "\u{1B}[31m\(text)\u{1B}[0m"
        case .alarm: "\u{1B}[1;31m\(text)\u{1B}[0m"
        }
    }
}
