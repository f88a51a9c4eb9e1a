package import GatehouseCore

/// Makes one presentation of a tag that a reader reports again and again (serial-readers.md section 7).
///
/// A read within the window of the previous read of the same tag is the same presentation and restarts the window; once a
/// second it is told that the tag stays. The last 16 tags are kept; the one not seen for longest goes first.
package struct RepeatFilter<Tag: Hashable & Sendable>: Sendable {
    package enum Reading: Hashable, Sendable {
        /// It begins a presentation.
        case new
        /// The tag is there still, and nothing was said of it for a second.
        case stays
        case again
    }

    package static var capacity: Int { 16 }
    package static var pace: Duration { .seconds(1) }

    package let window: Duration
    /// Oldest read first; when each was told of last.
    private var seen: [(tag: Tag, at: MonotonicTime, told: MonotonicTime)] = []

    package init(window: Duration) { self.window = window }

    package mutating func hear(_ tag: Tag, at now: MonotonicTime) -> Reading {
        var reading = Reading.new
        var told = now
        if let index = seen.firstIndex(where: { $0.tag == tag }) {
            let before = seen.remove(at: index)
            if now - before.at < window {
                reading = now - before.told >= Self.pace ? .stays : .again
                told = reading == .stays ? now : before.told
            }
        } else if seen.count == Self.capacity {
            seen.removeFirst()
        }
        seen.append((tag, now, told))
        return reading
    }

    /// Forgets all tags, after a restart of the device.
    package mutating func reset() { seen = [] }
}
