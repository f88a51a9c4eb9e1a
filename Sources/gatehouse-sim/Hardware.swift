import ArgumentParser
import GatehouseConfiguration
import GatehouseCore
import GatehouseCrypto
import GatehouseSimulation
import Glibc

struct Hardware: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Emulates the hardware that a configuration names.",
        discussion: """
            Commands come from --script or from the input, one a line:
              card wicket-in H10301:118-1603     key wicket-in 1234#      face face-1 5 | stranger | photo
              walk wicket                        door wicket open|close   button wicket
              fire on|off                        tamper wicket-out on|off dead wicket-out | alive wicket-out
              swap wicket-out 77
              wait 500ms                         lines                    quit
            """)

    @Option(name: .shortAndLong, help: "The configuration; its serial paths become links to pseudo-terminals.")
    var config: String

    @Option(help: "A file with commands; the bench ends after it.")
    var script: String?

    @Option(help: "Certificate (PEM) of the emulated receivers of alerts.")
    var certificate: String?

    @Option(help: "Its key (PEM).")
    var key: String?

    func run() throws {
        let configuration = try ConfigurationReader.read(path: config, digest: { Hash.sha256($0) })
        let bench = try HardwareBench(configuration)
        bench.report = { tell($0) }
        bench.released = { [unowned bench] portal, isReleased, at in
            guard isReleased else { return tell("line  \(portal) secured") }
            let micros = (at - bench.lastBit).wholeNanoseconds / 1000
            tell("line  \(portal) released, \(micros) us after the last bit")
        }
        let network = try EmulatedNetwork(configuration, certificate: certificate, key: key) { tell($0) }
        defer { network.stop() }
        tell("bench ready")
        if let script {
            for line in try lines(of: script) { try perform(line, bench) }
            return
        }
        _ = fcntl(0, F_SETFL, fcntl(0, F_GETFL) | O_NONBLOCK)
        var pending: [UInt8] = []
        while !bench.hasQuit {
            bench.serve(for: .milliseconds(20))
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = read(0, &buffer, buffer.count)
            if count == 0 { return }
            if count < 0 { continue }
            pending += buffer[0..<count]
            while let end = pending.firstIndex(of: 10) {
                let line = String(decoding: pending[..<end], as: UTF8.self)
                pending.removeFirst(end + 1)
                do { try perform(line, bench) } catch { tell("error \(error)") }
            }
        }
    }

    private func perform(_ line: String, _ bench: HardwareBench) throws {
        guard let command = try HardwareCommand.parse(line) else { return }
        try bench.perform(command)
        if case .wait = command { return }
        tell("done  \(line)")
    }

    private func lines(of path: String) throws -> [String] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ValidationError("\(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var octets: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while case let count = read(descriptor, &buffer, buffer.count), count > 0 { octets += buffer[0..<count] }
        return String(decoding: octets, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}

/// One line at once, also into a pipe.
private func tell(_ text: String) {
    let line = Array("\(text)\n".utf8)
    _ = write(1, line, line.count)
}
