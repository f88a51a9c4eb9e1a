internal import GatehouseCore

/// How the numbers of a cell are meant.
package enum CellFormat: Hashable, Sendable {
    case general
    /// With zeros in front, as many digits as this.
    case padded(Int)
    case date
    /// A time of the day without a day.
    case time

    /// The formats that have no code in a workbook.
    package init(builtIn id: Int) {
        self =
            switch id {
            case 14...17, 22, 27...31, 36, 50...54, 57, 58: .date
            case 18...21, 32...35, 45...47, 55, 56: .time
            default: .general
            }
    }

    package init(code: String) {
        // The first section is that of positive numbers; what is quoted or in brackets is no code.
        var letters = ""
        var rest = code[...]
        while let character = rest.popFirst() {
            switch character {
            case "\"": rest = rest.drop { $0 != "\"" }.dropFirst()
            case "\\", "_", "*": rest = rest.dropFirst()
            case "[":
                let inside = rest.prefix { $0 != "]" }.lowercased()
                rest = rest.drop { $0 != "]" }.dropFirst()
                if ["h", "hh", "m", "mm", "s", "ss"].contains(inside) { letters += inside }
            case ";": rest = ""
            default: letters.append(character)
            }
        }
        let small = letters.lowercased()
        let digits = small.filter { $0 != " " }
        if digits.count > 1, digits.allSatisfy({ $0 == "0" }) {
            self = .padded(digits.count)
        } else if small == "general" || small == "@" {
            self = .general
        } else if small.contains(where: { "yde".contains($0) }) && !small.contains("e+") && !small.contains("e-") {
            self = .date
        } else if small.contains(where: { "hs".contains($0) }) {
            self = .time
        } else {
            self = small.contains("m") ? .date : .general
        }
    }
}

/// The texts of the numbers of a sheet.
package enum CellNumber {
    /// A number as a text, without loss: a card is no 1.23E+15.
    package static func text(_ written: String, _ format: CellFormat, is1904: Bool) throws(SheetRefusal) -> String {
        guard let decimal = Decimal(written) else {
            throw SheetRefusal(Sentence("\"\(written.prefix(40))\" is no number"))
        }
        switch format {
        case .date, .time: return try SheetDate.text(written, isTime: format == .time, is1904: is1904)
        case .general, .padded: break
        }
        guard let whole = decimal.whole else {
            guard let number = Double(written) else {
                throw SheetRefusal(Sentence("\"\(written.prefix(40))\" is no number"))
            }
            let text = "\(number)"
            guard !text.contains("e") else {
                throw SheetRefusal(Sentence("the number \(text) is too small or too large"))
            }
            return text
        }
        guard whole.count <= 15 else {
            throw SheetRefusal(
                Sentence(
                    "a number of more than 15 digits, of which a spreadsheet keeps 15: give the column the format of text and write it anew"
                )
            )
        }
        guard case .padded(let width) = format, !decimal.isNegative else {
            return decimal.isNegative && whole != "0" ? "-\(whole)" : whole
        }
        return String(repeating: "0", count: max(0, min(width, 64) - whole.count)) + whole
    }

    /// A decimal number as its digits.
    private struct Decimal {
        var isNegative = false
        var digits: [UInt8] = []
        /// Where the point stands, counted from the end of the digits: 0 is behind the last one.
        var exponent = 0

        init?(_ text: String) {
            var octets = Array(text.utf8)[...]
            if let sign = octets.first, sign == 45 || sign == 43 {
                isNegative = sign == 45
                octets = octets.dropFirst()
            }
            var hasPoint = false
            while let octet = octets.first {
                if (48...57).contains(octet) {
                    digits.append(octet)
                    if hasPoint { exponent -= 1 }
                } else if octet == 46, !hasPoint {
                    hasPoint = true
                } else {
                    break
                }
                octets = octets.dropFirst()
            }
            guard !digits.isEmpty, digits.count <= 400 else { return nil }
            if let mark = octets.first {
                guard mark == 69 || mark == 101, octets.count <= 6,
                    let power = Int(String(decoding: octets.dropFirst(), as: UTF8.self)), abs(power) <= 400
                else { return nil }
                exponent += power
            }
        }

        /// The digits of a whole number; nil when something stands behind the point.
        var whole: String? {
            var all = digits
            var exponent = exponent
            while exponent < 0, all.last == 48 {
                all.removeLast()
                exponent += 1
            }
            if all.isEmpty { return "0" }
            if exponent < 0 { return nil }
            all += [UInt8](repeating: 48, count: exponent)
            let text = String(decoding: all.drop { $0 == 48 }, as: UTF8.self)
            return text.isEmpty ? "0" : text
        }
    }
}

/// Days as spreadsheets count them.
package enum SheetDate {
    package static func text(_ written: String, isTime: Bool, is1904: Bool) throws(SheetRefusal) -> String {
        guard let number = Double(written), number.isFinite else {
            throw SheetRefusal(Sentence("\"\(written.prefix(40))\" is no date"))
        }
        guard number >= 0, number < 2_958_466 else {
            throw SheetRefusal(Sentence("a date outside of what a spreadsheet can count; write it as text, 2026-03-31"))
        }
        let seconds = Int((number * 86400).rounded())
        let (serial, second) = (seconds / 86400, seconds % 86400)
        if isTime, serial == 0 { return clock(second) }
        guard let day = day(serial, is1904: is1904) else {
            throw SheetRefusal(
                serial == 60
                    ? Sentence("29 February 1900, which a spreadsheet thinks of and which never was")
                    : Sentence("is no date: day \(serial)"))
        }
        return second == 0 ? day : "\(day)T\(clock(second))"
    }

    /// `2026-03-31`; nil for a day that there is not.
    static func day(_ serial: Int, is1904: Bool) -> String? {
        // Days since 1970-01-01. The year 1900 had no leap day, and those who count from it think it had.
        let day: Int
        if is1904 {
            day = serial - 24_107
        } else {
            if serial == 0 || serial == 60 { return nil }
            day = serial < 60 ? serial - 25_568 : serial - 25_569
        }
        // The civil calendar from days, in eras of 400 years that begin in March.
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let ofEra = shifted - era * 146_097
        let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * ofYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let ofMonth = ofYear - (153 * shiftedMonth + 2) / 5 + 1
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(ofMonth, 2))"
    }

    private static func clock(_ second: Int) -> String {
        let minutes = "\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2))"
        return second % 60 == 0 ? minutes : "\(minutes):\(padded(second % 60, 2))"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let text = "\(number)"
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
