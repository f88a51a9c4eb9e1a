internal import GatehouseCore

/// A local time with its offset as pages show it: `2026-11-22T23:59:59.123+08:00`.
enum LocalTime {
    /// Since 1970; nil for anything else.
    static func milliseconds(_ text: String) -> Int64? {
        let parts = Array(text.utf8)
        var marks = parts.map { (48...57).contains($0) ? 48 : $0 }
        if marks.count == form.count, marks[23] == UInt8(ascii: "-") { marks[23] = UInt8(ascii: "+") }
        guard marks == form else { return nil }
        func number(_ place: Int, _ count: Int) -> Int64 {
            parts[place..<(place + count)].reduce(0) { $0 * 10 + Int64($1) - 48 }
        }
        guard let day = CalendarDay.day(year: Int(number(0, 4)), month: Int(number(5, 2)), day: Int(number(8, 2))),
            number(11, 2) < 24, number(14, 2) < 60, number(17, 2) < 60, number(24, 2) < 24, number(27, 2) < 60
        else { return nil }
        let offset = (number(24, 2) * 60 + number(27, 2)) * (parts[23] == UInt8(ascii: "-") ? -60 : 60)
        let seconds = Int64(day) * 86400 + number(11, 2) * 3600 + number(14, 2) * 60 + number(17, 2) - offset
        return seconds * 1000 + number(20, 3)
    }

    private static let form = Array("0000-00-00T00:00:00.000+00:00".utf8)
}
