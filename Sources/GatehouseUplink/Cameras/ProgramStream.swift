internal import CLinux
internal import GatehouseConfiguration
internal import GatehouseCore
internal import Glibc

/// The stream of an RTSP camera through one resident ffmpeg, a process of its own: it speaks the camera's protocols and codecs
/// and writes JPEGs one behind the other. Key frames alone are decoded.
enum ProgramStream {
    /// A camera that is silent for so long is asked anew.
    private static let silence: Duration = .seconds(10)

    static func source(_ settings: CameraSettings, password: String?) -> StreamCamera.Source {
        let script = script(settings, password: password)
        return { take in run(script, take) }
    }

    /// What ffmpeg is told over its standard input: an address with a password stands in no list of processes.
    static func script(_ settings: CameraSettings, password: String?) -> String {
        var address = settings.url
        if let user = settings.user, let end = address.firstRange(of: "://") {
            address.insert(contentsOf: "\(escaped(user)):\(escaped(password ?? ""))@", at: end.upperBound)
        }
        return "ffconcat version 1.0\nfile '\(address)'\noption rtsp_transport tcp\noption timeout 5000000\n"
    }

    /// Percent-encoding (RFC 3986, 2.1) of all that is not unreserved.
    private static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        return text.utf8.map { octet -> String in
            switch octet {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                String(UnicodeScalar(octet))
            default: "%\(digits[Int(octet >> 4)])\(digits[Int(octet & 15)])"
            }
        }.joined()
    }

    private static let words = [
        "ffmpeg", "-hide_banner", "-loglevel", "quiet", "-threads", "1", "-skip_frame", "nokey", "-protocol_whitelist",
        "pipe,fd,rtsp,rtsps,rtp,udp,tcp,tls,crypto", "-f", "concat", "-safe", "0", "-i", "pipe:0", "-an", "-vsync",
        "passthrough", "-q:v", "4", "-flush_packets", "1", "-f", "mjpeg", "pipe:1",
    ]

    private static func run(_ script: String, _ take: ([UInt8]) -> Bool) -> SnapshotFailure {
        guard let child = Child(words, input: Array(script.utf8)) else { return .noProgram }
        defer { child.end() }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            var ready = pollfd(fd: child.output, events: Int16(POLLIN), revents: 0)
            let count = poll(&ready, 1, Int32(clamping: silence.wholeMilliseconds))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return .timeout }
            let got = read(child.output, &buffer, buffer.count)
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { return .unreachable }
            guard take(Array(buffer.prefix(got))) else { return .timeout }
        }
    }

    /// A process in a group of its own, with limits of its own.
    private struct Child {
        let pid: pid_t
        let output: Int32

        init?(_ words: [String], input: [UInt8]) {
            var (hands, mouth): ([Int32], [Int32]) = ([-1, -1], [-1, -1])
            guard pipe(&hands) == 0, pipe(&mouth) == 0 else { return nil }
            for end in hands + mouth { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
            posix_spawn_file_actions_init(&actions)
            posix_spawnattr_init(&attributes)
            defer {
                posix_spawn_file_actions_destroy(&actions)
                posix_spawnattr_destroy(&attributes)
            }
            posix_spawn_file_actions_adddup2(&actions, hands[0], 0)
            posix_spawn_file_actions_adddup2(&actions, mouth[1], 1)
            posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
            posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
            posix_spawnattr_setpgroup(&attributes, 0)
            let call: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
            defer { call.forEach { free($0) } }
            var made: pid_t = 0
            let code = posix_spawnp(&made, words[0], &actions, &attributes, call, environ)
            close(hands[0])
            close(mouth[1])
            // Less than a pipe holds.
            let isTold = write(hands[1], input, input.count) == input.count
            close(hands[1])
            (pid, output) = (made, mouth[0])
            guard code == 0, isTold else {
                if code == 0 { end() } else { close(output) }
                return nil
            }
        }

        func end() {
            close(output)
            kill(-pid, SIGKILL)
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        }
    }
}
