package import GatehouseCore

/// What two companies sign at a hand-over: counts, roots and dates, in both languages beside one another, as one page of HTML
/// that prints.
package struct HandoverPage: Sendable {
    package var site: String
    package var epoch: UInt64
    /// When the old operator's access ends or ended, and when the archive was made.
    package var at: CivilTime
    package var made: CivilTime
    /// Of the site, in hexadecimal digits.
    package var key: String
    /// The archive's name, octets, and SHA-256 in hexadecimal digits: which file these figures are of.
    package var archive: String
    package var octets: Int
    package var digest: String
    package var first: UInt64 = 0
    package var last: UInt64 = 0
    package var entries: UInt64 = 0
    package var root = ""
    package var revision: UInt64 = 0
    /// Present rows by the word of their kind.
    package var present: [(kind: String, rows: UInt64)] = []
    package var pictures: UInt64 = 0
    package var missing: UInt64 = 0
    package var unreadable: UInt64 = 0
    package var faults: UInt64 = 0
    package var pins: UInt64 = 0
    /// Signed heads of the journal that go along.
    package var checkpoints: UInt64 = 0

    package init(
        site: String, epoch: UInt64, at: CivilTime, made: CivilTime, key: String, archive: String, octets: Int,
        digest: String
    ) {
        (self.site, self.epoch, self.at, self.made) = (site, epoch, at, made)
        (self.key, self.archive, self.octets, self.digest) = (key, archive, octets, digest)
    }

    package var html: String {
        PrintedPage.html(
            Self.plain { _ in Sentence("Hand-over of \(site)") }, language: "zh",
            style: """
                td:first-child { width: 45%; }
                td.value { font-family: monospace; overflow-wrap: anywhere; }
                table.signatures td { border: 0; padding-top: 3.5em; width: 50%; }
                """,
            body: """
                <p>\(Self.both(Sentence("The figures are those of the archive named below; handover verify finds them again in it.")))</p>
                <table>
                \(rows.map { "<tr><td>\($0)</td><td class=\"value\">\(PrintedPage.text($1))</td></tr>" }.joined(separator: "\n"))
                </table>
                <table class="signatures">
                <tr><td>\(Self.both(Sentence("Handed over by (company, name, date)")))<br>______________________</td>
                <td>\(Self.both(Sentence("Taken over by (company, name, date)")))<br>______________________</td></tr>
                <tr><td>\(Self.both(Sentence("Witness (street office, residents' committee)")))<br>______________________</td><td></td></tr>
                </table>
                """)
    }

    private var rows: [(label: String, value: String)] {
        let register = present.map { kind, rows in
            (
                Self.both { Sentence("On the register: \(Words.state(kind, $0))") }, "\(rows)"
            )
        }
        let archive: [(Sentence, String)] = [
            (Sentence("Access of the old operator ends"), Self.utc(at)), (Sentence("Archive made"), Self.utc(made)),
            (Sentence("Archive"), self.archive), (Sentence("Octets of the archive"), "\(octets)"),
            (Sentence("SHA-256 of the archive"), digest), (Sentence("Signed with the key of the site"), key),
            (Sentence("Entries of the journal"), "\(entries) (\(first)–\(last))"),
            (Sentence("Root of the journal (RFC 6962)"), "\(entries):\(root)"), (Sentence("Epoch"), "\(epoch)"),
            (Sentence("Signed heads of the journal that go along"), "\(checkpoints)"),
            (Sentence("Revision of the register"), "\(revision)"),
        ]
        let rest: [(Sentence, String)] = [
            (Sentence("Pictures"), "\(pictures)"), (Sentence("Pictures that are missing"), "\(missing)"),
            (Sentence("Personal values erased or damaged before"), "\(unreadable)"),
            (Sentence("Entries that do not fit their hash"), "\(faults)"),
            (Sentence("PINs to set anew"), "\(pins)"),
        ]
        func labelled(_ rows: [(Sentence, String)]) -> [(String, String)] {
            rows.map { row in (Self.both { _ in row.0 }, row.1) }
        }
        return labelled(archive) + register + labelled(rest)
    }

    /// The same at every desk: a list that two companies sign stands in no zone of its own.
    private static func utc(_ time: CivilTime) -> String {
        let day = Int32(clamping: Int64((Double(time.seconds) / 86400).rounded(.down)))
        let minute = (time.seconds - Int64(day) * 86400) / 60
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(CalendarDay.text(day)) \(two(minute / 60)):\(two(minute % 60)) UTC"
    }

    private static func plain(_ sentence: (Language) -> Sentence) -> String {
        "\(sentence(.chinese).text(in: .chinese)) / \(sentence(.english).text(in: .english))"
    }

    private static func both(_ sentence: (Language) -> Sentence) -> String { PrintedPage.text(plain(sentence)) }

    private static func both(_ sentence: Sentence) -> String { both { _ in sentence } }
}
