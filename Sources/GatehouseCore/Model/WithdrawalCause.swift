/// Why somebody's access is taken away: a closed list, which stands in the entry of the order. What somebody owes is not on it.
package enum WithdrawalCause: Hashable, Sendable {
    case lost
    case stolen
    case damaged
    case returned
    case movedOut
    /// Of a court or the police, with its number.
    case officialOrder(String)
    /// Somebody would be in danger.
    case safety
    /// The person asked for it.
    case asked
    case other(String)

    /// The words as people type them.
    package static let words = "lost, stolen, damaged, returned, moved-out, order:NUMBER, safety, asked or other:TEXT"

    /// Nil for anything else, and for what speaks of arrears.
    package init?(_ text: String) {
        switch text {
        case "lost", "挂失", "丢失": self = .lost
        case "stolen", "被盗": self = .stolen
        case "damaged", "损坏": self = .damaged
        case "returned", "退还": self = .returned
        case "moved-out", "搬离": self = .movedOut
        case "safety", "安全": self = .safety
        case "asked", "本人申请": self = .asked
        default:
            let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
            guard parts.count == 2, !parts[1].isEmpty, parts[1].utf8.count <= 200 else { return nil }
            switch parts[0] {
            // The number of a paper, not a word about somebody.
            case "order" where Self.isNumbered(parts[1]), "法院公安文书" where Self.isNumbered(parts[1]):
                self = .officialOrder(parts[1])
            case "other" where !Self.speaksOfArrears(parts[1]), "其他" where !Self.speaksOfArrears(parts[1]):
                self = .other(parts[1])
            default: return nil
            }
        }
    }

    private static func isNumbered(_ text: String) -> Bool {
        text.utf8.contains { (48...57).contains($0) } && !speaksOfArrears(text)
    }

    /// What the status of a credential says by itself.
    package init?(_ status: CredentialStatus) {
        switch status {
        case .lost: self = .lost
        case .stolen: self = .stolen
        case .damaged: self = .damaged
        case .returned: self = .returned
        case .enabled, .suspended: return nil
        }
    }

    /// The stable word in the journal. What was written beside it may name somebody and is kept like a reason.
    package var word: String {
        switch self {
        case .lost: "lost"
        case .stolen: "stolen"
        case .damaged: "damaged"
        case .returned: "returned"
        case .movedOut: "movedOut"
        case .officialOrder: "officialOrder"
        case .safety: "safety"
        case .asked: "asked"
        case .other: "other"
        }
    }

    package var text: String? {
        switch self {
        case .officialOrder(let text), .other(let text): text
        case .lost, .stolen, .damaged, .returned, .movedOut, .safety, .asked: nil
        }
    }

    /// Whether a text gives debts as the reason, in the words that property offices use.
    package static func speaksOfArrears(_ text: String) -> Bool {
        // Widths, blanks and marks do not hide it.
        let half = String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    (0xFF01...0xFF5E).contains(scalar.value) ? Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar : scalar
                })
        ).lowercased()
        let chinese = half.filter { !$0.isWhitespace && !$0.isPunctuation }
        let debts = [
            "欠", "逾期缴", "逾期未缴", "逾期未交", "缴费", "交费", "没交", "没缴", "未缴", "未交", "不交", "不缴", "物业费", "催缴",
        ]
        if debts.contains(where: { chinese.contains($0) }) { return true }
        let english =
            /\b(arrears?|unpaid|overdue|owes?|owed|owing|debts?|outstanding|non-?payment|late fees?)\b|(\bnot|n['’]t|\bno|\bnever) (been )?(pay|paid|paying|payment)/
        return half.contains(english.wordBoundaryKind(.simple))
    }
}
