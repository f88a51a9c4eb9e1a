import GatehouseCore
import GatehouseSheets
import Testing

/// Workbooks as offices send them, and as nobody should.
@Suite("Workbooks") struct WorkbookTests {
    static func table(_ maker: WorkbookMaker, _ index: Int = 0) throws -> SheetTable {
        let book = try Workbook(maker.octets)
        return try book.table(book.sheets[index])
    }

    /// One cell of a sheet with the format.
    static func cell(_ xml: String, format: String? = nil, is1904: Bool = false) throws -> SheetTable {
        try table(
            WorkbookMaker(
                [("S", "<sheetData><row r=\"1\">\(xml)</row></sheetData>")], strings: ["<t>王芳</t>"],
                formats: format.map { [$0] } ?? [], is1904: is1904))
    }

    static func refusal(_ octets: [UInt8]) -> String? {
        do {
            let book = try Workbook(octets)
            for sheet in book.sheets { _ = try book.table(sheet) }
            return nil
        } catch { return error.sentence.english }
    }

    @Test func textsAreReadInlineSharedAndInPieces() throws {
        let data = """
            <sheetData><row r="2"><c r="B2" t="s"><v>0</v></c><c r="C2" t="s"><v>1</v></c></row>
            <row r="4"><c r="A4" t="inlineStr"><is><t>a_x000A_b</t></is></c><c t="b"><v>1</v></c><c t="str"><f>A1</f><v>x</v></c></row></sheetData>
            """
        let strings = ["<t>王芳</t>", "<r><t>李</t></r><r><rPr><b/></rPr><t>雷</t></r><rPh sb=\"0\"><t>リ</t></rPh>"]
        let table = try Self.table(WorkbookMaker([("住户", data)], strings: strings))
        #expect(table.rows == [[], ["", "王芳", "李雷"], [], ["a\nb", "yes", "x"]])
        #expect(table.problems.isEmpty && table.merged.isEmpty)
    }

    @Test(arguments: [
        ("118001603", nil, "118001603"), ("1.23456789012E+14", nil, "123456789012000"), ("12", "00000000", "00000012"),
        ("0.5", nil, "0.5"), ("-3", nil, "-3"), ("1E2", nil, "100"), ("1.50", nil, "1.5"),
        ("312345678901234", nil, "312345678901234"),
        ("46082", "yyyy-mm-dd", "2026-03-01"), ("46082", "yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;", "2026-03-01"),
        ("46082.75", "[$-409]m/d/yy h:mm AM/PM;@", "2026-03-01T18:00"), ("1", "m/d/yy", "1900-01-01"),
        ("59", "m/d/yy", "1900-02-28"), ("61", "m/d/yy", "1900-03-01"), ("1000", "m/d/yy", "1902-09-26"),
        ("0.25", "h:mm", "06:00"), ("2958465", "yyyy/m/d", "9999-12-31"), ("46082", "0.00", "46082"),
        ("46082", "General&quot;d&quot;", "46082"), ("46082", "0.00E+00", "46082"),
    ])
    func aNumberIsWhatItWasMeantToBe(value: String, format: String?, text: String) throws {
        let style = format == nil ? "" : " s=\"1\""
        let table = try Self.cell("<c r=\"A1\"\(style)><v>\(value)</v></c>", format: format)
        #expect(table.rows == [[text]] && table.problems.isEmpty, "\(table)")
    }

    @Test func daysMayCountFrom1904() throws {
        let table = try Self.cell(
            "<c s=\"1\"><v>44620</v></c><c s=\"1\"><v>0</v></c>", format: "yyyy-mm-dd", is1904: true)
        #expect(table.rows == [["2026-03-01", "1904-01-01"]])
        #expect(try Self.cell("<c t=\"d\"><v>2026-03-01T00:00:00</v></c>").rows == [["2026-03-01"]])
    }

    @Test(arguments: [
        ("<c r=\"C1\"><f>A1+B1</f></c>", nil, "C1: a formula that was never computed"),
        ("<c r=\"C1\"><f>A1+B1</f><v></v></c>", nil, "C1: a formula that was never computed"),
        ("<c r=\"B1\"><v>1.23E+15</v></c>", nil, "B1: a number of more than 15 digits"),
        ("<c r=\"B1\"><v>1234567890123456</v></c>", nil, "B1: a number of more than 15 digits"),
        ("<c r=\"A1\" t=\"e\"><v>#REF!</v></c>", nil, "A1: an error of the spreadsheet, #REF!"),
        ("<c r=\"A1\" t=\"s\"><v>7</v></c>", nil, "A1: a text that the workbook lacks"),
        ("<c r=\"A1\" s=\"1\"><v>60</v></c>", "m/d/yy", "A1: 29 February 1900"),
        ("<c r=\"A1\" s=\"1\"><v>-3</v></c>", "m/d/yy", "A1: a date outside"),
        ("<c r=\"A1\"><v>x</v></c>", nil, "A1: \"x\" is no number"),
    ])
    func aCellThatCannotBeTakenIsToldWithItsName(xml: String, format: String?, words: String) throws {
        let table = try Self.cell(xml, format: format)
        #expect(table.problems.count == 1 && table.problems[0].sentence.english.hasPrefix(words), "\(table.problems)")
    }

