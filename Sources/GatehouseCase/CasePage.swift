internal import GatehouseAdmin
internal import GatehouseCore
internal import GatehouseCrypto

/// A case as one page that opens anywhere and prints: no script, nothing that is fetched, each sentence in both languages, and whatever
/// somebody wrote is text.
package struct CasePage {
    private let document: CaseDocument
    private let note: String
    /// By the names of their files.
    private let pictures: [String: [UInt8]]

    package init(_ document: CaseDocument, note: String, pictures: [String: [UInt8]]) {
        (self.document, self.note, self.pictures) = (document, note, pictures)
    }

    package var html: String {
        let title = "\(document.site): " + Self.plain(Sentence("case file"))
        return PrintedPage.html(
            title, language: "zh",
            style: """
                code { font-size: 8pt; word-break: break-all; } pre { font-size: 8pt; white-space: pre-wrap; word-break: break-all; }
                img { max-width: 100%; max-height: 110mm; } section { break-inside: avoid; border-top: 2px solid #000; }
                th { width: 11em; } .en { color: #444; } td .en, p .en { display: block; }
                """,
            body: ([export, witnessed] + document.entries.map(section) + [proof]).joined(separator: "\n"))
    }

    // MARK: Parts

    private var export: String {
        let export = document.export
        var rows: [(Sentence, String?)] = [
            (Sentence("Made"), Self.text("\(export.at)  Gatehouse \(document.gatehouse)")),
            (Sentence("By"), Self.text([export.account, export.by].compactMap(\.self).joined(separator: ", "))),
            (Sentence("Asked for before by"), export.with.map(Self.text)),
            (Sentence("Reason"), Self.text(export.reason)), (Sentence("Court"), export.court.map(Self.text)),
            (Sentence("All entries of"), export.person.map(Self.text)),
        ]
        if let from = export.from, let until = export.until {
            rows.append((Sentence("Span"), Self.text("\(from) – \(until)")))
        }
        rows.append((Sentence("Entry of this export"), "\(export.entry)"))
        return Self.table(rows)
    }

    private var witnessed: String {
        let head = document.head
        let names = head.witnesses.joined(separator: ", ")
        let sentence =
            switch (head.enough, head.witnesses.isEmpty) {
            case (true?, _): Sentence("Others have seen this journal as it was then, and signed it: \(names).")
            case (false?, false):
                Sentence("Fewer others than the site asks for have seen this journal as it was then: \(names).")
            case (_, true), (nil, _):
                Sentence("No witness outside of the gate has signed this journal: it rests on the gate's own key.")
            }
        return Self.paragraph(sentence)
    }

    private func section(_ entry: CaseDocument.Entry) -> String {
        let view = entry.view
        let person = [view.name, view.reference, view.dwelling].compactMap(\.self).joined(separator: ", ")
        let personal = (view.personal ?? [:]).sorted { $0.key < $1.key }.map { name, value in
            "\(PersonalField.Name(rawValue: name).map { Self.text(Self.plain($0.noun)) } ?? Self.text(name)): \(Self.text(value))"
        }
        let rows: [(Sentence, String?)] = [
            (Sentence("When"), Self.text(view.at) + (view.clock == nil ? "" : "<br>" + Self.both(Self.untrusted))),
            (
                Sentence("Where"),
                Self.text([view.portal, view.point, view.reader].compactMap(\.self).joined(separator: " / "))
            ),
            (Sentence("Who"), person.isEmpty ? nil : Self.text(person)),
            (Sentence("What"), Self.both(entry.told)),
            (Sentence("Proved beside it"), personal.isEmpty ? nil : personal.joined(separator: "<br>")),
            (Sentence("Rules"), rules(entry)),
            (Sentence("Files"), Self.code(CaseFile.leaf(view.seq).name + "  " + CaseFile.proof(view.seq).name)),
        ]
        return """
            <section>
            <h2>\(Self.both(Sentence("Entry \(view.seq)")))</h2>
            \(Self.table(rows))
            \(entry.pictures.map(picture).joined(separator: "\n"))
            </section>
            """
    }

    private static let untrusted = Sentence("The gate was not sure of its clock then.")

    private func rules(_ entry: CaseDocument.Entry) -> String? {
        guard !entry.rules.isEmpty else { return nil }
        var lines = entry.rules.map { "\(Self.text($0.rule)): \(Self.both($0.words))" }
        if let again = entry.again {
            lines.append(
                Self.both(
                    again
                        ? Sentence("Asked again with the facts of the entry, the rules say the same.")
                        : Sentence("Asked again with the facts of the entry, the rules of today say something else.")))
        }
        return lines.map { "<div>\($0)</div>" }.joined()
    }

    private func picture(_ picture: CaseDocument.Picture) -> String {
        guard let file = picture.file, let octets = pictures[file] else {
            return picture.without.map { "<p>\(Self.both($0))</p>" } ?? ""
        }
        return """
            <p><img alt="\(Self.text(file))" src="data:image/jpeg;base64,\(Base64.encode(octets))"></p>
            <p><code>\(Self.text(file))  SHA-256 \(Hexadecimal.encode(Hash.sha256(octets)))</code>
            \(Self.both(Sentence("its digest stands in entry \(picture.entry)")))</p>
            """
    }

    private var proof: String {
        let code = QRCode(note).map(\.svg) ?? ""
        return """
            <section>
            <h2>\(Self.both(Sentence("How it is proved")))</h2>
            \(Self.paragraph(Sentence("Each entry leads by its proof to this signed head of the journal, which counts \(document.head.size, "entry", "entries").")))
            <pre>\(Self.text(note, lines: true))</pre>
            \(code)
            \(Self.paragraph(Sentence("It is checked by this key of the journal. It is worth something when you have it from elsewhere: from the wall of the residents' committee, a witness, or the gate itself (gatehousectl journal checkpoint).")))
            <p><code>\(Self.text(document.key))</code></p>
            \(Self.paragraph(Sentence("What happened, when, where and with which answer stands in the entries. Names, dwellings and the words of the rules are what the register of the site said when this was made; the site has signed them with its key.")))
            <p><code>\(Self.text(document.siteKey))</code></p>
            \(Self.paragraph(Sentence("Check it: gatehousectl case verify FOLDER, or python3 case-checker.py FOLDER, with the key.")))
            </section>
            """
    }

    // MARK: Marks

    private static func table(_ rows: [(Sentence, String?)]) -> String {
        let lines = rows.compactMap { name, value in
            value.flatMap { $0.isEmpty ? nil : "<tr><th>\(both(name))</th><td>\($0)</td></tr>" }
        }
        return "<table><tbody>\n\(lines.joined(separator: "\n"))\n</tbody></table>"
    }

    private static func paragraph(_ sentence: Sentence) -> String { "<p>\(both(sentence))</p>" }

    private static func both(_ sentence: Sentence) -> String { both(CaseDocument.Both { sentence.text(in: $0) }) }

    private static func both(_ words: CaseDocument.Both) -> String {
        "\(text(words.zh)) <span class=\"en\">\(text(words.en))</span>"
    }

    private static func plain(_ sentence: Sentence) -> String {
        "\(sentence.text(in: .chinese)) \(sentence.text(in: .english))"
    }

    private static func code(_ plain: String) -> String { "<code>\(text(plain))</code>" }

    private static func text(_ plain: String) -> String { PrintedPage.text(plain) }

    /// The same, in its lines.
    private static func text(_ plain: String, lines: Bool) -> String {
        plain.split(separator: "\n", omittingEmptySubsequences: false).map { PrintedPage.text(String($0)) }
            .joined(separator: "\n")
    }
}

extension PersonalField.Name {
    fileprivate var noun: Sentence {
        switch self {
        case .cardNumber: Sentence("number of the card")
        case .rawBits: Sentence("bits of the card as they came")
        case .plate: Sentence("number plate")
        case .name: Sentence("name")
        case .note: Sentence("reason that was given")
        case .account: Sentence("account of who did it")
        case .visitor: Sentence("visitor")
        case .phone: Sentence("telephone")
        }
    }
}
