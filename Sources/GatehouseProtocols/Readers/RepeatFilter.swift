package import GatehouseCore

/// Makes one presentation of a tag that a reader reports again and again (serial-readers.md section 7).
///
/// A read within the window of the previous read of the same tag is the same presentation and restarts the window. The
/// last 16 tags are kept; the one not seen for longest goes first.
package struct RepeatFilter<Tag: Hashable & Sendable>: Sendable {
    package static var capacity: Int { 16 }

    package let window: Duration
    /// Oldest read first.
    private var seen: [(tag: Tag, at: MonotonicTime)] = []

    package init(window: Duration) { self.window = window }

    /// Whether this read begins a presentation.
    package mutating func isNew(_ tag: Tag, at now: MonotonicTime) -> Bool {
        var isRepeat = false
        if let index = seen.firstIndex(where: { $0.tag == tag }) {
            isRepeat = now - seen[index].at < window
            seen.remove(at: index)
        } else if seen.count == Self.capacity {
            seen.removeFirst()
        }
        seen.append((tag, now))
        return !isRepeat
    }

    /// Forgets all tags, after a restart of the device.
    package mutating func reset() { seen = [] }
}
