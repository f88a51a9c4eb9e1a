internal import GatehouseAdmin
internal import GatehouseCore
internal import GatehouseCrypto

/// Lists of the office into the register: looked at first, taken then. The console keeps nothing of them.
enum ImportView {
    /// What the gate's program said of the files.
    struct Answer {
        var findings: [ImportFiles.Finding] = []
        var reply: ImportFiles.Reply?
        /// Why they were not taken.
        var refusal: String?
        /// What should be known of how they were read.
        var notes: [String] = []
    }

    static let encodings = ["GB18030", "BIG5", "SHIFT_JIS", "WINDOWS-1252"]
    private static let mostLines = 500

    static func view(_ visitor: Visitor, _ typed: Typed = Typed(), _ answer: Answer? = nil) -> View {
        func say(_ text: Sentence.Text) -> String { visitor.say(text) }
        let form = ActForm(visitor: visitor, address: "/import", act: "import", typed: typed)
        let encodings = [("", say("UTF-8, or found by itself"))] + encodings.map { ($0, $0) }
        return View(
            say("Import files"), .people, isWide: true,
            """
            \(PageActions.html(back: "/people", say("People")))
            <form method="post" action="/import" enctype="multipart/form-data" class="card" id="import" data-stay="import-answer">
            <input type="hidden" name="token" value="\(visitor.token)"><input type="hidden" name="act" value="import">
            <div class="drop" data-drop="import-files"><label for="import-files">\(say("Lists as CSV, JSON or .xlsx"))</label>
            <input id="import-files" name="files" type="file" multiple required accept=".csv,.txt,.json,.xlsx,.xlsm">
            <p class="hint">\(say("Residents, dwellings, tenancies, cards; their first line says what the columns hold. At most 16 MiB."))</p></div>
            <details \("open", if: answer?.refusal != nil)><summary>\(say("If they are not read right"))</summary>
            <div class="pair">\(form.choice("encoding", say("Written in"), encodings))\(form.field("sheet", say("Sheet of the workbook")))</div>
            \(form.field("skip", say("Columns to pass over"), hint: say("Names or letters, with commas between them; all passes over every column that nobody knows.")))
            \(form.mark("ends", say("The files are all there is: whoever stands in no line of them is ended")))</details>
            <p class="row"><button class="main" name="do" value="look">\(say("Look first: nothing changes"))</button>
            <button name="do" value="take">\(say("Take them into the register"))</button></p></form>
            <section id="import-answer" aria-live="polite">\(answer.map { told(visitor, $0) } ?? .none)</section>
            """)
    }

    private static func told(_ visitor: Visitor, _ answer: Answer) -> HTML {
        let wrong = answer.findings.compactMap(\.problem)
        let lines = answer.findings.filter { $0.problem == nil }
        return """
            \(answer.refusal.map { "<div class=\"notice amber\" role=\"alert\"><p><strong>\(visitor.say("Nothing was changed."))</strong> \($0)</p></div>" as HTML } ?? .none)
            \(answer.notes.map { "<p class=\"soft\">\($0)</p>" as HTML })
            \(answer.reply.map { sums(visitor, $0) } ?? .none)
            \(Listing(title: visitor.say("Wrong, and to be mended"), heads: [visitor.say("What to do")], rows: wrong.prefix(mostLines).map { ["\($0)"] }).html)
            \(Listing(title: visitor.say("What would change"), heads: [visitor.say("Line"), visitor.say("What")], rows: lines.prefix(mostLines).map(line)).html)
            \(lines.count > mostLines ? "<p class=\"soft\">\(visitor.say("and \(lines.count - mostLines, "line", "lines") more"))</p>" as HTML : .none)
            """
    }

    private static func line(_ finding: ImportFiles.Finding) -> [HTML] {
        let place = finding.line.map { $0 > 0 ? "\(finding.file ?? ""):\($0)" : "" } ?? ""
        let what: HTML = "\(finding.what ?? "")"
        return [HTML.name(place), finding.verb == "warn" ? "<span class=\"mark amber\">\(what)</span>" : what]
    }

    private static func sums(_ visitor: Visitor, _ reply: ImportFiles.Reply) -> HTML {
        func say(_ text: Sentence.Text) -> String { visitor.say(text) }
        let counts = "\(reply.changes, "row", "rows")" as Sentence.Text
        let sum = Sentence(counts)
        let what =
            say(
                "\(sum) would change: \(reply.added) added, \(reply.changed) changed, \(reply.ended) ended; \(reply.unchanged) stay"
            )
        let names = reply.names.map { say("The first names: \($0.joined(separator: ", "))") }
        let warnings = reply.warnings > 0 ? say("\(reply.warnings, "line", "lines") should be looked at") : nil
        return """
            <div class="card" id="import-sum"><p><strong>\(what)</strong></p>\([names, warnings].compactMap(\.self).map { "<p>\($0)</p>" as HTML })</div>
            """
    }
}

enum ImportActs {
    static let limit = 16 << 20
    private static let piece = 512 << 10

    static func carryOut(_ incoming: Incoming, _ visitor: Visitor) throws(GateFault) -> Acts.Outcome? {
        guard incoming.path == ["import"], visitor.may(.importFiles) else { return nil }
        let form = incoming.form
        func shown(_ answer: ImportView.Answer) -> Acts.Outcome {
            var view = ImportView.view(visitor, Typed(fields: form), answer)
            if answer.refusal != nil { view.status = 422 }
            return .shown(view)
        }
        var answer = ImportView.Answer()
        guard !incoming.files.isEmpty else {
            answer.refusal = visitor.say("Choose a file first.")
            return shown(answer)
        }
        guard incoming.files.reduce(0, { $0 + $1.octets.count }) <= limit else {
            answer.refusal = visitor.say("The files are longer than 16 MiB: send them in parts.")
            return shown(answer)
        }
        var texts: [OfficeText] = []
        for file in incoming.files {
            do throws(OfficeText.Problem) {
                texts.append(try OfficeText(file, encoding: form["encoding"], sheet: form["sheet"]))
            } catch {
                answer.refusal = visitor.say("\(file.name): \(error.sentence)")
                return shown(answer)
            }
        }
        answer.notes = texts.flatMap { text in text.notes.map { visitor.say("\(text.name): \($0)") } }
        let isLook = form["do"] != "take"
        do throws(GateFault) {
            let upload = TextArgument(Hexadecimal.encode(Random.octets(16)))
            for text in texts { try send(text, upload, visitor) }
            let command = ImportFiles(
                dryRun: isLook ? true : nil, ends: form["ends"] == "yes" ? true : nil, upload: upload,
                skipColumns: form.personal("skip"))
            answer.reply = try visitor.gate.list(command) { answer.findings.append($0) }
        } catch {
            guard case .refused(let refusal) = error else { throw error }
            answer.refusal = refusal.message
        }
        if answer.reply?.applied == true { return .went("/people?done=taken") }
        return shown(answer)
    }

    private static func send(_ text: OfficeText, _ upload: TextArgument, _ visitor: Visitor) throws(GateFault) {
        var start = 0
        repeat {
            let end = min(text.octets.count, start + piece)
            start = try visitor.gate.ask(
                ImportChunk(
                    file: PersonalArgument(text.name), data: OctetsArgument(Array(text.octets[start..<end])),
                    offset: CountArgument(UInt64(start)), upload: upload)
            ).size
        } while start < text.octets.count
    }
}
