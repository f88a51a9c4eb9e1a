import GatehouseSimulation
import Glibc

/// The pictures of a bench, as the uplink lays them down.
struct PictureFolder {
    /// Below the folder: by day, then event, camera and a random part.
    static let path = "2026/11/18/9-gate-aa.jpg"
    private let folder: String

    init(of bench: DeskBench) { folder = "\(bench.folder)/pictures" }

    func put(_ octets: [UInt8]) {
        var place = folder
        mkdir(place, 0o700)
        for name in Self.path.split(separator: "/").dropLast() {
            place += "/\(name)"
            mkdir(place, 0o700)
        }
        let descriptor = open("\(folder)/\(Self.path)", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        _ = octets.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
    }

    func remove() { unlink("\(folder)/\(Self.path)") }

    func tidy() {
        remove()
        for place in ["/2026/11/18", "/2026/11", "/2026", ""] { rmdir("\(folder)\(place)") }
    }
}
