import GatehouseCore

extension Indication {
    /// Whether the indication stays until the next one, so that a reader that comes back shows it again.
    var isSteady: Bool {
        switch self {
        case .idle, .heldOpenWarning, .alarm, .open, .closed: true
        case .granted, .denied, .waiting, .key: false
        }
    }

    /// LED and buzzer commands of an indication (wiegand.md section 7, gate-io.md section 6). Times on the wire are
    /// whole tenths of a second. Every key sounds the same and every denial looks the same.
    ///
    /// - Parameter duration: how long `granted`, `denied` and `waiting` show; nil for 2 s, 1 s and 10 s. The buzzer of
    ///   `granted` and `denied` does not follow it.
    func osdpCommands(for duration: Duration?, idleColour: OSDPColour) -> [OSDPCommand] {
        switch self {
        case .idle: Self.steady(.steady(idleColour), .silence)
        case .granted:
            Self.temporary(
                .steady(.green), duration ?? .seconds(2), OSDPBuzzer(on: 2, off: 1, count: 1))
        case .denied:
            Self.temporary(
                OSDPLight(on: 1, off: 1, onColour: .red), duration ?? .seconds(1), OSDPBuzzer(on: 1, off: 1, count: 3))
        case .waiting:
            Self.temporary(OSDPLight(on: 5, off: 5, onColour: .amber), duration ?? .seconds(10), nil)
        case .key: [.buzzer(OSDPBuzzer(on: 1, off: 1, count: 1))]
        case .heldOpenWarning:
            Self.steady(OSDPLight(on: 5, off: 5, onColour: .amber), OSDPBuzzer(on: 5, off: 5, count: 0))
        case .alarm:
            // Continuous for at most three minutes: 180 times one second without a pause.
            Self.steady(OSDPLight(on: 2, off: 2, onColour: .red), OSDPBuzzer(on: 10, off: 0, count: 180))
        case .open: Self.steady(.steady(.green), .silence)
        case .closed: Self.steady(OSDPLight(on: 10, off: 10, onColour: .red), .silence)
        }
    }

    private static func steady(_ light: OSDPLight, _ buzzer: OSDPBuzzer) -> [OSDPCommand] {
        [.led([OSDPLEDRecord(temporary: .cancel, permanent: light)]), .buzzer(buzzer)]
    }

    private static func temporary(_ light: OSDPLight, _ duration: Duration, _ buzzer: OSDPBuzzer?) -> [OSDPCommand] {
        let led = OSDPCommand.led([OSDPLEDRecord(temporary: .show(light, timer: duration.tenths))])
        return buzzer.map { [led, .buzzer($0)] } ?? [led]
    }
}

extension Duration {
    /// Tenths of a second, rounded up, 1 to 65535: the timers of OUT and LED.
    var tenths: UInt16 {
        let milliseconds = max(0, wholeMilliseconds)
        return UInt16(clamping: max(1, milliseconds / 100 + (milliseconds % 100 == 0 ? 0 : 1)))
    }
}