    @Test func sheetsAreListedWithWhatIsHiddenAndJoined() throws {
        let data = WorkbookMaker.rows([["a"]]) + "<mergeCells><mergeCell ref=\"A1:C1\"/></mergeCells>"
        let maker = WorkbookMaker(
            [("住户", data), ("旧", WorkbookMaker.rows([["b"]])), ("空", "<sheetData/>")], hidden: ["旧"])
        let book = try Workbook(maker.octets)
        #expect(book.sheets.map(\.name) == ["住户", "旧", "空"] && book.sheets.map(\.isHidden) == [false, true, false])
        #expect(try book.table(book.sheets[0]).merged == ["A1:C1"])
        #expect(try !book.table(book.sheets[2]).hasData)
    }

    private static let ole: [UInt8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]

    @Test func whatIsNoWorkbookIsNamedAsWhatItIs() {
        #expect(Self.refusal([0x89, 0x50, 0x4E, 0x47, 13, 10]) == "this is no workbook, whatever its name says")
        #expect(Self.refusal([])?.contains("no workbook") == true)
        #expect(Self.refusal(Self.ole + [0, 1, 2])?.contains(".xls") == true)
        let locked =
            Self.ole
            + Array("EncryptedPackage".utf16).flatMap { unit -> [UInt8] in [UInt8(truncatingIfNeeded: unit), 0] }
        #expect(Self.refusal(locked)?.contains("password") == true)
        #expect(Self.refusal([0x50, 0x4B, 3, 4, 9, 9])?.contains("damaged") == true)
        func with(_ name: String, _ text: String = "x") -> String? {
            var maker = WorkbookMaker([("S", WorkbookMaker.rows([["a"]]))])
            maker.parts.removeAll { $0.name == name }
            maker.add(name, text)
            return Self.refusal(maker.octets)
        }
        #expect(with("xl/vbaProject.bin")?.contains("macros") == true)
        #expect(
            with("[Content_Types].xml", "<a ContentType=\"application/vnd.ms-excel.sheet.macroEnabled.main+xml\"/>")?
                .contains("macros") == true)
        #expect(with("xl/workbook.bin")?.contains(".xlsb") == true)
        #expect(with("xl/workbook.xml", "<workbook/>")?.contains("no sheet") == true)
        #expect(
            with("xl/workbook.xml", "<!DOCTYPE a [<!ENTITY b \"c\">]><workbook>&b;</workbook>")?.contains(
                "document type") == true)
        #expect(with("xl/worksheets/sheet1.xml", "<worksheet><row")?.contains("damaged") == true)
        var twice = WorkbookMaker([("S", WorkbookMaker.rows([["a"]]))])
        twice.add("xl/workbook.xml", "<workbook/>")
        #expect(Self.refusal(twice.octets) != nil)
        #expect(Self.refusal(WorkbookMaker([("S", WorkbookMaker.rows([["a"]]))]).octets) == nil)
    }

    @Test(arguments: [
        ("<row r=\"1000001\"><c><v>1</v></c></row>", "more than 1000000 rows"),
        ("<row><c><v>1</v><c><v>2</v></c></c></row>", "stands in another one"),
        ("<row><c r=\"B1\"><c r=\"C1\"><v>1</v></c><v>1</v></c></row>", "stands in another one"),
        ("<row r=\"2\"/><row r=\"2\"/>", "out of order"), ("<row r=\"0\"/>", "out of order"),
        ("<row r=\"1\"><c r=\"XFE1\"><v>1</v></c></row>", "out of order"),
        ("<row><c r=\"B1\"/><c r=\"A1\"/></row>", "out of order"),
    ])
    func aSheetBeyondEveryBoundIsRefused(rows: String, words: String) {
        let maker = WorkbookMaker([("S", "<sheetData>\(rows)</sheetData>")])
        #expect(Self.refusal(maker.octets)?.contains(words) == true, "\(Self.refusal(maker.octets) ?? "taken")")
    }

    /// Few octets that say of very many cells that they are there.
    @Test func cellsBeforeUsedOnesCountToo() {
        let rows = (1...600).map { "<row r=\"\($0)\"><c r=\"XFD\($0)\"><v>1</v></c></row>" }.joined()
        let maker = WorkbookMaker([("S", "<sheetData>\(rows)</sheetData>")])
        #expect(Self.refusal(maker.octets)?.contains("cells") == true)
        let sheets = (0...100).map { ("S\($0)", "<sheetData/>") }
        #expect(Self.refusal(WorkbookMaker(sheets).octets)?.contains("more than 100 sheets") == true)
    }

    /// Any octet of a workbook may be another one: it is read or refused.
    @Test func aDamagedWorkbookIsReadOrRefused() {
        let octets = WorkbookMaker([("S", WorkbookMaker.rows([["姓名", "房号"], ["王芳", "1-1"]]))]).octets
        for place in stride(from: 0, to: octets.count, by: 7) {
            var damaged = octets
            damaged[place] ^= 0x41
            _ = Self.refusal(damaged)
            _ = Self.refusal(Array(octets.prefix(place)))
        }
    }
}
