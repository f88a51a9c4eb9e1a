import GatehouseConfiguration
import GatehouseCore
import Testing

@testable import GatehouseDaemon

/// Lines of a portal that are wired to a reader.
@Suite struct ReaderLinesTests {
    private static func lines() -> ReaderLines {
        var settings = LineSettings()
        settings.readerExitButtons = ["wicket": ReaderPoint(reader: "desk", number: 1, isActiveLow: true)]
        settings.readerContacts = ["wicket": ReaderPoint(reader: "desk", number: 0)]
        return ReaderLines(settings, released: [:])
    }

    @Test func anInputIsALevelOfItsPortal() {
        let lines = Self.lines()
        #expect(
            lines.inputs(.input(number: 1, isActive: false), of: "desk") == [.exitButton("wicket", isPressed: true)])
        #expect(lines.inputs(.input(number: 0, isActive: true), of: "desk") == [.contact("wicket", isOpen: true)])
        #expect(lines.inputs(.input(number: 1, isActive: false), of: "other").isEmpty)
    }

    /// The cable is pulled while somebody presses: the gate does not stand open until it is mended.
    @Test func aButtonAtAReaderThatIsGoneIsLetGo() {
        #expect(
            Self.lines().inputs(.link(.offline(.silent)), of: "desk") == [.exitButton("wicket", isPressed: false)])
        #expect(Self.lines().inputs(.link(.offline(.silent)), of: "other").isEmpty)
    }
}
