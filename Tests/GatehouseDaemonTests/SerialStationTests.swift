import CLinux
import GatehouseConfiguration
import GatehouseCore
import GatehouseProtocols
import GatehouseSimulation
import Glibc
import Logging
import Testing

@testable import GatehouseDaemon

/// An adapter under a stable name, as udev makes them: plugged in, pulled out, plugged in again as another device.
private final class Adapter {
    let path: String
    private let folder: String
    private var master: Int32 = -1

    init() {
        var template = Array("/tmp/gatehouse-adapter-XXXXXX".utf8CString)
        folder = String(cString: mkdtemp(&template))
        path = folder + "/usb-reader"
    }

    deinit {
        unplug()
        rmdir(folder)
    }

    func plug() throws {
        var name = [CChar](repeating: 0, count: 64)
        master = clinux_pty_open(&name, name.count)
        try #require(master >= 0, "no pseudo-terminal")
        try #require(symlink(name, path) == 0)
    }

    func unplug() {
        if master >= 0 { close(master) }
        master = -1
        unlink(path)
    }

    func send(_ octets: [UInt8]) { _ = write(master, octets, octets.count) }

    /// What the station sent until now.
    func receive() -> [UInt8] {
        var wait = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
        guard poll(&wait, 1, 0) == 1 else { return [] }
        var octets = [UInt8](repeating: 0, count: 4096)
        let count = read(master, &octets, octets.count)
        return Array(octets.prefix(max(0, count)))
    }
}

@Suite struct SerialStationTests {
    private func station(_ kind: ReaderKind, at path: String) throws -> SerialStation {
        let made = SerialStation.make(
            [
                GatehouseConfiguration.ReaderSettings(
                    id: "r", kind: .serial(.init(path, baud: UInt32(kind.word.usualBaud)), kind))
            ], keys: [:], at: .zero,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        return try #require(made.first)
    }

    /// Waits for octets at the station's port and takes them.
    private func hear(_ station: SerialStation, at now: MonotonicTime) throws -> [Input] {
        var wait = pollfd(fd: try #require(station.descriptor), events: Int16(POLLIN), revents: 0)
        try #require(poll(&wait, 1, 10_000) == 1, "nothing came")
        return wait.revents & Int16(POLLIN) != 0 ? station.readable(at: now) : station.broken(at: now)
    }

    private func seconds(_ count: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: count * 1_000_000_000) }

    @Test func anAdapterThatVanishesAndComesBackAsAnotherDeviceIsReadAgain() throws {
        let adapter = Adapter()
        try adapter.plug()
        let station = try station(.em4100(.init()), at: adapter.path)
        #expect(station.timePassed(at: seconds(1)) == [.reader("r", .link(.online(.none)))])
        let frame = EM4100Frame(version: 0, number: 3_887_558).octets()
        let card = Input.reader("r", .card(CardRead(number: CardNumber(format: "EM4100", number: 3_887_558))))
        adapter.send(frame)
        #expect(try hear(station, at: seconds(2)) == [card])
        // Pulled out in the midst of a frame.
        adapter.send(Array(frame.prefix(7)))
        #expect(try hear(station, at: seconds(9)) == [])
        adapter.unplug()
        #expect(try hear(station, at: seconds(10)) == [.reader("r", .link(.offline(.portLost)))])
        #expect(station.descriptor == nil)
        // Not there yet: tried at growing pauses, told once.
        var tries = 0
        while let next = station.nextDeadline, next < seconds(40) {
            #expect(station.timePassed(at: next).allSatisfy { $0 == .reader("r", .link(.offline(.portLost))) })
            tries += 1
        }
        #expect((6...20).contains(tries))
        try adapter.plug()
        let back = try #require(station.nextDeadline)
        #expect(station.timePassed(at: back) == [.reader("r", .link(.online(.none)))])
        // The half frame from before is forgotten.
        adapter.send(Array(frame.suffix(7)) + frame)
        #expect(try hear(station, at: back) == [card])
    }

    @Test(arguments: UHFFamily.allCases)
    func aReaderOfTagsIsAskedAgainAfterItsAdapterCameBack(family: UHFFamily) throws {
        let adapter = Adapter()
        try adapter.plug()
        let station = try station(.uhf(.init(family: family)), at: adapter.path)
        #expect(station.timePassed(at: seconds(1)) == [])
        #expect(adapter.receive() == family.inventory(address: 255))
        adapter.unplug()
        #expect(try hear(station, at: seconds(2)) == [.reader("r", .link(.offline(.portLost)))])
        try adapter.plug()
        let back = try #require(station.nextDeadline)
        #expect(station.timePassed(at: back) == [])
        let question = adapter.receive()
        #expect(question == family.inventory(address: 255))
        var peer = EmulatedUHFReader(family)
        peer.present(hexadecimal: "E20034120123456789ABCDEF")
        adapter.send(peer.receive(question))
        let number = CardNumber(format: "EPC", value: .text("E20034120123456789ABCDEF"))
        #expect(
            try hear(station, at: back) == [
                .reader("r", .link(.online(.none))), .reader("r", .card(CardRead(number: number))),
            ])
    }
}

extension SerialStationTests {
    @Test func aPortThatIsFullWithoutEndIsPutAsideAndToldOnce() throws {
        let adapter = Adapter()
        try adapter.plug()
        let station = try station(.line(.init(framing: .line(.text, endsAtSilence: false))), at: adapter.path)
        _ = station.timePassed(at: seconds(1))
        var told: [Input] = []
        for round in 0..<60 {
            adapter.send([UInt8](repeating: 0x55, count: 1000))
            told += try hear(station, at: seconds(1) + .milliseconds(100 * round)).filter {
                if case .health = $0 { true } else { false }
            }
        }
        #expect(told == [.health(.readerBabbling, subject: "r", isOn: true)])
        let recorded = station.trace.entries.count
        adapter.send(Array("12345\r".utf8))
        #expect(try hear(station, at: seconds(10)) == [], "nothing counts meanwhile")
        #expect(station.trace.entries.count == recorded)
        #expect(station.timePassed(at: seconds(60)) == [])
        let back = seconds(80)
        #expect(station.timePassed(at: back) == [.health(.readerBabbling, subject: "r", isOn: false)])
        adapter.send(Array("\r12345\r".utf8))
        let number = CardNumber(format: "TEXT", value: .text("12345"))
        #expect(try hear(station, at: back).contains(.reader("r", .card(CardRead(number: number)))))
    }
}
