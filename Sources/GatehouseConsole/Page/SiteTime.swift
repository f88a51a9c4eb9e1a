internal import GatehouseCore

/// Times as people read them. All come as the site's local time with its offset: `2026-11-27T18:04:05.123+08:00`.
enum SiteTime {
    static func clock(_ text: String) -> String { String(text.dropFirst(11).prefix(8)) }
    static func day(_ text: String) -> String { String(text.prefix(10)) }
    static func minute(_ text: String) -> String { String(text.prefix(16)).replacing("T", with: " ") }

    /// A time, with the exact one on hover and for programs; how long ago is added by the page where it is near.
    static func html(_ text: String, today: String? = nil, isLive: Bool = false) -> HTML {
        let short = today.map { day($0) == day(text) } ?? false ? clock(text) : minute(text)
        return
            "<time datetime=\"\(text)\" title=\"\(text.replacing("T", with: " "))\" \("data-ago", if: isLive)>\(short)</time>"
    }

    /// A day as the language writes it.
    static func day(_ text: String, _ language: Language) -> String {
        let parts = text.prefix(10).split(separator: "-").compactMap { Int($0) }
        guard language == .chinese, parts.count == 3 else { return String(text.prefix(10)) }
        return "\(parts[0])年\(parts[1])月\(parts[2])日"
    }
}
