/// The one spelling of number plates, for the register, passes and cameras: GA 36-2018 with its special series, what came
/// before and beside it, and plates of letters and digits from elsewhere.
///
/// O and 0 or I and 1 stay what was said: a plate is accepted when it is exactly the one enrolled.
package enum PlateText {
    /// What stands between signs and says nothing.
    private static let separators: Set<Character> = [
        " ", "·", "•", "・", "･", "．", ".", "-", "－", "–", "—", "_", "　", "∙", "⋅", "●",
    ]
    package static let provinces: Set<Character> = Set("京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼")
    /// What ends a plate of a special series.
    private static let endings: Set<Character> = Set("学警港澳挂使领试超临")
    /// Of military plates before 2013.
    private static let armies: Set<Character> = Set("军海空北沈兰济南广成")
    /// No plate has more signs.
    package static let longest = 10

    /// Upper case, half width, without blanks, dots and dashes.
    package static func spelled(_ text: String) -> String {
        var plain = ""
        for character in text where !separators.contains(character) {
            guard let scalar = character.unicodeScalars.first, character.unicodeScalars.count == 1,
                (0xFF01...0xFF5E).contains(scalar.value), let half = UnicodeScalar(scalar.value - 0xFEE0)
            else {
                plain.append(character)
                continue
            }
            plain.append(Character(half))
        }
        return plain.uppercased()
    }

    /// Whether a text in this spelling is a plate.
    package static func isPlate(_ plate: String) -> Bool {
        let signs = Array(plate)
        guard (4...longest).contains(signs.count) else { return false }
        if signs.allSatisfy({ isLetter($0) || isDigit($0) }) {
            return signs.contains(where: isDigit) && !lacksItsProvince(signs)
        }
        if plate.hasPrefix("WJ") { return isOfThePolice(signs.dropFirst(2)) }
        if plate.hasPrefix("民航") { return isSerial(signs.dropFirst(2), 4...6) }
        if plate.hasPrefix("使") { return signs.count == 7 && signs.dropFirst().allSatisfy(isDigit) }
        if plate.hasSuffix("应急") { return isOfAPlace(signs.dropLast(2), serial: 4...4) }
        guard let first = signs.first else { return false }
        if first == "民" || armies.contains(first), first != "民" || signs.count > 5 {
            return signs.count == 7 && isLetter(signs[1]) && isSerial(signs.dropFirst(2), 5...5)
        }
        if let last = signs.last, endings.contains(last) {
            return isOfAPlace(signs.dropLast(), serial: last == "临" ? 4...6 : 4...4)
        }
        return isOfAPlace(signs[...], serial: 5...6) || isOfAFarm(signs)
    }

    /// A letter and a serial: a plate of GA 36 of which the province is missing, and none from elsewhere.
    private static func lacksItsProvince(_ signs: [Character]) -> Bool {
        isLetter(signs[0]) && !isLetter(signs[1]) && isSerial(signs.dropFirst(), 5...5)
    }

    /// A province, the letter of its office (I is none), and the serial.
    private static func isOfAPlace(_ signs: ArraySlice<Character>, serial: ClosedRange<Int>) -> Bool {
        guard let first = signs.first, provinces.contains(first), let office = signs.dropFirst().first,
            isLetter(office),
            office != "I"
        else { return false }
        let rest = signs.dropFirst(2)
        guard isSerial(rest, serial) else { return false }
        // New energy: a letter first, or last; the others are digits but for the second sign.
        guard rest.count == 6 else { return true }
        let digits = rest.filter(isDigit).count
        return isDigit(rest.first!) ? digits == 5 && !isDigit(rest.last!) : digits >= 4
    }

    /// Tractors: a province, two digits, five signs.
    private static func isOfAFarm(_ signs: [Character]) -> Bool {
        signs.count == 8 && provinces.contains(signs[0]) && signs[1...2].allSatisfy(isDigit)
            && isSerial(signs.dropFirst(3), 5...5)
    }

    /// Armed police: with or without the province, five signs; the last one may be 警.
    private static func isOfThePolice(_ signs: ArraySlice<Character>) -> Bool {
        let rest = signs.first.map { provinces.contains($0) } == true ? signs.dropFirst() : signs
        return rest.last == "警" ? isSerial(rest.dropLast(), 4...4) : isSerial(rest, 4...7)
    }

    /// Digits and letters without I and O.
    private static func isSerial(_ signs: ArraySlice<Character>, _ count: ClosedRange<Int>) -> Bool {
        count.contains(signs.count) && signs.allSatisfy { isDigit($0) || (isLetter($0) && $0 != "I" && $0 != "O") }
            && signs.contains(where: isDigit)
    }

    private static func isDigit(_ sign: Character) -> Bool { ("0"..."9").contains(sign) && sign.isASCII }
    private static func isLetter(_ sign: Character) -> Bool { ("A"..."Z").contains(sign) && sign.isASCII }
}
