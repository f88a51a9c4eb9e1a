internal import GatehouseCore

/// At which minutes of the day one shift hands over to the next.
package struct ShiftChanges: Hashable, Sendable {
    /// Minutes since local midnight, in their order.
    package let minutes: [Int32]

    package static let limit = 24
    /// What is left to hand over in; and who signs in as long before a change is of the next shift already.
    package static let overlap: Duration = .seconds(1800)
    /// The longest session there is, and how long one lasts where no shifts are named.
    package static let longest: Duration = .seconds(12 * 3600)

    /// No shifts: a session lasts 12 hours.
    package init() { minutes = [] }

    /// `07:00,15:00,23:00`; nil for anything else.
    package init?(_ text: String) {
        var minutes: Set<Int32> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let match = part.wholeMatch(of: /([01][0-9]|2[0-3]):([0-5][0-9])/), let hour = Int32(match.1),
                let minute = Int32(match.2), minutes.insert(hour * 60 + minute).inserted
            else { return nil }
        }
        guard (1...Self.limit).contains(minutes.count) else { return nil }
        self.minutes = minutes.sorted()
    }

    /// How long a session lasts that begins at this minute of the day.
    package func length(from minute: Int32) -> Duration {
        let overlap = Int32(clamping: Self.overlap.wholeMilliseconds / 60_000)
        let rests = minutes.map { change in (change - minute + 1440) % 1440 }.map { $0 <= overlap ? $0 + 1440 : $0 }
        // The change after this one, where it is at hand.
        guard let rest = rests.min() else { return Self.longest }
        return min(.seconds(Int64(rest) * 60) + Self.overlap, Self.longest)
    }
}
