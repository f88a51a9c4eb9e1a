package import GatehouseCore

/// One line of a script or of the keyboard: what a person, an installer or a thief does at the gate.
///
///     card wicket-in H10301:118-1603        key wicket-in 1234#        face face-1 5 | stranger | photo
///     walk wicket                           door wicket open|close     button wicket
///     fire on|off                           tamper wicket-out on|off   dead wicket-out | alive wicket-out
///     swap wicket-out 77                    loop lane entryLoop|safetyLoop|openLimit|closedLimit on|off
///     wait 500ms | 2s                       say TEXT                   lines                  quit
package enum HardwareCommand: Hashable, Sendable {
    case card(ReaderID, CardNumber)
    case keys(ReaderID, String)
    case face(ReaderID, user: UInt16?)
    case photo(ReaderID)
    case walk(PortalID)
    case door(PortalID, isOpen: Bool)
    case button(PortalID)
    case loop(PortalID, LaneMachine.Sensor, Bool)
    case fire(Bool)
    case tamper(ReaderID, Bool)
    case dead(ReaderID, Bool)
    /// Another device in the place of the reader, with this serial number and without its key.
    case swap(ReaderID, serial: UInt32)
    case wait(Duration)
    case say(String)
    case lines
    case quit

    package struct Problem: Error, CustomStringConvertible, Sendable {
        package var description: String
    }

    /// Nil for an empty line or a comment.
    package static func parse(_ line: String) throws(Problem) -> HardwareCommand? {
        let text =
            line.split(separator: "#", maxSplits: line.hasPrefix("#") ? 1 : 0, omittingEmptySubsequences: false).first
            ?? ""
        let words = text.split(separator: " ").map(String.init)
        guard let verb = words.first else { return nil }
        func word(_ index: Int) throws(Problem) -> String {
            guard words.count > index else { throw Problem(description: "\"\(line)\": too few words") }
            return words[index]
        }
        func isOn(_ text: String) throws(Problem) -> Bool {
            switch text {
            case "on", "open": return true
            case "off", "close": return false
            default: throw Problem(description: "\"\(line)\": on or off, open or close")
            }
        }
        switch verb {
        case "loop":
            guard let sensor = LaneMachine.Sensor(rawValue: try word(2)) else {
                throw Problem(description: "\"\(line)\": entryLoop, safetyLoop, openLimit or closedLimit")
            }
            return .loop(PortalID(try word(1)), sensor, try isOn(word(3)))
        case "card":
            guard let number = CardNumber(try word(2)) else {
                throw Problem(description: "\"\(line)\": no card number; H10301:118-1603")
            }
            return .card(ReaderID(try word(1)), number)
        case "key": return .keys(ReaderID(try word(1)), try word(2))
        case "face":
            let who = try word(2)
            if who == "stranger" { return .face(ReaderID(try word(1)), user: nil) }
            if who == "photo" { return .photo(ReaderID(try word(1))) }
            guard let user = UInt16(who) else {
                throw Problem(description: "\"\(line)\": a user number, stranger or photo")
            }
            return .face(ReaderID(try word(1)), user: user)
        case "walk": return .walk(PortalID(try word(1)))
        case "door": return .door(PortalID(try word(1)), isOpen: try isOn(try word(2)))
        case "button": return .button(PortalID(try word(1)))
        case "fire": return .fire(try isOn(try word(1)))
        case "tamper": return .tamper(ReaderID(try word(1)), try isOn(try word(2)))
        case "dead": return .dead(ReaderID(try word(1)), true)
        case "alive": return .dead(ReaderID(try word(1)), false)
        case "swap":
            guard let serial = UInt32(try word(2)) else { throw Problem(description: "\"\(line)\": a serial number") }
            return .swap(ReaderID(try word(1)), serial: serial)
        case "wait":
            let text = try word(1)
            if text.hasSuffix("ms"), let count = Int64(text.dropLast(2)) { return .wait(.milliseconds(count)) }
            if text.hasSuffix("s"), let count = Int64(text.dropLast()) { return .wait(.seconds(count)) }
            throw Problem(description: "\"\(line)\": 500ms or 2s")
        case "say": return .say(words.dropFirst().joined(separator: " "))
        case "lines": return .lines
        case "quit": return .quit
        default: throw Problem(description: "\"\(line)\": no such command")
        }
    }
}
