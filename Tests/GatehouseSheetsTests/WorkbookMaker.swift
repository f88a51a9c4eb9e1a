/// Workbooks of a test: an archive of parts that are stored as they are.
struct WorkbookMaker {
    var parts: [(name: String, octets: [UInt8])] = []

    static let types = """
        <?xml version="1.0"?><Types xmlns="t"><Default Extension="xml" ContentType="application/xml"/></Types>
        """

    /// A workbook of sheets: the XML of their `sheetData` and what follows it.
    init(
        _ sheets: [(name: String, data: String)], strings: [String] = [], formats: [String] = [], is1904: Bool = false,
        hidden: Set<String> = []
    ) {
        add("[Content_Types].xml", Self.types)
        add("_rels/.rels", Self.relations([("rId1", "officeDocument", "xl/workbook.xml")]))
        var list = ""
        var targets = [("t", "sharedStrings", "sharedStrings.xml"), ("s", "styles", "/xl/styles.xml")]
        for (index, sheet) in sheets.enumerated() {
            let state = hidden.contains(sheet.name) ? " state=\"hidden\"" : ""
            list += "<sheet name=\"\(sheet.name)\" sheetId=\"\(index + 1)\"\(state) r:id=\"r\(index)\"/>"
            targets.append(("r\(index)", "worksheet", "worksheets/sheet\(index + 1).xml"))
            add("xl/worksheets/sheet\(index + 1).xml", "<worksheet xmlns=\"m\">\(sheet.data)</worksheet>")
        }
        let date = is1904 ? "<workbookPr date1904=\"1\"/>" : ""
        add("xl/workbook.xml", "<workbook xmlns=\"m\" xmlns:r=\"r\">\(date)<sheets>\(list)</sheets></workbook>")
        add("xl/_rels/workbook.xml.rels", Self.relations(targets))
        add("xl/sharedStrings.xml", "<sst xmlns=\"m\">\(strings.map { "<si>\($0)</si>" }.joined())</sst>")
        let codes = formats.enumerated().map { "<numFmt numFmtId=\"\($0 + 164)\" formatCode=\"\($1)\"/>" }.joined()
        let cells = formats.indices.map { "<xf numFmtId=\"\($0 + 164)\"/>" }.joined()
        add(
            "xl/styles.xml",
            "<styleSheet xmlns=\"m\"><numFmts>\(codes)</numFmts><cellXfs><xf numFmtId=\"0\"/>\(cells)</cellXfs></styleSheet>"
        )
    }

    mutating func add(_ name: String, _ text: String) { parts.append((name, Array(text.utf8))) }

    private static func relations(_ items: [(String, String, String)]) -> String {
        let all = items.map { "<Relationship Id=\"\($0)\" Type=\"http://x/\($1)\" Target=\"\($2)\"/>" }.joined()
        return "<Relationships xmlns=\"p\">\(all)</Relationships>"
    }

    /// Rows of inline texts.
    static func rows(_ rows: [[String]]) -> String {
        let lines = rows.map { cells in
            "<row>\(cells.map { "<c t=\"inlineStr\"><is><t>\($0)</t></is></c>" }.joined())</row>"
        }
        return "<sheetData>\(lines.joined())</sheetData>"
    }

    var octets: [UInt8] {
        var file: [UInt8] = []
        var directory: [UInt8] = []
        for part in parts {
            let name = Array(part.name.utf8)
            let place = file.count
            let body =
                Self.number(20, 2) + Self.number(0, 8) + Self.number(Int(Self.sum(part.octets)), 4)
                + Self.number(part.octets.count, 4) + Self.number(part.octets.count, 4) + Self.number(name.count, 2)
                + Self.number(0, 2)
            file += [0x50, 0x4B, 3, 4] + body + name + part.octets
            directory +=
                [0x50, 0x4B, 1, 2, 20, 0] + body + Self.number(0, 10) + Self.number(place, 4) + name
        }
        let start = file.count
        return file + directory + [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + Self.number(parts.count, 2)
            + Self.number(parts.count, 2) + Self.number(directory.count, 4) + Self.number(start, 4) + [0, 0]
    }

    private static func number(_ value: Int, _ width: Int) -> [UInt8] {
        (0..<width).map { $0 < 8 ? UInt8(truncatingIfNeeded: value >> ($0 * 8)) : 0 }
    }

    private static let sums: [UInt32] = (0..<256).map { first in
        (0..<8).reduce(UInt32(first)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }

    private static func sum(_ octets: [UInt8]) -> UInt32 {
        ~octets.reduce(UInt32.max) { $0 >> 8 ^ sums[Int(($0 ^ UInt32($1)) & 255)] }
    }
}
