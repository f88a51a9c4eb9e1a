internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseRegister
internal import GatehouseStore

/// The register from files and as files.
extension Desk {
    func takeImportChunk(_ command: ImportChunk, _ call: Call) throws -> UploadSize {
        try take(command.file, command.data, at: command.offset, upload: command.upload, call)
    }

    func takeReaderChunk(_ command: ReaderChunk, _ call: Call) throws -> UploadSize {
        try take(command.file, command.data, at: nil, upload: nil, call)
    }

    private func take(
        _ file: PersonalArgument, _ data: OctetsArgument, at offset: CountArgument?, upload: TextArgument?, _ call: Call
    ) throws -> UploadSize {
        UploadSize(
            size: try uploads.take(
                data.octets, of: file.argumentText, at: offset?.value, for: owner(upload, call), from: call.giver,
                isOffice: call.roles.contains(.manager), now: surroundings.monotonic()))
    }

    /// Files that came under a name of their own outlive their connection, for the same user.
    private func owner(_ upload: TextArgument?, _ call: Call) -> UploadShelf.Owner {
        upload.map { .named($0.argumentText, of: call.giver) } ?? .connection(call.connection)
    }

    func takeUploads(_ upload: TextArgument?, _ call: Call) -> [(name: String, content: [UInt8])] {
        uploads.remove(owner(upload, call))
    }

    func importFiles(_ command: ImportFiles, _ call: Call) throws -> ImportFiles.Reply {
        var files = takeUploads(command.upload, call)
        let mapping = command.columns.flatMap { name in files.firstIndex { $0.name == name.argumentText } }
            .map { files.remove(at: $0) }
        if let name = command.columns, mapping == nil {
            throw CommandRefusal(
                code: "noFiles",
                message: Sentence("no file \"\(name.argumentText)\" was sent that says what columns mean"))
        }
        guard !files.isEmpty else { throw CommandRefusal(code: "noFiles", message: Sentence("no file was sent")) }
        let reader = try reader()
        let rows = try reader.rows()
        var fields = try liveFields()
        fields.now = try now().seconds
        var importer = try newImport(fields, rows, reader)
        let isDryRun = command.dryRun?.isOn ?? false
        let options = command.skipColumns.map { ImportOptions(skipping: $0.argumentText) } ?? ImportOptions()
        let plan = importer.plan(
            files, endsOthers: command.ends?.isOn ?? false, describes: isDryRun, options: options, mapping: mapping)
        var event: UInt64?
        try checkAlonePINs(plan.changes) { rows }
        var call = call
        // Reading the files was part of the work: the order lives from here.
        call.expires = surroundings.monotonic() + CommandLife.change.longest
        if !isDryRun, plan.problems.isEmpty, !plan.changes.isEmpty {
            event = try order(call, .registry(plan.changes))
        } else if !plan.problems.isEmpty {
            try order(call, .refused(reason: "importRefused"))
        }
        for problem in plan.problems.prefix(1000) {
            try call.list(ImportFiles.Finding(problem: problem.sentence.text(in: call.language)))
        }
        // What was passed over is told whenever files are taken: somebody may have meant it.
        for difference in plan.differences.lazy.filter({ isDryRun || $0.verb == .pass }).prefix(100_000) {
            try call.list(Self.view(difference, call.language))
        }
        guard plan.problems.isEmpty else {
            throw CommandRefusal(
                code: "importRefused",
                message: Sentence("\(plan.problems.count, "line is", "lines are") wrong; nothing was changed"))
        }
        return ImportFiles.Reply(
            changes: plan.changes.count, unchanged: plan.unchanged, added: plan.added, changed: plan.changed,
            ended: plan.ended, repeated: plan.repeated, warnings: plan.warnings,
            passed: plan.passed == 0 ? nil : plan.passed, names: plan.names.isEmpty ? nil : plan.names,
            applied: !isDryRun, event: event)
    }

    /// `rows` are the present ones of the reader's register.
    func newImport(_ fields: RegistryFields, _ rows: [RegistryRow], _ reader: JournalReader) throws -> RegistryImport {
        let next = try RegistryKind.allCases.map { ($0, try reader.nextID($0)) }
        return RegistryImport(fields: fields, present: rows, next: Dictionary(uniqueKeysWithValues: next))
    }

    private static func view(_ difference: RegistryImport.Difference, _ language: Language) -> ImportFiles.Finding {
        ImportFiles.Finding(
            file: difference.file, line: difference.line, verb: difference.verb.rawValue,
            subject: difference.subject.text(in: language),
            fields: difference.fields.map { [$0.name, $0.old, $0.new] }, what: difference.what.text(in: language))
    }

    /// In pieces that go through a line whatever the size of the register.
    func exportRegister(_ command: Export, _ call: Call) throws -> Export.Reply {
        try look(call, .register)
        let reader = try reader()
        let rows = try reader.rows()
        let export = RegistryExport(rows, calendar: fields.calendar)
        if command.pieces?.isOn != true, export.files.contains(where: { $0.content.count > RegistryExport.pieceSize }) {
            throw CommandRefusal(
                code: "tooLarge",
                message: Sentence("the register is too large for this gatehousectl; use that of this version"))
        }
        var files: Set<String> = []
        for piece in export {
            files.insert(piece.file)
            try call.list(Export.Piece(file: piece.file, data: OctetsArgument(piece.octets)))
        }
        return Export.Reply(files: files.count)
    }
}
