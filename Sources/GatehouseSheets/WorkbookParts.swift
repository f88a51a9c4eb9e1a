/// Sheets and settings of a workbook.
final class BookParts: XMLReceiver {
    private(set) var sheets: [(name: String, relation: String, isHidden: Bool)] = []
    private(set) var is1904 = false
    var refusal: SheetRefusal?

    func begin(_ element: XMLElement) {
        switch element.name {
        case "workbookPr": is1904 = ["1", "true"].contains(element["date1904"] ?? "")
        case "sheet":
            guard sheets.count <= SheetBounds.sheets else { return }
            // The identity of the relation has a name space; sheetId has none.
            sheets.append((element["name"] ?? "", element["id"] ?? "", (element["state"] ?? "visible") != "visible"))
        default: return
        }
    }
    func end(_ name: String) {}
    func text(_ octets: UnsafeBufferPointer<UInt8>) {}
}

/// What the parts of a workbook are to one another.
final class RelationParts: XMLReceiver {
    private(set) var items: [String: (type: String, target: String)] = [:]
    var refusal: SheetRefusal?

    func begin(_ element: XMLElement) {
        guard element.name == "Relationship", let id = element["Id"], element["TargetMode"] != "External" else {
            return
        }
        items[id] = (element["Type"] ?? "", element["Target"] ?? "")
    }
    func end(_ name: String) {}
    func text(_ octets: UnsafeBufferPointer<UInt8>) {}
}

/// The texts that cells share.
final class TextParts: XMLReceiver {
    private(set) var items: [String] = []
    var refusal: SheetRefusal?
    private var octets: [UInt8] = []
    private var isText = false
    /// Inside of how the text is spoken, which is no part of it.
    private var isPhonetic = false

    func begin(_ element: XMLElement) {
        switch element.name {
        case "si": octets.removeAll(keepingCapacity: true)
        case "rPh": isPhonetic = true
        case "t": isText = !isPhonetic
        default: return
        }
    }
    func end(_ name: String) {
        switch name {
        case "si": items.append(EscapedText.read(octets))
        case "rPh": isPhonetic = false
        case "t": isText = false
        default: return
        }
    }
    func text(_ octets: UnsafeBufferPointer<UInt8>) { if isText { self.octets += octets } }
}

/// How numbers are meant, by the styles of cells.
final class StyleParts: XMLReceiver {
    private(set) var formats: [CellFormat] = []
    var refusal: SheetRefusal?
    private var codes: [Int: CellFormat] = [:]
    private var isCells = false

    func begin(_ element: XMLElement) {
        switch element.name {
        case "numFmt":
            if let id = element["numFmtId"].flatMap({ Int($0) }), let code = element["formatCode"] {
                codes[id] = CellFormat(code: code)
            }
        case "cellXfs": isCells = true
        case "xf" where isCells:
            let id = element["numFmtId"].flatMap { Int($0) } ?? 0
            formats.append(codes[id] ?? CellFormat(builtIn: id))
        default: return
        }
    }
    func end(_ name: String) { if name == "cellXfs" { isCells = false } }
    func text(_ octets: UnsafeBufferPointer<UInt8>) {}
}

/// Texts of a workbook, in which `_x000D_` stands for a character.
enum EscapedText {
    static func read(_ octets: [UInt8]) -> String {
        guard octets.contains(UInt8(ascii: "_")) else { return String(decoding: octets, as: UTF8.self) }
        var text = ""
        var rest = octets[...]
        while let mark = rest.firstIndex(of: UInt8(ascii: "_")) {
            text += String(decoding: rest[..<mark], as: UTF8.self)
            rest = rest[mark...]
            if rest.count >= 7, rest[mark + 1] == UInt8(ascii: "x"), rest[mark + 6] == UInt8(ascii: "_"),
                let code = UInt32(String(decoding: rest[(mark + 2)..<(mark + 6)], as: UTF8.self), radix: 16),
                let scalar = Unicode.Scalar(code)
            {
                text.unicodeScalars.append(scalar)
                rest = rest.dropFirst(7)
            } else {
                text += "_"
                rest = rest.dropFirst()
            }
        }
        return text + String(decoding: rest, as: UTF8.self)
    }
}
