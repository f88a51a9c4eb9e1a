import GatehouseCore
import GatehouseDevices
import Glibc
import Testing

struct SerialPortTests {
    @Test(arguments: [UInt32(9600), 115_200, 250_000])
    func everyOctetPassesUnchangedBothWays(baud: UInt32) throws {
        let terminal = try PseudoTerminal()
        let port = SerialPort(SerialSettings(path: terminal.path, baud: baud))
        try port.open()
        let all = (0...255).map { UInt8($0) }
        #expect(try port.write(all))
        var received: [UInt8] = []
        while received.count < all.count { received += terminal.receive() }
        #expect(received == all)
        terminal.send(all)
        received = []
        while received.count < all.count {
            waitReadable(port.descriptor)
            received += try port.read(limit: 100)
        }
        #expect(received == all)
        #expect(try port.read() == [], "nothing waits")
        #expect(terminal.receiveWaiting() == [], "no echo")
    }

    @Test func aPortHasOneOwner() throws {
        let terminal = try PseudoTerminal()
        let first = SerialPort(SerialSettings(path: terminal.path, baud: 9600))
        let second = SerialPort(SerialSettings(path: terminal.path, baud: 9600))
        try first.open()
        #expect(throws: SerialError.busy(path: terminal.path)) { try second.open() }
        #expect(!second.isOpen)
        first.close()
        try second.open()
        #expect(second.isOpen)
    }

    @Test func aTerminalWithoutRS485IsUsedAsItIs() throws {
        let terminal = try PseudoTerminal()
        let port = SerialPort(SerialSettings(path: terminal.path, baud: 9600, direction: .kernel(afterMillis: 1)))
        try port.open()
        #expect(port.isOpen)
        #expect(!port.hasKernelDirection)
    }

    @Test func whatTheLineDoesNotTakeWaitsUpToTheLimitAndIsSentInOrder() throws {
        let terminal = try PseudoTerminal()
        let limit = 3000
        let port = SerialPort(SerialSettings(path: terminal.path, baud: 9600, queueLimit: limit))
        try port.open()
        // fill the kernel and then the queue, in pieces that say where they belong
        var sent: [UInt8] = []
        var piece: UInt8 = 0
        while true {
            let octets = [UInt8](repeating: piece, count: 1000)
            guard try port.write(octets) else { break }
            sent += octets
            piece &+= 1
            #expect(sent.count < 10_000_000, "the queue has no bound")
        }
        #expect(port.hasWaiting)
        #expect((limit - 999...limit).contains(port.waitingCount))
        var received: [UInt8] = []
        while received.count < sent.count {
            received += terminal.receive()
            try port.flush()
        }
        #expect(received == sent, "the refused piece was not sent in part")
        #expect(!port.hasWaiting)
        #expect(try port.write([1, 2, 3]))
        #expect(terminal.receive() == [1, 2, 3])
    }

    @Test func aPortThatVanishesIsLostAndClosedAndCanBeOpenedAgain() throws {
        // a stable name that comes and goes with the adapter, as udev makes them
        var template = Array("/tmp/gatehouse-serial-XXXXXX".utf8CString)
        let folder = String(cString: mkdtemp(&template))
        let path = folder + "/port"
        defer {
            unlink(path)
            rmdir(folder)
        }
        let first = try PseudoTerminal()
        symlink(first.path, path)
        let port = SerialPort(SerialSettings(path: path, baud: 9600))
        try port.open()
        first.hangUp()
        let error = #expect(throws: SerialError.self) { while true { _ = try port.read() } }
        #expect(error?.description == "\(path) is gone")
        #expect(!port.isOpen)
        #expect(port.descriptor == -1)
        unlink(path)
        let missing = #expect(throws: SerialError.self) { try port.open() }
        #expect(missing?.description == "open \(path): No such file or directory")
        let second = try PseudoTerminal()
        symlink(second.path, path)
        try port.open()
        #expect(try port.write([7]))
        #expect(second.receive() == [7])
    }

    @Test func writingToAVanishedPortLosesItToo() throws {
        let terminal = try PseudoTerminal()
        let port = SerialPort(SerialSettings(path: terminal.path, baud: 9600))
        try port.open()
        terminal.hangUp()
        #expect(throws: SerialError.lost(path: terminal.path, code: EIO)) { try port.write([1]) }
        #expect(!port.hasWaiting)
    }

    @Test func whatIsNoTerminalIsRefusedWithTheReason() throws {
        let port = SerialPort(SerialSettings(path: "/dev/null", baud: 9600))
        let error = #expect(throws: SerialError.self) { try port.open() }
        #expect(error?.description == "lock /dev/null: Inappropriate ioctl for device")
        #expect(!port.isOpen)
    }
}

struct ReopenScheduleTests {
    private func time(_ seconds: Double) -> MonotonicTime { MonotonicTime(nanoseconds: Int64(seconds * 1e9)) }

    @Test func aNewPortIsTriedAtOnce() {
        let schedule = ReopenSchedule(at: time(7))
        #expect(schedule.isDue(at: time(7)))
        #expect(!schedule.isDue(at: time(6.9)))
    }

    @Test func pausesDoubleUpToFiveSeconds() {
        var schedule = ReopenSchedule(at: .zero)
        var now = MonotonicTime.zero
        var pauses: [Duration] = []
        for _ in 0..<6 {
            schedule.lost(at: now)
            pauses.append(schedule.nextTry! - now)  // lost a line before
            now = schedule.nextTry!
        }
        #expect(pauses == [.milliseconds(500), .seconds(1), .seconds(2), .seconds(4), .seconds(5), .seconds(5)])
    }

    @Test(arguments: [(0.0, 2.0), (9.9, 2.0), (10.0, 0.5), (3600.0, 0.5)])
    func onlyAPortThatStayedBeginsAgainWithTheShortestPause(openFor: Double, pause: Double) {
        var schedule = ReopenSchedule(at: .zero)
        schedule.lost(at: time(0))
        schedule.lost(at: time(0.5))
        schedule.opened(at: time(1.5))
        #expect(schedule.isOpen)
        #expect(schedule.nextTry == nil)
        #expect(!schedule.isDue(at: time(100)))
        schedule.lost(at: time(1.5 + openFor))
        #expect(schedule.nextTry == time(1.5 + openFor + pause))
    }
}
