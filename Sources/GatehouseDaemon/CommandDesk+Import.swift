internal import GatehouseAdmin
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseRegister
internal import GatehouseStore

/// The register from files and as files.
extension CommandDesk {
    func upload(_ call: Call) {
        guard let name = call.text("file"), let data = call.text("data").flatMap({ Base64.decode($0) }) else {
            return call.reply(.refused(code: "malformed", message: "data must be base64"))
        }
        switch uploads.take(data, of: name, at: call.count("offset"), for: shelf(call)) {
        case .success(let size): call.reply(.done(["size": .integer(Int64(size))]))
        case .failure(let refusal): call.reply(.refused(code: refusal.code, message: refusal.message))
        }
    }

    /// Files that came under a name of their own outlive their connection, for the same person.
    private func shelf(_ call: Call) -> UploadShelf.Owner {
        call.text("upload").map { .named($0, by: call.actor.name) } ?? .connection(call.connection)
    }

    func takeUploads(_ call: Call) -> [(name: String, content: [UInt8])] { uploads.remove(shelf(call)) }

    func importFiles(_ call: Call) throws -> JSON {
        let files = takeUploads(call)
        guard !files.isEmpty else { throw CommandRefusal(code: "noFiles", message: "no file was sent") }
        let reader = try reader()
        let rows = try reader.rows()
        var fields = try liveFields()
        fields.now = try ask { $0.now().civil.seconds }
        var importer = try newImport(fields, rows, reader)
        let isDryRun = call.flag("dry-run")
        let plan = importer.plan(files, endsOthers: call.flag("ends"), describes: isDryRun)
        var event: UInt64?
        try checkAlonePINs(plan.changes) { rows }
        if !isDryRun, plan.problems.isEmpty, !plan.changes.isEmpty {
            // A large one is written by portions, between what happens at the gate.
            event = try order(call, .registry(plan.changes), seconds: 300)
        } else {
            try order(call, plan.problems.isEmpty ? .look(person: nil) : .refused(reason: "importRefused"))
        }
        for problem in plan.problems.prefix(1000) { call.reply(.item(["problem": .string(problem.text)])) }
        for difference in plan.differences.prefix(isDryRun ? 100_000 : 0) { call.reply(.item(Self.json(difference))) }
        guard plan.problems.isEmpty else {
            throw CommandRefusal(
                code: "importRefused", message: "\(plan.problems.count) lines are wrong; nothing was changed")
        }
        return [
            "changes": .integer(Int64(plan.changes.count)), "unchanged": .integer(Int64(plan.unchanged)),
            "added": .integer(Int64(plan.added)), "changed": .integer(Int64(plan.changed)),
            "ended": .integer(Int64(plan.ended)), "repeated": .integer(Int64(plan.repeated)),
            "warnings": .integer(Int64(plan.warnings)),
            "applied": .boolean(!isDryRun), "event": event.map { .integer(Int64($0)) } ?? .null,
        ]
    }

    /// `rows` are the present ones of the reader's register.
    func newImport(_ fields: RegistryFields, _ rows: [RegistryRow], _ reader: JournalReader) throws -> RegistryImport {
        let next = try RegistryKind.allCases.map { ($0, try reader.nextID($0)) }
        return RegistryImport(fields: fields, present: rows, next: Dictionary(uniqueKeysWithValues: next))
    }

    private static func json(_ difference: RegistryImport.Difference) -> JSON {
        [
            "file": .string(difference.file), "line": .integer(Int64(difference.line)),
            "verb": .string(difference.verb.rawValue), "subject": .string(difference.subject),
            "fields": .array(difference.fields.map { [.string($0.name), .string($0.old), .string($0.new)] }),
            "what": .string(difference.what),
        ]
    }

    func export(_ call: Call) throws -> JSON {
        try order(call, .look(person: nil))
        let reader = try reader()
        let rows = try reader.rows()
        let export = RegistryExport(rows, calendar: fields.calendar)
        guard call.flag("pieces") else { return try exportWhole(export, call) }
        var files = Set<String>()
        for piece in export {
            files.insert(piece.file)
            call.reply(.item(["file": .string(piece.file), "data": .string(Base64.encode(piece.octets))]))
        }
        return ["files": .integer(Int64(files.count))]
    }

    /// A client of 0.2.0 takes each item for a whole file: it gets whole files, or a sentence.
    private func exportWhole(_ export: RegistryExport, _ call: Call) throws -> JSON {
        let files = export.files
        guard files.allSatisfy({ $0.content.count <= 700_000 }) else {
            throw CommandRefusal(
                code: "tooLarge", message: "the register is too large for this gatehousectl; use that of this version")
        }
        for file in files {
            call.reply(.item(["file": .string(file.name), "data": .string(Base64.encode(file.content))]))
        }
        return ["files": .integer(Int64(files.count))]
    }
}
