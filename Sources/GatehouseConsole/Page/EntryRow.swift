internal import GatehouseAdmin
internal import GatehouseCore

/// An entry as one line of a stream.
struct EntryRow {
    let visitor: Visitor
    let entry: EntryView
    /// The day of the site, by which a time needs no date.
    var today: String?
    var isNew = false
    /// The passage that followed, where it is known.
    var passage: EntryView?

    private var tone: String {
        switch LogTable.tone(entry) {
        case .plain: ""
        case .refused: "refused"
        case .alarm: "alarm"
        }
    }

    var html: HTML {
        let place = entry.point ?? entry.portal ?? entry.reader ?? ""
        return """
            <li class="\(tone) \("new", if: isNew)" data-seq="\(entry.seq)" \("data-urgent", if: LogTable.isUrgent(entry))>
            <a class="open" href="/log/\(entry.seq)">\(SiteTime.html(entry.at, today: today))</a>
            <span class="place">\(HTML.name(place))</span>
            <span class="who">\(HTML.name(LogTable.person(entry)))</span>
            <span class="home">\(HTML.name(entry.dwelling ?? ""))</span>
            <span class="happened">\(Self.happened(entry, visitor))\(passage.map { Self.passed($0, visitor) } ?? .none)</span>
            <span class="shot-cell">\(thumb)</span>
            </li>
            """
    }

    /// What happened, without the name: here it stands whole in its own column.
    static func happened(_ entry: EntryView, _ visitor: Visitor) -> String {
        var entry = entry
        if entry.person != nil { entry.name = nil }
        return LogTable.happened(entry, visitor.language)
    }

    /// Whether somebody went through, behind the decision that let them.
    static func passed(_ passage: EntryView, _ visitor: Visitor) -> HTML {
        let word = passage.outcome.map { Words.outcome($0, visitor.language) } ?? ""
        return " <span class=\"soft passed\">· \(word)</span>"
    }

    private var thumb: HTML {
        guard let picture = entry.picture, visitor.may(.pictureShow) else { return .none }
        guard picture.path != nil else {
            return
                "<span class=\"small soft\" title=\"\(picture.reason.map { Words.reason($0, visitor.language) } ?? "")\">\(visitor.say("no picture"))</span>"
        }
        return
            "<a href=\"/log/\(entry.seq)\" data-picture=\"/picture/\(entry.seq)\"><img class=\"thumb shot\" loading=\"lazy\" width=\"48\" height=\"27\" src=\"/picture/\(entry.seq)\" alt=\"\(visitor.say("Picture of entry \(Int64(clamping: entry.seq))"))\"></a>"
    }
}
