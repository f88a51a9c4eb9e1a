import ArgumentParser
import GatehouseAdmin
import GatehouseCore
import Glibc

struct PictureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "picture", abstract: words("Pictures of what happened."), subcommands: [Show.self])

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("The picture of an entry, on the screen or into a file."),
            discussion: words(
                """
                Guards see those of the last 24 hours; what is older than 72 hours needs --reason. Each is a look.
                Examples:
                  gatehousectl picture show 1207
                  gatehousectl picture show 1207 --to gate.jpg
                """))
        @Argument(help: told("The number of the entry, from log.")) var event: String
        @Option(help: told("The file to write; it may not be there yet.")) var to: String?
        @Option(
            help: told("Which of several pictures: the camera, or its frame a second before or after, lane.before."))
        var camera: String?
        @OptionGroup var common: Common

        func run() throws {
            let command = try PictureShow(
                event: argument("EVENT", event), camera: camera.map { try argument("--camera", $0) })
            let hasScreen = getenv("DISPLAY") != nil || getenv("WAYLAND_DISPLAY") != nil
            guard to != nil || hasScreen else {
                complain(words("there is no screen here: --to FILE writes the picture"))
                throw Exit.usage
            }
            if let to, access(to, F_OK) == 0 {
                complain(words("\(to) is there already; nothing was written over it"))
                throw Exit.usage
            }
            var octets: [UInt8] = []
            var isWritten = true
            try asking(command, common) { answer in
                octets += answer.value.data.octets
            } result: { answer in
                if common.isJSON { printJSON(.pictureShow, "reply", answer.text) }
                let path = to ?? "\(folder())/gatehouse-\(getpid())-\(answer.value.file)"
                isWritten = octets.count == answer.value.size && NewFile.write(octets, to: path)
                guard isWritten else { return complain("\(path): \(String(cString: strerror(errno)))") }
                if to == nil {
                    open(path)
                } else if !common.isJSON {
                    print(words("\(path)  \(octets.count, "octet", "octets")"))
                    let others = answer.value.cameras
                    if camera == nil, others.count > 1 {
                        print(words("there are several: --camera \(others.joined(separator: ", "))"))
                    }
                }
            }
            if !isWritten { throw Exit.usage }
        }

        /// A folder of this user alone, where there is one.
        private func folder() -> String { getenv("XDG_RUNTIME_DIR").map { String(cString: $0) } ?? "/tmp" }

        private func open(_ path: String) {
            let call: [UnsafeMutablePointer<CChar>?] = [strdup("xdg-open"), strdup(path), nil]
            defer { call.forEach { free($0) } }
            var child: pid_t = 0
            guard posix_spawnp(&child, "xdg-open", nil, nil, call, environ) == 0 else {
                return complain(words("xdg-open is not there; the picture stands in \(path)"))
            }
            var status: Int32 = 0
            while waitpid(child, &status, 0) < 0, errno == EINTR {}
        }
    }
}
