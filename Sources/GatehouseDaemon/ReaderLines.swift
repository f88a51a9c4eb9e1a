internal import GatehouseConfiguration
internal import GatehouseCore

/// Lines of portals that are wired to readers: an input means contact or exit button, an output is the release.
///
/// A release is held by pulses that the reader ends by itself, and that are renewed while it stands: when the link or the
/// daemon is lost, the output goes to its rest within `pulse`.
struct ReaderLines {
    struct Wish: Equatable {
        var reader: ReaderID
        var number: Int
        var isOn: Bool
        var pulse: Duration?
    }

    static let pulse: Duration = .seconds(10)
    static let renewal: Duration = .seconds(4)

    private let settings: LineSettings
    private var released: [PortalID: Bool]
    private var renewAt: MonotonicTime?

    init(_ settings: LineSettings, released: [PortalID: Bool]) {
        self.settings = settings
        self.released = released.filter { settings.readerReleases[$0.key] != nil }
    }

    var nextDeadline: MonotonicTime? { renewAt }

    /// What a signal of a reader means for portals. A button at a reader that is gone is let go: nobody is heard there, and the
    /// reader says it again when it is back.
    func inputs(_ signal: ReaderSignal, of reader: ReaderID) -> [Input] {
        if case .link(.offline) = signal {
            return settings.readerExitButtons.filter { $0.value.reader == reader }.keys.sorted().map {
                .exitButton($0, isPressed: false)
            }
        }
        guard case .input(let number, let isActive) = signal else { return [] }
        func portals(_ points: [PortalID: ReaderPoint]) -> [(portal: PortalID, isActive: Bool)] {
            points.filter { $0.value.reader == reader && $0.value.number == number }.keys.sorted().map {
                ($0, isActive != points[$0]!.isActiveLow)
            }
        }
        return portals(settings.readerContacts).map { .contact($0.portal, isOpen: $0.isActive) }
            + portals(settings.readerExitButtons).map { .exitButton($0.portal, isPressed: $0.isActive) }
    }

    mutating func set(_ portal: PortalID, released isReleased: Bool, at now: MonotonicTime) -> [Wish] {
        guard released[portal] != nil else { return [] }
        released[portal] = isReleased
        schedule(at: now)
        return wishes([portal])
    }

    /// A reader that came back is told what it missed.
    mutating func online(_ reader: ReaderID, at now: MonotonicTime) -> [Wish] {
        schedule(at: now)
        return wishes(released.keys.filter { settings.readerReleases[$0]?.reader == reader }.sorted())
    }

    mutating func timePassed(at now: MonotonicTime) -> [Wish] {
        guard let due = renewAt, due <= now else { return [] }
        schedule(at: now)
        return wishes(released.filter(\.value).keys.sorted())
    }

    private mutating func schedule(at now: MonotonicTime) {
        renewAt = released.values.contains(true) ? now + Self.renewal : nil
    }

    private func wishes(_ portals: [PortalID]) -> [Wish] {
        portals.compactMap { portal in
            guard let point = settings.readerReleases[portal], let isReleased = released[portal] else { return nil }
            return Wish(
                reader: point.reader, number: point.number, isOn: isReleased != point.isActiveLow,
                pulse: isReleased ? Self.pulse : nil)
        }
    }
}
