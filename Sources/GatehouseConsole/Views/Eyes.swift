internal import GatehouseAdmin
internal import GatehouseCore

/// What needs eyes: a queue, of which one thing is shown at a time, the worst first.
struct Eyes {
    let visitor: Visitor
    let alarms: [AlarmView]
    /// The time of the site.
    let time: String
    /// The alarm in front, where somebody went on to another one.
    var chosen: UInt64?
    /// The entry with the picture of the alarm in front.
    var pictured: UInt64?

    /// The queue with the picture of what stands in front: an alarm's own entry follows the one that a camera was asked for.
    static func look(_ visitor: Visitor, _ alarms: [AlarmView], _ time: String, chosen: UInt64?) -> Eyes {
        var eyes = Eyes(visitor: visitor, alarms: alarms, time: time, chosen: chosen)
        guard visitor.may(.pictureShow), let front = eyes.front else { return eyes }
        let before = Log(
            after: CountArgument(front.alarm - min(front.alarm, 12)), before: CountArgument(front.alarm + 1),
            kind: "all", limit: 12)
        let entries = (try? visitor.gate.all(before).items) ?? []
        let ofSubject = entries.filter { [$0.portal, $0.point, $0.reader].contains(front.subject) }
        eyes.pictured = ofSubject.last { $0.picture != nil && $0.kind != EntryKind.snapshot.rawValue }?.seq
        return eyes
    }

    /// What tells one state of the queue from another: a page that shows it already is left as it is.
    static func queue(_ alarms: [AlarmView]) -> String {
        alarms.map { "\($0.alarm)\($0.acknowledged == nil ? "" : "s")\($0.ended == nil ? "" : "e")" }.joined(
            separator: " ")
    }

    private func say(_ text: Sentence.Text) -> String { visitor.say(text) }

    private var open: [AlarmView] { alarms.filter { $0.acknowledged == nil } }
    private var seen: [AlarmView] { alarms.filter { $0.acknowledged != nil } }

    private var front: AlarmView? { open.first { $0.alarm == chosen } ?? open.first }

    var content: HTML {
        let place = open.firstIndex { $0.alarm == chosen } ?? 0
        return """
            \(open.isEmpty ? quiet : card(open[place], place))
            \(seen.isEmpty ? .none : stands)
            """
    }

    private var quiet: HTML {
        """
        <div class="card empty"><strong>\(say("Nothing waits for you."))</strong>
        \(say("What needs eyes stands here first: forced and held doors, tailgating, tried numbers, readers that were swapped, gaps."))</div>
        """
    }

    private func card(_ alarm: AlarmView, _ place: Int) -> HTML {
        """
        <article class="card \(alarm.severity == "alarm" ? "red" : "amber") eyes" data-alarm="\(alarm.alarm)">
        <figure class="frame169">\(picture(alarm))</figure>
        <div>
        <p class="what">\(alarm.sentence)</p>
        <p class="where">\(alarm.subject.isEmpty ? .none : "\(HTML.name(alarm.subject)) · " as HTML)\(SiteTime.html(alarm.raised, today: SiteTime.day(time), isLive: true))\
        \(alarm.ended.map { " · \(say("over since \(SiteTime.clock($0))"))" as HTML } ?? .none)</p>
        \(visitor.may(.alarmAck) ? acknowledge(alarm) : .none)
        <div class="row">
        <a class="button" href="/log/\(alarm.alarm)" data-shortcut="e">\(say("What happened")) <kbd>e</kbd></a>
        <a class="button" href="/log?around=\(alarm.alarm)" data-shortcut="l">\(say("Log around it")) <kbd>l</kbd></a>
        </div>
        \(steps(place))
        </div>
        </article>
        """
    }

    private func acknowledge(_ alarm: AlarmView) -> HTML {
        """
        <form method="post" action="/alarms/\(alarm.alarm)">
        <input type="hidden" name="token" value="\(visitor.token)">
        <label for="note">\(say("Seen: what was it?")) <kbd>a</kbd></label>
        <input id="note" name="reason" maxlength="200" required autocomplete="off" data-key="a">
        <div class="row usual">\(Self.notes.enumerated().map { place, note in
            "<button type=\"button\" class=\"small\" data-fill=\"note\">\(visitor.say(note)) <kbd>\(place + 1)</kbd></button>" as HTML })</div>
        <p class="row"><button class="main">\(say("Seen")) <kbd>Enter</kbd></button></p>
        </form>
        """
    }

    private static let notes = [
        Sentence("looked, all in order"), Sentence("resident, known"), Sentence("delivery held the door"),
        Sentence("guard on the way"),
    ]

    private func steps(_ place: Int) -> HTML {
        guard open.count > 1 else { return .none }
        let next = open[(place + 1) % open.count], before = open[(place + open.count - 1) % open.count]
        return """
            <p class="row small"><a class="button" href="/shift?alarm=\(before.alarm)" data-shortcut="k" aria-label="\(say("previous"))">&lt; <kbd>k</kbd></a>
            <span class="figures">\(say("\(Int64(place + 1)) of \(Int64(open.count))"))</span>
            <a class="button" href="/shift?alarm=\(next.alarm)" data-shortcut="j" aria-label="\(say("next"))">&gt; <kbd>j</kbd></a>
            <span class="soft">\(say("next: \(next.sentence)"))</span></p>
            """
    }

    private func picture(_ alarm: AlarmView) -> HTML {
        guard visitor.may(.pictureShow) else { return "<span>\(say("Your role sees no pictures."))</span>" }
        guard let pictured else { return "<span>\(say("No camera was asked for a picture of this."))</span>" }
        let text = say("Picture of entry \(Int64(clamping: pictured))")
        return
            "<a href=\"/picture/\(pictured)\" data-picture=\"/picture/\(pictured)\"><img class=\"shot\" src=\"/picture/\(pictured)\" alt=\"\(text)\"></a>"
    }

    /// The role of who saw it: their account stands in the entry behind its mark, and marks are for programs.
    private func seer(_ alarm: AlarmView) -> String {
        guard let by = alarm.by, let open = by.lastIndex(of: "("), by.last == ")" else { return alarm.by ?? "-" }
        return Words.state(String(by[by.index(after: open)...].dropLast()), visitor.language)
    }

    /// Seen, and not over.
    private var stands: HTML {
        """
        <section class="card"><h2>\(say("Seen, and still so"))</h2><ul>
        \(seen.map { alarm in
            "<li class=\"spread\"><span>\(alarm.sentence)\(alarm.subject.isEmpty ? "" : " (\(alarm.subject))")</span> <span class=\"small soft\">\(say("seen by \(seer(alarm)), \(SiteTime.minute(alarm.acknowledged ?? ""))"))</span></li>" as HTML })
        </ul></section>
        """
    }
}
