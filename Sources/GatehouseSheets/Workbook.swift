internal import GatehouseCore

/// A workbook of a spreadsheet program (.xlsx), in memory.
package struct Workbook {
    package struct Sheet: Hashable, Sendable {
        package var name: String
        package var isHidden: Bool
        let part: String
    }

    package let sheets: [Sheet]
    /// Whether days count from 1904.
    package let is1904: Bool
    private let archive: ZipArchive
    private let strings: [String]
    private let formats: [CellFormat]

    package init(_ octets: [UInt8]) throws(SheetRefusal) {
        if let refusal = WorkbookKind.refusal(of: octets) { throw refusal }
        archive = try ZipArchive(octets)
        if let refusal = WorkbookKind.refusal(ofParts: archive.names) { throw refusal }
        if let types = try archive.read("[Content_Types].xml"), types.firstRange(of: Array("macroEnabled".utf8)) != nil
        {
            throw WorkbookKind.macros
        }
        let main = try Self.main(of: archive)
        guard let octets = try archive.read(main) else { throw SheetRefusal(Sentence("this archive is no workbook")) }
        let book = BookParts()
        try XMLParts.read(octets, main, into: book)
        guard book.sheets.count <= SheetBounds.sheets else {
            throw SheetRefusal(Sentence("the workbook has more than \(SheetBounds.sheets) sheets"))
        }
        is1904 = book.is1904
        let relations = try Self.relations(of: main, in: archive)
        sheets = book.sheets.compactMap { sheet in
            guard let target = relations[sheet.relation], target.type == "worksheet" else { return nil }
            return Sheet(name: sheet.name, isHidden: sheet.isHidden, part: target.part)
        }
        guard !sheets.isEmpty else { throw SheetRefusal(Sentence("the workbook has no sheet with cells")) }
        let strings = TextParts()
        for target in relations.values where target.type == "sharedStrings" {
            if let octets = try archive.read(target.part) { try XMLParts.read(octets, target.part, into: strings) }
        }
        self.strings = strings.items
        let styles = StyleParts()
        for target in relations.values where target.type == "styles" {
            if let octets = try archive.read(target.part) { try XMLParts.read(octets, target.part, into: styles) }
        }
        formats = styles.formats
    }

    /// The cells of a sheet as texts.
    package func table(_ sheet: Sheet) throws(SheetRefusal) -> SheetTable {
        guard let octets = try archive.read(sheet.part) else {
            throw SheetRefusal(Sentence("the workbook lacks the sheet \"\(sheet.name)\"; save it again"))
        }
        return try SheetTable(xml: octets, sheet.part, strings: strings, formats: formats, is1904: is1904)
    }

    // MARK: Parts

    private struct Target {
        var type: String
        var part: String
    }

    private static func main(of archive: ZipArchive) throws(SheetRefusal) -> String {
        for target in try relations(of: "", in: archive).values where target.type == "officeDocument" {
            return target.part
        }
        return "xl/workbook.xml"
    }

    /// What a part refers to, by the names that it uses.
    private static func relations(of part: String, in archive: ZipArchive) throws(SheetRefusal) -> [String: Target] {
        let folder = part.split(separator: "/").dropLast().joined(separator: "/")
        let file = part.split(separator: "/").last.map(String.init) ?? ""
        let name = "\(folder.isEmpty ? "" : "\(folder)/")_rels/\(file).rels"
        guard let octets = try archive.read(name) else { return [:] }
        let found = RelationParts()
        try XMLParts.read(octets, name, into: found)
        return found.items.mapValues { item in
            Target(
                type: item.type.split(separator: "/").last.map(String.init) ?? "",
                part: resolved(item.target, in: folder))
        }
    }

    private static func resolved(_ target: String, in folder: String) -> String {
        var path = target.hasPrefix("/") ? [] : folder.split(separator: "/").map(String.init)
        for piece in target.split(separator: "/") {
            switch piece {
            case "..": _ = path.popLast()
            case ".": continue
            default: path.append(String(piece))
            }
        }
        return path.joined(separator: "/")
    }
}

/// What a file is by its first octets, whatever its name says.
package enum WorkbookKind {
    static let macros = SheetRefusal(Sentence("the workbook has macros; save it as .xlsx, which has none"))

    /// Whether a file is for this reader: a workbook, or one of the forms that it refuses with a sentence.
    package static func isOffice(_ octets: [UInt8]) -> Bool {
        octets.starts(with: [0x50, 0x4B]) || octets.starts(with: [0xD0, 0xCF, 0x11, 0xE0])
    }

    static func refusal(of octets: [UInt8]) -> SheetRefusal? {
        if octets.starts(with: [0xD0, 0xCF, 0x11, 0xE0]) {
            let locked = Array("EncryptedPackage".utf16).flatMap { unit -> [UInt8] in
                [UInt8(truncatingIfNeeded: unit), 0]
            }
            return octets.firstRange(of: locked) != nil
                ? SheetRefusal(Sentence("the workbook has a password; save it without"))
                : SheetRefusal(Sentence("this is a workbook of the old form (.xls); save it as .xlsx"))
        }
        return octets.starts(with: [0x50, 0x4B])
            ? nil : SheetRefusal(Sentence("this is no workbook, whatever its name says"))
    }

    static func refusal(ofParts names: [String]) -> SheetRefusal? {
        if names.contains(where: { $0.lowercased().hasSuffix("vbaproject.bin") }) { return macros }
        if names.contains("xl/workbook.bin") {
            return SheetRefusal(Sentence("this is a workbook of the binary form (.xlsb); save it as .xlsx"))
        }
        if names.contains("content.xml"), names.contains("mimetype") {
            return SheetRefusal(Sentence("this is an OpenDocument file; save it as .xlsx or as CSV UTF-8"))
        }
        return nil
    }
}
