internal import GatehouseCore

// The register from files and as files.

/// One piece of a file, for the command that follows.
package struct ImportChunk: AdminCommand {
    package static let name = CommandName.importChunk
    package static let entry = CommandEntry.change(.office, Sentence("a piece of a file to import"))
    package typealias Reply = UploadSize
    package var file: PersonalArgument
    package var data: OctetsArgument
    /// Where the piece begins: one that is there already is not taken twice.
    package var offset: CountArgument?
    /// A name under which the files outlive their connection.
    package var upload: TextArgument?
    package init(
        file: PersonalArgument, data: OctetsArgument, offset: CountArgument? = nil, upload: TextArgument? = nil
    ) {
        self.file = file
        self.data = data
        self.offset = offset
        self.upload = upload
    }
}

package struct UploadSize: Codable, Hashable, Sendable {
    package var size: Int
    package init(size: Int) {
        self.size = size
    }
}

package struct ImportFiles: AdminCommand {
    package static let name = CommandName.importFiles
    package static let entry = CommandEntry(
        .office, lane: .questions, life: .change, Sentence("take the files sent before, all or nothing"))
    package typealias Item = Finding
    package var dryRun: FlagArgument?
    package var ends: FlagArgument?
    package var upload: TextArgument?
    /// Columns that nobody knows and that are passed over: `all`, or their names or letters.
    package var skipColumns: PersonalArgument?
    /// The name under which a file was sent that says what columns mean.
    package var columns: PersonalArgument?
    private enum CodingKeys: String, CodingKey {
        case dryRun = "dry-run"
        case ends
        case upload
        case skipColumns = "skip-columns"
        case columns
    }
    package init(
        dryRun: FlagArgument? = nil, ends: FlagArgument? = nil, upload: TextArgument? = nil,
        skipColumns: PersonalArgument? = nil, columns: PersonalArgument? = nil
    ) {
        self.dryRun = dryRun
        self.ends = ends
        self.upload = upload
        self.skipColumns = skipColumns
        self.columns = columns
    }

    package struct Finding: Codable, Hashable, Sendable {
        /// What keeps the files from being taken.
        package var problem: String?
        package var file: String?
        package var line: Int?
        package var verb: String?
        package var subject: String?
        /// Name, old and new text of each field that changes.
        package var fields: [[String]]?
        package var what: String?
        package init(
            problem: String? = nil, file: String? = nil, line: Int? = nil, verb: String? = nil, subject: String? = nil,
            fields: [[String]]? = nil, what: String? = nil
        ) {
            self.problem = problem
            self.file = file
            self.line = line
            self.verb = verb
            self.subject = subject
            self.fields = fields
            self.what = what
        }
    }

    package struct Reply: Codable, Hashable, Sendable {
        package var changes: Int
        package var unchanged: Int
        package var added: Int
        package var changed: Int
        package var ended: Int
        package var repeated: Int
        /// Lines that should be looked at.
        package var warnings: Int
        /// Lines that are no rows: titles, totals.
        package var passed: Int?
        /// The first names that were read.
        package var names: [String]?
        package var applied: Bool
        package var event: UInt64?
        package init(
            changes: Int, unchanged: Int, added: Int, changed: Int, ended: Int, repeated: Int, warnings: Int,
            passed: Int? = nil, names: [String]? = nil, applied: Bool, event: UInt64?
        ) {
            self.changes = changes
            self.unchanged = unchanged
            self.added = added
            self.changed = changed
            self.ended = ended
            self.repeated = repeated
            self.warnings = warnings
            self.passed = passed
            self.names = names
            self.applied = applied
            self.event = event
        }
    }
}

package struct Export: AdminCommand {
    package static let name = CommandName.export
    package static let entry = CommandEntry.question(.office, needsReason: true, Sentence("the register as CSV"))
    package typealias Item = Piece
    /// A client of 0.2.0 takes each item for a whole file; one that says this appends them.
    package var pieces: FlagArgument?
    package init(pieces: FlagArgument? = nil) {
        self.pieces = pieces
    }

    /// A piece of a file; pieces of one file follow one another.
    package struct Piece: Codable, Hashable, Sendable {
        package var file: String
        package var data: OctetsArgument
        package init(file: String, data: OctetsArgument) {
            self.file = file
            self.data = data
        }
    }

    package struct Reply: Codable, Hashable, Sendable {
        package var files: Int
        package init(files: Int) {
            self.files = files
        }
    }
}
